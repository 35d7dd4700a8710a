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

	"golang.org/x/sync/semaphore"

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
	Connections   int     // open connections; above it the one that was idle for longest is closed. 0 is no limit
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

// limiter holds what is in flight now. All its maps have entries for what is in flight only.
type limiter struct {
	Limits
	admitted atomic.Int64
	tokens   occupancy[int64]
	groups   occupancy[groupKey]
	turns    *turns
	bytes    *semaphore.Weighted
	perToken occupancy[int64] // bytes
	rates    *buckets[int64]
	refused  *buckets[refusedKey]
	paused   atomic.Int64
}

// groupKey has the account too: a caller cannot take the room of a group that is not its own.
type groupKey struct{ account, id int64 }

func newLimiter(l Limits) *limiter {
	return &limiter{
		Limits:  l,
		turns:   newTurns(l.Running, l.GroupRunning),
		bytes:   semaphore.NewWeighted(l.BodyBytes),
		rates:   newBuckets[int64](l.TokenRate, l.TokenBurst),
		refused: newBuckets[refusedKey](refusalsPerSecond, freeRefusals),
	}
}

// admit waits for the turn of an update in the store and returns what ends it, which is told how many bytes the request and
// its reply had. It returns a *limitError where a limit is reached, and the error of ctx where that ends first.
func (l *limiter) admit(ctx context.Context, by group.Caller, id int64) (release func(bytes int64), err error) {
	defer func() {
		if err != nil {
			l.admitted.Add(-1)
		}
	}()
	if l.admitted.Add(1) > int64(l.InFlight) {
		return nil, &limitError{limitInFlight, http.StatusServiceUnavailable, retrySoon}
	}
	if !l.tokens.take(by.TokenID, 1, int64(l.PerToken)) {
		return nil, &limitError{limitPerToken, http.StatusTooManyRequests, retrySoon}
	}
	key := groupKey{by.AccountID, id}
	if !l.groups.take(key, 1, int64(l.PerGroup)) {
		l.tokens.give(by.TokenID, 1)
		return nil, &limitError{limitPerGroup, http.StatusTooManyRequests, retrySoon}
	}
	if err := l.turns.take(ctx, by.TokenID, key); err != nil {
		l.groups.give(key, 1)
		l.tokens.give(by.TokenID, 1)
		return nil, err
	}
	return func(bytes int64) {
		l.turns.give(ctx, by.TokenID, key, bytes)
		l.groups.give(key, 1)
		l.tokens.give(by.TokenID, 1)
		l.admitted.Add(-1)
	}, nil
}

// reserve takes n bytes of memory for the body of a caller's request, and release gives them back.
func (l *limiter) reserve(by group.Caller, n int64) error {
	if !l.perToken.take(by.TokenID, n, l.BodyBytes/2) {
		return &limitError{limitTokenBytes, http.StatusTooManyRequests, retrySoon}
	}
	if !l.bytes.TryAcquire(n) {
		l.perToken.give(by.TokenID, n)
		return &limitError{limitBodyBytes, http.StatusServiceUnavailable, retrySoon}
	}
	return nil
}

func (l *limiter) release(by group.Caller, n int64) {
	l.perToken.give(by.TokenID, n)
	l.bytes.Release(n)
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
	if l.refused.take(key) == 0 || !l.turns.beside(key.token) {
		return
	}
	if l.paused.Add(1) <= maxPausedRefusals {
		select {
		case <-time.After(refusalPause):
		case <-ctx.Done():
		}
	}
	l.paused.Add(-1)
}

// occupancy counts what each key holds. The zero value is empty.
type occupancy[K comparable] struct {
	mu   sync.Mutex
	held map[K]int64
}

// take adds n to what key holds, unless that would be more than most.
func (o *occupancy[K]) take(key K, n, most int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held[key]+n > most {
		return false
	}
	if o.held == nil {
		o.held = map[K]int64{}
	}
	o.held[key] += n
	return true
}

func (o *occupancy[K]) give(key K, n int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held[key] -= n; o.held[key] <= 0 {
		delete(o.held, key)
	}
}
