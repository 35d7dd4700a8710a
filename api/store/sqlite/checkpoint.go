package sqlite

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
)

// checkpointPages is at how many pages the WAL is checkpointed, as by SQLite's default.
const checkpointPages = 1000

// checkpointer checkpoints beside the commits; SQLite would do it inside one of them, and p99 would be half as long again.
// Most is done by a goroutine with a connection of its own; the writer does the pages that came meanwhile, so that the WAL
// starts over. A checkpoint that fails loses nothing and is tried again when the WAL has grown by as much once more.
type checkpointer struct {
	file    file
	log     *slog.Logger
	pages   int         // of the WAL; the writer's
	due     int         // at how many pages the next checkpoint is; the writer's
	running atomic.Bool // the goroutine
	rest    atomic.Bool // the goroutine has ended, and the writer has not done the rest
	failure atomic.Pointer[error]
	wg      sync.WaitGroup
	conn    *conn // the goroutine's
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
	for done, before := 0, -checkpointPages; done-before > 32; { // again for what came meanwhile
		before = done
		if _, done, err = k.conn.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE); err != nil {
			return err
		}
		if err = syncFile(k.file.path); err != nil { // so that little is left to sync to the writer
			return err
		}
	}
	return nil
}

// note keeps why checkpoints fail, or that they work, and logs when that changes.
func (k *checkpointer) note(err error) {
	if errors.Is(err, sqlite3.BUSY) {
		return // another process checkpoints
	}
	switch before := k.failed(); {
	case err != nil:
		if k.failure.Store(&err); before == nil {
			k.log.Error("checkpoints fail: updates are stored, and the WAL grows", "file", k.file.path, "error", err)
		}
	case before != nil:
		k.failure.Store(nil)
		k.log.Info("checkpoints work again", "file", k.file.path)
	}
}

// failed returns why the last checkpoint failed, or nil.
func (k *checkpointer) failed() error {
	if err := k.failure.Load(); err != nil {
		return *err
	}
	return nil
}

func (k *checkpointer) close() error {
	k.wg.Wait()
	if k.conn == nil {
		return nil
	}
	return k.conn.Close()
}

// syncFile syncs a file of which other descriptors hold locks; the locks of this library belong to their descriptor.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
