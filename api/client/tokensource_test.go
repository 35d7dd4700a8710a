package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"example.com/oxgroups/api/client"
)

// source counts how often it is asked, and gives a new token each time.
type source struct {
	asked  atomic.Int64
	answer func(n int64) (*oauth2.Token, error)
}

func (s *source) Token() (*oauth2.Token, error) { return s.answer(s.asked.Add(1)) }

// hourly is a source whose tokens are good for an hour, and take a second to get.
func hourly() *source {
	return &source{answer: func(n int64) (*oauth2.Token, error) {
		time.Sleep(time.Second) // not real time
		return &oauth2.Token{AccessToken: fmt.Sprintf("%s-%d", canary, n), Expiry: time.Now().Add(time.Hour)}, nil
	}}
}

func TestOneRefreshForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := hourly()
		c, s := newScripted(t, []step{respond(200, document)}, client.WithToken("static"), client.WithTokenSource(src))
		for round := int64(1); round <= 3; round++ {
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			want := fmt.Sprintf("Bearer %s-%d", canary, round)
			for _, h := range s.seen[len(s.seen)-100:] {
				if h.Get("Authorization") != want {
					t.Fatalf("round %d: got %s", round, h.Get("Authorization"))
				}
			}
			if src.asked.Load() != round {
				t.Fatalf("round %d: the source was asked %d times", round, src.asked.Load())
			}
			time.Sleep(time.Hour - 5*time.Second) // the token is still good, but not for long
		}
	})
}

func TestTokenWithoutExpiryIsKeptUntilItIsRefused(t *testing.T) {
	src := &source{answer: func(n int64) (*oauth2.Token, error) {
		return &oauth2.Token{AccessToken: fmt.Sprint("t", n), TokenType: "bearer"}, nil
	}}
	ok, refuse := respond(200, document), respond(401, "")
	// The third call is refused once, the fourth with the new token too.
	c, s := newScripted(t, []step{ok, ok, refuse, ok, refuse, refuse}, client.WithTokenSource(src))
	for i, attempts := range []int{1, 1, 2, 2} {
		r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
		if i == 3 {
			if !errors.Is(err, client.ErrUnauthorized) || client.Attempts(err) != attempts {
				t.Errorf("call %d: %v", i+1, err)
			}
		} else if err != nil || r.Attempts != attempts {
			t.Errorf("call %d: %v, %v", i+1, r, err)
		}
	}
	for i, want := range []string{"t1", "t1", "t1", "t2", "t2", "t3"} {
		if got := s.seen[i].Get("Authorization"); got != "Bearer "+want {
			t.Errorf("request %d: got %s, want %s", i+1, got, want)
		}
	}
}

// A source that gives the same token again makes no repeat, and neither does a token that is not from a source.
func TestSameTokenIsNotTriedAgain(t *testing.T) {
	for _, token := range []client.Option{
		client.WithToken(canary),
		client.WithTokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: canary})),
	} {
		c, s := newScripted(t, []step{respond(401, "")}, token)
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); !errors.Is(err, client.ErrUnauthorized) || s.requests() != 1 {
			t.Errorf("got %v after %d requests", err, s.requests())
		}
	}
}

// An option of a call has a token of its own, and one of its token too.
func TestTokenSourceOfACall(t *testing.T) {
	c, s := newScripted(t, []step{respond(200, document)})
	src := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "other"})
	for _, opts := range [][]client.Option{
		{client.WithTokenSource(src)},
		{},
		{client.WithTokenSource(src), client.WithToken("third")},
	} {
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme, opts...); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"other", canary, "third"} {
		if got := s.seen[i].Get("Authorization"); got != "Bearer "+want {
			t.Errorf("call %d: got %s, want %s", i+1, got, want)
		}
	}
}

func TestTokenSourceFails(t *testing.T) {
	network := &net.OpError{Op: "dial", Err: errors.New("refused")}
	tests := map[string]struct {
		answer func(int64) (*oauth2.Token, error)
		text   string
		cause  error
	}{
		"refused": {func(int64) (*oauth2.Token, error) {
			return nil, &oauth2.RetrieveError{Response: &http.Response{StatusCode: 400, Status: "400 " + canary}, Body: []byte(canary),
				ErrorCode: "invalid_grant", ErrorDescription: canary}
		}, "its server answered 400", nil},
		"refused with no code": {func(int64) (*oauth2.Token, error) {
			return nil, &oauth2.RetrieveError{Response: &http.Response{StatusCode: 500, Status: canary}, Body: []byte(canary), ErrorCode: canary}
		}, "its server answered 500", nil},
		"the network":    {func(int64) (*oauth2.Token, error) { return nil, fmt.Errorf("%s: %w", canary, network) }, "dial: refused", network},
		"an own error":   {func(int64) (*oauth2.Token, error) { return nil, errors.New(canary) }, "*errors.errorString", nil},
		"a deadline":     {func(int64) (*oauth2.Token, error) { return nil, context.DeadlineExceeded }, "deadline exceeded", context.DeadlineExceeded},
		"no token":       {func(int64) (*oauth2.Token, error) { return nil, nil }, "no token", nil},
		"an empty token": {func(int64) (*oauth2.Token, error) { return &oauth2.Token{}, nil }, "no token", nil},
		"a line feed":    {func(int64) (*oauth2.Token, error) { return &oauth2.Token{AccessToken: canary + "\n"}, nil }, "a line feed", nil},
		"another type":   {func(int64) (*oauth2.Token, error) { return &oauth2.Token{AccessToken: canary, TokenType: "mac"}, nil }, "type Bearer", nil},
		"a panic":        {func(int64) (*oauth2.Token, error) { panic(canary) }, "panicked", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			src := &source{answer: tt.answer}
			c, s := newScripted(t, []step{respond(200, document)}, client.WithTokenSource(src))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
			var failed *client.TransportError
			if !errors.As(err, &failed) || !errors.Is(err, client.ErrNoToken) || s.requests() != 0 || client.Attempts(err) != 0 {
				t.Fatalf("got %v after %d requests", err, s.requests())
			}
			if !strings.Contains(err.Error(), tt.text) || tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("got %v, want %q", err, tt.text)
			}
			checkHidden(t, err, canary)
			if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err == nil || src.asked.Load() != 2 {
				t.Errorf("the source is not asked again: %v", err)
			}
		})
	}
}

func TestTokenSourceFailsBeforeARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{answer: func(n int64) (*oauth2.Token, error) {
			if n > 1 {
				return nil, errors.New(canary)
			}
			return &oauth2.Token{AccessToken: "short", Expiry: time.Now().Add(15 * time.Second)}, nil
		}}
		c, s := newScripted(t, []step{respond(503, "", "Retry-After", "20")}, client.WithTokenSource(src))
		_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
		var failed *client.TransportError
		if !errors.As(err, &failed) || failed.Attempts != 1 || client.Attempts(err) != 1 || s.requests() != 1 {
			t.Errorf("got %v after %d requests", err, s.requests())
		}
	})
}

func TestContextEndsTheWaitForAToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := hourly()
		c, s := newScripted(t, []step{respond(200, document)}, client.WithTokenSource(src))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		started := time.Now()
		_, err := c.UpdateWorkspaceGroup(ctx, 7, acme)
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, client.ErrNoToken) || s.requests() != 0 || time.Since(started) != time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(started))
		}
		// The question goes on, and serves the next call.
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil || src.asked.Load() != 1 {
			t.Errorf("got %v after %d questions", err, src.asked.Load())
		}
	})
}
