package sqlite

import (
	"fmt"
	"runtime"

	"example.com/oxgroups/api/group"
)

// maxYields bounds how often the writer lets other goroutines run before a commit.
const maxYields = 16

// commit runs jobs, and those that come while they run, in one transaction, and answers them after it.
func (w *writer) commit(c *conn, jobs []*job) {
	var batch []*job
	if err := c.run(`BEGIN IMMEDIATE`); err != nil {
		answer(jobs, fmt.Errorf("sqlite: begin: %w", err))
		return
	}
	var broken error
	for len(jobs) > 0 {
		for _, j := range jobs {
			if !j.state.CompareAndSwap(queued, started) {
				continue
			}
			batch = append(batch, j)
			if broken == nil {
				j.err, broken = c.savepoint(j.run)
			}
		}
		if broken != nil {
			break
		}
		jobs = w.more(len(batch))
	}
	if broken == nil {
		broken = c.run(`COMMIT`)
	}
	if broken != nil {
		c.rollback()
		for _, j := range batch {
			j.err = unavailable(fmt.Errorf("sqlite: transaction: %w", broken))
		}
	}
	for _, j := range batch {
		close(j.ready)
	}
	w.last = len(batch)
}

// more returns jobs that came while n jobs of a transaction ran. Where there were several callers a moment ago, those who
// are about to ask again get the chance to: yielding costs microseconds and a commit more than a thousand of them. It
// never sleeps, and stops once as many have come as were in the last transaction: a lone caller waits for nobody.
func (w *writer) more(n int) []*job {
	jobs, _ := w.take(maxBatch - n)
	for range maxYields {
		if len(jobs) > 0 || n >= w.last {
			break
		}
		runtime.Gosched()
		jobs, _ = w.take(maxBatch - n)
	}
	return jobs
}

// answer gives err to jobs that did not start.
func answer(jobs []*job, err error) {
	err = unavailable(err)
	for _, j := range jobs {
		if j.state.CompareAndSwap(queued, started) {
			j.err = err
			close(j.ready)
		}
	}
}

// savepoint runs one job. The first error is the job's own, with its changes undone; the second one means that the whole
// transaction cannot be used.
func (c *conn) savepoint(run func(*conn) error) (own, broken error) {
	if err := c.run(`SAVEPOINT job`); err != nil {
		return nil, err
	}
	own = protect(run, c)
	switch {
	case own == nil:
		return nil, c.run(`RELEASE job`)
	case isStorage(own) || c.GetAutocommit():
		return nil, own // SQLite may have undone all of it already: https://sqlite.org/lang_transaction.html
	}
	if err := c.run(`ROLLBACK TO job`); err != nil {
		return nil, err
	}
	return own, c.run(`RELEASE job`)
}

// protect makes a panic of one job that job's error: it must not take the other callers with it.
func protect(run func(*conn) error, c *conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &group.Error{Code: group.Internal, Err: fmt.Errorf("sqlite: panic: %v", p)}
		}
	}()
	return run(c)
}

// rollback ends a transaction that failed. Its own error is no news: SQLite has then ended it already.
func (c *conn) rollback() {
	if !c.GetAutocommit() {
		_ = c.Exec(`ROLLBACK`)
	}
}
