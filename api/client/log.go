package client

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// WithLogger writes a line at level debug to l for each attempt: method, route, status, request_id, attempt, duration,
// and where they apply error (what kind it is, such as "connection") and retry_in. What is not in this list is not
// written: no URL, query, header, body, token, or text of an error. Nil, the default, is no log.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) error {
		s.log = logger{l}
		return nil
	}
}

// route is what all calls have in common of their path; an id is data.
const route = "/workspace_groups/{id}"

// logger writes what attempts came to.
type logger struct{ to *slog.Logger }

// start returns the time of now, or the zero Time where nothing will be written.
func (l logger) start(ctx context.Context) time.Time {
	if l.to == nil || !l.to.Enabled(ctx, slog.LevelDebug) {
		return time.Time{}
	}
	return time.Now()
}

// done writes that an attempt succeeded.
func (l logger) done(ctx context.Context, started time.Time, r *reply) {
	if !started.IsZero() {
		l.write(ctx, started, r.attempts, slog.Int("status", r.status), slog.String("request_id", r.requestID()))
	}
}

// failed writes that an attempt ended with err.
func (l logger) failed(ctx context.Context, started time.Time, err error, wait time.Duration, again bool) {
	if started.IsZero() {
		return
	}
	var attrs []slog.Attr
	if e := (*Error)(nil); errors.As(err, &e) {
		attrs = append(attrs, slog.Int("status", e.StatusCode), slog.String("request_id", e.RequestID))
	}
	if kind := kindOf(err); kind != "" {
		attrs = append(attrs, slog.String("error", kind))
	}
	if again {
		attrs = append(attrs, slog.Duration("retry_in", wait))
	}
	l.write(ctx, started, Attempts(err), attrs...)
}

func (l logger) write(ctx context.Context, started time.Time, attempt int, more ...slog.Attr) {
	attrs := append([]slog.Attr{
		slog.String("method", http.MethodPut),
		slog.String("route", route),
		slog.Int("attempt", attempt),
		slog.Duration("duration", time.Since(started)),
	}, more...)
	l.to.LogAttrs(ctx, slog.LevelDebug, "workspace group update", attrs...)
}

// kindOf says in a word what err is beside its status.
func kindOf(err error) string {
	switch {
	case errors.Is(err, ErrResponseTooLarge):
		return "response too large"
	case errors.Is(err, ErrBadResponse):
		return "bad response"
	case errors.Is(err, ErrConnection) && errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, ErrConnection):
		return "connection"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	}
	return ""
}
