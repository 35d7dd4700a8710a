package sqlite

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/store"
)

const checkpointPages = 1000 // as by SQLite's default

// checkpointer checkpoints beside the commits, in a goroutine; the writer does the pages that came meanwhile, so that the WAL
// starts over. Inside a commit, as SQLite has it, p99 is half as long again. A failure loses nothing and is tried again.
type checkpointer struct {
	health
	file       file
	pages, due int            // of the WAL, now and at the next checkpoint; the writer's
	running    atomic.Bool    // beside the commits
	rest       atomic.Bool    // is left to the writer
	wg         sync.WaitGroup // of the goroutine, which has conn
	conn       *conn
}

func newCheckpointer(f file, c *conn, o store.Options) *checkpointer {
	k := &checkpointer{file: f, due: checkpointPages, health: health{
		log: o.Log, now: o.Now, file: f.path, fails: "checkpoints fail: updates are stored, and the WAL grows", works: "checkpoints work again",
	}}
	c.WALHook(func(_ *sqlite3.Conn, _ string, pages int) error { // in place of SQLite's own
		if k.pages = pages; pages < checkpointPages {
			k.due = checkpointPages
		}
		return nil
	})
	return k
}

// next does what is due between two transactions of c.
func (k *checkpointer) next(c *conn) {
	switch {
	case k.rest.CompareAndSwap(true, false):
		k.due = k.pages + checkpointPages
		if _, _, err := c.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE); err != nil {
			k.note(err)
		}
	case (k.pages >= k.due || k.err() != nil) && k.running.CompareAndSwap(false, true):
		k.wg.Go(func() {
			k.note(k.run())
			k.rest.Store(true)
			k.running.Store(false)
		})
	}
}

func (k *checkpointer) run() (err error) {
	if k.conn == nil {
		if k.conn, err = k.file.connect(context.Background()); err != nil {
			return err
		}
	}
	for done, before := 0, -checkpointPages; err == nil && done-before > 32; { // again for what came meanwhile
		before = done
		if _, done, err = k.conn.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE); err == nil {
			err = k.file.sync() // so that little is left to sync to the writer
		}
	}
	return err
}

// note keeps what came of a checkpoint. Another process that checkpoints is not a failure.
func (k *checkpointer) note(err error) {
	if !errors.Is(err, sqlite3.BUSY) {
		k.health.note(err)
	}
}

func (k *checkpointer) close() error {
	k.wg.Wait()
	if k.conn != nil {
		return k.conn.Close()
	}
	return nil
}
