package client_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"example.com/oxgroups/api/client"
)

func TestLimiterSpacesAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newScripted(t, []step{respond(503, ""), respond(200, document)},
			client.WithRateLimiter(rate.NewLimiter(rate.Every(time.Minute), 1)))
		for range 2 {
			if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil {
				t.Fatal(err)
			}
		}
		for i, wait := range s.waits() { // a retry waits for it too
			if wait.Round(time.Second) != time.Minute {
				t.Errorf("wait %d: %v", i, wait)
			}
		}
		if s.requests() != 3 {
			t.Errorf("%d requests, want 3", s.requests())
		}
	})
}

func TestLimiterRefuses(t *testing.T) {
	never := rate.NewLimiter(rate.Every(time.Hour), 1)
	never.Allow()
	t.Run("a deadline that the wait would pass", func(t *testing.T) {
		c, s := newScripted(t, []step{respond(200, document)}, client.WithRateLimiter(never))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := c.UpdateWorkspaceGroup(ctx, 7, acme)
		if !errors.Is(err, client.ErrLimiter) || errors.Is(err, client.ErrConnection) || client.Attempts(err) != 0 || s.requests() != 0 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a context that ends", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, s := newScripted(t, []step{respond(200, document)}, client.WithRateLimiter(never))
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, err := c.UpdateWorkspaceGroup(ctx, 7, acme)
			if !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrLimiter) || s.requests() != 0 {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("before a retry", func(t *testing.T) {
		refuse := errors.New("enough")
		synctest.Test(t, func(t *testing.T) {
			c, s := newScripted(t, []step{respond(503, "")}, client.WithRateLimiter(&onceLimiter{then: refuse}))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
			if !errors.Is(err, client.ErrLimiter) || !errors.Is(err, refuse) || !errors.Is(err, client.ErrUnavailable) ||
				client.Attempts(err) != 1 || s.requests() != 1 {
				t.Errorf("got %v after %d requests", err, s.requests())
			}
		})
	})
}

// onceLimiter lets one request pass.
type onceLimiter struct {
	used bool
	then error
}

func (l *onceLimiter) Wait(context.Context) error {
	if l.used {
		return l.then
	}
	l.used = true
	return nil
}

// watching is a limiter that is told of each attempt.
type watching struct{ seen []client.Attempt }

func (w *watching) Wait(context.Context) error { return nil }

func (w *watching) Observe(a client.Attempt) { w.seen = append(w.seen, a) }

// A limiter that adapts to replies is told of each attempt before the client waits, so that it can hold all calls back.
func TestObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(watching)
		c, _ := newScripted(t, []step{respond(429, "", "Retry-After", "30"), fail(io.EOF), respond(200, document)}, client.WithRateLimiter(w),
			client.WithRetryNotify(func(r client.Retry) {
				if len(w.seen) != r.Attempt {
					t.Errorf("the limiter knows of %d attempts before the wait for another one, want %d", len(w.seen), r.Attempt)
				}
			}))
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil {
			t.Fatal(err)
		}
		if len(w.seen) != 3 {
			t.Fatalf("got %v", w.seen)
		}
		first, second, third := w.seen[0], w.seen[1], w.seen[2]
		if first.Status != 429 || first.RetryAfter != 30*time.Second || !errors.Is(first.Err, client.ErrTooManyRequests) ||
			second.Status != 0 || !errors.Is(second.Err, client.ErrConnection) || third.Status != 200 || third.Err != nil {
			t.Errorf("got %+v", w.seen)
		}
	})
}
