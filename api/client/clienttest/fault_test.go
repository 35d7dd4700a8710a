package clienttest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/client/clienttest"
)

// outcome is what a caller saw who knows nothing but HTTP.
type outcome struct {
	err      error // of the header
	status   int
	header   http.Header
	body     string
	bodyErr  error
	duration time.Duration
}

// put renames group 7 by hand.
func put(ctx context.Context, srv *clienttest.Server) outcome {
	begun := time.Now()
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, srv.URL+"/workspace_groups/7", strings.NewReader(`{"workspace_group":{"name":"New"}}`))
	if err != nil {
		return outcome{err: err}
	}
	r.Header.Set("Authorization", "Bearer "+srv.Token)
	r.Header.Set("Content-Type", "application/json")
	hc := srv.HTTPClient()
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := hc.Do(r)
	if err != nil {
		return outcome{err: err, duration: time.Since(begun)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return outcome{status: resp.StatusCode, header: resp.Header, body: string(body), bodyErr: err, duration: time.Since(begun)}
}

// Each fault as the caller sees it, on a port and in memory, and what became of the update.
func TestFaults(t *testing.T) {
	const document = `"results":[{"key":"workspace_groups","id":"7"}]`
	is := func(status int, body string) func(*testing.T, outcome) {
		return func(t *testing.T, o outcome) {
			t.Helper()
			if o.err != nil || o.bodyErr != nil || o.status != status || !strings.Contains(o.body, body) {
				t.Errorf("got %+v, want %d with %s", o, status, body)
			}
		}
	}
	fails := func(t *testing.T, o outcome) {
		t.Helper()
		if !errors.Is(o.err, syscall.ECONNRESET) && !errors.Is(o.err, io.EOF) { // EOF in memory
			t.Errorf("got %+v", o)
		}
	}
	has := func(status int, key, value string) func(*testing.T, outcome) {
		return func(t *testing.T, o outcome) {
			t.Helper()
			if o.status != status || o.header.Get(key) != value {
				t.Errorf("got %+v, want %d with %s: %s", o, status, key, value)
			}
		}
	}
	for _, tc := range []struct {
		fault   clienttest.Fault
		name    string // of the fault
		applied bool
		status  int // in the journal
		check   func(*testing.T, outcome)
	}{
		{clienttest.Status(429), "status 429", false, 429, is(429, `{"errors":[{"type":"system","message":"Too many requests"}]}`)},
		{clienttest.Status(429).Header("Retry-After", "7"), "status 429", false, 429, has(429, "Retry-After", "7")},
		{clienttest.Status(502), "status 502", false, 502, is(502, `{"errors":[{"type":"system","message":"Bad Gateway"}]}`)},
		{clienttest.Status(503).Applied(), "status 503, applied", true, 503, is(503, "Service unavailable")},
		{clienttest.Status(500).Header("X-Runtime", "9").Body("oops"), "status 500", false, 500, is(500, "oops")},
		{clienttest.Status(200), "status 200", true, 200, has(200, "Content-Length", "0")},
		{clienttest.Status(204), "status 204", true, 204, is(204, "")},
		{clienttest.Status(307).Header("Location", "http://other.example/"), "status 307", false, 307, has(307, "Location", "http://other.example/")},
		{clienttest.Latency(time.Millisecond), "latency 1ms", true, 200, is(200, document)},
		{clienttest.Status(503).After(time.Millisecond), "status 503 after 1ms", false, 503, is(503, "errors")},
		{clienttest.Reset(), "reset", false, 0, fails},
		{clienttest.Reset().Applied(), "reset, applied", true, 0, fails},
		{clienttest.CutOff(10), "cut off after 10", true, 200, func(t *testing.T, o outcome) {
			if o.status != 200 || !errors.Is(o.bodyErr, io.ErrUnexpectedEOF) || len(o.body) != 10 {
				t.Errorf("got %+v, want ten bytes and an unexpected end", o)
			}
		}},
		{clienttest.CutOff(1 << 20), "cut off after 1048576", true, 200, func(t *testing.T, o outcome) {
			if !errors.Is(o.bodyErr, io.ErrUnexpectedEOF) || o.body == "" {
				t.Errorf("got %+v, want an unexpected end", o)
			}
		}},
	} {
		for _, transport := range transports {
			t.Run(tc.fault.String()+" by "+transport.name, func(t *testing.T) {
				t.Parallel()
				srv := clienttest.New(t, append(transport.opts[:len(transport.opts):len(transport.opts)], clienttest.WithFault(clienttest.Nth(1), tc.fault))...)
				// Each fault is on a new connection: net/http sends a request again by itself when a kept one turns out to be closed.
				tc.check(t, put(t.Context(), srv))
				last := srv.Last()
				if last.Fault != tc.name || last.Status != tc.status || last.Applied != tc.applied {
					t.Errorf("the journal says %q, status %d, applied %t; want %q, %d, %t",
						last.Fault, last.Status, last.Applied, tc.name, tc.status, tc.applied)
				}
				if last.Update == nil || last.Update.Name != "New" {
					t.Errorf("the journal has the update %+v", last.Update)
				}
				if renamed := nameOf(t, srv, 7) == "New"; renamed != tc.applied {
					t.Errorf("the update was applied: %t, want %t", renamed, tc.applied)
				}
				is(200, document)(t, put(t.Context(), srv)) // and the next request is served
			})
		}
	}
}

// In a bubble the waiting of faults is exact, and takes no time.
func TestWaitingInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := clienttest.New(t, clienttest.WithoutPort())
		for _, tc := range []struct {
			fault clienttest.Fault
			want  time.Duration
		}{
			{clienttest.Latency(time.Hour), time.Hour},
			{clienttest.Status(503).After(time.Minute).After(time.Second), 61 * time.Second},
			{clienttest.Reset().After(time.Minute), time.Minute},
		} {
			srv.Inject(clienttest.Nth(1), tc.fault)
			if got := put(t.Context(), srv).duration; got != tc.want {
				t.Errorf("%s took %v, want %v", tc.fault, got, tc.want)
			}
		}
	})
}

// A caller who leaves ends what the fault waits for; what was applied stays.
func TestTheCallerLeaves(t *testing.T) {
	for _, tc := range []struct {
		fault   clienttest.Fault
		applied bool
	}{
		{clienttest.Hang(), false},
		{clienttest.Hang().Applied(), true},
		{clienttest.Latency(time.Hour), true},
		{clienttest.Status(503).After(time.Hour), false},
	} {
		t.Run(tc.fault.String(), func(t *testing.T) {
			t.Parallel()
			srv := clienttest.New(t, clienttest.WithFault(clienttest.Always(), tc.fault))
			ctx, leave := context.WithCancel(t.Context())
			ended := make(chan outcome)
			go func() { ended <- put(ctx, srv) }()
			requests, err := srv.Await(t.Context(), 1)
			if err != nil || len(requests) != 1 || requests[0].Applied != tc.applied {
				t.Errorf("got %v, %v", requests, err)
			}
			leave()
			if o := <-ended; !errors.Is(o.err, context.Canceled) && !errors.Is(o.bodyErr, context.Canceled) {
				t.Errorf("got %+v", o)
			}
			if renamed := nameOf(t, srv, 7) == "New"; renamed != tc.applied {
				t.Errorf("the update was applied: %t", renamed)
			}
		})
	}
}

// Close ends callers who wait, without a reply that looks like one.
func TestCloseWhileSomebodyWaits(t *testing.T) {
	for _, transport := range transports {
		for _, fault := range []clienttest.Fault{clienttest.Hang(), clienttest.Latency(time.Hour)} {
			t.Run(fault.String()+" by "+transport.name, func(t *testing.T) {
				srv := clienttest.New(t, append(transport.opts[:len(transport.opts):len(transport.opts)], clienttest.WithFault(clienttest.Always(), fault))...)
				ended := make(chan outcome)
				go func() { ended <- put(t.Context(), srv) }()
				if _, err := srv.Await(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
				srv.Close()
				srv.Close() // again does nothing
				if o := <-ended; o.err == nil && o.bodyErr == nil {
					t.Errorf("got a whole reply: %+v", o)
				}
			})
		}
	}
}
