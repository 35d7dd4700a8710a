package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// maxBatch bounds how many jobs share a transaction, and so how long the first of them waits for the others.
const maxBatch = 256

// writer owns the connection that writes, in a goroutine. It runs a transaction with all jobs that wait, and answers them
// after the commit (group commit).
type writer struct {
	health
	file        file
	conn        *conn
	checkpoints *checkpointer
	jobs        chan *job // unbuffered: a job that is not taken yet can be withdrawn
	quit        chan struct{}
	ended       chan struct{}
	changes     int64 // of the connection, up to the last transaction
	shared      bool  // the last transaction had more than one job
	onCommit    func(calls int, took time.Duration)

	close func() error
}

// job is one caller's part of a transaction.
type job struct {
	ctx    context.Context
	run    func(*conn) error // may be called twice; what the first call did is undone then
	err    error
	answer chan error // has room for one
}

func newWriter(f file, c *conn, o store.Options) *writer {
	w := &writer{
		health: health{log: o.Log, now: o.Now, file: f.path, fails: "changes cannot be stored", works: "changes are stored again"},
		file:   f, conn: c, checkpoints: newCheckpointer(f, c, o), onCommit: o.OnCommit,
		jobs: make(chan *job), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	w.close = sync.OnceValue(func() error {
		close(w.quit)
		<-w.ended
		return errors.Join(w.checkpoints.close(), w.conn.Close())
	})
	go w.serve()
	return w
}

// do calls run inside a transaction and returns its error once that is committed. Where run returns an error only its own
// changes are undone. A job that is not taken when ctx ends is withdrawn; one that is taken is finished, unless another process
// holds the file until then.
func (w *writer) do(ctx context.Context, run func(*conn) error) error {
	j := &job{ctx: ctx, run: run, answer: make(chan error, 1)}
	select {
	case w.jobs <- j:
		return <-j.answer
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
		return &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	}
}

func (w *writer) serve() {
	defer close(w.ended)
	for {
		select {
		case j := <-w.jobs:
			w.commit(j)
			w.checkpoints.next(w.conn)
		case <-w.quit:
			return
		}
	}
}

// commit runs a job, and those that come meanwhile, in one transaction, and answers them.
func (w *writer) commit(first *job) {
	if err := w.conn.begin(first.ctx); err != nil {
		first.answer <- err
		return
	}
	batch := []*job{first}
	var err error
	for i := 0; err == nil && i < len(batch); i++ {
		if err = w.conn.try(batch[i]); err == nil && i == len(batch)-1 && len(batch) < maxBatch {
			batch = w.more(batch)
		}
	}
	w.shared = len(batch) > 1
	if err == nil {
		err = w.end(len(batch))
	}
	if err != nil {
		w.conn.rollback()
		w.separately(batch, err)
		return
	}
	for _, j := range batch {
		j.answer <- j.err
	}
}

// more appends the next job that waits. Callers who were just answered get a chance to come back first: of 64, 57 share a commit
// in place of 39, and a full update takes a quarter less time.
func (w *writer) more(batch []*job) []*job {
	for yielded := false; ; yielded = true {
		select {
		case j := <-w.jobs:
			return append(batch, j)
		default:
			if yielded || !w.shared {
				return batch
			}
			runtime.Gosched()
		}
	}
}

// separately runs each job of a transaction that failed in one of its own, so that one cannot fail the others. A job that was
// alone already gets err.
func (w *writer) separately(batch []*job, err error) {
	for _, j := range batch {
		if len(batch) > 1 {
			err = w.alone(j)
		}
		switch {
		case err == nil, errors.Is(err, errHalfDone):
			j.answer <- j.err
		default:
			if isStorage(err) && !errors.Is(err, sqlite3.BUSY) || errors.Is(err, errGone) {
				w.changes = w.conn.TotalChanges()
				w.note(err)
			}
			j.answer <- unavailable(fmt.Errorf("sqlite: transaction: %w", err))
		}
	}
}

func (w *writer) alone(j *job) error {
	err := w.conn.begin(j.ctx)
	if err != nil {
		return err
	}
	if err = w.conn.try(j); err == nil {
		err = w.end(1)
	}
	if err != nil {
		w.conn.rollback()
	}
	return err
}

// end commits the transaction of a number of jobs.
func (w *writer) end(jobs int) error {
	began := time.Now()
	if err := w.conn.run(`COMMIT`); err != nil {
		return err
	}
	if err := w.file.there(); err != nil {
		return err
	}
	w.onCommit(jobs, time.Since(began))
	if changes := w.conn.TotalChanges(); changes != w.changes { // else nothing was written
		w.changes = changes
		w.note(nil)
	}
	return nil
}

// begin begins a transaction. While another process holds the file ctx ends the waiting.
func (c *conn) begin(ctx context.Context) error {
	c.SetInterrupt(ctx)
	defer c.SetInterrupt(context.Background())
	if err := c.run(`BEGIN IMMEDIATE`); err != nil {
		if cause := ctx.Err(); cause != nil {
			err = fmt.Errorf("%w: %w", err, cause)
		}
		return unavailable(fmt.Errorf("sqlite: begin: %w", err))
	}
	return nil
}

// errHalfDone says that a job failed after it had changed something. Jobs check before they change anything, so it is a
// defect of ours or of the file.
var errHalfDone = errors.New("sqlite: a job failed half-way")

// try runs a job. Its own error does not matter to others where it changed nothing.
func (c *conn) try(j *job) error {
	before := c.TotalChanges()
	j.err = j.run(c)
	switch {
	case j.err == nil:
		return nil
	case isStorage(j.err) || c.GetAutocommit(): // SQLite may have undone all of it: https://sqlite.org/lang_transaction.html
		return j.err
	case c.TotalChanges() != before:
		return fmt.Errorf("%w: %w", errHalfDone, j.err)
	}
	return nil
}
