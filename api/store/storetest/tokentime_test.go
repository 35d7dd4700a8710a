package storetest

import (
	"sync"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
)

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 1, 0, 0, 30, 0, time.UTC)} }

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func testTokenTimes(t *testing.T, open Opener) {
	t.Run("expiry", func(t *testing.T) {
		at := newClock()
		f := &fixture{T: t, store: open(t, at.time)}
		ends := at.time().Add(time.Hour)
		made, secret, err := f.store.CreateToken(t.Context(), group.NewToken{AccountID: 1, UserID: 1, Name: "CRM sync", ExpiresAt: ends})
		if err != nil || made.Name != "CRM sync" || !made.ExpiresAt.Equal(ends) {
			t.Fatalf("created %+v (%v)", made, err)
		}
		at.move(time.Hour - time.Second)
		caller, err := f.store.Authenticate(t.Context(), secret)
		if err != nil || caller.Name != "CRM sync" || !caller.ExpiresAt.Equal(ends) || !caller.LastUsedAt.IsZero() {
			t.Errorf("the caller is %+v (%v)", caller, err)
		}
		at.move(time.Second) // it is remembered still
		_, err = f.store.Authenticate(t.Context(), secret)
		f.wantCode(err, group.Unauthorized)
		at.move(time.Minute) // and now looked up
		_, err = f.store.Authenticate(t.Context(), secret)
		f.wantCode(err, group.Unauthorized)
		tokens, err := f.store.Tokens(t.Context())
		if err != nil || len(tokens) != 1 || tokens[0].Name != "CRM sync" || !tokens[0].ExpiresAt.Equal(ends) {
			t.Errorf("the tokens are %+v (%v)", tokens, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		at := newClock()
		f := &fixture{T: t, store: open(t, at.time)}
		_, _, err := f.store.CreateToken(t.Context(), group.NewToken{AccountID: 1, UserID: 1, ExpiresAt: at.time()})
		f.wantProblems(err, "expires: must be in the future")
		_, _, err = f.store.CreateToken(t.Context(), group.NewToken{AccountID: 1, UserID: 1, Name: "a\nb"})
		f.wantProblems(err, "name: must be text of at most 200 bytes without control characters")
	})
	t.Run("last use", func(t *testing.T) {
		at := newClock()
		var used, unused string
		f := &fixture{T: t, store: open(t, at.time)}
		for _, secret := range []*string{&used, &unused} {
			var err error
			if _, *secret, err = f.store.CreateToken(t.Context(), group.NewToken{AccountID: 1, UserID: 1}); err != nil {
				t.Fatal(err)
			}
		}
		first := at.time().Truncate(time.Minute)
		for range 3 {
			if _, err := f.store.Authenticate(t.Context(), used); err != nil {
				t.Fatal(err)
			}
		}
		at.move(time.Minute)
		if _, err := f.store.Authenticate(t.Context(), used); err != nil { // which has the first minute stored, in its own time
			t.Fatal(err)
		}
		for stored := (time.Time{}); stored.IsZero(); {
			tokens, err := f.store.Tokens(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !tokens[1].LastUsedAt.IsZero() {
				t.Fatalf("a token that was not used: %+v", tokens[1])
			}
			if stored = tokens[0].LastUsedAt; !stored.IsZero() && stored.Before(first) {
				t.Errorf("the last use is %v, want %v or the minute after it", stored, first)
			}
		}
	})
}

func testTokenCache(t *testing.T, open Opener) {
	at := newClock()
	f := &fixture{T: t, store: open(t, at.time)}
	t.Run("a token that is made works at once", func(t *testing.T) {
		f := f.on(t)
		_, err := f.store.Authenticate(t.Context(), "later")
		f.wantCode(err, group.Unauthorized)
		f.caller(group.NewToken{AccountID: 1, UserID: 1, Secret: "later"})
	})
	t.Run("many at once", func(t *testing.T) {
		f := f.on(t)
		made, secret, err := f.store.CreateToken(t.Context(), group.NewToken{AccountID: 1, UserID: 1})
		if err != nil {
			t.Fatal(err)
		}
		parallel(64, func(int) {
			if caller, err := f.store.Authenticate(t.Context(), secret); err != nil || caller.TokenID != made.ID {
				t.Errorf("the caller is %+v (%v)", caller, err)
			}
		})
	})
}
