package server

import (
	"context"
	"slices"
	"sync"
)

// turns lets a bounded number of updates run at a time. Those that wait get their turn token by token, and a token that has
// many more in flight than another one runs few at a time meanwhile, so one with many connections does not push out one
// with few. How many wait is bounded by Limits.InFlight.
type turns struct {
	mu       sync.Mutex
	most     int // running at a time
	perGroup int // of these, those of one group
	running  int
	groups   map[groupKey]int // running
	tokens   map[int64]*line  // that have an update running or waiting
	order    []*line          // those with waiting updates, the next one first
}

// line has the updates of one token.
type line struct {
	token   int64
	running int
	waiting []*waiter // the first one first
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
	l := t.tokens[token]
	if l == nil {
		l = &line{token: token}
		t.tokens[token] = l
	}
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
	defer t.mu.Unlock()
	if i := slices.Index(l.waiting, w); i >= 0 {
		t.leave(l, i)
		t.forget(l)
	} else { // it was granted at the same moment
		t.end(l, group)
	}
	return ctx.Err()
}

// give ends a turn.
func (t *turns) give(token int64, group groupKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end(t.tokens[token], group)
}

// A token with more than heavyFactor times as many updates in flight as another one runs a heavyPart of all turns.
const (
	heavyFactor = 2
	heavyPart   = 8
)

func (t *turns) mayRun(l *line, group groupKey) bool {
	if t.running == t.most || t.groups[group] == t.perGroup {
		return false
	}
	share := max(1, t.most/heavyPart)
	return l.running < share || !t.heavy(l)
}

func (t *turns) heavy(l *line) bool {
	for _, other := range t.tokens {
		if l.inFlight() > heavyFactor*other.inFlight() {
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

func (t *turns) end(l *line, group groupKey) {
	t.running--
	l.running--
	if t.groups[group]--; t.groups[group] == 0 {
		delete(t.groups, group)
	}
	t.forget(l)
	t.grant()
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

// forget removes a line that has nothing any more, which gives the other tokens a larger share.
func (t *turns) forget(l *line) {
	if l.running == 0 && len(l.waiting) == 0 {
		delete(t.tokens, l.token)
	}
}
