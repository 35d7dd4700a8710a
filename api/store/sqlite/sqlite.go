// Package sqlite is the embedded engine: a store on one SQLite file in WAL mode.
//
// One connection writes. Callers who wait share a transaction, and each is answered after the commit that its change is in
// (group commit, synchronous=FULL). Readers have connections of their own and neither wait for the writer nor hold it up.
// Another connection checkpoints beside the commits. A panic ends the process: the next one recovers from the WAL.
//
// Start with writer.go: one goroutine commits what many callers ask for.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// Store is a SQLite file. It is safe for concurrent use, and several processes may have the same file open.
type Store struct {
	*store.Store
	engine *engine
}

// Option changes how Open opens a file.
type Option func(*options)

type options struct {
	store.Options
	vfs  string
	busy time.Duration
}

// WithClock makes now the clock for the times of changes and for the age of cached tokens. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(o *options) { o.Now = now } }

// WithLogger logs what goes wrong beside the calls, such as a checkpoint. The default logs nothing.
func WithLogger(log *slog.Logger) Option { return func(o *options) { o.Log = log } }

// WithOnCommit has hook called after each commit, as store.Options.OnCommit describes it, for metrics.
func WithOnCommit(hook func(calls int, took time.Duration)) Option {
	return func(o *options) { o.OnCommit = hook }
}

// WithVFS opens the file through a VFS that was registered with github.com/ncruces/go-sqlite3/vfs, for example one that
// encrypts or one that fails on purpose. The default is that of the operating system.
func WithVFS(name string) Option { return func(o *options) { o.vfs = name } }

// WithBusyTimeout bounds how long a statement waits for another process that writes. The default is five seconds.
func WithBusyTimeout(d time.Duration) Option { return func(o *options) { o.busy = d } }

const defaultBusy = 5 * time.Second

// Open opens the file at path, making it (mode 0600) and its directory where they are missing, and brings its schema up
// to date. ctx bounds the opening only.
//
// It returns store.ErrForeign where the file is of another program, store.ErrNewer where it is of a newer version of this
// one, and a group.Error with Unavailable where storage cannot serve. A file that cannot be written is opened for reading if
// its schema is up to date; then every change is Unavailable.
func Open(ctx context.Context, path string, opts ...Option) (*Store, error) {
	o := options{busy: defaultBusy}
	for _, opt := range opts {
		opt(&o)
	}
	o.Options = o.Complete()
	f, err := newFile(path, o)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open: %w", err)
	}
	c, err := f.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w", path, unavailable(err))
	}
	if err := migrate(ctx, c, o.busy); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: open %s: %w", path, unavailable(err)), c.Close())
	}
	e := &engine{file: f, writer: newWriter(f, c, o.Options), reader: make(chan *conn, 1), closing: make(chan struct{})}
	e.reader <- nil
	return &Store{store.New(e, o.Options), e}, nil
}

// engine runs transactions on the connections to a file.
type engine struct {
	file   file
	writer *writer
	reader chan *conn // has the one connection for short reads while nobody uses it; nil is not open yet

	closing  chan struct{}  // closed by Close
	bulk     sync.WaitGroup // of the bulk reads, each with a connection of its own
	mu       sync.Mutex
	closed   bool
	closeErr error
}

var _ store.Engine = (*engine)(nil)

// Transact runs a transaction.
func (e *engine) Transact(ctx context.Context, mode store.Mode, do func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return &group.Error{Code: group.Unavailable, Err: err}
	}
	switch mode {
	case store.Read:
		return e.read(ctx, do)
	case store.BulkRead:
		return e.bulkRead(ctx, do)
	default:
		return e.writer.do(ctx, func(c *conn) error { return do(c) })
	}
}

// read runs a transaction on the connection for short reads.
func (e *engine) read(ctx context.Context, do func(store.Tx) error) error {
	var c *conn
	select {
	case <-e.closing:
		return errClosed
	case <-ctx.Done():
		return &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	case c = <-e.reader:
	}
	var next *conn // stays nil where do panics: the state of the connection is not known then
	defer func() { e.reader <- next }()
	if c == nil {
		var err error
		if c, err = e.file.connect(ctx); err != nil {
			return unavailable(fmt.Errorf("sqlite: connect: %w", err))
		}
	}
	err := c.reading(ctx, do)
	next = c
	return err
}

// bulkRead runs a transaction on a connection of its own.
func (e *engine) bulkRead(ctx context.Context, do func(store.Tx) error) (err error) {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return errClosed
	}
	e.bulk.Add(1)
	e.mu.Unlock()
	defer e.bulk.Done()
	c, err := e.file.connect(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("sqlite: connect: %w", err))
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return c.reading(ctx, do)
}

// failureAge is how long a change that failed keeps the store from being ready: a small change may fit where others do not.
const failureAge = 10 * time.Second

// Ready returns an error where the file cannot be read or is not there any more, and where changes or checkpoints fail. After
// failureAge it tries to change the file itself, for whoever is not ready gets no changes.
func (e *engine) Ready(ctx context.Context) error {
	if err := e.file.there(); err != nil {
		return err
	}
	w := e.writer
	if err := w.recent(failureAge); err != nil {
		return unavailable(err)
	}
	if w.err() != nil || w.checkpoints.err() != nil {
		err := w.do(ctx, func(c *conn) error { // SQLite writes no page that does not change
			if err := c.run(`UPDATE reference_ids SET last = last + 1`); err != nil {
				return err
			}
			return c.run(`UPDATE reference_ids SET last = last - 1`)
		})
		if err == nil && w.checkpoints.err() != nil {
			err = &group.Error{Code: group.Unavailable, Err: fmt.Errorf("sqlite: checkpoint: %w", w.checkpoints.err())}
		}
		if err != nil {
			return err
		}
	}
	return e.Transact(ctx, store.Read, func(tx store.Tx) error {
		_, err := tx.(*conn).version()
		return err
	})
}

// Close answers every change that was accepted, waits for readers, and closes the file.
func (e *engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return e.closeErr
	}
	e.closed = true
	close(e.closing)
	e.bulk.Wait()
	if c := <-e.reader; c != nil {
		e.closeErr = c.Close()
	}
	e.closeErr = errors.Join(e.closeErr, e.writer.close())
	return e.closeErr
}
