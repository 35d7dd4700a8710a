package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
)

// observe is around everything else: it names the request, turns a panic into an error, answers errors, and logs.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		r := c.Request() // behind limitTime the context of a request has ended when it is logged
		id := requestID(r.Header)
		res := c.Response()
		h := res.Header()
		h["X-Request-Id"] = []string{id}
		res.Before(func() { h["X-Runtime"] = []string{seconds(time.Since(start))} })

		err := recovered(next, c)
		if err != nil {
			if p := (*panicked)(nil); errors.As(err, &p) && res.Committed {
				s.logRequest(r.Context(), c, id, start, err)
				panic(http.ErrAbortHandler) // half a reply must not look like a whole one
			}
			c.Error(err)
		}
		s.logRequest(r.Context(), c, id, start, err)
		return nil
	}
}

// limitTime ends the context of a request that takes too long: the store gives up, and the caller learns it.
func (s *Server) limitTime(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), s.timeouts.Work)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// requestID returns the id that the caller gave, if it is fit for a log, or a new one of 130 random bits.
func requestID(h http.Header) string {
	if given := h["X-Request-Id"]; len(given) == 1 && fitsLog(given[0]) {
		return given[0]
	}
	return newRequestID()
}

func newRequestID() string { return rand.Text() }

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

func recovered(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		p := &panicked{what: fmt.Sprintf("%T", v), stack: debug.Stack()}
		if e, ok := v.(runtime.Error); ok {
			p.what = e.Error()
		}
		err = p
	}()
	return next(c)
}

// logRequest writes one line for a request. A path or a query is not in it, only the route. Where ctx has ended the caller
// is gone, and what could not be done for it is no error.
func (s *Server) logRequest(ctx context.Context, c echo.Context, id string, start time.Time, err error) {
	res := c.Response()
	level := slog.LevelInfo
	if res.Status >= http.StatusInternalServerError && ctx.Err() == nil {
		level = slog.LevelError
	}
	if !s.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", c.Request().Method),
		slog.String("route", c.Path()),
		slog.Int("status", res.Status),
		slog.Duration("duration", time.Since(start)),
		slog.Int64("bytes", res.Size),
		slog.String("request_id", id),
	}
	if cause := cause(err); res.Status >= http.StatusInternalServerError && cause != "" {
		attrs = append(attrs, slog.String("cause", cause))
	}
	if p := (*panicked)(nil); errors.As(err, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	s.log.LogAttrs(ctx, level, "request", attrs...)
}

// cause describes an error for the log. What the domain refuses names fields and ids, never values.
func cause(err error) string {
	if err == nil || group.CodeOf(err) == group.Refused {
		return ""
	}
	return err.Error()
}
