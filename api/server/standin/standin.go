// Package standin is what people see of a server that stands in for the API: each request with the rule that it broke beside the
// line that broke it, what it changed, faults on demand, and the state, which can be seeded and reset. It is served on the
// operations listener and never on the API's.
//
// Start with standin.go.
package standin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"

	"example.com/oxgroups"
	"example.com/oxgroups/api/front"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/record"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/standin/page"
	"example.com/oxgroups/api/store"
)

// RuleHeader is the header of a request whose value is a rule for it alone, where Options allow that.
const RuleHeader = "X-Oxgroups-Fault"

// Limits of the journal that apply where Options say nothing.
const (
	DefaultEntries = 10_000
	DefaultBytes   = 64 << 20

	keptBody = 1 << 20   // bytes of a body
	maxState = 256 << 20 // bytes of a document that seeds
)

// Options are what a stand-in can be told. The zero value works.
type Options struct {
	Entries int   // most requests that the journal keeps; 0 is DefaultEntries
	Bytes   int64 // about the memory that it takes at most; 0 is DefaultBytes

	Faults     string // rules from the start: a file with a document of front.Rules, or the document itself
	RuleHeader bool   // RuleHeader counts
}

// StandIn is the journal, the faults and the state of one server. It is safe for concurrent use.
type StandIn struct {
	front   *front.Front
	journal *journal
	faults  front.Faults
	store   group.Store // nil: the API is elsewhere
	state   *state      // nil where store is
	closing <-chan struct{}

	// URL is where the API is served, for curl lines; it is set before Handler serves.
	URL string
}

// New returns a stand-in for a server on a store. What waits ends when ctx does.
func New(ctx context.Context, s group.Store, o Options) (*StandIn, error) {
	in, err := newStandIn(ctx, o)
	if err != nil {
		return nil, err
	}
	in.store = s
	in.front.TokenID = func(ctx context.Context, token string) int64 {
		by, _ := s.Authenticate(ctx, token) // an unknown token has the id 0
		return by.TokenID
	}
	if in.state, err = newState(ctx, s); err != nil {
		return nil, fmt.Errorf("stand-in: %w", err)
	}
	return in, nil
}

func newStandIn(ctx context.Context, o Options) (*StandIn, error) {
	in := &StandIn{journal: newJournal(o.Entries, o.Bytes), closing: ctx.Done(), URL: "http://127.0.0.1:8080"}
	rules, err := readRules(o.Faults)
	if err != nil {
		return nil, fmt.Errorf("faults: %w", err)
	}
	in.faults.SetRules(rules)
	in.front = &front.Front{
		Faults: &in.faults, Keep: keptBody, Closing: ctx.Done(),
		Record: func(ctx context.Context, x *front.Exchange) {
			id := in.journal.add(x)
			if to, ok := ctx.Value(replayKey{}).(*int64); ok {
				*to = id
			}
		},
	}
	if o.RuleHeader {
		in.front.RuleHeader = RuleHeader
	}
	return in, nil
}

// readRules reads rules from a file, or the text itself where it is a document.
func readRules(text string) (front.Rules, error) {
	document := []byte(text)
	switch {
	case text == "":
		return front.Rules{Rules: []front.Rule{}}, nil
	case !strings.HasPrefix(strings.TrimSpace(text), "{"):
		var err error
		if document, err = os.ReadFile(text); err != nil {
			return front.Rules{}, err
		}
	}
	return front.ParseRules(document)
}

// NewRecorder returns a stand-in that shows what a recorder passes on, and has no state. What waits ends when ctx does.
func NewRecorder(ctx context.Context, r *record.Recorder, o Options) (*StandIn, error) {
	in, err := newStandIn(ctx, o)
	if err != nil {
		return nil, err
	}
	in.front.API = r
	keep := in.front.Record
	in.front.Record = func(ctx context.Context, x *front.Exchange) {
		r.Check(x)
		keep(ctx, x)
	}
	return in, nil
}

// Store returns the store for the server, which tells the stand-in what its updates change.
func (in *StandIn) Store() group.Updater { return front.Gate(in.store, true) }

// Option makes a server tell the stand-in of its requests.
func (in *StandIn) Option() server.Option { return server.WithJournal(front.Saw) }

// Wrap returns the handler of the API with the stand-in in front, or that of a recorder. It is called once.
func (in *StandIn) Wrap(api http.Handler) http.Handler {
	if in.front.API == nil {
		in.front.API = api
	}
	return in.front
}

// Handler returns what the operations listener serves of the stand-in. The API is there too, below its own path, so that a page
// of this origin can call it.
func (in *StandIn) Handler() http.Handler {
	mux := http.NewServeMux()
	in.handleRequests(mux)
	if in.state != nil {
		in.state.handle(mux)
	}
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, in.faults.Rules()) })
	mux.HandleFunc("PUT /faults", func(w http.ResponseWriter, r *http.Request) {
		document, err := readAll(w, r, 1<<20)
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		rules, err := front.ParseRules(document)
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		in.faults.SetRules(rules)
		answerJSON(w, rules)
	})
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) {
		in.faults.SetRules(front.Rules{Rules: []front.Rule{}})
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(Spec())
	})
	mux.Handle(server.BasePath+"/", in.front)
	pages := page.Handler()
	for _, pattern := range []string{"GET /{$}", "GET /page/", "GET /docs", "GET /docs/"} {
		mux.Handle(pattern, pages)
	}
	return guard(mux)
}

// servers is the list of servers of openapi.yaml.
var servers = regexp.MustCompile(`(?m)^servers:\n(?:[ -].*\n)+`)

// Spec returns openapi.yaml with the server that it comes from as the only one, so that nothing that is tried with it goes to the
// vendor.
func Spec() []byte {
	return servers.ReplaceAll(oxgroups.Spec, []byte("servers:\n  - url: "+server.BasePath+"\n    description: This stand-in\n"))
}

// guard keeps pages of other origins away. A name that is not an address of a machine itself may be one that a page has made to
// point here (DNS rebinding), and what changes something is refused from another origin.
func guard(next http.Handler) http.Handler {
	protected := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOwnName(r.Host) {
			refuse(w, http.StatusForbidden, errors.New("the host has to be an IP address, localhost or a name without a dot"))
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		protected.ServeHTTP(w, r)
	})
}

func isOwnName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return net.ParseIP(host) != nil || !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost")
}

// answerJSON answers 200 with v.
func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // where it fails the caller is gone
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}

// refuseStore answers with an error of the store or of a document.
func refuseStore(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var refused *group.Error
	var document *store.DocumentError
	switch {
	case errors.As(err, &document):
		status = http.StatusBadRequest
	case errors.As(err, &refused) && refused.Code == group.Refused:
		var reasons []string
		for _, p := range refused.Problems {
			reasons = append(reasons, p.Field+": "+p.Message)
		}
		status, err = http.StatusUnprocessableEntity, errors.New(strings.Join(reasons, "; "))
	case group.CodeOf(err) == group.Unavailable:
		status = http.StatusServiceUnavailable
	}
	refuse(w, status, err)
}

func readAll(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	return data, nil
}
