package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/wire"
)

// call is one request: the writer of its reply, and what is known beside what net/http and echo know.
type call struct {
	http.ResponseWriter
	server   *Server
	id       string
	start    time.Time
	remote   string // address
	by       group.Caller
	known    bool  // by is set: the token was good
	reserved int64 // bytes of memory for the body
	read     int64 // bytes of a body that may be a large one
	bodyRead bool  // an operation was called
	err      error // that was answered
	entry    *Entry
}

// callOf returns what begin has put in the place of echo's writer.
func callOf(c echo.Context) *call { return c.Response().Writer.(*call) }

// Unwrap lets http.ResponseController find the connection.
func (x *call) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Values of header fields that every reply has. They are shared: whoever wants another value sets the field anew.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
)

// WriteHeader begins the reply with the fields that every reply has.
func (x *call) WriteHeader(status int) {
	h := x.Header()
	h["Cache-Control"], h["X-Content-Type-Options"] = noStore, noSniff
	h.Set("X-Request-Id", x.id)
	h.Set("X-Runtime", strconv.FormatFloat(time.Since(x.start).Seconds(), 'f', 6, 64))
	if x.server.stopping.Load() {
		h.Set("Connection", "close")
	}
	x.ResponseWriter.WriteHeader(status)
}

// refusedKey returns who is charged for a refusal.
func (x *call) refusedKey() refusedKey {
	if x.known {
		return refusedKey{token: x.by.TokenID}
	}
	return refusedKey{from: source(x.remote)}
}

// begin names a request, and gives back at its end what it holds.
func (s *Server) begin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, w := c.Request(), c.Response()
		x := &call{ResponseWriter: w.Writer, server: s, id: requestID(r.Header), start: time.Now(), remote: r.RemoteAddr}
		if s.journal != nil {
			x.entry = &Entry{RequestID: x.id}
		}
		w.Writer = x
		defer s.releaseBody(x)
		return next(c)
	}
}

// requestID returns the id that the caller gave, if it is fit for a log, or a random one.
func requestID(h http.Header) string {
	if given := h["X-Request-Id"]; len(given) == 1 && len(given[0]) <= 128 && given[0] != "" && consistsOf(given[0], "._-") {
		return given[0]
	}
	return rand.Text()
}

// panicError is a panic as an error. A panic of the runtime says what it was; another one may hold anything, a body for
// example, and is only known by its type.
type panicError struct {
	what  string
	stack []byte
}

func (p *panicError) Error() string { return "panic: " + p.what }

func newPanicError(v any) *panicError {
	p := &panicError{what: fmt.Sprintf("%T", v), stack: debug.Stack()}
	if e, ok := v.(runtime.Error); ok {
		p.what = e.Error()
	}
	return p
}

// Observation is what is known of a request once it is answered.
type Observation struct {
	Method   string // of the spec's paths; "other" for any other one
	Route    string // "" where there is none
	Status   int
	Duration time.Duration
	Limit    string   // the limit that refused it, if one did
	Rules    []string // that it breaks, one for each violation
}

// logRequests writes one line for a request, and tells the observer and the journal. Of what a caller sent only the method
// and the request id are in it.
func (s *Server) logRequests(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c) // which was answered
		x, w, r := callOf(c), c.Response(), c.Request()
		o := Observation{Method: method(r.Method), Route: route(c, x.err), Status: w.Status, Duration: time.Since(x.start)}
		why := reasonsOf(x.err)
		if s.observe != nil {
			o.Limit, o.Rules = why.limit, why.rules()
			s.observe(o)
		}
		if s.journal != nil {
			s.journal(r.Context(), x.entry.finish(x, why, w.Status))
		}
		level := slog.LevelInfo
		if w.Status >= http.StatusInternalServerError && r.Context().Err() == nil { // else the caller is gone
			level = slog.LevelError
		}
		if s.log.Enabled(r.Context(), level) {
			s.log.LogAttrs(r.Context(), level, "request", attributes(x, o, w.Size, r.RemoteAddr)...)
		}
		return err
	}
}

func attributes(x *call, o Observation, size int64, remote string) []slog.Attr {
	attrs := append(make([]slog.Attr, 0, 12),
		slog.String("method", o.Method), slog.String("route", o.Route), slog.Int("status", o.Status),
		slog.Duration("duration", o.Duration), slog.Int64("bytes", size), slog.String("request_id", x.id), slog.String("remote", remote))
	if x.known {
		attrs = append(attrs, slog.Int64("token", x.by.TokenID), slog.Int64("account", x.by.AccountID))
	}
	if limited := (*limitError)(nil); errors.As(x.err, &limited) {
		attrs = append(attrs, slog.String("limit", limited.limit))
	} else if o.Status >= http.StatusInternalServerError && x.err != nil && group.CodeOf(x.err) != group.Refused {
		attrs = append(attrs, slog.String("cause", x.err.Error()))
	}
	if p := (*panicError)(nil); errors.As(x.err, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	return attrs
}

// method returns the name of a method, which a caller can make as long as it wants.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return name
	}
	return "other"
}

func route(c echo.Context, err error) string {
	if errors.Is(err, echo.ErrNotFound) {
		return ""
	}
	return c.Path()
}

// reasons are what an error says of why a request was refused.
type reasons struct {
	syntax     *validate.SyntaxError
	violations validate.Violations
	refused    []group.Problem
	limit      string
}

func reasonsOf(err error) (r reasons) {
	var (
		request *wire.RequestError
		bounds  *boundsError
		limited *limitError
		domain  *group.Error
	)
	switch {
	case err == nil:
	case errors.As(err, &limited):
		r.limit = limited.limit
	case errors.As(err, &bounds):
		r.violations = validate.Violations{bounds.violation}
	case errors.As(err, &request):
		r.syntax, r.violations = request.Syntax, request.Violations
	case errors.As(err, &domain):
		r.refused = domain.Problems
	}
	return r
}

// rules returns the rules of the spec that the request breaks, one for each violation.
func (r reasons) rules() (rules []string) {
	for _, v := range r.violations {
		rules = append(rules, v.Rule)
	}
	if r.syntax != nil {
		rules = append(rules, typeSyntax)
	}
	return rules
}
