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

// Request is a request that arrived, and what became of it. Do not change what it refers to.
type Request struct {
	N    int       // 1 is the first one, by arrival
	Time time.Time // of arrival

	Method string
	Path   string
	Query  url.Values
	Header http.Header // without Authorization
	Token  string      // of Authorization
	Body   []byte      // JSON, or a form

	GroupID int64            // 0 if the path has no id
	Update  *client.Update   // nil if the body is not valid, or was not read
	Include []client.Include // associations asked for, in the order of client.Includes
	Ignored []string         // keys of the body that the API does not know, dotted

	RequestID string // X-Request-Id of the reply
	Fault     string // "" if none hit it
	Status    int    // of the reply; 0 if the connection ended instead
	Applied   bool   // the store took the update
}

// String returns the request in a line, without header and body.
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

func newRequest(n int, r *http.Request, body []byte, saw *seen, fault Fault, status int) Request {
	header := r.Header.Clone()
	_, token, _ := strings.Cut(header.Get("Authorization"), " ")
	header.Del("Authorization")
	if fault.silent {
		status = 0
	}
	req := Request{
		N: n, Time: time.Now(),
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: header, Token: token, Body: body,
		GroupID: groupID(r.URL.Path), Update: saw.entry.Update, Ignored: saw.entry.Ignored,
		RequestID: saw.entry.RequestID, Fault: fault.name, Status: status, Applied: saw.applied,
	}
	in := saw.entry.Includes
	asked := []bool{in.ExternalReferences, in.RateCardSets, in.Workspaces}
	for i, include := range []client.Include{client.IncludeExternalReferences, client.IncludeRateCardSets, client.IncludeWorkspaces} {
		if asked[i] {
			req.Include = append(req.Include, include)
		}
	}
	return req
}

// history is what happened.
type history struct {
	keep int

	mu       sync.Mutex
	arrived  int
	rules    []rule
	recorded int
	requests []Request     // ascending by N
	added    chan struct{} // closed and replaced when a request is recorded
}

// arrive counts a request and returns its number and its fault. The zero Fault is none.
func (h *history) arrive(id int64) (n int, fault Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.arrived++
	for _, r := range h.rules {
		if r.when(Arrival{N: h.arrived, Nth: h.arrived - r.since, GroupID: id}) {
			return h.arrived, r.fault
		}
	}
	return h.arrived, Fault{}
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

func (h *history) state() (requests []Request, recorded int, added <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests), h.recorded, h.added
}

// Inject scripts a fault from now on. If several would hit a request, the one that was scripted first does.
func (s *Server) Inject(when When, fault Fault) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.rules = append(s.log.rules, rule{when, fault, s.log.arrived})
}

// Requests returns what arrived, in order of arrival.
func (s *Server) Requests() []Request {
	requests, _, _ := s.log.state()
	return requests
}

// Last returns the request that arrived last, or the zero Request.
func (s *Server) Last() (last Request) {
	if requests := s.Requests(); len(requests) > 0 {
		last = requests[len(requests)-1]
	}
	return last
}

// Count returns how many requests were recorded, including those that WithRequestsKept dropped.
func (s *Server) Count() int {
	_, n, _ := s.log.state()
	return n
}

// Await waits until n requests have been recorded, including those that hang, and returns all, or
// ctx.Err() if ctx ends first.
func (s *Server) Await(ctx context.Context, n int) ([]Request, error) {
	for {
		requests, recorded, added := s.log.state()
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
