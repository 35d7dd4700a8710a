package clienttest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/gen/model"
)

// When says which requests a fault hits. It is called once for each request, in the order in which they arrive, and must
// not call the Server.
type When func(Arrival) bool

// Arrival is what is known of a request when it arrives.
type Arrival struct {
	N       int   // 1 is the first request
	Nth     int   // 1 is the first request since the fault was injected
	GroupID int64 // 0 if the path has no id
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

// rule is a fault and when it hits.
type rule struct {
	when  When
	fault Fault
	since int // number of requests when it was injected
}

// Fault is what goes wrong with a request. Its methods return a changed copy. The update of a request with a fault is not
// applied, except where a constructor or Applied says so.
type Fault struct {
	name    string
	applied bool
	silent  bool // no reply is sent
	delay   time.Duration
	change  []func(*httptest.ResponseRecorder)                    // of the real server's reply, in order
	send    func(http.ResponseWriter, *httptest.ResponseRecorder) // nil: sends the reply
}

// Status answers with a status and the API's body for it, without a body below 400. The update is applied if it is 2xx.
func Status(code int) Fault {
	f := Fault{name: "status " + strconv.Itoa(code), applied: code < 300}
	return f.with(func(r *httptest.ResponseRecorder) {
		id := r.Header().Get("X-Request-Id")
		clear(r.Header())
		r.Header().Set("X-Request-Id", id)
		r.Code, r.Body = code, new(bytes.Buffer)
		if code >= 400 {
			r.Header().Set("Content-Type", "application/json")
			r.Body.Write(server.ErrorBody(code))
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
	return Fault{name: "cut off after " + strconv.Itoa(n), applied: true, send: func(w http.ResponseWriter, r *httptest.ResponseRecorder) {
		all := r.Body.Len()
		r.Body.Truncate(max(0, min(n, all-1)))
		write(w, r, all)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // closes the connection
	}}
}

// String returns the name of the fault, as in Request.Fault.
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
	return f.with(func(r *httptest.ResponseRecorder) {
		if r.Header().Del(key); value != "" {
			r.Header().Set(key, value)
		}
	})
}

// Body returns the fault with another body of the reply. The Content-Type stays as it is.
func (f Fault) Body(body string) Fault {
	return f.with(func(r *httptest.ResponseRecorder) { r.Body = bytes.NewBufferString(body) })
}

func (f Fault) with(change func(*httptest.ResponseRecorder)) Fault {
	f.change = append(slices.Clip(f.change), change)
	return f
}

// seen is what the real server saw of a request.
type seen struct {
	withheld bool // the store must not get the update
	applied  bool // the store took it
	entry    server.Entry
}

type seenKey struct{}

func seenIn(ctx context.Context) *seen { return ctx.Value(seenKey{}).(*seen) }

// gate is the store that the real server gets. It withholds updates that a fault does not let through.
type gate struct{ *Server }

var _ group.Updater = gate{}

func (g gate) Authenticate(ctx context.Context, token string) (group.Caller, error) {
	return g.store.Authenticate(ctx, token)
}

func (g gate) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	if seenIn(ctx).withheld {
		return group.Snapshot{}, &group.Error{Code: group.Unavailable}
	}
	snapshot, err := g.store.Update(ctx, by, id, u, in)
	seenIn(ctx).applied = err == nil
	return snapshot, err
}

// answer lets the real server answer into memory, records the request, and sends the reply as the fault wants it. So a
// caller that has its reply finds the request recorded.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	n, fault := s.log.arrive(groupID(r.URL.Path))
	const most = 16 << 20 // beyond what the real server takes
	body, err := io.ReadAll(io.LimitReader(r.Body, most))
	if err != nil {
		panic(http.ErrAbortHandler) // the caller is gone
	}
	saw := &seen{withheld: fault.name != "" && !fault.applied}
	inner := r.Clone(context.WithValue(r.Context(), seenKey{}, saw))
	inner.Body = io.NopCloser(bytes.NewReader(body))
	reply := httptest.NewRecorder()
	s.api.ServeHTTP(reply, inner)
	for _, change := range fault.change {
		change(reply)
	}
	s.log.add(newRequest(n, r, body, saw, fault, reply.Code))
	if fault.delay > 0 {
		timer := time.NewTimer(fault.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		case <-s.closing:
			panic(http.ErrAbortHandler)
		}
	}
	if fault.send != nil {
		fault.send(w, reply)
	} else {
		write(w, reply, reply.Body.Len())
	}
}

// write sends a reply that says that its body has size bytes.
func write(w http.ResponseWriter, r *httptest.ResponseRecorder, size int) {
	maps.Copy(w.Header(), r.Header())
	if r.Code != http.StatusNoContent && r.Code != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(size))
	}
	w.WriteHeader(r.Code)
	_, _ = w.Write(r.Body.Bytes())
}

// reset closes the connection without another byte: with RST on TCP.
func reset(w http.ResponseWriter, _ *httptest.ResponseRecorder) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// groupID returns the id in the path of a request, or 0.
func groupID(path string) int64 {
	id, _ := strconv.ParseInt(strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".json"), 10, 64)
	return max(0, id)
}
