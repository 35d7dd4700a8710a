package server

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"example.com/oxgroups/api/group"
)

// Limits bound what one token, one group, one address and all callers together get of a server. The numbers of
// DefaultLimits hold on a machine with two cores and 256 MB.
type Limits struct {
	InFlight      int     // updates between their admission and their reply; 503 above it
	PerToken      int     // of these, those of one token; 429 above it
	PerGroup      int     // of these, those of one group; 429 above it
	Running       int     // updates in the store at a time. The others of InFlight wait, and get their turn token by token
	GroupRunning  int     // of these, those of one group: it may not take all connections of a database
	BodyBytes     int64   // bytes of bodies in memory; 503 above it. One token gets half of them, 429 above it
	TokenRate     float64 // requests a second of one token; 429 above it; 0 is no limit
	TokenBurst    int     // requests of one token at once before TokenRate counts
	AuthFailures  int     // requests a minute without a good token from one address; 429 above it; 0 is no limit
	Connections   int     // open connections; above it one that was idle for long is closed. 0 is no limit
	ListIDs       int     // elements of one list of a body; 400 above it
	ObjectMembers int     // members of one object of a body; 400 above it
}

// DefaultLimits returns the limits that apply where no option says otherwise.
func DefaultLimits() Limits {
	return Limits{
		InFlight: 128, PerToken: 64, PerGroup: 32, Running: 32, GroupRunning: 8,
		BodyBytes: 32 << 20, TokenBurst: 1, AuthFailures: 1000, Connections: defaultConnections(),
		ListIDs: 10_000, ObjectMembers: 1_000,
	}
}

// NoLimits returns limits that refuse nobody, for tests and benchmarks. What a body may have is bounded as ever.
func NoLimits() Limits {
	const any = math.MaxInt32
	l := DefaultLimits()
	l.InFlight, l.PerToken, l.PerGroup, l.Running, l.GroupRunning, l.BodyBytes = any, any, any, any, any, math.MaxInt64
	l.AuthFailures, l.Connections = 0, 0
	return l
}

func (l Limits) check() error {
	if min(l.InFlight, l.PerToken, l.PerGroup, l.Running, l.GroupRunning, l.TokenBurst, l.ListIDs, l.ObjectMembers) < 1 || l.BodyBytes < 1 {
		return errors.New("every limit but TokenRate, AuthFailures and Connections has to be above zero")
	}
	if l.TokenRate < 0 || math.IsNaN(l.TokenRate) || l.AuthFailures < 0 || l.Connections < 0 {
		return errors.New("no limit may be below zero")
	}
	return nil
}

// limitError is a request that a limit refused. The error table answers it with its status.
type limitError struct {
	limit      string // for metrics and the log
	status     int    // 429 for one caller's limits, 503 for everybody's
	retryAfter time.Duration
}

// Error names the limit.
func (e *limitError) Error() string {
	return fmt.Sprintf("the limit %s is reached; retry after %v", e.limit, e.retryAfter)
}

// The names of the limits.
const (
	limitInFlight    = "in_flight"
	limitPerToken    = "per_token"
	limitPerGroup    = "per_group"
	limitBodyBytes   = "body_bytes"
	limitTokenBytes  = "token_body_bytes"
	limitTokenRate   = "token_rate"
	limitAuthFailure = "auth_failures"
)

// retrySoon is the Retry-After of limits that are free again when some request ends.
const retrySoon = time.Second

// limiter holds what is in flight now. Its maps have what is in flight, and the tokens that were active a moment ago.
type limiter struct {
	Limits
	rates   *buckets[int64]
	refused *buckets[refusedKey]
	paused  atomic.Int64

	mu       sync.Mutex
	inFlight int                 // updates between their admission and their reply
	running  int                 // of these, in the store
	bytes    int64               // of bodies
	tokens   map[int64]*tokenUse // in flight or active
	groups   map[groupKey]groupUse
	order    []*tokenUse // with waiting updates, the next one first
}

// groupKey has the account too: a caller cannot take the room of a group that is not its own.
type groupKey struct{ account, id int64 }

// groupUse is what one group has of the server.
type groupUse struct{ inFlight, running int }

func newLimiter(l Limits) *limiter {
	return &limiter{
		Limits:  l,
		rates:   newBuckets[int64](l.TokenRate, l.TokenBurst),
		refused: newBuckets[refusedKey](refusalsPerSecond, freeRefusals),
		tokens:  map[int64]*tokenUse{},
		groups:  map[groupKey]groupUse{},
	}
}

// updates returns how many updates are admitted and not answered.
func (l *limiter) updates() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inFlight
}

// full returns the limit that refuses one more update, nil if none does.
func (l *limiter) full(t *tokenUse, key groupKey) error {
	switch {
	case l.inFlight >= l.InFlight:
		return &limitError{limitInFlight, http.StatusServiceUnavailable, retrySoon}
	case t.inFlight >= l.PerToken:
		return &limitError{limitPerToken, http.StatusTooManyRequests, retrySoon}
	case l.groups[key].inFlight >= l.PerGroup:
		return &limitError{limitPerGroup, http.StatusTooManyRequests, retrySoon}
	}
	return nil
}

// count adds to what is in flight, and to what of it runs, in all and of one group.
func (l *limiter) count(key groupKey, inFlight, running int) {
	l.inFlight += inFlight
	l.running += running
	g := l.groups[key]
	g.inFlight += inFlight
	g.running += running
	if g == (groupUse{}) {
		delete(l.groups, key)
	} else {
		l.groups[key] = g
	}
}

// reserve takes n bytes of memory for the body of a caller's request, and unreserve gives them back.
func (l *limiter) reserve(by group.Caller, n int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.token(by.TokenID, time.Now())
	switch {
	case t.bytes+n > l.BodyBytes/2:
		return &limitError{limitTokenBytes, http.StatusTooManyRequests, retrySoon}
	case l.bytes+n > l.BodyBytes:
		return &limitError{limitBodyBytes, http.StatusServiceUnavailable, retrySoon}
	}
	t.bytes += n
	l.bytes += n
	return nil
}

func (l *limiter) unreserve(by group.Caller, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tokens[by.TokenID].bytes -= n
	l.bytes -= n
}

// admitRate counts a request of a token.
func (l *limiter) admitRate(by group.Caller) error {
	if l.TokenRate == 0 {
		return nil
	}
	if wait := l.rates.take(by.TokenID); wait > 0 {
		return &limitError{limitTokenRate, http.StatusTooManyRequests, wait}
	}
	return nil
}

// Refused requests cost the others something too: a caller that gets more than a few refusals a second waits for each
// further one while others are active.
const (
	freeRefusals      = 50 // at once
	refusalsPerSecond = 10
	refusalPause      = 250 * time.Millisecond
	maxPausedRefusals = 256 // the others get theirs at once
)

// refusedKey is the token of a caller, or the address of one without a good token.
type refusedKey struct {
	token int64
	from  netip.Prefix
}

// slowDown waits before a refusal is answered, if its caller gets too many of them.
func (l *limiter) slowDown(ctx context.Context, key refusedKey) {
	if l.refused.take(key) == 0 || !l.othersActive(key.token) {
		return
	}
	if l.paused.Add(1) <= maxPausedRefusals {
		pause(ctx, refusalPause)
	}
	l.paused.Add(-1)
}

func (l *limiter) othersActive(token int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.beside(l.tokens[token], time.Now())
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
