package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// strain makes these tests as long as their figures need, and print them. Without it they show that nothing fails.
var strain = flag.Bool("strain", false, "run the tests of overload, stops, slow connections and observation at full length")

// strained returns full with -strain, and brief without it.
func strained[T any](brief, full T) T {
	if *strain {
		return full
	}
	return brief
}

// wire is a connection on which requests are sent as bytes: a client that costs little beside the server.
type wire struct {
	net.Conn
	replies *bufio.Reader
}

func dialWire(addr string) (*wire, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &wire{c, bufio.NewReader(c)}, c.SetDeadline(time.Now().Add(2 * patience))
}

// put sends an update and returns the status of the reply, and whether the connection goes on.
func (w *wire) put(token string, id int) (status int, kept bool, err error) {
	body := fmt.Sprintf(`{"workspace_group":{"name":"Strain %d","notes":"%s"}}`, id, token)
	_, err = fmt.Fprintf(w, "PUT /api/v1/workspace_groups/%d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", id, token, len(body), body)
	if err != nil {
		return 0, false, fmt.Errorf("write: %w", err)
	}
	resp, err := http.ReadResponse(w.replies, nil)
	if err != nil {
		return 0, false, fmt.Errorf("read: %w", err)
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, !resp.Close, err
}

// straining is a server on a file, with tokens.
func straining(t *testing.T, tokens int, args ...string) (p *process, list []string) {
	t.Helper()
	store := newStore(t)
	oxgroupsd(t, demoDocument(), "import", "-", "--store", store).done(t)
	for range tokens {
		out := oxgroupsd(t, "", "token", "create", "--store", store, "--account", "1", "--user", "1").done(t).out
		list = append(list, strings.TrimSpace(out))
	}
	return startProcess(t, append([]string{"--store", store}, args...)...), list
}

func (p *process) addr() string { return strings.TrimPrefix(p.url, "http://") }

// flow is what a load came to.
type flow struct {
	served   []time.Duration // how long each update took
	statuses map[int]int
}

func (f flow) p99() time.Duration {
	slices.Sort(f.served)
	return f.served[len(f.served)*99/100]
}

// loadFor sends updates on connections for a time. A refused one is sent again a moment later, sooner than the server asks for.
func loadFor(t *testing.T, p *process, tokens []string, connections int, d time.Duration) flow {
	t.Helper()
	var mu sync.Mutex
	sum := flow{statuses: map[int]int{}}
	var all sync.WaitGroup
	end := time.Now().Add(d)
	for i := range connections {
		all.Go(func() {
			w, err := dialWire(p.addr())
			if err != nil {
				t.Error(err)
				return
			}
			defer w.Close()
			for time.Now().Before(end) {
				begun := time.Now()
				status, _, err := w.put(tokens[i%len(tokens)], 1+i%20)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if sum.statuses[status]++; status == http.StatusOK {
					sum.served = append(sum.served, time.Since(begun))
				}
				mu.Unlock()
				if status != http.StatusOK {
					time.Sleep(50 * time.Millisecond)
				}
			}
		})
	}
	all.Wait()
	return sum
}

// At four times the connections that it takes at once the server serves as many updates, and those that it takes in do not wait.
func TestOverload(t *testing.T) {
	p, tokens := straining(t, 32, "--log-level", "error")
	d := strained(200*time.Millisecond, 5*time.Second)
	const capacity = 128 // max-in-flight
	loadFor(t, p, tokens, capacity, d)
	for range strained(1, 3) {
		at, over := loadFor(t, p, tokens, capacity, d), loadFor(t, p, tokens, 4*capacity, d)
		for status := range over.statuses {
			if status != http.StatusOK && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
				t.Errorf("status %d", status)
			}
		}
		if over.statuses[http.StatusOK] == 0 {
			t.Fatal("nothing is served")
		}
		t.Logf("goodput %.2f, p99 %v and %v: %.2f; statuses %v and %v", float64(len(over.served))/float64(len(at.served)),
			at.p99().Round(time.Millisecond), over.p99().Round(time.Millisecond), float64(over.p99())/float64(at.p99()), at.statuses, over.statuses)
	}
	p.stop(t, syscall.SIGTERM)
}

// SIGTERM under load loses no request, on connections that are kept and on new ones.
func TestStops(t *testing.T) {
	served, lost := 0, 0
	for range strained(2, 50) {
		p, tokens := straining(t, 1, "--log-level", "error", "--max-per-token", "128", "--max-per-group", "128")
		var mu sync.Mutex
		var all sync.WaitGroup
		begun := make(chan struct{}, 32)
		for i := range cap(begun) {
			all.Go(func() {
				n, err := putUntilClosed(p.addr(), tokens[0], i, i%2 == 0, begun)
				mu.Lock()
				defer mu.Unlock()
				if served += n; err != nil {
					lost++
					t.Errorf("a request got no reply: %v", err)
				}
			})
		}
		for range cap(begun) {
			<-begun
		}
		p.stop(t, syscall.SIGTERM)
		all.Wait()
	}
	t.Logf("served %d, lost %d", served, lost)
}

// putUntilClosed sends updates until the server takes no connections any more. It says when the first one is answered.
func putUntilClosed(addr, token string, i int, keep bool, begun chan<- struct{}) (served int, err error) {
	for {
		w, err := dialWire(addr)
		if err != nil {
			return served, nil // the port is closed: nothing was sent
		}
		for kept := true; kept; kept = kept && keep {
			var status int
			last := time.Now()
			if status, kept, err = w.put(token, 1+i%20); err == nil && status != http.StatusOK {
				err = fmt.Errorf("status %d", status)
			}
			if err != nil {
				w.Close()
				return served, fmt.Errorf("after %v: %w", time.Since(last), err)
			}
			if served++; served == 1 {
				begun <- struct{}{}
			}
		}
		w.Close()
	}
}

// slowKinds are connections that hold a server up: what is sent at once, and what again and again.
var slowKinds = []struct{ name, sent, drip string }{
	{"silent", "", ""},
	{"half a header", "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\n", ""},
	{"header byte by byte", "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nX-Slow: ", "x"},
	{"no body", "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n", ""},
	{"body byte by byte", "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n", " "},
	{"small body byte by byte", "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n", " "},
	{"chunk by chunk", "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"},
	{"no token, no body", "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
	{"no token, chunk by chunk", "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"},
	{"no path, chunk by chunk", "POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"},
}

// Slow connections are closed after the time that is documented, and cost little memory until then.
func TestSlowConnections(t *testing.T) {
	header, read := strained(100*time.Millisecond, 2*time.Second), strained(300*time.Millisecond, 15*time.Second)
	p := startProcess(t, "--demo", "--store", "memory:", "--log-level", "error", "--header-timeout", header.String(), "--read-timeout", read.String())
	for _, kind := range slowKinds {
		p.put(t, "", "demo", update)
		before := p.residentMB(t)
		open := make([]*wire, strained(20, 500))
		for i := range open {
			w, err := dialWire(p.addr())
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			open[i] = w
			if _, err := io.WriteString(w, kind.sent); err != nil {
				t.Fatal(err)
			}
		}
		most := read
		if !strings.Contains(kind.sent, "\r\n\r\n") {
			most = header
		}
		var all sync.WaitGroup
		held := make(chan time.Duration, len(open))
		begun := time.Now()
		for _, w := range open {
			all.Go(func() {
				d, err := w.untilClosed(kind.drip)
				if held <- d; errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%s: still open after %v", kind.name, d)
				}
			})
		}
		memory := 0
		if *strain {
			time.Sleep(most / 2)
			memory = p.residentMB(t) - before
		}
		all.Wait()
		close(held)
		var longest time.Duration
		for d := range held {
			longest = max(longest, d)
		}
		const slack = 3 * time.Second // of a reply that its sender gets time to read
		if *strain && longest > most+slack {
			t.Errorf("%s: held for %v, documented are %v", kind.name, longest, most)
		}
		t.Logf("%-26s %d held for %v at most, %+d MB (%v)", kind.name, len(open), longest.Round(time.Millisecond), memory, time.Since(begun).Round(time.Second))
	}
	p.stop(t, syscall.SIGTERM)
}

// untilClosed sends drip again and again, and returns how long it is until the connection ends, and what it ends with.
func (w *wire) untilClosed(drip string) (time.Duration, error) {
	begun := time.Now()
	ended := make(chan error)
	go func() {
		_, err := io.Copy(io.Discard, w.replies)
		ended <- err
	}()
	for {
		select {
		case err := <-ended:
			return time.Since(begun), err
		case <-time.After(100 * time.Millisecond):
			_, _ = io.WriteString(w, drip)
		}
	}
}

// residentMB returns how much memory the process has, 0 where the system does not say.
func (p *process) residentMB(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	var size, resident int
	if _, scanErr := fmt.Sscan(string(text), &size, &resident); err != nil || scanErr != nil {
		t.Fatal(err, scanErr)
	}
	return resident * os.Getpagesize() >> 20
}

// A server with metrics, log and traces serves as many updates as one without.
func TestObservationIsCheap(t *testing.T) {
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer collector.Close()
	off, offTokens := straining(t, 8, "--log-level", "error")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	on, onTokens := straining(t, 8, "--ops", ":0")
	on.discardLog()
	d := strained(100*time.Millisecond, 2*time.Second)
	var ratios []float64
	for range strained(1, 9) {
		a, b := loadFor(t, off, offTokens, 64, d), loadFor(t, on, onTokens, 64, d)
		if len(a.served) == 0 || len(b.served) == 0 {
			t.Fatal("nothing is served")
		}
		ratios = append(ratios, float64(len(b.served))/float64(len(a.served)))
	}
	slices.Sort(ratios)
	t.Logf("on against off: %.2f (%.2f)", ratios[len(ratios)/2], ratios)
	off.stop(t, syscall.SIGTERM)
	on.stop(t, syscall.SIGTERM)
}
