package server

import (
	"context"
	"maps"
	"slices"
	"time"

	"example.com/oxgroups/api/group"
)

// Limits.Running updates run at a time. Those that wait get their turn token by token, and a token that has many more in
// flight than another one that is active runs few at a time meanwhile, so one with many connections does not push out one
// with few.

// activeFor is how long a token is active after it had an update in flight. A client with few connections has none for a
// moment between a reply and its next request.
const activeFor = 100 * time.Millisecond

// A token with more than heavyFactor times as many updates in flight as another active one runs a heavyPart of all turns, and
// begins one in heavyTurn.
const (
	heavyFactor = 2
	heavyPart   = 8
	heavyTurn   = 500 * time.Microsecond
)

// An update that moves more than freeBytes costs its token time, as many as bytesPerSecond allow.
const (
	freeBytes      = 64 << 10
	bytesPerSecond = 8 << 20
)

// tokenUse is what one token has of the server.
type tokenUse struct {
	inFlight int
	running  int // of these, with those whose end is put off
	bytes    int64
	waiting  []*waiter // the first one first
	last     time.Time // when an update began or ended
	peak     int       // most in flight since peakAt
	peakAt   time.Time
	paid     time.Time // until when it has used its part
}

type waiter struct {
	group   groupKey
	granted chan struct{} // closed with the turn
}

func (t *tokenUse) active(now time.Time) bool { return t.inFlight > 0 || now.Sub(t.last) < activeFor }

// token returns what a token has. A new one takes the place of those that are not active any more.
func (l *limiter) token(id int64, now time.Time) *tokenUse {
	t := l.tokens[id]
	if t == nil {
		maps.DeleteFunc(l.tokens, func(_ int64, old *tokenUse) bool { return old.bytes == 0 && !old.active(now) })
		t = &tokenUse{}
		l.tokens[id] = t
	}
	return t
}

// admit waits for the turn of an update in the store. It returns a *limitError where a limit is reached, and the error of ctx
// where that ends first. After nil the caller has to call release.
func (l *limiter) admit(ctx context.Context, by group.Caller, id int64) error {
	key, now := groupKey{by.AccountID, id}, time.Now()
	l.mu.Lock()
	t := l.token(by.TokenID, now)
	if err := l.full(t, key); err != nil {
		l.mu.Unlock()
		return err
	}
	l.count(key, 1, 0)
	t.begin(now)
	if len(t.waiting) == 0 && l.mayRun(t, key, now) {
		l.start(t, key)
		l.mu.Unlock()
		return nil
	}
	w := &waiter{key, make(chan struct{})}
	if t.waiting = append(t.waiting, w); len(t.waiting) == 1 {
		l.order = append(l.order, t)
	}
	l.grant(now)
	l.mu.Unlock()

	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
		l.giveUp(t, w)
		return ctx.Err()
	}
}

// begin counts one more update of the token.
func (t *tokenUse) begin(now time.Time) {
	t.inFlight++
	t.last = now
	if t.inFlight > t.peak || now.Sub(t.peakAt) > activeFor {
		t.peak, t.peakAt = t.inFlight, now
	}
}

// giveUp ends a waiting update, which may have got its turn at the same moment.
func (l *limiter) giveUp(t *tokenUse, w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	running := 0
	if i := slices.Index(t.waiting, w); i >= 0 {
		l.leave(t, i)
	} else {
		running = 1
	}
	t.inFlight--
	t.running -= running
	l.count(w.group, -1, -running)
	l.grant(time.Now())
}

// release ends an update, whose request and reply had so many bytes. Beside other tokens, one that has many updates in flight
// and one that moves many bytes then wait before they count as ended, which leaves the others their part of CPU and disk.
func (l *limiter) release(ctx context.Context, by group.Caller, id, bytes int64) {
	key, now := groupKey{by.AccountID, id}, time.Now()
	running := 1
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.tokens[by.TokenID]
	if wait := l.pace(t, bytes, now); wait > 0 {
		l.count(key, 0, -running)
		running = 0
		l.grant(now)
		l.mu.Unlock()
		pause(ctx, wait)
		now = time.Now()
		l.mu.Lock()
	}
	l.count(key, -1, -running)
	t.inFlight--
	t.running--
	t.last = now
	l.grant(now)
}

// pace returns how long an update of a token has to wait for what the token did before.
func (l *limiter) pace(t *tokenUse, bytes int64, now time.Time) time.Duration {
	var cost time.Duration
	if l.heavy(t, now) {
		cost = heavyTurn
	}
	if bytes > freeBytes && l.beside(t, now) {
		cost += time.Duration(bytes) * time.Second / bytesPerSecond
	}
	if cost == 0 {
		return 0
	}
	if t.paid.Before(now) {
		t.paid = now
	}
	t.paid = t.paid.Add(cost)
	return t.paid.Sub(now)
}

// beside reports whether a token other than t is active.
func (l *limiter) beside(t *tokenUse, now time.Time) bool {
	for _, other := range l.tokens {
		if other != t && other.active(now) {
			return true
		}
	}
	return false
}

func (l *limiter) heavy(t *tokenUse, now time.Time) bool {
	for _, other := range l.tokens {
		if t.peak > heavyFactor*other.peak && other.active(now) {
			return true
		}
	}
	return false
}

func (l *limiter) mayRun(t *tokenUse, key groupKey, now time.Time) bool {
	if l.running >= l.Running || l.groups[key].running >= l.GroupRunning {
		return false
	}
	return t.running < max(1, l.Running/heavyPart) || !l.heavy(t, now)
}

// start gives an update its turn.
func (l *limiter) start(t *tokenUse, key groupKey) {
	l.count(key, 0, 1)
	t.running++
}

// grant starts what may run now. A token that got a turn goes to the end of the order.
func (l *limiter) grant(now time.Time) {
	for i := 0; i < len(l.order); {
		t := l.order[i]
		next := slices.IndexFunc(t.waiting, func(w *waiter) bool { return l.mayRun(t, w.group, now) })
		if next < 0 {
			i++
			continue
		}
		w := t.waiting[next]
		l.leave(t, next)
		l.start(t, w.group)
		if len(t.waiting) > 0 {
			l.order = append(slices.Delete(l.order, i, i+1), t)
		}
		close(w.granted)
	}
}

// leave takes a waiting update out of the line of its token.
func (l *limiter) leave(t *tokenUse, i int) {
	if t.waiting = slices.Delete(t.waiting, i, i+1); len(t.waiting) == 0 {
		l.order = slices.DeleteFunc(l.order, func(o *tokenUse) bool { return o == t })
	}
}
