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
)

// call is one request: the writer of its reply, and what is known beside what net/http and echo know.
type call struct {
	http.ResponseWriter
	server   *Server
	id       string
	start    time.Time
	remote   string // address
	route    string // "" where there is none
	by       group.Caller
	known    bool  // by is set: the token was good
	reserved int64 // bytes of memory for the body
	read     int64 // bytes of a body that may be a large one
	bodyRead bool  // an operation was called
	entry    *Entry

	status int   // of the reply; 0 before it has begun
	size   int64 // bytes of its body
	broken bool  // the reply ends before its end
	last   bool  // no further request of the connection is answered
	err    error // that was answered
	why    reasons
}

// callOf returns what begin has put in the place of net/http's writer.
func callOf(c echo.Context) *call { return c.Response().Writer.(*call) }

// Unwrap lets http.ResponseController find the connection.
func (x *call) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Values of header fields that every reply has. They are shared: whoever wants another value sets the field itself.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
)

// WriteHeader begins the reply with the fields that every reply has.
func (x *call) WriteHeader(status int) {
	h := x.Header()
	h["Cache-Control"], h["X-Content-Type-Options"] = noStore, noSniff
	own := []string{x.id, strconv.FormatFloat(time.Since(x.start).Seconds(), 'f', 6, 64)}
	h["X-Request-Id"], h["X-Runtime"] = own[:1:1], own[1:]
	if x.last || x.server.stopping.Load() {
		h.Set("Connection", "close")
	}
	x.status = status
	x.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the reply's body.
func (x *call) Write(p []byte) (int, error) {
	n, err := x.ResponseWriter.Write(p)
	x.size += int64(n)
	return n, err
}

// refusedKey returns who is charged for a refusal.
func (x *call) refusedKey() refusedKey {
	if x.known {
		return refusedKey{token: x.by.TokenID}
	}
	return refusedKey{from: source(x.remote)}
}

// begin names a request, and gives back at its end what it holds.
func (s *Server) begin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &call{ResponseWriter: w, server: s, id: requestID(r.Header), start: time.Now(), remote: r.RemoteAddr, last: !hasOneEnd(r)}
		if s.journal != nil {
			x.entry = &Entry{RequestID: x.id}
		}
		defer s.releaseBody(x)
		next.ServeHTTP(x, r)
		if x.broken {
			panic(http.ErrAbortHandler) // net/http ends the connection: half a reply must not look like a whole one
		}
	})
}

// hasOneEnd reports whether whatever is in front sees the end of the request where net/http sees it. net/http hides a
// Content-Length beside chunks, and every Transfer-Encoding of HTTP/1.0; the connection has to end then (RFC 9112, section 6.1).
func hasOneEnd(r *http.Request) bool {
	return r.ProtoMajor > 1 || r.ProtoMinor > 0 && len(r.TransferEncoding) == 0
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
func (s *Server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		x, ctx := w.(*call), r.Context()
		if s.journal != nil {
			s.journal(ctx, x.entry.finish(x))
		}
		level := slog.LevelInfo
		if x.status >= http.StatusInternalServerError && ctx.Err() == nil { // else the caller is gone
			level = slog.LevelError
		}
		logged := s.log.Enabled(ctx, level)
		if !logged && s.observe == nil {
			return
		}
		o := Observation{Method: method(r.Method), Route: x.route, Status: x.status, Duration: time.Since(x.start)}
		if s.observe != nil {
			o.Limit, o.Rules = x.why.limit, x.why.rules()
			s.observe(o)
		}
		if logged {
			s.log.LogAttrs(ctx, level, "request", attributes(x, o)...)
		}
	})
}

func attributes(x *call, o Observation) []slog.Attr {
	attrs := append(make([]slog.Attr, 0, 12),
		slog.String("method", o.Method), slog.String("route", o.Route), slog.Int("status", o.Status),
		slog.Duration("duration", o.Duration), slog.Int64("bytes", x.size), slog.String("request_id", x.id), slog.String("remote", x.remote))
	if x.known {
		attrs = append(attrs, slog.Int64("token", x.by.TokenID), slog.Int64("account", x.by.AccountID))
	}
	if x.why.limit != "" {
		attrs = append(attrs, slog.String("limit", x.why.limit))
	} else if o.Status >= http.StatusInternalServerError && x.err != nil && group.CodeOf(x.err) != group.Refused {
		attrs = append(attrs, slog.String("cause", x.err.Error()))
	}
	if p, ok := errors.AsType[*panicError](x.err); ok {
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

// reasons are what is said of why a request was refused.
type reasons struct {
	syntax     *validate.SyntaxError
	violations validate.Violations
	refused    []group.Problem
	limit      string
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
