package server

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
)

// serve is around everything else: it names the request, limits its time, turns a panic into an error, and logs.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	x := s.begin(w, r)
	if p := s.answer(x, r); p != nil {
		if x.status != 0 {
			x.err = p
			s.observe(x, r)
			panic(http.ErrAbortHandler) // half a reply must not look like a whole one
		}
		s.refuse(x, r, p)
	}
	x.lasting.ctx.end()
	s.observe(x, r)
	s.release(x)
}

// observe tells the journal and the log of an exchange that has ended.
func (s *Server) observe(x *exchange, r *http.Request) {
	s.record(x, r)
	s.logRequest(x, r)
}

// answer routes a request, and returns the panic that ended it, if there was one.
func (s *Server) answer(x *exchange, r *http.Request) (p *panicked) {
	defer func() { p = recovered(recover()) }()
	s.route(x, canonical(r))
	return nil
}

// givenID returns the id that the caller gave, if it is fit for a log.
func givenID(h http.Header) string {
	if given := h["X-Request-Id"]; len(given) == 1 && fitsLog(given[0]) {
		return given[0]
	}
	return ""
}

// appendRequestID appends 128 random bits in base 32. They tell requests apart and guard nothing, so they need not come
// from the operating system each time.
func appendRequestID(b []byte) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var id [26]byte
	high, low := rand.Uint64(), rand.Uint64()
	for i := range 13 {
		id[i], id[13+i] = alphabet[low&31], alphabet[high&31]
		low, high = low>>5, high>>5
	}
	return append(b, id[:]...)
}

func fitsLog(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("._-", s[i]) < 0 {
			return false
		}
	}
	return 1 <= len(s) && len(s) <= 128
}

// panicked is a panic as an error. A panic of the runtime says what it was; another one may hold anything, a body
// for example, and is only known by its type.
type panicked struct {
	what  string
	stack []byte
}

func (p *panicked) Error() string { return "panic: " + p.what }

func recovered(v any) *panicked {
	if v == nil {
		return nil
	}
	p := &panicked{what: fmt.Sprintf("%T", v), stack: debug.Stack()}
	if e, ok := v.(runtime.Error); ok {
		p.what = e.Error()
	}
	return p
}

// logRequest writes one line for a request. A path or a query is not in it, only the route. Where its context has ended the
// caller is gone, and what could not be done for it is no error.
func (s *Server) logRequest(x *exchange, r *http.Request) {
	outer, level := r.Context(), slog.LevelInfo
	if x.status >= http.StatusInternalServerError && outer.Err() == nil {
		level = slog.LevelError
	}
	if !s.log.Enabled(outer, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", r.Method),
		slog.String("route", x.route),
		slog.Int("status", x.status),
		slog.Duration("duration", time.Since(x.start)),
		slog.Int64("bytes", x.size),
		slog.String("request_id", x.id),
	}
	if cause := cause(x.err); x.status >= http.StatusInternalServerError && cause != "" {
		attrs = append(attrs, slog.String("cause", cause))
	}
	if p := (*panicked)(nil); errors.As(x.err, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	s.log.LogAttrs(outer, level, "request", attrs...)
}

// cause describes an error for the log. What the domain refuses names fields and ids, never values.
func cause(err error) string {
	if err == nil || group.CodeOf(err) == group.Refused {
		return ""
	}
	return err.Error()
}
