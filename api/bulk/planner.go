package bulk

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"example.com/oxgroups/api/bulk/rows"
)

// How far the planner looks ahead: rows, and bytes of them.
const (
	lookaheadRows  = 4096
	lookaheadBytes = 16 << 20
	maxRecycled    = 4 << 10 // bytes of a row whose memory is kept
)

// task is a row on its way.
type task struct {
	row       rows.Row
	invalid   *rows.Error
	weight    int64
	tries     int   // replies that were none
	throttled int   // replies of status 429
	answers   int64 // that the API had given, to whatever row, when this one was sent last
}

// planner keeps the rows that were read and are not finished. Rows of one group are handed out one at a time, in their
// order; those of different groups as they come.
type planner struct {
	window *semaphore.Weighted
	// Rows that can be sent. Both have room for every row of the window, so that nobody waits to put one in. Those that are
	// sent again go first, because the others of their groups wait for them, and so that none is left for the end.
	ready, due chan *task
	used       chan *task // finished, to be used again

	mu      sync.Mutex
	waiting map[int64][]*task // behind a row of the group that is under way; a group without a key has none
	parked  map[*task]*time.Timer
	open    int
	closed  bool // no more rows are added
}

func newPlanner() *planner {
	return &planner{
		window:  semaphore.NewWeighted(lookaheadBytes),
		ready:   make(chan *task, lookaheadRows),
		due:     make(chan *task, lookaheadRows),
		used:    make(chan *task, 64),
		waiting: map[int64][]*task{},
		parked:  map[*task]*time.Timer{},
	}
}

// blank returns a task to read a row into. It may have the memory of one that is finished.
func (p *planner) blank() *task {
	select {
	case t := <-p.used:
		*t = task{row: t.row}
		return t
	default:
		return new(task)
	}
}

// recycle takes back a task that nobody uses.
func (p *planner) recycle(t *task) {
	if t.row.Size() > maxRecycled {
		return
	}
	select {
	case p.used <- t:
	default:
	}
}

// add takes a row. It waits while the window is full, and returns ctx's error when that ends first.
func (p *planner) add(ctx context.Context, t *task) error {
	t.weight = min(max(int64(t.row.Size()), lookaheadBytes/lookaheadRows), lookaheadBytes)
	if err := p.window.Acquire(ctx, t.weight); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open++
	if queue, busy := p.waiting[t.row.ID]; busy {
		p.waiting[t.row.ID] = append(queue, t)
	} else {
		p.waiting[t.row.ID] = nil
		p.ready <- t
	}
	return nil
}

// park makes the row ready again after a while; others of its group go on waiting.
func (p *planner) park(t *task, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parked[t] = time.AfterFunc(wait, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if _, there := p.parked[t]; there {
			delete(p.parked, t)
			p.due <- t
		}
	})
}

// done lets go of a row that has a result.
func (p *planner) done(t *task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if queue := p.waiting[t.row.ID]; len(queue) > 0 {
		p.waiting[t.row.ID] = queue[1:]
		p.ready <- queue[0]
	} else {
		delete(p.waiting, t.row.ID)
	}
	p.open--
	p.window.Release(t.weight)
	p.recycle(t)
	p.finish()
}

// close says that no more rows will be added.
func (p *planner) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.finish()
}

func (p *planner) finish() {
	if p.closed && p.open == 0 {
		close(p.ready)
	}
}

// next returns a row to send. ok is false when there will be none, or when ctx ended.
func (p *planner) next(ctx context.Context) (t *task, ok bool) {
	if ctx.Err() != nil {
		return nil, false
	}
	select {
	case t = <-p.due:
		return t, true
	default:
	}
	select {
	case t = <-p.due:
		return t, true
	case t, ok = <-p.ready:
		return t, ok
	case <-ctx.Done():
		return nil, false
	}
}

// empty reports whether every row that was added has a result.
func (p *planner) empty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open == 0
}

// drop forgets the rows that are parked.
func (p *planner) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for t, timer := range p.parked {
		timer.Stop()
		delete(p.parked, t)
	}
}
