package bulk

import (
	"context"
	"sync"

	"example.com/oxgroups/api/bulk/rows"
)

// How far the queue looks ahead: rows, and bytes of them; and how many rows of a run are held for a second try.
const (
	lookaheadRows  = 4096
	lookaheadBytes = 16 << 20
	maxHeld        = 1000
	maxRecycled    = 4 << 10 // bytes of a row whose memory is kept
)

// task is a row on its way.
type task struct {
	row     rows.Row
	invalid *rows.Error
	weight  int
	tries   int
	refusal verdict // of a row that is held
	final   bool    // the refusal stays
}

// queue keeps the rows that were read and have no result. Rows of one group are handed out one at a time, in their order;
// those of different groups as they come. Rows that were refused for a taken name are held until no other can be sent, and
// then handed out one at a time, the last first, as often as that helps another: a chain of renames ends with its last.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	ctx     context.Context

	ready   []*task
	waiting map[int64][]*task // after a row of the group that is under way; no entry: none is
	weight  int
	open    int // rows without a result
	flying  int // rows that were handed out
	closed  bool

	held, again []*task // again: refused in this round too
	heldInAll   int
	round       bool  // held rows are handed out
	applied     int64 // rows
	before      int64 // applied, at the start of the round
	free        []*task
}

func newQueue(ctx context.Context) *queue {
	q := &queue{ctx: ctx, waiting: map[int64][]*task{}}
	q.changed = sync.NewCond(&q.mu)
	context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.changed.Broadcast()
	})
	return q
}

// blank returns a task to read a row into. It may have the memory of one that is finished.
func (q *queue) blank() *task {
	q.mu.Lock()
	defer q.mu.Unlock()
	if n := len(q.free); n > 0 {
		t := q.free[n-1]
		q.free = q.free[:n-1]
		*t = task{row: t.row}
		return t
	}
	return new(task)
}

// recycle takes back a task that nobody uses.
func (q *queue) recycle(t *task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.keep(t)
}

func (q *queue) keep(t *task) {
	if t.row.Size() <= maxRecycled && len(q.free) < 64 {
		q.free = append(q.free, t)
	}
}

// add takes a row. It waits while there are enough. It reports whether the row was taken: not after the end of the context.
func (q *queue) add(t *task) bool {
	t.weight = max(t.row.Size(), lookaheadBytes/lookaheadRows)
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.weight > 0 && q.weight+t.weight > lookaheadBytes && q.ctx.Err() == nil {
		q.changed.Wait()
	}
	if q.ctx.Err() != nil {
		return false
	}
	q.open++
	q.weight += t.weight
	if behind, busy := q.waiting[t.row.ID]; busy {
		q.waiting[t.row.ID] = append(behind, t)
	} else {
		q.waiting[t.row.ID] = nil
		q.ready = append(q.ready, t)
		q.changed.Signal()
	}
	return true
}

// next waits for a row to send. ok is false when there will be none, or when the context ended.
func (q *queue) next() (t *task, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.ctx.Err() == nil && !(q.closed && q.open == 0) {
		if t := q.pick(); t != nil {
			q.flying++
			return t, true
		}
		q.changed.Wait()
	}
	q.changed.Broadcast() // the others need not wait either
	return nil, false
}

func (q *queue) pick() *task {
	stuck := q.closed || q.weight+lookaheadBytes/lookaheadRows > lookaheadBytes
	switch {
	case len(q.ready) > 0:
		t := q.ready[0]
		q.ready = q.ready[1:]
		return t
	case !stuck || q.flying > 0:
		return nil
	case len(q.held) == 0 && len(q.again) > 0: // the end of a round
		q.held, q.again = q.again, nil
		for _, t := range q.held {
			t.final = q.applied == q.before
		}
		q.round = false
	}
	n := len(q.held)
	if n == 0 {
		q.round = false
		return nil
	}
	if !q.round {
		q.round, q.before = true, q.applied
	}
	t := q.held[n-1]
	q.held = q.held[:n-1]
	return t
}

// hold keeps a row that was refused for a taken name. It reports false where that would be one too many.
func (q *queue) hold(t *task, refusal verdict) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case t.refusal.err != nil:
		q.again = append([]*task{t}, q.again...)
	case q.heldInAll == maxHeld:
		return false
	default:
		q.heldInAll++
		q.held = append(q.held, t)
	}
	t.refusal = refusal
	q.flying--
	q.changed.Broadcast()
	return true
}

// done lets go of a row that has a result.
func (q *queue) done(t *task, applied bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if behind := q.waiting[t.row.ID]; len(behind) > 0 {
		q.waiting[t.row.ID] = behind[1:]
		q.ready = append(q.ready, behind[0])
	} else {
		delete(q.waiting, t.row.ID)
	}
	if applied {
		q.applied++
	}
	q.open--
	q.flying--
	q.weight -= t.weight
	q.keep(t)
	q.changed.Broadcast()
}

// close says that no more rows will be added.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

// empty reports whether every row that was added has a result.
func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.open == 0
}
