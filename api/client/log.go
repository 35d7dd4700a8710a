package client

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// logAttempt writes the line of WithLogger for an attempt. err is nil if it succeeded; wait is the time until the next one.
func (t *retrier) logAttempt(req *http.Request, n *tally, resp *http.Response, err error, took, wait time.Duration, again bool) {
	if t.log == nil || !t.log.Enabled(req.Context(), slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", req.Method), slog.String("route", n.route), slog.Int("attempt", n.attempts), slog.Duration("duration", took),
	}
	if resp != nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("request_id", resp.Header.Get("X-Request-Id")))
	}
	for _, label := range []struct {
		err  error
		text string
	}{
		{ErrResponseTooLarge, "response too large"}, {ErrBadResponse, "bad response"}, {ErrTimeout, "timeout"}, {ErrConnection, "connection"},
		{context.Canceled, "cancelled"}, {context.DeadlineExceeded, "deadline"},
	} {
		if errors.Is(err, label.err) {
			attrs = append(attrs, slog.String("error", label.text))
			break
		}
	}
	if again {
		attrs = append(attrs, slog.Duration("retry_in", wait))
	}
	if errors.Is(err, ErrRetryBudget) {
		attrs = append(attrs, slog.String("gave_up", "retry budget"))
	}
	t.log.LogAttrs(req.Context(), slog.LevelDebug, "API request", attrs...)
}
