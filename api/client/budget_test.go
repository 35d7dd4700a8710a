package client_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/client"
)

func TestBudgetBoundsAnOutage(t *testing.T) {
	const calls = 1000
	tests := map[string]struct {
		opts  []client.Option
		extra int // requests beyond one for each call
	}{
		"default":   {nil, client.DefaultRetryBudget},
		"its own":   {[]client.Option{client.WithRetryBudget(client.NewRetryBudget(5, 0.1))}, 5},
		"no budget": {[]client.Option{client.WithRetryBudget(nil)}, 3 * calls},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := newScripted(t, []step{respond(503, "")}, tt.opts...)
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						for range calls / 10 {
							_, _ = c.UpdateWorkspaceGroup(t.Context(), 7, acme)
						}
					})
				}
				all.Wait()
				if got := s.requests() - calls; got != tt.extra {
					t.Errorf("%d retries for %d calls that failed, want %d", got, calls, tt.extra)
				}
			})
		})
	}
}

func TestBudgetIsRefilledBySuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ok, down := respond(200, document), respond(503, "")
		budget := client.NewRetryBudget(1, 0.5)
		c, _ := newScripted(t, []step{down, down, down, ok, down, ok, down, ok}, client.WithRetryBudget(budget), client.WithMaxAttempts(2))
		want := []int{2, 1, 1, 1, 1, 2} // both fail; no budget; succeeds; fails at half a token; succeeds; fails and is repeated
		for i, attempts := range want {
			r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
			got := client.Attempts(err)
			if err == nil {
				got = r.Attempts
			}
			if got != attempts {
				t.Errorf("call %d: %d attempts, want %d (%v)", i+1, got, attempts, err)
			}
		}
	})
}

// An API that refuses updates is up; one that fails, or asks to slow down, may not be.
func TestWhatRefillsTheBudget(t *testing.T) {
	for status, refills := range map[int]bool{200: true, 404: true, 422: true, 429: false, 500: false, 503: false} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				budget := client.NewRetryBudget(1, 1)
				down := respond(503, "")
				c, s := newScripted(t, []step{down, down, respond(status, document), down, respond(200, document)},
					client.WithRetryBudget(budget), client.WithMaxAttempts(2))
				for range 3 { // takes the only retry; refills or not; succeeds at the second attempt or fails
					_, _ = c.UpdateWorkspaceGroup(t.Context(), 7, acme)
				}
				if got := s.requests() == 5; got != refills {
					t.Errorf("%d requests", s.requests())
				}
			})
		})
	}
}

func TestBudgetIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := client.NewRetryBudget(3, 0)
		one, _ := newScripted(t, []step{respond(503, "")}, client.WithRetryBudget(budget))
		two, s := newScripted(t, []step{respond(503, "")}, client.WithRetryBudget(budget))
		_, _ = one.UpdateWorkspaceGroup(t.Context(), 7, acme)
		_, _ = two.UpdateWorkspaceGroup(t.Context(), 7, acme)
		if s.requests() != 1 {
			t.Errorf("%d requests of the second client, want 1", s.requests())
		}
	})
}

// A wait that the context's deadline does not leave time for takes nothing from the budget.
func TestDeadlineTakesNothingFromTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newScripted(t, []step{respond(503, "", "Retry-After", "30")}, client.WithRetryBudget(client.NewRetryBudget(1, 0)))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 3 {
			if _, err := c.UpdateWorkspaceGroup(ctx, 7, acme); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, client.ErrRetryBudget) {
				t.Errorf("got %v", err)
			}
		}
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithMaxAttempts(2)); client.Attempts(err) != 2 || s.requests() != 5 {
			t.Errorf("the budget is used up: %v after %d requests", err, s.requests())
		}
	})
}
