package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// retryNotice is the handler of a log that tells people why a command takes its time: of what the client logs it writes a
// line for each attempt that will be made again.
type retryNotice struct{ sys system }

var _ slog.Handler = retryNotice{}

// Enabled reports true: the client logs at debug.
func (retryNotice) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes the line.
func (n retryNotice) Handle(_ context.Context, record slog.Record) error {
	again, wait := false, time.Duration(0)
	what := "there was no reply from the API"
	record.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "retry_in":
			again, wait = true, a.Value.Duration()
		case "status":
			what = fmt.Sprintf("the API answered %d", a.Value.Int64())
		}
		return true
	})
	if again {
		n.sys.say("oxgroups: %s; trying again in %v", what, wait.Round(100*time.Millisecond))
	}
	return nil
}

// WithAttrs returns n: the client adds none.
func (n retryNotice) WithAttrs([]slog.Attr) slog.Handler { return n }

// WithGroup returns n: the client has none.
func (n retryNotice) WithGroup(string) slog.Handler { return n }
