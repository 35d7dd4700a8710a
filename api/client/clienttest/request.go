package clienttest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"example.com/oxgroups/api/client"
)

// Request is a request that the server got, and what became of it. Do not change what it refers to.
type Request struct {
	N    int       // 1 is the first one since New or Reset, by arrival
	Time time.Time // when it arrived

	Method string
	Path   string // with the base path
	Query  url.Values
	Header http.Header  // without Authorization
	Token  client.Token // of Authorization; it prints as [redacted]
	Body   []byte       // as it came: JSON, or a form

	GroupID int64          // 0 where the path has no id
	Update  *client.Update // nil where the request was refused before its body was read, or the body is not valid
	Include []client.Include
	Ignored []string // keys of the body that the API does not know, dotted: "workspace_group.workspace_ids"

	RequestID string // X-Request-Id of the reply
	Fault     string // "" where none was injected
	Status    int    // of the reply; 0 where the connection ended in its place
	Applied   bool   // the store took the update
}

// String returns the request in a line, without its header and body.
func (r Request) String() string {
	became := "no reply"
	if r.Status != 0 {
		became = fmt.Sprint(r.Status)
	}
	if r.Fault != "" {
		became += " (" + r.Fault + ")"
	}
	return fmt.Sprintf("%d: %s %s: %s", r.N, r.Method, r.Path, became)
}

func newRequest(n int, r *http.Request, body []byte, seen *sighting, fault *Fault, sent reply) Request {
	header := r.Header.Clone()
	_, token, _ := strings.Cut(header.Get("Authorization"), " ")
	header.Del("Authorization")
	status := sent.status
	if fault.cut {
		status = 0
	}
	return Request{
		N: n, Time: time.Now(),
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: header, Token: client.NewToken(token), Body: body,
		GroupID: groupID(r.URL.Path), Update: seen.entry.Update, Include: includes(seen), Ignored: seen.entry.Ignored,
		RequestID: seen.entry.RequestID, Fault: fault.name, Status: status, Applied: seen.applied,
	}
}

// includes returns the associations that were asked for.
func includes(seen *sighting) (list []client.Include) {
	in := seen.entry.Includes
	for _, c := range []struct {
		asked bool
		name  client.Include
	}{
		{in.ExternalReferences, client.IncludeExternalReferences},
		{in.RateCardSets, client.IncludeRateCardSets},
		{in.Workspaces, client.IncludeWorkspaces},
	} {
		if c.asked {
			list = append(list, c.name)
		}
	}
	return list
}

// history is what is known since New or Reset.
type history struct {
	seed uint64
	keep int

	mu       sync.Mutex
	arrived  int
	rules    []rule
	recorded int
	requests []Request     // ascending by N
	added    chan struct{} // closed and replaced when a request is recorded
}

// current holds the history that requests of now belong to.
type current struct {
	mu  sync.Mutex
	now *history
}

func (c *current) begin(s *settings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = &history{seed: s.random, keep: s.keep, rules: slices.Clone(s.rules), added: make(chan struct{})}
}

func (c *current) history() *history {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// arrive counts a request and returns its number and its fault, if it has one.
func (h *history) arrive(path string) (n int, fault *Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.arrived++
	id := groupID(path)
	for i := range h.rules {
		if h.rules[i].hits(h.seed, i, h.arrived, id) {
			return h.arrived, &h.rules[i].fault
		}
	}
	return h.arrived, nil
}

func (h *history) add(r Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := sort.Search(len(h.requests), func(i int) bool { return h.requests[i].N > r.N })
	h.requests = slices.Insert(h.requests, at, r)
	if h.keep > 0 && len(h.requests) > h.keep {
		h.requests[0] = Request{}
		h.requests = h.requests[1:]
	}
	h.recorded++
	close(h.added)
	h.added = make(chan struct{})
}

func (h *history) inject(when When, fault Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rules = append(slices.Clip(h.rules), rule{when, fault, h.arrived})
}

func (h *history) state() (requests []Request, recorded int, added <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests), h.recorded, h.added
}

// Inject scripts a fault from now on. Of several that would hit the same request the one that was scripted first does.
func (s *Server) Inject(when When, fault Fault) { s.requests.history().inject(when, fault) }

// Requests returns what arrived since New or Reset, in order of arrival. A request whose caller has its reply is there.
func (s *Server) Requests() []Request {
	requests, _, _ := s.requests.history().state()
	return requests
}

// Last returns the request that arrived last, or the zero Request where none did.
func (s *Server) Last() Request {
	h := s.requests.history()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.requests) == 0 {
		return Request{}
	}
	return h.requests[len(h.requests)-1]
}

// Count returns how many requests were recorded since New or Reset, with those that WithRequestsKept dropped.
func (s *Server) Count() int {
	_, n, _ := s.requests.history().state()
	return n
}

// Await waits until n requests have been recorded since New or Reset, those among them that hang, and returns all, or
// ctx.Err() when ctx ends before.
func (s *Server) Await(ctx context.Context, n int) ([]Request, error) {
	h := s.requests.history()
	for {
		requests, recorded, added := h.state()
		if recorded >= n {
			return requests, nil
		}
		select {
		case <-added:
		case <-ctx.Done():
			return requests, ctx.Err()
		}
	}
}
