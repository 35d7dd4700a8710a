package client

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// logAttempt writes the line of WithLogger for an attempt. err is nil if it succeeded; wait is the time until the next
// attempt, if there is one.
func (t *retrier) logAttempt(req *http.Request, n *tally, started time.Time, r *reply, err error, retry bool, wait time.Duration) {
	ctx := req.Context()
	if t.log == nil || !t.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", req.Method),
		slog.String("route", n.route),
		slog.Int("attempt", n.attempts),
		slog.Duration("duration", time.Since(started)),
	}
	if r != nil {
		attrs = append(attrs, slog.Int("status", r.status), slog.String("request_id", r.header.Get("X-Request-Id")))
	}
	if label := errorLabel(err); label != "" {
		attrs = append(attrs, slog.String("error", label))
	}
	if retry {
		attrs = append(attrs, slog.Duration("retry_in", wait))
	}
	if errors.Is(err, ErrRetryBudget) {
		attrs = append(attrs, slog.String("gave_up", "retry budget"))
	}
	t.log.LogAttrs(ctx, slog.LevelDebug, "API request", attrs...)
}

// errorLabel returns a short label for err, or "" if the status says it all.
func errorLabel(err error) string {
	switch {
	case errors.Is(err, ErrResponseTooLarge):
		return "response too large"
	case errors.Is(err, ErrBadResponse):
		return "bad response"
	case errors.Is(err, ErrConnection) && isTimeout(err):
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
