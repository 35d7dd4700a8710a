package sqlite

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
)

const checkpointPages = 1000 // as by SQLite's default

// checkpointer checkpoints beside the commits, in a goroutine; the writer does the pages that came meanwhile, so that the WAL
// starts over. Inside a commit, as SQLite has it, p99 is half as long again. A failure loses nothing and is tried again.
type checkpointer struct {
	file       file
	log        *slog.Logger
	pages, due int         // of the WAL, now and at the next checkpoint; the writer's
	running    atomic.Bool // beside the commits
	rest       atomic.Bool // is left to the writer
	failure    atomic.Pointer[error]
	wg         sync.WaitGroup // of the goroutine, which has conn
	conn       *conn
}

func newCheckpointer(f file, c *conn, log *slog.Logger) *checkpointer {
	k := &checkpointer{file: f, log: log, due: checkpointPages}
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
	case k.pages >= k.due && k.running.CompareAndSwap(false, true):
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

// note keeps why checkpoints fail, or nil, and logs when that changes. Another process that checkpoints is no failure.
func (k *checkpointer) note(err error) {
	switch before := k.failure.Load(); {
	case errors.Is(err, sqlite3.BUSY):
		return
	case err != nil && (before == nil || *before == nil):
		k.log.Error("checkpoints fail: updates are stored, and the WAL grows", "file", k.file.path, "error", err)
	case err == nil && before != nil && *before != nil:
		k.log.Info("checkpoints work again", "file", k.file.path)
	}
	k.failure.Store(&err)
}

func (k *checkpointer) close() error {
	k.wg.Wait()
	if k.conn != nil {
		return k.conn.Close()
	}
	return nil
}
