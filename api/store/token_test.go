package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// lookups is an engine that knows one token and counts how often it is asked.
type lookups struct {
	store.Tx
	asked atomic.Int64
	used  atomic.Int64
	delay time.Duration
	err   error
}

func (l *lookups) Transact(ctx context.Context, _ store.Mode, do func(store.Tx) error) error {
	err := do(l)
	if ctx.Err() != nil {
		return &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	}
	return err
}
func (l *lookups) Ready(context.Context) error { return nil }
func (l *lookups) Close() error                { return nil }

func (l *lookups) Token(hash []byte) (*group.Token, error) {
	l.asked.Add(1)
	<-time.After(l.delay) // in the time of a bubble
	known := group.SecretHash("known")
	if l.err != nil || string(hash) != string(known[:]) {
		return nil, l.err
	}
	return &group.Token{ID: 1, AccountID: 1, UserID: 1}, nil
}

func (l *lookups) UseTokens(uses map[int64]string) error {
	l.used.Add(int64(len(uses)))
	return nil
}

// TestAuthenticateTogether has many callers ask for one token at once: one of them looks it up.
func TestAuthenticateTogether(t *testing.T) {
	broken := &group.Error{Code: group.Unavailable, Err: errors.New("away")}
	for _, test := range []struct {
		name, token string
		err         error
		want        group.Code
	}{
		{"a known token", "known", nil, ""},
		{"an unknown token", "unknown", nil, group.Unauthorized},
		{"storage is away", "known", broken, group.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine := &lookups{delay: time.Second / 2, err: test.err}
				s := store.New(engine, store.Options{})
				var wg sync.WaitGroup
				for range 100 {
					wg.Go(func() {
						if _, err := s.Authenticate(t.Context(), test.token); group.CodeOf(err) != test.want {
							t.Errorf("the error is %v, want %q", err, test.want)
						}
					})
				}
				wg.Wait()
				if got := engine.asked.Load(); got != 1 {
					t.Errorf("the token was looked up %d times", got)
				}
			})
		})
	}
}

// TestAuthenticateAgain holds for how long an answer is remembered.
func TestAuthenticateAgain(t *testing.T) {
	for _, test := range []struct {
		token    string
		remember time.Duration
	}{{"known", store.MaxTokenAge}, {"unknown", time.Second}} {
		t.Run(test.token, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine := &lookups{}
				s := store.New(engine, store.Options{})
				ask := func(want int64) {
					t.Helper()
					_, _ = s.Authenticate(t.Context(), test.token)
					if got := engine.asked.Load(); got != want {
						t.Errorf("the token was looked up %d times, want %d", got, want)
					}
				}
				ask(1)
				<-time.After(test.remember - 1)
				ask(1)
				<-time.After(1)
				ask(2)
			})
		})
	}
}

// TestAuthenticateGivesUp has the caller who looks a token up give up: the others are answered all the same.
func TestAuthenticateGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &lookups{delay: time.Second}
		s := store.New(engine, store.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = s.Authenticate(ctx, "known") })
		synctest.Wait()
		wg.Go(func() {
			if caller, err := s.Authenticate(t.Context(), "known"); err != nil || caller.TokenID != 1 {
				t.Errorf("the caller is %+v (%v)", caller, err)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
	})
}

// TestUsesAreBatched has a token be used all the time: once a minute that is stored, and once at the end.
func TestUsesAreBatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &lookups{}
		s := store.New(engine, store.Options{})
		for range 600 {
			if _, err := s.Authenticate(t.Context(), "known"); err != nil {
				t.Fatal(err)
			}
			<-time.After(time.Second)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := engine.used.Load(); got < 9 || got > 11 {
			t.Errorf("the use was stored %d times in ten minutes", got)
		}
	})
}
