package clienttest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Option is a setting of New and Start.
type Option func(*settings) error

// settings are the values of the options.
type settings struct {
	doc         *model.WorkspaceGroupDocument // nil: the sample data
	tokens      []group.NewToken
	now         func() time.Time
	store       group.Store // nil: one with the data above
	secret      string
	rules       []rule
	keep        int // of the requests; 0: all
	withoutPort bool
	err         error
}

func newSettings(opts []Option) (s settings, err error) {
	for _, opt := range opts {
		if err := opt(&s); err != nil {
			return s, err
		}
	}
	if s.store != nil {
		if s.doc != nil || s.tokens != nil || s.now != nil {
			return s, errors.New("with WithStore the data, the tokens and the clock are those of the store")
		}
		return s, nil
	}
	if len(s.tokens) > 0 {
		s.secret = s.tokens[0].Secret
	} else {
		s.secret = demo.Token
	}
	s.complete()
	return s, nil
}

// account is the account that has the data.
const account = demo.Account

// Token says what a token may do. The zero value may write to every group of account 1 and has access to all of its
// workspaces. Workspaces that it names are made up if no option has them.
type Token = group.NewToken

// WithToken adds a token. It replaces the default token; the first one becomes Server.Token. An empty Secret is a random
// one.
func WithToken(t Token) Option {
	return func(s *settings) error {
		t.AccountID, t.UserID = cmp.Or(t.AccountID, account), cmp.Or(t.UserID, 1)
		t, err := t.Prepare()
		if err != nil {
			return fmt.Errorf("token %d: %w", len(s.tokens)+1, err)
		}
		s.tokens = append(s.tokens, t)
		return nil
	}
}

// Group returns a group for WithGroups; its other fields can be set on it.
func Group(id int64, name string, workspaces ...int64) model.WorkspaceGroup {
	ids := make([]string, len(workspaces))
	for i, w := range workspaces {
		ids[i] = text(w)
	}
	return model.WorkspaceGroup{ID: text(id), Name: name, WorkspaceIds: &ids}
}

// Workspace returns a workspace for WithWorkspaces.
func Workspace(id int64, title string) model.Workspace {
	return model.Workspace{ID: text(id), Title: title}
}

// RateCardSet returns a rate card set for WithRateCardSets.
func RateCardSet(id int64, title string) model.RateCardSet {
	return model.RateCardSet{ID: text(id), Title: title}
}

// Reference returns a reference of a group for WithExternalReferences, to an issue of the service.
func Reference(id, groupID int64, service string) model.ExternalReference {
	return model.ExternalReference{ID: text(id), SubjectID: text(groupID), ServiceName: service, ServiceModel: "Issue", ServiceModelRef: text(id)}
}

func text(id int64) string { return strconv.FormatInt(id, 10) }

// WithGroups replaces the sample data by groups. Times that are zero are filled in, and workspaces and rate card sets that
// only a group names are made up.
func WithGroups(groups ...model.WorkspaceGroup) Option {
	return with(groups, func(d *model.WorkspaceGroupDocument, v model.WorkspaceGroup) { d.WorkspaceGroups[v.ID] = v })
}

// WithWorkspaces replaces the sample data by workspaces.
func WithWorkspaces(workspaces ...model.Workspace) Option {
	return with(workspaces, func(d *model.WorkspaceGroupDocument, v model.Workspace) { (*d.Workspaces)[v.ID] = v })
}

// WithExternalReferences replaces the sample data by references.
func WithExternalReferences(references ...model.ExternalReference) Option {
	return with(references, func(d *model.WorkspaceGroupDocument, v model.ExternalReference) { (*d.ExternalReferences)[v.ID] = v })
}

// WithRateCardSets replaces the sample data by rate card sets.
func WithRateCardSets(sets ...model.RateCardSet) Option {
	return with(sets, func(d *model.WorkspaceGroupDocument, v model.RateCardSet) { (*d.RateCardSets)[v.ID] = v })
}

func with[V any](values []V, put func(*model.WorkspaceGroupDocument, V)) Option {
	return func(s *settings) error {
		for _, v := range values {
			put(s.document(), v)
		}
		s.document()
		return nil
	}
}

// WithDocument replaces the sample data by a document of the API, such as a recorded reply or the output of "oxgroupsd
// export". It may be given several times, for the pages of a recording.
func WithDocument(data []byte) Option {
	return func(s *settings) error {
		var from model.WorkspaceGroupDocument
		if err := validator.DecodeWorkspaceGroupDocument(data, &from); err != nil {
			return fmt.Errorf("not a document of the API: %w", err)
		}
		into := s.document()
		maps.Copy(into.WorkspaceGroups, from.WorkspaceGroups)
		copyMap(*into.ExternalReferences, from.ExternalReferences)
		copyMap(*into.RateCardSets, from.RateCardSets)
		copyMap(*into.Workspaces, from.Workspaces)
		return nil
	}
}

func copyMap[V any](into map[string]V, from *map[string]V) {
	if from != nil {
		maps.Copy(into, *from)
	}
}

// WithStore uses a store of the test's own, which the test closes after the server. secret is a token that the store
// knows. Reset leaves the store as it is.
func WithStore(store group.Store, secret string) Option {
	return func(s *settings) error {
		if store == nil {
			return errors.New("the store is nil")
		}
		s.store, s.secret = store, secret
		return nil
	}
}

// WithClock sets the clock for the times of changes. The default is time.Now.
func WithClock(now func() time.Time) Option {
	return func(s *settings) error {
		s.now = now
		return nil
	}
}

// WithFault is Inject from the start, and after Reset.
func WithFault(when When, fault Fault) Option {
	return func(s *settings) error {
		s.rules = append(s.rules, rule{when: when, fault: fault})
		return nil
	}
}

// WithRequestsKept keeps only the last n requests, for runs that would need too much memory.
func WithRequestsKept(n int) Option {
	return func(s *settings) error {
		s.keep = n
		return nil
	}
}

// WithoutPort connects clients and server in memory, which works in a testing/synctest bubble. Only Server.Client,
// NewClient and HTTPClient reach the server then.
func WithoutPort() Option {
	return func(s *settings) error {
		s.withoutPort = true
		return nil
	}
}

// document returns the data of the options, with all of its maps.
func (s *settings) document() *model.WorkspaceGroupDocument {
	if s.doc == nil {
		doc := group.NewDocument(0, group.All())
		s.doc = &doc.WorkspaceGroupDocument
	}
	return s.doc
}

// complete fills in what a test left out.
func (s *settings) complete() {
	if s.doc == nil {
		return
	}
	d := s.doc
	workspace := func(id string) model.Workspace { return model.Workspace{ID: id, Title: "Workspace " + id} }
	set := func(id string) model.RateCardSet { return model.RateCardSet{ID: id, Title: "Rate card set " + id} }
	subjects := map[string]string{}
	for id, g := range d.WorkspaceGroups {
		setTimes(&g.CreatedAt, &g.UpdatedAt)
		d.WorkspaceGroups[id] = g
		makeUp(*d.Workspaces, g.WorkspaceIds, workspace)
		makeUp(*d.RateCardSets, g.RateCardSetIds, set)
		if g.ExternalReferenceIds != nil {
			for _, reference := range *g.ExternalReferenceIds {
				subjects[reference] = id
			}
		}
	}
	for _, t := range s.tokens {
		for _, id := range t.Workspaces {
			makeUp(*d.Workspaces, &[]string{text(id)}, workspace)
		}
	}
	for id, r := range *d.ExternalReferences {
		setTimes(&r.CreatedAt, &r.UpdatedAt)
		r.SubjectID = cmp.Or(r.SubjectID, subjects[id])
		r.SubjectType = cmp.Or(r.SubjectType, document.SubjectType)
		(*d.ExternalReferences)[id] = r
	}
}

func makeUp[V any](objects map[string]V, ids *[]string, object func(id string) V) {
	if ids == nil {
		return
	}
	for _, id := range *ids {
		if _, ok := objects[id]; !ok {
			objects[id] = object(id)
		}
	}
}

// born is when objects without a time of their own were made.
var born = time.Date(2024, time.March, 4, 9, 0, 0, 0, time.UTC)

func setTimes(created, updated *time.Time) {
	if created.IsZero() {
		*created = born
	}
	if updated.IsZero() {
		*updated = *created
	}
}

// newStore returns a store with the data and the tokens.
func (s *settings) newStore(ctx context.Context) (group.Store, error) {
	var opts []memory.Option
	if s.now != nil {
		opts = append(opts, memory.WithClock(s.now))
	}
	store := memory.Open(opts...)
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
	if err := store.Import(ctx, account, doc); err != nil {
		return nil, err
	}
	for _, t := range tokens {
		if _, _, err := store.CreateToken(ctx, t); err != nil {
			return nil, err
		}
	}
	return store, nil
}

// Document returns what is stored now, in the form that WithDocument takes.
func (s *Server) Document() model.WorkspaceGroupDocument {
	doc := group.NewDocument(0, group.All())
	_ = (*s.store.Load()).Export(context.Background(), account, exporter{&doc})
	doc.Count, doc.Meta = int64(len(doc.Results)), group.NewMeta(len(doc.Results))
	return doc.WorkspaceGroupDocument
}

// Group returns a group as it is stored now, with the ids of all that belongs to it.
func (s *Server) Group(id int64) (client.Group, bool) {
	doc := s.Document()
	stored, ok := doc.WorkspaceGroups[text(id)]
	if !ok {
		return client.Group{}, false
	}
	doc = group.Snapshot{Group: stored}.Document(group.All())
	result, err := client.ParseResult(validator.AppendWorkspaceGroupDocument(nil, &doc))
	if err != nil {
		return client.Group{}, false
	}
	return result.Group, true
}

// exporter puts what a store exports into a document.
type exporter struct{ doc *group.Document }

var _ group.Exporter = exporter{}

func (e exporter) Group(g model.WorkspaceGroup) error {
	e.doc.Add(group.Snapshot{Group: g})
	return nil
}

func (e exporter) ExternalReference(r model.ExternalReference) error {
	(*e.doc.ExternalReferences)[r.ID] = r
	return nil
}

func (e exporter) RateCardSet(r model.RateCardSet) error {
	(*e.doc.RateCardSets)[r.ID] = r
	return nil
}

func (e exporter) Workspace(w model.Workspace) error {
	(*e.doc.Workspaces)[w.ID] = w
	return nil
}
