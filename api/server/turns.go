package server

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// turns lets a bounded number of updates run at a time. Those that wait get their turn token by token, and a token that has
// many more in flight than another one that is active runs few at a time meanwhile, so one with many connections does not
// push out one with few. How many wait is bounded by Limits.InFlight.
type turns struct {
	mu       sync.Mutex
	most     int // running at a time
	perGroup int // of these, those of one group
	running  int
	groups   map[groupKey]int // running
	tokens   map[int64]*line  // that are active
	order    []*line          // those with waiting updates, the next one first
}

// activeFor is how long a token is active after it had an update running or waiting. A client with few connections has
// none for a moment between a reply and its next request.
const activeFor = 100 * time.Millisecond

// line has the updates of one token.
type line struct {
	token   int64
	running int
	waiting []*waiter // the first one first
	last    time.Time // when one began or ended
	peak    int       // most in flight since peakAt
	peakAt  time.Time
	paid    time.Time // until when it has used its part
}

type waiter struct {
	group   groupKey
	granted chan struct{} // closed with the turn
}

func newTurns(running, perGroup int) *turns {
	return &turns{most: running, perGroup: perGroup, groups: map[groupKey]int{}, tokens: map[int64]*line{}}
}

// take waits for a turn. It returns the error of ctx where that ends first.
func (t *turns) take(ctx context.Context, token int64, group groupKey) error {
	t.mu.Lock()
	l := t.line(token)
	l.note(time.Now(), l.inFlight()+1)
	if len(l.waiting) == 0 && t.mayRun(l, group) {
		t.start(l, group)
		t.mu.Unlock()
		return nil
	}
	w := &waiter{group, make(chan struct{})}
	if l.waiting = append(l.waiting, w); len(l.waiting) == 1 {
		t.order = append(t.order, l)
	}
	t.grant()
	t.mu.Unlock()

	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	i := slices.Index(l.waiting, w)
	if i >= 0 {
		t.leave(l, i)
	}
	t.mu.Unlock()
	if i < 0 { // it was granted at the same moment
		t.give(ctx, token, group, 0)
	}
	return ctx.Err()
}

// line returns the line of a token. A new one takes the place of those that are not active any more.
func (t *turns) line(token int64) *line {
	l := t.tokens[token]
	if l == nil {
		now := time.Now()
		maps.DeleteFunc(t.tokens, func(_ int64, old *line) bool { return !old.active(now) })
		l = &line{token: token}
		t.tokens[token] = l
	}
	return l
}

// note keeps how many updates a token has in flight.
func (l *line) note(now time.Time, inFlight int) {
	l.last = now
	if inFlight > l.peak || now.Sub(l.peakAt) > activeFor {
		l.peak, l.peakAt = inFlight, now
	}
}

func (l *line) active(now time.Time) bool { return l.inFlight() > 0 || now.Sub(l.last) < activeFor }

// beside reports whether another token is active.
func (t *turns) beside(token int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hasOther(token)
}

func (t *turns) hasOther(token int64) bool {
	now := time.Now()
	for _, other := range t.tokens {
		if other.token != token && other.active(now) {
			return true
		}
	}
	return false
}

// give ends a turn, whose request and reply had so many bytes. Beside other tokens, one that has many updates in flight and
// one that moves many bytes then wait before they count as ended, which leaves the others their part of CPU and disk.
func (t *turns) give(ctx context.Context, token int64, group groupKey, bytes int64) {
	t.mu.Lock()
	l := t.tokens[token]
	t.running--
	if t.groups[group]--; t.groups[group] == 0 {
		delete(t.groups, group)
	}
	t.grant()
	wait := t.pace(l, bytes)
	t.mu.Unlock()
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	l.running--
	l.last = time.Now()
	t.grant()
}

// pace returns how long an update of a token has to wait for what the token did before.
func (t *turns) pace(l *line, bytes int64) time.Duration {
	var cost time.Duration
	if t.heavy(l) {
		cost = heavyTurn
	}
	if bytes > freeBytes && t.hasOther(l.token) {
		cost += time.Duration(bytes) * time.Second / bytesPerSecond
	}
	if cost == 0 {
		return 0
	}
	now := time.Now()
	if l.paid.Before(now) {
		l.paid = now
	}
	l.paid = l.paid.Add(cost)
	return l.paid.Sub(now)
}

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

func (t *turns) mayRun(l *line, group groupKey) bool {
	if t.running == t.most || t.groups[group] == t.perGroup {
		return false
	}
	share := max(1, t.most/heavyPart)
	return l.running < share || !t.heavy(l)
}

func (t *turns) heavy(l *line) bool {
	now := time.Now()
	for _, other := range t.tokens {
		if l.peak > heavyFactor*other.peak && other.active(now) {
			return true
		}
	}
	return false
}

func (l *line) inFlight() int { return l.running + len(l.waiting) }

func (t *turns) start(l *line, group groupKey) {
	t.running++
	l.running++
	t.groups[group]++
}

// grant starts what may run now. A token that got a turn goes to the end of the order.
func (t *turns) grant() {
	for i := 0; i < len(t.order); {
		l := t.order[i]
		next := slices.IndexFunc(l.waiting, func(w *waiter) bool { return t.mayRun(l, w.group) })
		if next < 0 {
			i++
			continue
		}
		w := l.waiting[next]
		t.leave(l, next)
		t.start(l, w.group)
		if len(l.waiting) > 0 {
			t.order = append(slices.Delete(t.order, i, i+1), l)
		}
		close(w.granted)
	}
}

// leave takes a waiting update out of its line.
func (t *turns) leave(l *line, i int) {
	if l.waiting = slices.Delete(l.waiting, i, i+1); len(l.waiting) == 0 {
		t.order = slices.DeleteFunc(t.order, func(o *line) bool { return o == l })
	}
}
