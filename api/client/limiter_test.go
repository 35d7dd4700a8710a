package client_test

import (
	"context"
	"errors"
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
