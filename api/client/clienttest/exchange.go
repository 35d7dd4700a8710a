package clienttest

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

// exchange is one request and what is done with its reply.
type exchange struct {
	w       http.ResponseWriter
	ctx     context.Context // of the request
	closing <-chan struct{} // of the server
	reply   reply
}

// maxBody bounds what is read of a request. It is beyond what the real server takes, which then says so.
const maxBody = 16 << 20

// answer handles a request. It lets the real server answer into memory, records the request, and sends the reply the way
// the fault wants it: a caller that has its reply finds the request recorded.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	s.running.Add(1)
	defer s.running.Done()
	history := s.requests.history()
	n, fault := history.arrive(r.URL.Path)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler) // the caller is gone
	}
	seen := &sighting{withheld: fault != nil && !fault.applied}
	x := &exchange{w: w, ctx: r.Context(), closing: s.closing, reply: s.ask(r, seen, body)}
	if fault == nil {
		fault = &Fault{}
	}
	for _, change := range fault.change {
		change(&x.reply)
	}
	history.add(newRequest(n, r, body, seen, fault, x.reply))
	if !x.wait(fault.delay) {
		x.closeConn()
		return
	}
	if fault.send == nil {
		x.whole()
	} else {
		fault.send(x)
	}
}

// ask returns the real server's reply.
func (s *Server) ask(r *http.Request, seen *sighting, body []byte) reply {
	inner := r.Clone(context.WithValue(r.Context(), sightingKey{}, seen))
	inner.Body = io.NopCloser(bytes.NewReader(body))
	rec := &recorder{reply: reply{header: http.Header{}}}
	s.api.ServeHTTP(rec, inner)
	return rec.reply
}

// recorder is a http.ResponseWriter that keeps the reply.
type recorder struct{ reply }

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.body = append(r.body, p...)
	return len(p), nil
}

// wait waits, and reports whether somebody is there for the reply then.
func (x *exchange) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.ctx.Done():
		return false
	case <-x.closing:
		return false
	}
}

// begin sends status and header. size is that of the body on the wire, -1 where it is not known.
func (x *exchange) begin(size int) {
	h := x.w.Header()
	for key, values := range x.reply.header {
		h[key] = values
	}
	h.Del("Content-Length")
	if size >= 0 && bodyAllowed(x.reply.status) {
		h.Set("Content-Length", strconv.Itoa(size))
	}
	x.w.WriteHeader(x.reply.status)
}

// bodyAllowed reports whether a reply has a body: RFC 9110, section 6.4.1.
func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

func (x *exchange) whole() {
	x.begin(len(x.reply.body))
	_, _ = x.w.Write(x.reply.body) // where it fails the caller is gone
}

func (x *exchange) truncated(n int) {
	x.begin(len(x.reply.body))
	_, _ = x.w.Write(x.reply.body[:max(0, min(n, len(x.reply.body)-1))])
	_ = http.NewResponseController(x.w).Flush()
	panic(http.ErrAbortHandler) // which closes the connection
}

func (x *exchange) trickle(n int, pause time.Duration) {
	x.begin(len(x.reply.body))
	control := http.NewResponseController(x.w)
	for rest := x.reply.body; len(rest) > 0; {
		_ = control.Flush()
		if !x.wait(pause) {
			panic(http.ErrAbortHandler)
		}
		piece := rest[:min(n, len(rest))]
		if _, err := x.w.Write(piece); err != nil {
			return
		}
		rest = rest[len(piece):]
	}
}

func (x *exchange) gzipBomb(size int64) {
	x.reply.header.Set("Content-Encoding", "gzip")
	x.begin(-1)
	z := gzip.NewWriter(x.w)
	spaces := bytes.Repeat([]byte(" "), 64<<10)
	for left := size - int64(len(x.reply.body)); left > 0; left -= int64(len(spaces)) {
		if _, err := z.Write(spaces[:min(left, int64(len(spaces)))]); err != nil {
			return // the caller has had enough
		}
	}
	_, _ = z.Write(x.reply.body)
	_ = z.Close()
}

func (x *exchange) hang() {
	select {
	case <-x.ctx.Done():
	case <-x.closing:
	}
	x.closeConn()
}

func (x *exchange) closeConn() { x.drop(false) }

func (x *exchange) resetConn() { x.drop(true) }

// drop ends the connection without another byte.
func (x *exchange) drop(reset bool) {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if c, ok := conn.(interface{ SetLinger(sec int) error }); ok && reset {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}
