package clienttest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Option is a setting of New and Start.
type Option func(*settings) error

// settings are what a server was started with; nothing changes them later.
type settings struct {
	seed        seed
	store       group.Store // nil: one with the seed
	secret      string      // of the default token
	rules       []rule
	random      uint64
	keep        int // of the requests; 0: all
	withoutPort bool
	client      []client.Option
	server      []server.Option
}

func newSettings(opts []Option) (s settings, err error) {
	s.secret = demo.Token
	for _, opt := range opts {
		if err := opt(&s); err != nil {
			return s, err
		}
	}
	if s.store != nil && (s.seed.doc != nil || s.seed.tokens != nil || s.seed.now != nil) {
		return s, errors.New("with WithStore the data, the tokens and the clock are those of the store")
	}
	if len(s.seed.tokens) > 0 {
		s.secret = s.seed.tokens[0].Secret
	}
	s.seed.complete()
	return s, nil
}

// Token says what a token may do. The zero Token may write to every group of account 1 and reach all of its workspaces.
// Workspaces that it names are made up where no option has them. One of another account finds no group.
type Token = group.NewToken

// WithToken adds a token. Where there is one the default token is not made, and the first one becomes Server.Token. An empty Secret makes a random one.
func WithToken(t Token) Option {
	return func(s *settings) error {
		if t.AccountID == 0 {
			t.AccountID = account
		}
		if t.UserID == 0 {
			t.UserID = 1
		}
		t, err := t.Prepare()
		if err != nil {
			return fmt.Errorf("token %d: %w", len(s.seed.tokens)+1, err)
		}
		s.seed.tokens = append(s.seed.tokens, t)
		return nil
	}
}

// WithGroups seeds the server with groups in place of the sample data, or with none. Times that are zero become one fixed
// time. Workspaces and rate card sets whose ids a group has are made up where no other option has them. See Group.
func WithGroups(groups ...client.Group) Option {
	return seeding(groups, func(d *model.WorkspaceGroupDocument, v client.Group) { d.WorkspaceGroups[v.ID] = v })
}

// WithWorkspaces seeds the server with workspaces in place of the sample data, in groups or in none.
func WithWorkspaces(workspaces ...client.Workspace) Option {
	return seeding(workspaces, func(d *model.WorkspaceGroupDocument, v client.Workspace) { (*d.Workspaces)[v.ID] = v })
}

// WithExternalReferences seeds the server with references in place of the sample data. Each needs the SubjectID of its
// group, or has to be in the ExternalReferenceIds of one.
func WithExternalReferences(references ...client.Reference) Option {
	return seeding(references, func(d *model.WorkspaceGroupDocument, v client.Reference) { (*d.ExternalReferences)[v.ID] = v })
}

// WithRateCardSets seeds the server with rate card sets in place of the sample data.
func WithRateCardSets(sets ...client.RateCardSet) Option {
	return seeding(sets, func(d *model.WorkspaceGroupDocument, v client.RateCardSet) { (*d.RateCardSets)[v.ID] = v })
}

func seeding[V any](values []V, put func(*model.WorkspaceGroupDocument, V)) Option {
	return func(s *settings) error {
		doc := s.seed.document()
		for _, v := range values {
			put(doc, v)
		}
		return nil
	}
}

// WithDocument seeds the server with a document as the API returns it and as "oxgroupsd export" writes it, in place of the
// sample data. It may be given several times, for the pages of a recording; an object that is in two of them is taken
// from the later one.
func WithDocument(r io.Reader) Option {
	return func(s *settings) error {
		data, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("read the document: %w", err)
		}
		return s.seed.add(data)
	}
}

// WithDocumentFile is WithDocument for a file.
func WithDocumentFile(name string) Option {
	return func(s *settings) error {
		data, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read the document: %w", err)
		}
		if err := s.seed.add(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
}

// WithStore puts the server on a store of the test's own, which it has to close after the server: another engine, or one
// with faults that no HTTP has. secret is a token that the store knows, and becomes Server.Token. Reset leaves the store
// as it is.
func WithStore(store group.Store, secret string) Option {
	return func(s *settings) error {
		if store == nil {
			return errors.New("the store is nil")
		}
		s.store, s.secret = store, secret
		return nil
	}
}

// WithClock makes now the clock for the times of changes. The default is time.Now.
func WithClock(now func() time.Time) Option {
	return func(s *settings) error {
		if now == nil {
			return errors.New("the clock is nil")
		}
		s.seed.now = now
		return nil
	}
}

// WithFault scripts a fault from the start. Of several that would hit the same request the one that was scripted first
// does.
func WithFault(when When, fault Fault) Option {
	return func(s *settings) error {
		s.rules = append(s.rules, rule{when: when, fault: fault})
		return nil
	}
}

// WithSeed makes Sometimes hit other requests. Equal seeds hit the same.
func WithSeed(seed uint64) Option {
	return func(s *settings) error {
		s.random = seed
		return nil
	}
}

// WithRequestsKept keeps the last n requests only, for runs so long that all of them would need too much memory.
func WithRequestsKept(n int) Option {
	return func(s *settings) error {
		if n < 1 {
			return errors.New("at least one request has to be kept")
		}
		s.keep = n
		return nil
	}
}

// WithoutPort connects client and server in memory. That needs no port, and works in a bubble of testing/synctest, where
// latency and retries take no time. Only Server.Client, NewClient and HTTPClient reach the server then.
func WithoutPort() Option {
	return func(s *settings) error {
		s.withoutPort = true
		return nil
	}
}

// WithClientOptions adds options to those of Server.Client and of each NewClient.
func WithClientOptions(opts ...client.Option) Option {
	return func(s *settings) error {
		s.client = append(s.client, opts...)
		return nil
	}
}

// WithServerOptions sets limits of the real server, such as the largest body.
func WithServerOptions(opts ...server.Option) Option {
	return func(s *settings) error {
		s.server = append(s.server, opts...)
		return nil
	}
}

// decodeDocument reads a document and says what is wrong with it, and where.
func decodeDocument(data []byte) (doc model.WorkspaceGroupDocument, err error) {
	if err := validator.DecodeWorkspaceGroupDocument(data, &doc); err != nil {
		return doc, fmt.Errorf("not a document of the API: %w", err)
	}
	return doc, nil
}
