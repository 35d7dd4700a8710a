package sqlite

import (
	"context"
	"sync"
	"sync/atomic"

	"example.com/oxgroups/api/group"
)

// maxBatch bounds how many jobs share a transaction, and so how long the first of them waits for the others.
const maxBatch = 256

// writer owns the connection that writes. Jobs that wait while a transaction runs share the next one.
type writer struct {
	mu     sync.Mutex
	queue  []*job
	closed bool

	wake chan struct{} // has room for one: there are jobs, or closed is set
	last int           // how many jobs were in the last transaction; only the goroutine uses it
	done chan struct{} // closed when the goroutine has ended
	err  error         // of closing the connection; set before done is closed
}

// job is one caller's part of a transaction.
type job struct {
	run   func(*conn) error
	state atomic.Int32
	err   error
	ready chan struct{} // closed when err is the answer
}

// A job is queued until the writer or its caller takes it out of that state: whoever is first decides.
const (
	queued int32 = iota
	started
	withdrawn
)

func newWriter(c *conn) *writer {
	w := &writer{wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.loop(c)
	return w
}

// do has run executed in a transaction and returns its error once that is committed. Where run returns an error only its
// own changes are undone. A job that has not started when ctx ends is withdrawn; one that has is finished and answered.
func (w *writer) do(ctx context.Context, run func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return &group.Error{Code: group.Unavailable, Err: err}
	}
	j := &job{run: run, ready: make(chan struct{})}
	if err := w.submit(j); err != nil {
		return err
	}
	select {
	case <-j.ready:
	case <-ctx.Done():
		if j.state.CompareAndSwap(queued, withdrawn) {
			return &group.Error{Code: group.Unavailable, Err: ctx.Err()}
		}
		<-j.ready
	}
	return j.err
}

func (w *writer) submit(j *job) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return &group.Error{Code: group.Unavailable, Err: errClosed}
	}
	w.queue = append(w.queue, j)
	w.signal()
	return nil
}

// signal wakes the goroutine; one signal stands for any number of jobs.
func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take returns at most n waiting jobs and whether none can come any more.
func (w *writer) take(n int) (jobs []*job, closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n = min(n, len(w.queue))
	jobs = w.queue[:n:n]
	w.queue = w.queue[n:]
	if len(w.queue) == 0 {
		w.queue = nil
	}
	return jobs, w.closed
}

func (w *writer) loop(c *conn) {
	defer close(w.done)
	for {
		jobs, closed := w.take(maxBatch)
		switch {
		case len(jobs) > 0:
			w.commit(c, jobs)
		case closed:
			w.err = c.Close()
			return
		default:
			<-w.wake
		}
	}
}

// close ends the goroutine after the jobs that were accepted.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	w.signal()
	w.mu.Unlock()
	<-w.done
	return w.err
}
