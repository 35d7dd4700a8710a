package client_test

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/oxgroups/api/client"
)

// step is what a scripted transport does with one request: it sends it and answers, or fails before it sends.
type step struct {
	answer func(*http.Request) (*http.Response, error)
	unsent error
}

// respond is a step that gives a reply.
func respond(status int, body string, header ...string) step {
	return step{answer: func(r *http.Request) (*http.Response, error) {
		h := http.Header{"X-Request-Id": {"req-1"}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, ContentLength: int64(len(body)),
			Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}}
}

// fail is a step that gives an error.
func fail(err error) step {
	return step{answer: func(*http.Request) (*http.Response, error) { return nil, err }}
}

// unsent is a step that fails before the request is sent.
func unsent(err error) step { return step{unsent: err} }

// script is a transport that knows no network, for time that is not real: the steps follow each other, the last one for
// all later requests. It keeps what came, and when.
type script struct {
	steps []step

	mu     sync.Mutex
	bodies []string
	times  []time.Time
	seen   []http.Header
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	n := len(s.times)
	do := s.steps[min(n, len(s.steps)-1)]
	s.bodies = append(s.bodies, "")
	s.times = append(s.times, time.Now())
	s.seen = append(s.seen, r.Header.Clone())
	s.mu.Unlock()
	if do.unsent == nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.bodies[n] = string(body)
		s.mu.Unlock()
	}
	_ = r.Body.Close()
	if do.unsent != nil {
		httptrace.ContextClientTrace(r.Context()).GetConn("api.example:443")
		return nil, do.unsent
	}
	return do.answer(r)
}

func (s *script) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times)
}

// waits returns the time between the requests.
func (s *script) waits() []time.Duration {
	var out []time.Duration
	for i := 1; i < len(s.times); i++ {
		out = append(out, s.times[i].Sub(s.times[i-1]))
	}
	return out
}

// newScripted returns a client with all defaults on a script.
func newScripted(t testing.TB, steps []step, opts ...client.Option) (*client.Client, *script) {
	t.Helper()
	s := &script{steps: steps}
	c, err := client.New(append([]client.Option{
		client.WithBaseURL("https://api.example/api/v1"),
		client.WithToken(canary),
		client.WithHTTPClient(&http.Client{Transport: s}),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}
