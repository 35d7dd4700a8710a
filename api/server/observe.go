package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
)

// serve is around everything else: it names the request, limits its time, turns a panic into an error, and logs.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	outer, now := r.Context(), time.Now()
	x := &exchange{
		ResponseWriter: w, start: now, id: requestID(r.Header),
		ctx: requestContext{Context: outer, deadline: now.Add(s.timeouts.Work)},
	}
	x.ctx.exchange = x
	if s.journal != nil {
		x.entry = &Entry{RequestID: x.id}
	}
	r = r.WithContext(&x.ctx)
	if p := s.answer(x, r); p != nil {
		if x.status != 0 {
			x.err = p
			s.logRequest(outer, x, r)
			panic(http.ErrAbortHandler) // half a reply must not look like a whole one
		}
		s.refuse(x, r, p)
	}
	x.ctx.end()
	s.logRequest(outer, x, r)
}

// answer routes a request, and returns the panic that ended it, if there was one.
func (s *Server) answer(x *exchange, r *http.Request) (p *panicked) {
	defer func() { p = recovered(recover()) }()
	if headerTooLarge(r, s.maxHeader) {
		s.refuse(x, r, &refusal{status: http.StatusRequestHeaderFieldsTooLarge})
		return nil
	}
	canonicalPath(r)
	s.router.ServeHTTP(x, r)
	return nil
}

// requestID returns the id that the caller gave, if it is fit for a log, or a new one.
func requestID(h http.Header) string {
	if given := h["X-Request-Id"]; len(given) == 1 && fitsLog(given[0]) {
		return given[0]
	}
	return newRequestID()
}

// newRequestID returns 128 random bits in base 32. They tell requests apart and guard nothing, so they need not
// come from the operating system each time.
func newRequestID() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var id [26]byte
	high, low := rand.Uint64(), rand.Uint64()
	for i := range id {
		id[i] = alphabet[low&31]
		low, high = low>>5|high<<59, high>>5
	}
	return string(id[:])
}

func fitsLog(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("._-", s[i]) < 0 {
			return false
		}
	}
	return 1 <= len(s) && len(s) <= 128
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }

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

// logRequest hands a request to the journal and writes one line for it. A path or a query is not in it, only the route. Where outer has ended the
// caller is gone, and what could not be done for it is no error.
func (s *Server) logRequest(outer context.Context, x *exchange, r *http.Request) {
	s.record(outer, x)
	level := slog.LevelInfo
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
