package clienttest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"sync"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/front"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/validator"
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

func newRequest(x *front.Exchange) Request {
	header := x.Header.Clone()
	header.Del("Authorization")
	query, _ := url.ParseQuery(x.Query) // what is broken is left out
	req := Request{
		N: x.Number, Time: x.Time,
		Method: x.Method, Path: x.Path, Query: query, Header: header, Token: front.Token(x.Header), Body: x.Body,
		GroupID: front.GroupID(x.Path), Update: x.Update, Ignored: ignored(x),
		RequestID: x.RequestID, Fault: x.Fault, Status: x.Status, Applied: x.Applied,
	}
	for _, include := range client.Includes() {
		if k, ok := group.KindOf(string(include)); ok && x.Includes[k] {
			req.Include = append(req.Include, include)
		}
	}
	return req
}

// ignored returns the keys of the body that the API does not know, in ascending order.
func ignored(x *front.Exchange) (keys []string) {
	found := front.ReadBody(x.Body, front.IsForm(x.Header.Get("Content-Type")), validator.WorkspaceGroupRequestFields)
	for _, place := range found.Ignored {
		keys = append(keys, validate.Violation{Pointer: place.Pointer}.Field())
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// history is what happened.
type history struct {
	keep int

	mu       sync.Mutex
	recorded int
	requests []Request     // ascending by N
	added    chan struct{} // closed and replaced when a request is recorded
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
