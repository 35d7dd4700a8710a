// Package sqlite is the embedded engine: a group.Store on one SQLite file.
//
// One connection writes. Updates that are waiting share a transaction, which one of the callers or, as long as there are many
// of them, a goroutine runs for all, and each caller is answered after the commit that its update is in (group commit,
// synchronous=FULL). Readers have connections of their own and, as the file is in WAL mode, neither wait for the writer nor
// hold it up. Another connection moves the log into the file beside all that.
//
// What an update means is in api/group, what a row holds in api/store/document.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/tokencache"
)

var _ group.Store = (*Store)(nil)

// Store is a SQLite file. It is safe for concurrent use, and several processes may have the same file open.
type Store struct {
	writer  *writer
	readers *pool
	auth    *tokencache.Cache
	now     func() time.Time
	close   func() error
	updates sync.Pool // of updates that nobody uses
}

// Option changes how Open opens a file.
type Option func(*options)

type options struct {
	now     func() time.Time
	vfs     string
	busy    time.Duration
	readers int
}

// WithClock makes now the clock for the times of changes and for the age of cached tokens. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// WithVFS opens the file through a VFS that was registered with github.com/ncruces/go-sqlite3/vfs, for example one that
// encrypts or one that fails on purpose. The default is that of the operating system.
func WithVFS(name string) Option { return func(o *options) { o.vfs = name } }

// WithBusyTimeout bounds how long a statement waits for another process that writes. The default is five seconds.
func WithBusyTimeout(d time.Duration) Option { return func(o *options) { o.busy = d } }

const (
	defaultBusy    = 5 * time.Second
	defaultReaders = 4
)

// Open opens the file at path, making it (mode 0600) and its directory where they are missing, and brings its schema up
// to date. ctx bounds the opening only.
//
// It returns migration.ErrForeign where the file is of another program, migration.ErrNewer where it is of a newer version of
// this one, and a group.Error with Unavailable where storage cannot serve. A file that cannot be written is opened for reading if its schema is up to
// date; then every change is Unavailable.
func Open(ctx context.Context, path string, opts ...Option) (*Store, error) {
	o := options{now: time.Now, busy: defaultBusy, readers: defaultReaders}
	for _, opt := range opts {
		opt(&o)
	}
	f, err := newFile(path, o)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open: %w", err)
	}
	c, err := f.connectToWrite(ctx)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w", path, unavailable(err))
	}
	if err := migrate(ctx, c, o.busy); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: open %s: %w", path, unavailable(err)), c.Close())
	}
	f.hideIndex()
	s := &Store{writer: newWriter(f, c), readers: newPool(f, o.readers), auth: tokencache.New(o.now), now: o.now}
	s.updates.New = func() any { return new(update) }
	s.close = sync.OnceValue(func() error {
		err := errors.Join(s.readers.close(), s.writer.close())
		s.auth.Clear() // so that a token that was known is refused too
		return err
	})
	return s, nil
}

// Close answers every update that was accepted, waits for readers, and closes the file. Calls after it are Unavailable.
func (s *Store) Close() error { return s.close() }

// timestamp returns the time of a change.
func (s *Store) timestamp() time.Time { return s.now().UTC().Truncate(time.Second) }
