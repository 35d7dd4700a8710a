package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"example.com/oxgroups/api/group"
)

// maxCommitTime bounds what is made of a commit that took long.
const maxCommitTime = 4 * time.Millisecond

// longGap is how long it takes until it is no use to wait for the next caller: those who do nothing else between two updates
// come within a few microseconds of each other, and to wait for others costs the processor more than they save.
const longGap = 25 * time.Microsecond

// Who waits looks again and again. The first turns, a few microseconds, are for callers whose goroutines run on other
// processors; in later ones this one is yielded. maxTurns is more than fit into longGap, for clocks that are coarse or stand
// still.
const (
	firstTurns = 60
	maxTurns   = 1000
)

// errHalfDone says that a job failed after it had changed something. Jobs check before they change anything, so it is a
// defect of ours or of the file.
var errHalfDone = errors.New("sqlite: a job failed half-way")

// transaction runs jobs in one transaction: own, the first one, if it is not nil, those that wait, and those that come
// meanwhile. It returns them; each has an answer then.
func (w *writer) transaction(ctx context.Context, own *job) (batch []*job) {
	c, begun := w.conn, false
	err := protect(func() (err error) {
		if err := c.begin(ctx); err != nil {
			return err
		}
		begun = true
		batch = make([]*job, 0, min(max(w.expected, 1), maxBatch))
		if err = w.collect(own, &batch); errors.Is(err, errHalfDone) {
			err = c.oneByOne(batch)
		}
		if err != nil {
			return err
		}
		return w.commit()
	})
	switch {
	case err == nil:
	case !begun:
		batch = w.refuse(ctx, own, err)
	default:
		c.rollback()
		for _, j := range batch {
			j.err = unavailable(fmt.Errorf("sqlite: transaction: %w", err))
		}
	}
	w.expected = len(batch) + int(w.waiting.Load())
	return batch
}

func (w *writer) commit() error {
	before := time.Now()
	err := w.conn.run(`COMMIT`)
	w.took = (3*w.took + min(time.Since(before), maxCommitTime)) / 4
	return err
}

// begin begins a transaction. While another process holds the file ctx ends the waiting.
func (c *conn) begin(ctx context.Context) error {
	c.SetInterrupt(ctx)
	defer c.SetInterrupt(context.Background())
	if err := c.run(`BEGIN IMMEDIATE`); err != nil {
		return fmt.Errorf("sqlite: begin: %w", err)
	}
	return nil
}

// refuse answers jobs that cannot have a transaction: only that of the leader where it was the one who gave up.
func (w *writer) refuse(ctx context.Context, own *job, err error) (batch []*job) {
	if own != nil {
		batch = append(batch, own)
	}
	if cause := ctx.Err(); cause != nil {
		err = &group.Error{Code: group.Unavailable, Err: fmt.Errorf("%w: %w", err, cause)}
	} else {
		batch = append(batch, w.take(maxBatch)...)
	}
	for _, j := range batch {
		j.err = unavailable(err)
	}
	return batch
}

// collect runs the jobs of a transaction and appends them to batch. An error means that the transaction cannot be used.
func (w *writer) collect(own *job, batch *[]*job) error {
	if own != nil {
		*batch = append(*batch, own)
		if err := w.conn.try(own); err != nil {
			return err
		}
	}
	patience := w.took / 2
	for jobs := w.more(len(*batch), &patience); len(jobs) > 0; jobs = w.more(len(*batch), &patience) {
		*batch = append(*batch, jobs...)
		for _, j := range jobs {
			if err := w.conn.try(j); err != nil {
				return err
			}
		}
	}
	return nil
}

// more returns jobs that came while n jobs of a transaction ran. Where there were more callers a moment ago, those who are
// about to ask again get the chance to, as long as that costs little against the commit that they would need else.
func (w *writer) more(n int, patience *time.Duration) []*job {
	if w.waiting.Load() == 0 && n < min(w.expected, maxBatch) {
		*patience -= w.linger(min(*patience, w.took/4, longGap))
	}
	return w.take(maxBatch - n)
}

// linger waits until there is a job, at most for limit, and returns for how long.
func (w *writer) linger(limit time.Duration) (waited time.Duration) {
	before := time.Now()
	for turn := 0; w.waiting.Load() == 0 && waited < limit && turn < maxTurns; turn++ {
		if turn >= firstTurns {
			runtime.Gosched()
		}
		waited = time.Since(before)
	}
	return waited
}

// try runs a job, whose own error does not matter to others where it changed nothing.
func (c *conn) try(j *job) error {
	before := c.TotalChanges()
	j.err = protect(func() error { return j.run(c) })
	switch {
	case j.err == nil:
		return nil
	case isStorage(j.err) || c.GetAutocommit():
		return j.err // SQLite may have undone all of it already: https://sqlite.org/lang_transaction.html
	case c.TotalChanges() != before:
		return fmt.Errorf("%w: %w", errHalfDone, j.err)
	}
	return nil
}

// oneByOne runs jobs again in a new transaction, in a savepoint each, so that one that fails half-way undoes only itself.
func (c *conn) oneByOne(batch []*job) error {
	c.rollback()
	if err := c.begin(context.Background()); err != nil {
		return err
	}
	for _, j := range batch {
		if err := c.savepoint(j); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) savepoint(j *job) error {
	if err := c.run(`SAVEPOINT job`); err != nil {
		return err
	}
	if err := c.try(j); errors.Is(err, errHalfDone) {
		if err := c.run(`ROLLBACK TO job`); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return c.run(`RELEASE job`)
}

// protect makes a panic an error: it must not take other callers with it.
func protect(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &group.Error{Code: group.Internal, Err: fmt.Errorf("sqlite: panic: %v", p)}
		}
	}()
	return run()
}

// rollback ends a transaction that failed. Its own error is no news: SQLite has then ended it already.
func (c *conn) rollback() {
	_ = protect(func() error {
		if c.GetAutocommit() {
			return nil
		}
		return c.Exec(`ROLLBACK`)
	})
}
