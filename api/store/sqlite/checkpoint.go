package sqlite

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// logPages is at how many pages the log is moved into the file, as by SQLite's default.
const logPages = 1000

// checkpoints move the log into the file. SQLite would do it inside the commit that makes the log too long, whose callers
// would wait for writes all over the file. So a goroutine with a connection of its own does most of it beside the commits,
// and what came meanwhile, which is little, is moved between two transactions. The log begins anew then: an endless one
// would cost more with every commit that makes the file longer.
//
// That one fails is no news: nothing is lost, and it is tried again when the log has grown by as much once more.
type checkpoints struct {
	file   file
	phase  atomic.Int32
	beside sync.WaitGroup
	conn   *conn // the goroutine's; nil until it is needed

	// The leader's:
	pages int // how long the log is
	due   int // how long it has to be for the next checkpoint
}

// A checkpoint is repeated for what came while it ran, which is less each time, until that is a few pages.
const (
	fewPages  = 32
	maxRounds = 5
)

const (
	resting int32 = iota
	moving        // the goroutine runs
	moved         // it has run, and the rest is to be moved
)

// newCheckpoints takes over the checkpoints of c, the connection that writes.
func newCheckpoints(f file, c *conn) *checkpoints {
	k := &checkpoints{file: f, due: logPages}
	c.WALHook(func(_ *sqlite3.Conn, _ string, pages int) error { // instead of SQLite's own
		k.pages = pages
		if pages < logPages { // it has begun anew, whoever saw to that
			k.due = logPages
		}
		return nil
	})
	return k
}

// next does what is due between two transactions of c. A panic of a checkpoint is a checkpoint that failed.
func (k *checkpoints) next(c *conn) {
	due := k.pages >= k.due
	switch phase := k.phase.Load(); {
	case phase == moved:
		k.phase.Store(resting)
		if due { // else the log has begun anew already
			_ = protect(func() error { return k.rest(c) })
		}
	case phase == resting && due:
		k.phase.Store(moving)
		k.beside.Go(k.run)
	}
}

// rest moves what came while the goroutine ran.
func (k *checkpoints) rest(c *conn) error {
	k.due = k.pages + logPages
	log, done, err := c.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE)
	if err == nil && done == log {
		k.due = logPages
	}
	return err
}

// run is the goroutine. Where it fails all of the log is the rest, and the connection is not used again.
func (k *checkpoints) run() {
	defer k.phase.Store(moved)
	if err := protect(k.move); err != nil && !errors.Is(err, sqlite3.BUSY) && k.conn != nil {
		_ = protect(k.conn.Close)
		k.conn = nil
	}
}

// move moves most of the log.
func (k *checkpoints) move() (err error) {
	if k.conn == nil {
		if k.conn, err = k.file.connectToWrite(context.Background()); err != nil {
			return err
		}
	}
	for done, round := 0, 0; round < maxRounds; round++ {
		before := done
		if _, done, err = k.conn.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE); err != nil {
			return err
		}
		// SQLite syncs the file only where it has moved all of the log, which is to be done with little to sync.
		if err = k.conn.log.database.Sync(vfs.SYNC_NORMAL); err != nil || done-before <= fewPages {
			return err
		}
	}
	return nil
}

// close waits for the goroutine.
func (k *checkpoints) close() error {
	k.beside.Wait()
	if k.conn == nil {
		return nil
	}
	return k.conn.Close()
}
