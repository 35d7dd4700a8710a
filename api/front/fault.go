package front

import (
	"bytes"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/oxgroups/api/server"
)

// When says which requests a fault hits. It is called once for each request, in the order in which they arrive, under a lock.
type When func(Arrival) bool

// Arrival is what is known of a request when it arrives.
type Arrival struct {
	N            int   // 1 is the first request
	Nth          int   // 1 is the first request since the fault was injected
	GroupID      int64 // 0 if the path has no id
	Method, Path string
	TokenID      int64 // 0 if no rule of the stand-in asks for it
}

// Always hits every request.
func Always() When { return func(Arrival) bool { return true } }

// Nth hits the requests with these numbers; 1 is the first one since the fault was injected.
func Nth(n ...int) When { return func(a Arrival) bool { return slices.Contains(n, a.Nth) } }

// First hits the first n requests since the fault was injected.
func First(n int) When { return func(a Arrival) bool { return a.Nth <= n } }

// Every hits each kth request.
func Every(k int) When { return func(a Arrival) bool { return k > 0 && a.Nth%k == 0 } }

// ForGroup hits requests for the groups with these ids, whether or not there are such groups.
func ForGroup(ids ...int64) When {
	return func(a Arrival) bool { return slices.Contains(ids, a.GroupID) }
}

// Faults are the faults that are in force. The zero value has none. It is safe for concurrent use.
type Faults struct {
	mu      sync.Mutex
	arrived int
	list    []injected
	rules   Rules
	tokens  bool // a rule asks for the token
}

// injected is a fault and when it hits.
type injected struct {
	hits  func(Arrival) (Fault, bool)
	since int // number of requests when it was injected
}

// Inject adds a fault from now on. If several would hit a request, the one that was injected first does.
func (f *Faults) Inject(when When, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, injected{func(a Arrival) (Fault, bool) { return fault, when(a) }, f.arrived})
}

// arrive counts a request and returns its number and its fault. The zero Fault is none.
func (f *Faults) arrive(a Arrival) (n int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.arrived++
	a.N = f.arrived
	hit := false
	for _, i := range f.list {
		a.Nth = f.arrived - i.since
		if found, ok := i.hits(a); ok && !hit {
			fault, hit = found, true
		}
	}
	return f.arrived, fault
}

func (f *Faults) asksForTokens() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tokens
}

// Fault is what goes wrong with a request. Its methods return a changed copy. The update of a request with a fault is not
// applied, except where a constructor or Applied says so.
type Fault struct {
	name    string
	applied bool
	silent  bool // no reply is sent
	delay   time.Duration
	change  []func(*reply) // of the API's reply, in order
	send    func(*reply)   // nil: sends the reply
}

// Status answers with a status and the API's body for it, without a body below 400. The update is applied if it is 2xx.
func Status(code int) Fault {
	f := Fault{name: "status " + strconv.Itoa(code), applied: code < 300}
	return f.with(func(r *reply) {
		maps.DeleteFunc(r.Header(), func(key string, _ []string) bool { // a page of another origin shall see the fault, too
			return key != "X-Request-Id" && key != "Vary" && !strings.HasPrefix(key, "Access-Control-")
		})
		r.code, r.body = code, bytes.Buffer{}
		if code >= 400 {
			r.Header().Set("Content-Type", "application/json")
			r.body.Write(server.ErrorBody(code))
		}
	})
}

// Latency applies the update and waits before it answers, or until the caller is gone.
func Latency(d time.Duration) Fault {
	return Fault{name: "latency " + d.String(), applied: true, delay: d}
}

// Hang never answers. It ends when the caller is gone or the server is closed.
func Hang() Fault { return Fault{name: "hang", silent: true, delay: 1<<63 - 1} }

// Reset resets the connection instead of a reply.
func Reset() Fault { return Fault{name: "reset", silent: true, send: reset} }

// CutOff applies the update and closes the connection after n bytes of the body of the reply, and before its end.
func CutOff(n int) Fault {
	return Fault{name: "cut off after " + strconv.Itoa(n), applied: true, send: func(r *reply) {
		all := r.body.Len()
		r.body.Truncate(max(0, min(n, all-1)))
		r.send(all)
		_ = http.NewResponseController(r.ResponseWriter).Flush()
		panic(http.ErrAbortHandler) // closes the connection
	}}
}

// String returns the name of the fault, as it is recorded.
func (f Fault) String() string { return f.name }

// Applied returns the fault with the update applied before it strikes.
func (f Fault) Applied() Fault {
	if !f.applied {
		f.applied, f.name = true, f.name+", applied"
	}
	return f
}

// After returns the fault with a delay before the reply.
func (f Fault) After(d time.Duration) Fault {
	f.delay, f.name = f.delay+d, f.name+" after "+d.String()
	return f
}

// Header returns the fault with a header of the reply; an empty value removes it.
func (f Fault) Header(key, value string) Fault {
	return f.with(func(r *reply) {
		if r.Header().Del(key); value != "" {
			r.Header().Set(key, value)
		}
	})
}

// Body returns the fault with another body of the reply. The Content-Type stays as it is.
func (f Fault) Body(body string) Fault {
	return f.with(func(r *reply) { r.body = *bytes.NewBufferString(body) })
}

func (f Fault) with(change func(*reply)) Fault {
	f.change = append(slices.Clip(f.change), change)
	return f
}

// reset closes the connection without another byte: with RST on TCP.
func reset(r *reply) {
	conn, _, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
