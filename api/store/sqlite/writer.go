package sqlite

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"example.com/oxgroups/api/group"
)

// maxBatch bounds how many jobs share a transaction, and so how long the first of them waits for the others.
const maxBatch = 256

// writer has the connection that writes. It has no goroutine of its own: the caller who finds it idle leads, which is to run
// a transaction with the jobs of all who wait. So a lone caller hands nothing over and waits for nobody. Who has led one
// transaction passes the lead on.
type writer struct {
	conn *conn // the leader's

	mu     sync.Mutex
	idle   *sync.Cond // led became false
	queue  []*job
	led    bool // somebody leads; the queue is empty where nobody does
	closed bool

	waiting  atomic.Int32  // the length of queue
	expected int           // the leader's: how many callers there were a moment ago
	took     time.Duration // the leader's: how long commits take
}

// work is what a caller wants of the writer.
type work interface {
	// run is the part inside the transaction. It may be called again, after everything that it did was undone.
	run(*conn) error
	// finish is what remains to be done once run has succeeded, without the connection. It may be called before the
	// transaction is committed, and its results count only if it is.
	finish()
	// light says, after run, whether finish is so quick that others may wait for it.
	light() bool
}

// inside is work that is over when it was run.
type inside func(*conn) error

func (run inside) run(c *conn) error { return run(c) }
func (inside) finish()               {}
func (inside) light() bool           { return false }

// job is one caller's part of a transaction.
type job struct {
	work
	state    atomic.Int32
	err      error
	finished bool
	turn     chan struct{} // gets a value when err is the answer, or when the job's caller has to lead; nil of who leads at once
}

// turns are channels for one value.
var turns = sync.Pool{New: func() any { return make(chan struct{}, 1) }}

// A job is queued until a leader or its caller takes it out of that state: whoever is first decides.
const (
	queued int32 = iota
	leading
	started
	withdrawn
)

func newWriter(c *conn) *writer {
	w := &writer{conn: c}
	w.idle = sync.NewCond(&w.mu)
	return w
}

// do runs and finishes a part of a transaction and returns the error of run once that is committed. Where run returns an
// error only its own changes are undone. A job that has not started when ctx ends is withdrawn; one that has is finished and
// answered.
func (w *writer) do(ctx context.Context, part work) error {
	if err := ctx.Err(); err != nil {
		return &group.Error{Code: group.Unavailable, Err: err}
	}
	j := &job{work: part}
	if err := w.submit(j); err != nil {
		return err
	}
	if !j.wait(ctx) {
		return &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	}
	if j.state.Load() == leading {
		w.lead(ctx, j)
	}
	if j.err == nil && !j.finished {
		j.finish()
	}
	return j.err
}

// wait waits until j is answered or has to lead. It returns false where j was withdrawn instead because ctx ended.
func (j *job) wait(ctx context.Context) bool {
	if j.turn == nil {
		return true
	}
	defer turns.Put(j.turn) // nothing is in it and nobody sends to it again
	select {
	case <-j.turn:
	case <-ctx.Done():
		if j.state.CompareAndSwap(queued, withdrawn) {
			return false
		}
		<-j.turn
	}
	return true
}

func (w *writer) submit(j *job) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return &group.Error{Code: group.Unavailable, Err: errClosed}
	}
	if w.led {
		j.turn = turns.Get().(chan struct{})
	} else {
		w.led = true
		j.state.Store(leading)
	}
	w.queue = append(w.queue, j)
	w.waiting.Add(1)
	return nil
}

// take removes at most n jobs from the queue.
func (w *writer) take(n int) []*job {
	if w.waiting.Load() == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n = min(n, len(w.queue))
	jobs := w.queue[:n:n]
	w.queue = w.queue[n:]
	if len(w.queue) == 0 {
		w.queue = nil
	}
	w.waiting.Store(int32(len(w.queue)))
	return jobs
}

// lead runs a transaction, has the next one led, and answers the jobs that were in this one.
func (w *writer) lead(ctx context.Context, own *job) {
	batch := w.transaction(ctx, own)
	w.pass(len(batch))
	for _, j := range batch {
		if j != own {
			j.turn <- struct{}{}
		}
	}
}

// pass gives the lead to the first job that waits, after a transaction of n.
func (w *writer) pass(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = n + len(w.queue)
	for len(w.queue) > 0 {
		if next := w.queue[0]; next.state.CompareAndSwap(queued, leading) {
			next.turn <- struct{}{}
			return
		}
		w.queue = w.queue[1:]
		w.waiting.Add(-1)
	}
	w.queue = nil
	w.led = false
	w.idle.Broadcast()
}

// close closes the connection after the jobs that were accepted.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for w.led {
		w.idle.Wait()
	}
	return w.conn.Close()
}
