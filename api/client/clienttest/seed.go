package clienttest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/front"
	"example.com/oxgroups/api/group"
	shared "example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Option is a setting of New and Start.
type Option func(*settings)

// settings are the values of the options.
type settings struct {
	doc         *model.WorkspaceGroupDocument // nil: the sample data
	tokens      []group.NewToken
	now         func() time.Time
	store       group.Store // nil: one with the data above
	secret      string
	faults      front.Faults
	keep        int // of the requests; 0: all
	withoutPort bool
	err         error // of an option
}

// account is the account that has the data.
const account = demo.Account

// Group returns a group for WithGroups; its other fields can be set on it.
func Group(id int64, name string, workspaces ...int64) model.WorkspaceGroup {
	ids := make([]string, len(workspaces))
	for i, w := range workspaces {
		ids[i] = text(w)
	}
	return model.WorkspaceGroup{ID: text(id), Name: name, WorkspaceIds: &ids, CreatedAt: born, UpdatedAt: born}
}

// Workspace returns a workspace for WithWorkspaces; its other fields can be set on it.
func Workspace(id int64, title string) model.Workspace {
	return model.Workspace{ID: text(id), Title: title}
}

// born is when groups were made.
var born = time.Date(2024, time.March, 4, 9, 0, 0, 0, time.UTC)

func text(id int64) string { return strconv.FormatInt(id, 10) }

// WithGroups replaces the sample data by groups. Workspaces that only a group names are made up.
func WithGroups(groups ...model.WorkspaceGroup) Option {
	return func(s *settings) {
		s.document()
		for _, g := range groups {
			s.doc.WorkspaceGroups[g.ID] = g
			if g.WorkspaceIds != nil {
				s.workspaces(*g.WorkspaceIds...)
			}
		}
	}
}

// WithWorkspaces replaces the sample data by workspaces.
func WithWorkspaces(workspaces ...model.Workspace) Option {
	return func(s *settings) {
		for _, w := range workspaces {
			s.workspaces()[w.ID] = w
		}
	}
}

// WithDocument replaces the sample data, and that of options before it, by a document of the API, such as a recorded reply
// or the output of "oxgroupsd export".
func WithDocument(data []byte) Option {
	return func(s *settings) {
		s.doc = new(model.WorkspaceGroupDocument)
		if err := validator.DecodeWorkspaceGroupDocument(data, s.doc); err != nil {
			s.err = fmt.Errorf("not a document of the API: %w", err)
		}
	}
}

// Token says what a token may do. The zero value may write to every group of account 1 and has access to all of its
// workspaces. Workspaces that it names are made up beside data of a test.
type Token = group.NewToken

// WithToken adds a token. It replaces the default token; the first one becomes Server.Token. An empty Secret is a random
// one.
func WithToken(t Token) Option {
	return func(s *settings) {
		t.AccountID, t.UserID = cmp.Or(t.AccountID, account), cmp.Or(t.UserID, 1)
		t, err := t.Prepare()
		s.tokens, s.err = append(s.tokens, t), cmp.Or(s.err, err)
	}
}

// WithStore uses a store of the test's own, which the test closes after the server. secret is a token that the store has.
func WithStore(store group.Store, secret string) Option {
	return func(s *settings) { s.store, s.secret = store, secret }
}

// WithClock sets the clock for the times of changes. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// WithFault is Inject from the start.
func WithFault(when When, fault Fault) Option {
	return func(s *settings) { s.faults.Inject(when, fault) }
}

// WithRequestsKept keeps only the last n requests, for runs that would need too much memory.
func WithRequestsKept(n int) Option { return func(s *settings) { s.keep = n } }

// WithoutPort connects clients and server in memory, which works in a testing/synctest bubble. Only Server.Client,
// NewClient and HTTPClient reach the server then.
func WithoutPort() Option { return func(s *settings) { s.withoutPort = true } }

func newSettings(opts []Option) (s *settings, err error) {
	s = &settings{}
	for _, opt := range opts {
		opt(s)
	}
	switch {
	case s.store != nil && (s.doc != nil || s.tokens != nil || s.now != nil):
		return s, errors.New("with WithStore the data, the tokens and the clock are those of the store")
	case s.store != nil:
	case len(s.tokens) > 0:
		s.secret = s.tokens[0].Secret
	default:
		s.secret = demo.Token
	}
	for _, t := range s.tokens {
		for _, id := range t.Workspaces {
			if s.doc != nil && t.AccountID == account {
				s.workspaces(text(id))
			}
		}
	}
	return s, s.err
}

// document returns the data of the options.
func (s *settings) document() *model.WorkspaceGroupDocument {
	if s.doc == nil {
		doc := shared.NewDocument(0, group.All())
		s.doc = &doc
	}
	return s.doc
}

// workspaces returns the workspaces of the data, with those that ids name.
func (s *settings) workspaces(ids ...string) map[string]model.Workspace {
	doc := s.document()
	if doc.Workspaces == nil {
		doc.Workspaces = &map[string]model.Workspace{}
	}
	for _, id := range ids {
		if _, ok := (*doc.Workspaces)[id]; !ok {
			(*doc.Workspaces)[id] = model.Workspace{ID: id, Title: "Workspace " + id}
		}
	}
	return *doc.Workspaces
}

// newStore returns a store with the data and the tokens.
func (s *settings) newStore(ctx context.Context) (group.Store, error) {
	now := s.now
	if now == nil {
		now = time.Now
	}
	store := memory.Open(memory.WithClock(now))
	if s.doc == nil && len(s.tokens) == 0 {
		return store, demo.Load(ctx, store)
	}
	doc, tokens := s.doc, s.tokens
	if doc == nil {
		sample := demo.Document()
		doc = &sample
	}
	if len(tokens) == 0 {
		tokens = []group.NewToken{{AccountID: account, UserID: 1, Secret: demo.Token}}
	}
	contents, err := shared.NewContents(doc)
	if err == nil {
		err = store.Import(ctx, account, contents)
	}
	if err != nil {
		return nil, err
	}
	for _, t := range tokens {
		if _, _, err := store.CreateToken(ctx, t); err != nil {
			return nil, err
		}
	}
	return store, nil
}

// Groups returns the groups as they are stored now, with the ids of all that belongs to them.
func (s *Server) Groups() []client.Group {
	doc, _ := shared.ReadModel(context.Background(), s.store, account)
	var stored []client.Group
	for _, result := range doc.Results {
		one := group.Snapshot{Group: doc.WorkspaceGroups[result.ID]}.Document()
		text, err := validator.AppendWorkspaceGroupDocument(nil, &one)
		if err != nil {
			continue
		}
		if parsed, err := client.ParseResult(text); err == nil {
			stored = append(stored, parsed.Group)
		}
	}
	return stored
}

// Group returns a group as it is stored now.
func (s *Server) Group(id int64) (client.Group, bool) {
	all := s.Groups()
	i := slices.IndexFunc(all, func(g client.Group) bool { return g.ID == id })
	if i < 0 {
		return client.Group{}, false
	}
	return all[i], true
}
