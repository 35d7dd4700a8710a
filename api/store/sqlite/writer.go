package sqlite

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"example.com/oxgroups/api/group"
)

// maxBatch bounds how many jobs share a transaction, and so how long the first of them waits for the others.
const maxBatch = 256

// writer has the connection that writes. A caller who finds nobody else leads: it runs a transaction with its own job and
// those that come meanwhile. So a lone caller hands nothing over and waits for nobody. Once there are more, a goroutine
// serves them with one transaction after another, until nobody comes.
type writer struct {
	conn        *conn        // the leader's
	checkpoints *checkpoints // the leader's

	mu     sync.Mutex
	idle   *sync.Cond // led became false
	queue  []*job
	led    bool // somebody leads, be it a caller or serve; the queue is empty where nobody does
	closed bool

	channels sync.Pool // of channels for one value, which are empty and nobody's

	waiting  atomic.Int32  // the length of queue
	expected int           // the leader's: how many callers there were a moment ago
	took     time.Duration // the leader's: how long commits take
}

// job is one caller's part of a transaction.
type job struct {
	run      func(*conn) error // may be called again, after everything that it did was undone
	state    atomic.Int32
	err      error
	answered chan struct{} // gets a value when err is the answer; nil of the job whose caller leads
	heirs    []*job        // those that its caller answers once it is answered itself
}

// A job is queued until the leader or its caller takes it out of that state: whoever is first decides.
const (
	queued int32 = iota
	started
	withdrawn
)

func newWriter(f file, c *conn) *writer {
	w := &writer{conn: c, checkpoints: newCheckpoints(f, c)}
	w.idle = sync.NewCond(&w.mu)
	w.channels.New = func() any { return make(chan struct{}, 1) }
	return w
}

// do calls run inside a transaction and returns its error once that is committed. Where run returns an error only its own
// changes are undone; run may be called twice. A job that has not started when ctx ends is withdrawn; one that has is
// finished and answered.
func (w *writer) do(ctx context.Context, run func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return &group.Error{Code: group.Unavailable, Err: err}
	}
	j := &job{run: run}
	leads, err := w.submit(j)
	switch {
	case err != nil:
		return err
	case leads:
		w.lead(ctx, j)
	case !w.wait(ctx, j):
		return &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	}
	return j.err
}

// submit queues a job, or says that its caller has to lead.
func (w *writer) submit(j *job) (leads bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false, &group.Error{Code: group.Unavailable, Err: errClosed}
	}
	if !w.led {
		w.led = true
		return true, nil
	}
	j.answered = w.channels.Get().(chan struct{})
	w.queue = append(w.queue, j)
	w.waiting.Add(1)
	return false, nil
}

// wait waits until j is answered. It returns false where j was withdrawn instead because ctx ended.
func (w *writer) wait(ctx context.Context, j *job) bool {
	defer w.channels.Put(j.answered) // nothing is in it and nobody sends to it again
	select {
	case <-j.answered:
	case <-ctx.Done():
		if j.state.CompareAndSwap(queued, withdrawn) {
			return false
		}
		<-j.answered
	}
	answer(j.heirs)
	return true
}

// answer answers jobs. Waking a goroutine takes a while, so the first ones are left to wake the others.
func answer(jobs []*job) {
	for len(jobs) > 0 {
		half := (len(jobs) + 1) / 2
		first := jobs[0]
		first.heirs = jobs[1:half]
		first.answered <- struct{}{}
		jobs = jobs[half:]
	}
}

// take removes at most n jobs from the queue and starts those that were not withdrawn.
func (w *writer) take(n int) []*job {
	if w.waiting.Load() == 0 {
		return nil
	}
	w.mu.Lock()
	n = min(n, len(w.queue))
	taken := w.queue[:n:n]
	w.queue = w.queue[n:]
	if len(w.queue) == 0 {
		w.queue = nil
	}
	w.waiting.Store(int32(len(w.queue)))
	w.mu.Unlock()
	jobs := taken[:0]
	for _, j := range taken {
		if j.state.CompareAndSwap(queued, started) {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// lead runs the transaction of a caller who found nobody else. If there are others by now, serve takes over.
func (w *writer) lead(ctx context.Context, own *job) {
	batch := w.transaction(ctx, own)
	answer(batch[1:]) // the first one is its own
	w.checkpoints.next(w.conn)
	if len(batch) > 1 || !w.rest() {
		go w.serve()
	}
}

// serve runs transactions as long as somebody comes. close waits for its end.
func (w *writer) serve() {
	for w.linger(longGap); !w.rest(); w.linger(longGap) {
		answer(w.transaction(context.Background(), nil))
		w.checkpoints.next(w.conn)
	}
}

// rest ends the lead where nobody waits.
func (w *writer) rest() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) > 0 {
		return false
	}
	w.led = false
	w.idle.Broadcast()
	return true
}

// close closes the connection after the jobs that were accepted.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for w.led {
		w.idle.Wait()
	}
	return errors.Join(w.checkpoints.close(), w.conn.Close())
}
