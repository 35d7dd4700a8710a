package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/group"
)

func caller(token int64) group.Caller { return group.Caller{TokenID: token, AccountID: 1} }

// limited returns the limit that refused something.
func limited(t *testing.T, err error, status int) string {
	t.Helper()
	var l *limitError
	if !errors.As(err, &l) {
		t.Fatalf("got %v, want a limit", err)
	}
	if l.status != status || l.retryAfter <= 0 {
		t.Errorf("%s answers %d after %v, want %d", l.limit, l.status, l.retryAfter, status)
	}
	return l.limit
}

// idle fails the test where anything is in flight.
func (l *limiter) idle(t *testing.T) {
	t.Helper()
	if l.inFlight != 0 || l.running != 0 || l.bytes != 0 || len(l.groups) != 0 || len(l.order) != 0 {
		t.Errorf("%+v is left", l)
	}
	for _, token := range l.tokens {
		if token.inFlight != 0 || token.running != 0 || token.bytes != 0 || len(token.waiting) != 0 {
			t.Errorf("%+v is left of a token", token)
		}
	}
}

func TestAdmission(t *testing.T) {
	limits := DefaultLimits()
	limits.InFlight, limits.PerToken, limits.PerGroup = 4, 3, 2
	l := newLimiter(limits)
	ctx := t.Context()
	var releases []func()
	admit := func(token, id int64) error {
		err := l.admit(ctx, caller(token), id)
		if err == nil {
			releases = append(releases, func() { l.release(ctx, caller(token), id, 0) })
		}
		return err
	}
	for range 2 {
		if err := admit(1, 1); err != nil {
			t.Fatal(err)
		}
	}
	if got := limited(t, admit(1, 1), http.StatusTooManyRequests); got != limitPerGroup {
		t.Errorf("a third of one group: %s", got)
	}
	if err := admit(1, 2); err != nil {
		t.Fatal(err)
	}
	if got := limited(t, admit(1, 3), http.StatusTooManyRequests); got != limitPerToken {
		t.Errorf("a fourth of one token: %s", got)
	}
	if err := admit(2, 3); err != nil {
		t.Fatal(err)
	}
	if got := limited(t, admit(2, 4), http.StatusServiceUnavailable); got != limitInFlight {
		t.Errorf("a fifth: %s", got)
	}
	for _, release := range releases {
		release()
	}
	releases = nil
	l.idle(t)
	if err := admit(1, 1); err != nil {
		t.Error(err)
	}
}

func TestBodies(t *testing.T) {
	limits := DefaultLimits()
	limits.BodyBytes = 100
	l := newLimiter(limits)
	if err := l.reserve(caller(1), 40); err != nil {
		t.Fatal(err)
	}
	if got := limited(t, l.reserve(caller(1), 20), http.StatusTooManyRequests); got != limitTokenBytes {
		t.Errorf("more than half: %s", got)
	}
	if err := l.reserve(caller(2), 50); err != nil {
		t.Fatal(err)
	}
	if got := limited(t, l.reserve(caller(3), 20), http.StatusServiceUnavailable); got != limitBodyBytes {
		t.Errorf("more than there is: %s", got)
	}
	l.unreserve(caller(2), 50)
	if err := l.reserve(caller(3), 50); err != nil {
		t.Error(err)
	}
}

// The Retry-After of a rate is exact: after it the next request is taken, just before it is not.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := DefaultLimits()
		limits.TokenRate, limits.TokenBurst = 0.5, 2
		l := newLimiter(limits)
		for range 2 {
			if err := l.admitRate(caller(1)); err != nil {
				t.Fatal(err)
			}
		}
		err := l.admitRate(caller(1))
		limited(t, err, http.StatusTooManyRequests)
		wait := err.(*limitError).retryAfter
		if wait != 2*time.Second {
			t.Errorf("wait %v, want 2s", wait)
		}
		if err := l.admitRate(caller(2)); err != nil {
			t.Error("another token waits too")
		}
		time.Sleep(wait - time.Millisecond)
		if l.admitRate(caller(1)) == nil {
			t.Error("taken too early")
		}
		time.Sleep(time.Millisecond)
		if err := l.admitRate(caller(1)); err != nil {
			t.Error(err)
		}
	})
}

// withTurns returns a limiter that lets so many updates run, in all and of one group.
func withTurns(running, perGroup int) *limiter {
	limits := DefaultLimits()
	limits.Running, limits.GroupRunning = running, perGroup
	return newLimiter(limits)
}

// A token with many connections waits in its own line: one with few gets every second turn.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := withTurns(1, 1)
		if err := l.admit(t.Context(), caller(0), 0); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []int64
		wait := func(token, id int64) {
			go func() {
				if l.admit(context.Background(), caller(token), id) != nil {
					return
				}
				mu.Lock()
				order = append(order, token)
				mu.Unlock()
				l.release(t.Context(), caller(token), id, 0)
			}()
			synctest.Wait()
		}
		for i := range int64(4) {
			wait(1, i)
		}
		wait(2, 10)
		wait(3, 11)
		l.release(t.Context(), caller(0), 0, 0)
		time.Sleep(time.Second)
		synctest.Wait()
		if want := []int64{1, 2, 3, 1, 1, 1}; !slices.Equal(order, want) {
			t.Errorf("the turns were %v, want %v", order, want)
		}
		l.idle(t)
	})
}

// A group whose turns are all taken holds up nobody else, and who gives up leaves nothing behind.
func TestTurnsOfAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := withTurns(3, 1)
		const hot, other = 7, 8
		if err := l.admit(t.Context(), caller(1), hot); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error, 1)
		go func() { gaveUp <- l.admit(ctx, caller(1), hot) }()
		synctest.Wait()
		if err := l.admit(t.Context(), caller(1), other); err != nil {
			t.Fatal("another group of the token waits")
		}
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		l.release(t.Context(), caller(1), hot, 0)
		l.release(t.Context(), caller(1), other, 0)
		l.idle(t)
	})
}

// A token alone may have all turns. Beside one with few updates in flight it has few.
func TestHeavyTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := withTurns(8, 8) // one for a heavy token
		take := func(token, id int64) *error {
			err := errors.New("waits")
			go func() { err = l.admit(context.Background(), caller(token), id) }()
			synctest.Wait()
			return &err
		}
		var more [4]*error
		for id := range int64(8) {
			if err := take(1, id); *err != nil {
				t.Fatalf("update %d of one token: %v", id, *err)
			}
		}
		for i := range more {
			more[i] = take(1, 8+int64(i))
		}
		light := take(2, 20)
		l.release(t.Context(), caller(1), 0, 0)
		synctest.Wait()
		if *light != nil {
			t.Errorf("the light token got %v", *light)
		}
		for id := range int64(6) {
			l.release(t.Context(), caller(1), 1+id, 0)
			synctest.Wait()
		}
		if *more[0] == nil {
			t.Error("a heavy token runs two at a time beside a light one")
		}
		l.release(t.Context(), caller(2), 20, 0)
		time.Sleep(activeFor)
		l.release(t.Context(), caller(1), 7, 0) // which gives the others their turns
		synctest.Wait()
		for i, err := range more {
			if *err != nil {
				t.Errorf("alone again, update %d got %v", i, *err)
			}
		}
	})
}

// An update lasts longer beside another token if its own has many in flight, or if it moved many bytes.
func TestTurnsLast(t *testing.T) {
	for _, tc := range []struct {
		name   string
		beside bool
		others int // of the same token, in flight
		bytes  int64
		want   time.Duration
	}{
		{"alone", false, 8, 1 << 20, 0},
		{"light", true, 0, freeBytes, 0},
		{"heavy", true, 2, 0, heavyTurn},
		{"large", true, 0, bytesPerSecond / 4, time.Second / 4},
		{"heavy and large", true, 2, bytesPerSecond / 4, time.Second/4 + heavyTurn},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := withTurns(32, 32)
				take := func(token int64) {
					if err := l.admit(t.Context(), caller(token), token); err != nil {
						t.Fatal(err)
					}
				}
				if tc.beside {
					take(2)
				}
				for range 1 + tc.others {
					take(1)
				}
				begun := time.Now()
				l.release(t.Context(), caller(1), 1, tc.bytes)
				if got := time.Since(begun); got != tc.want {
					t.Errorf("the update lasted %v, want %v", got, tc.want)
				}
			})
		})
	}
}

// Who is refused often waits, but only while others are at work.
func TestSlowDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(DefaultLimits())
		refused := func(token int64) time.Duration {
			begun := time.Now()
			l.slowDown(t.Context(), refusedKey{token: token})
			return time.Since(begun)
		}
		for range 2 * freeRefusals {
			if d := refused(1); d != 0 {
				t.Fatalf("waited %v with nobody else", d)
			}
		}
		if err := l.admit(t.Context(), caller(2), 1); err != nil {
			t.Fatal(err)
		}
		if d := refused(1); d != refusalPause {
			t.Errorf("waited %v beside another token", d)
		}
		if d := refused(2); d != 0 {
			t.Errorf("the first refusal waited %v", d)
		}
		l.release(t.Context(), caller(2), 1, 0)
	})
}

func TestBucketsAreBounded(t *testing.T) {
	b := newBuckets[int](1, 2)
	for i := range 3 * maxBuckets {
		b.take(i)
	}
	if n := len(b.held); n > maxBuckets {
		t.Errorf("%d buckets are held", n)
	}
}

// countingStore counts its lookups, and answers them when it is told to.
type countingStore struct {
	group.Updater
	mu      sync.Mutex
	lookups int
	answer  func(token string) (group.Caller, error)
}

func (s *countingStore) Authenticate(_ context.Context, token string) (group.Caller, error) {
	s.mu.Lock()
	s.lookups++
	s.mu.Unlock()
	return s.answer(token)
}

func knows(good string) func(string) (group.Caller, error) {
	return func(token string) (group.Caller, error) {
		if token == good {
			return caller(1), nil
		}
		return group.Caller{}, &group.Error{Code: group.Unauthorized}
	}
}

var address = "192.0.2.1:4711"

func TestUnknownTokensAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &countingStore{answer: knows("good")}
		a := newAuthenticator(store, 0)
		for range 100 {
			if _, err := a.caller(t.Context(), "bad", address); group.CodeOf(err) != group.Unauthorized {
				t.Fatal(err)
			}
		}
		if store.lookups != 1 {
			t.Errorf("the store was asked %d times", store.lookups)
		}
		time.Sleep(unknownFor)
		store.answer = knows("bad") // it was made meanwhile
		if _, err := a.caller(t.Context(), "bad", address); err != nil {
			t.Errorf("a second later: %v", err)
		}
	})
}

// An address with too many failures does not get to the store any more, but for tokens that were good before.
func TestAuthFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &countingStore{answer: knows("good")}
		a := newAuthenticator(store, 60)
		if _, err := a.caller(t.Context(), "good", address); err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			if _, err := a.caller(t.Context(), string(rune('a'+i)), address); group.CodeOf(err) != group.Unauthorized {
				t.Fatal(err)
			}
		}
		asked := store.lookups
		_, err := a.caller(t.Context(), "another", address)
		if got := limited(t, err, http.StatusTooManyRequests); got != limitAuthFailure || store.lookups != asked {
			t.Errorf("%s, and the store was asked %d times", got, store.lookups-asked)
		}
		time.Sleep(goodFor) // which makes the store be asked again; the failures still count
		if _, err := a.caller(t.Context(), "good", address); err != nil {
			t.Errorf("a good token: %v", err)
		}
		if _, err := a.caller(t.Context(), "another", "192.0.2.2:4711"); group.CodeOf(err) != group.Unauthorized {
			t.Errorf("another address: %v", err)
		}
		time.Sleep(time.Second)
		if _, err := a.caller(t.Context(), "another", address); group.CodeOf(err) != group.Unauthorized {
			t.Errorf("a second later: %v", err)
		}
	})
}

// Callers that come while a token is looked up share the lookup.
func TestNoStampede(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		store := &countingStore{answer: func(string) (group.Caller, error) {
			<-release
			return caller(1), nil
		}}
		a := newAuthenticator(store, 0)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if _, err := a.caller(t.Context(), "good", address); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(release)
		all.Wait()
		if store.lookups != 1 {
			t.Errorf("the store was asked %d times", store.lookups)
		}
	})
}

func TestAnswersAreBounded(t *testing.T) {
	a := newAuthenticator(&countingStore{}, 0)
	for i := range 3 * maxAnswers {
		a.remember(hash{byte(i), byte(i >> 8), byte(i >> 16)}, answer{at: time.Now()})
	}
	if n := len(a.answers); n > maxAnswers {
		t.Errorf("%d answers are held", n)
	}
}

func TestSource(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1/32", "[::ffff:192.0.2.1]:80": "192.0.2.1/32", "[2001:db8:0:1:2:3:4:5]:80": "2001:db8:0:1::/64",
		"[fe80::1%eth0]:80": "fe80::/64", "@": "invalid Prefix", "": "invalid Prefix",
	} {
		if got := source(remote).String(); got != want {
			t.Errorf("%s: got %s, want %s", remote, got, want)
		}
	}
}
