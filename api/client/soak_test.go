package client_test

import (
	"context"
	"errors"
	"flag"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

var soakCalls = flag.Int("soak", 4000, "how many calls TestSoak makes")

// TestSoak makes many calls over real connections while every tenth request fails in some way: each call ends as the
// documentation says, the API got as many requests as the calls report, memory does not grow, and connections are used
// again unless a fault broke them.
func TestSoak(t *testing.T) {
	const workers, rounds = 64, 4
	srv := clienttest.New(t, clienttest.WithRequestsKept(1))
	faults := []clienttest.Fault{
		clienttest.Status(503), clienttest.Status(429).Header("Retry-After", "0"), clienttest.Status(502).Body("<html>"), clienttest.Reset(),
		clienttest.Reset().Applied(), clienttest.CutOff(50), clienttest.Latency(time.Millisecond), clienttest.Status(500),
		clienttest.Status(200).Body("{"), clienttest.Status(307).Header("Location", "http://localhost/"),
	}
	for i, fault := range faults { // ten of a hundred requests, one for each fault
		srv.Inject(func(a clienttest.Arrival) bool { return a.N%100 == 7*i+3 }, fault)
	}
	var run soak
	c, err := client.New(client.WithBaseURL(srv.URL), client.WithToken(srv.Token),
		client.WithBackoff(time.Millisecond, 10*time.Millisecond), client.WithMiddleware(run.countDials))
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()

	var heap [rounds]uint64
	for i := range heap {
		run.round(t, c, workers, *soakCalls/rounds/workers)
		heap[i] = liveHeap()
	}
	t.Logf("%d calls: %d succeeded, %d of them after a retry; %d requests over %d connections; heap %d to %d KiB",
		run.calls.Load(), run.succeeded.Load(), run.repeated.Load(), run.requests.Load(), run.dials.Load(), heap[0]>>10, heap[rounds-1]>>10)
	if got := int64(srv.Count()); got != run.requests.Load() {
		t.Errorf("the API got %d requests, the calls report %d", got, run.requests.Load())
	}
	// Three of a hundred requests lose their connection. A dial may be lost to a connection that came back meanwhile.
	if most := run.requests.Load()/10 + 2*workers; run.dials.Load() > most {
		t.Errorf("%d connections for %d requests, want at most %d", run.dials.Load(), run.requests.Load(), most)
	}
	if heap[rounds-1] > heap[0]+4<<20 {
		t.Errorf("the heap grew from %d to %d KiB", heap[0]>>10, heap[rounds-1]>>10)
	}
	if run.repeated.Load() == 0 || run.succeeded.Load() == run.calls.Load() {
		t.Error("the faults did not strike")
	}
}

// soak counts what calls came to.
type soak struct {
	calls, succeeded, repeated, requests, dials atomic.Int64
}

func (s *soak) round(t *testing.T, c *client.Client, workers, calls int) {
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range calls {
				s.call(t, c)
			}
		})
	}
	all.Wait()
}

func (s *soak) call(t *testing.T, c *client.Client) {
	s.calls.Add(1)
	r, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
	if err == nil {
		s.succeeded.Add(1)
		s.requests.Add(int64(r.Attempts))
		if r.Attempts > 1 {
			s.repeated.Add(1)
		}
		return
	}
	attempts := client.Attempts(err)
	s.requests.Add(int64(attempts))
	once := errors.Is(err, client.ErrBadResponse) || errors.Is(err, client.ErrRedirect)
	passing := errors.Is(err, client.ErrInternal) || errors.Is(err, client.ErrUnavailable) || errors.Is(err, client.ErrTooManyRequests) || errors.Is(err, client.ErrConnection)
	if once == passing || attempts < 1 || attempts > client.DefaultMaxAttempts || errors.Is(err, context.Canceled) {
		t.Errorf("a call ended otherwise: %v after %d attempts", err, attempts)
	}
}

// countDials is middleware that counts the connections that are made.
func (s *soak) countDials(next http.RoundTripper) http.RoundTripper {
	trace := &httptrace.ClientTrace{ConnectDone: func(string, string, error) { s.dials.Add(1) }}
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		return next.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	})
}

// liveHeap returns the bytes that are in use.
func liveHeap() uint64 {
	var stats runtime.MemStats
	for range 2 { // pools are emptied by the second
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
