package server

import (
	"context"
	"crypto/sha256"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"example.com/oxgroups/api/group"
)

const (
	// goodFor and unknownFor are how long the answer of the store on a token is used again. They come on top of what the
	// store remembers itself.
	goodFor    = 250 * time.Millisecond
	unknownFor = time.Second

	// trustedFor is how long a token that was good may be looked up for an address that has used up its failures.
	trustedFor = time.Hour

	// maxAnswers bounds the memory of an authenticator, to a few megabytes.
	maxAnswers = 8192
)

// hash stands for a token, so that none is kept.
type hash = [sha256.Size]byte

// answer is what the store said of a token.
type answer struct {
	caller group.Caller
	err    error
	at     time.Time
}

// authenticator finds out who a token belongs to, and keeps those who have no good one from the store.
type authenticator struct {
	store    group.Updater
	failures *buckets[netip.Prefix] // nil: unlimited
	lookups  singleflight.Group     // by token: callers that come meanwhile share one lookup

	mu      sync.Mutex
	answers map[hash]answer
}

func newAuthenticator(store group.Updater, failuresPerMinute int) *authenticator {
	a := &authenticator{store: store, answers: map[hash]answer{}}
	if failuresPerMinute > 0 {
		a.failures = newBuckets[netip.Prefix](float64(failuresPerMinute)/60, failuresPerMinute)
	}
	return a
}

// caller returns who a token belongs to. It returns an error with group.Unauthorized for a token that is not good, a
// *limitError for an address that sent too many of these, and group.Unavailable where the store cannot say.
func (a *authenticator) caller(ctx context.Context, token, remote string) (group.Caller, error) {
	key, now := sha256.Sum256([]byte(token)), time.Now()
	a.mu.Lock()
	last, ok := a.answers[key]
	a.mu.Unlock()
	age := now.Sub(last.at)
	switch {
	case ok && last.err == nil && age < goodFor:
		return last.caller, nil
	case ok && last.err != nil && age < unknownFor:
		return group.Caller{}, a.fail(remote)
	case !(ok && last.err == nil && age < trustedFor) && a.failures != nil:
		if wait := a.failures.wait(source(remote)); wait > 0 {
			return group.Caller{}, &limitError{limitAuthFailure, http.StatusTooManyRequests, wait}
		}
	}
	by, err := a.lookUp(ctx, token)
	if group.CodeOf(err) == group.Unauthorized {
		a.remember(key, answer{err: err, at: now})
		return group.Caller{}, a.fail(remote)
	}
	if err == nil {
		a.remember(key, answer{caller: by, at: now})
	}
	return by, err
}

// lookUp asks the store. Callers with the same token share one question. Where it failed with the caller that asked it,
// the others ask on their own.
func (a *authenticator) lookUp(ctx context.Context, token string) (group.Caller, error) {
	v, err, shared := a.lookups.Do(token, func() (any, error) { return a.store.Authenticate(ctx, token) })
	if shared && group.CodeOf(err) == group.Unavailable && ctx.Err() == nil {
		return a.store.Authenticate(ctx, token)
	}
	if err != nil {
		return group.Caller{}, err
	}
	return v.(group.Caller), nil
}

// remember keeps an answer. When there are too many the old ones go.
func (a *authenticator) remember(key hash, last answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.answers) >= maxAnswers {
		for k, old := range a.answers {
			if old.err != nil && last.at.Sub(old.at) >= unknownFor || last.at.Sub(old.at) >= trustedFor {
				delete(a.answers, k)
			}
		}
		if len(a.answers) >= maxAnswers {
			clear(a.answers)
		}
	}
	a.answers[key] = last
}

// fail counts a request without a good token and returns its error.
func (a *authenticator) fail(remote string) error {
	if a.failures != nil {
		if wait := a.failures.take(source(remote)); wait > 0 {
			return &limitError{limitAuthFailure, http.StatusTooManyRequests, wait}
		}
	}
	return &group.Error{Code: group.Unauthorized}
}

// source returns the network that one client can send from: an IPv4 address, or 64 bits of an IPv6 one. It is zero for a
// Unix socket, so all of its clients share one.
func source(remote string) netip.Prefix {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 64
	if address = address.Unmap(); address.Is4() {
		bits = 32
	}
	prefix, _ := address.WithZone("").Prefix(bits)
	return prefix
}
