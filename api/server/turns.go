package server

import (
	"context"
	"slices"
	"sync"
)

// turns lets a bounded number of updates run at a time. Those that wait get their turn token by token, so a token with
// many connections does not push out one with few. How many wait is bounded by Limits.InFlight.
type turns struct {
	mu       sync.Mutex
	free     int
	perGroup int
	running  map[groupKey]int
	queues   []*queue // tokens with waiting updates, the next one first
}

// queue has the waiting updates of one token, the first one first.
type queue struct {
	token   int64
	waiting []*waiter
}

type waiter struct {
	group   groupKey
	granted chan struct{} // closed with the turn
}

func newTurns(running, perGroup int) *turns {
	return &turns{free: running, perGroup: perGroup, running: map[groupKey]int{}}
}

// take waits for a turn. It returns the error of ctx where that ends first.
func (t *turns) take(ctx context.Context, token int64, group groupKey) error {
	t.mu.Lock()
	if len(t.queues) == 0 && t.start(group) {
		t.mu.Unlock()
		return nil
	}
	w := &waiter{group, make(chan struct{})}
	i := slices.IndexFunc(t.queues, func(q *queue) bool { return q.token == token })
	if i < 0 {
		i = len(t.queues)
		t.queues = append(t.queues, &queue{token: token})
	}
	t.queues[i].waiting = append(t.queues[i].waiting, w)
	t.grant() // the update may run even if those before it wait for their group
	t.mu.Unlock()

	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.forget(w) { // it was granted at the same moment
		t.end(group)
	}
	return ctx.Err()
}

// give ends a turn.
func (t *turns) give(group groupKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end(group)
}

func (t *turns) end(group groupKey) {
	t.free++
	if t.running[group]--; t.running[group] == 0 {
		delete(t.running, group)
	}
	t.grant()
}

func (t *turns) start(group groupKey) bool {
	if t.free == 0 || t.running[group] == t.perGroup {
		return false
	}
	t.free--
	t.running[group]++
	return true
}

// grant starts what can run now. A token that got a turn goes to the end of the line.
func (t *turns) grant() {
	for i := 0; i < len(t.queues) && t.free > 0; {
		q := t.queues[i]
		next := slices.IndexFunc(q.waiting, func(w *waiter) bool { return t.running[w.group] < t.perGroup })
		if next < 0 {
			i++
			continue
		}
		w := q.waiting[next]
		q.waiting = slices.Delete(q.waiting, next, next+1)
		t.queues = slices.Delete(t.queues, i, i+1)
		if len(q.waiting) > 0 {
			t.queues = append(t.queues, q)
		}
		t.start(w.group)
		close(w.granted)
	}
}

// forget takes w out of its queue and reports whether it was there.
func (t *turns) forget(w *waiter) bool {
	for i, q := range t.queues {
		if at := slices.Index(q.waiting, w); at >= 0 {
			if q.waiting = slices.Delete(q.waiting, at, at+1); len(q.waiting) == 0 {
				t.queues = slices.Delete(t.queues, i, i+1)
			}
			return true
		}
	}
	return false
}
