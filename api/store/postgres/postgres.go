// Package postgres is the engine for more than one server: a store on a PostgreSQL database that any number of processes
// share, directly or through PgBouncer in transaction mode.
//
// An update locks the row of the group, so updates of a group have one order. It takes two round trips, and a third one
// where associations are included. Serialisation failures and deadlocks are tried again, and so is what lost its connection
// before the commit was sent; nothing is tried again that may have been committed.
//
// Several hosts in the URL are tried until one takes writes: that is how a standby takes over (see Open). It is tested with
// PostgreSQL 15. Another engine has to speak its protocol and these parts of its SQL: INSERT ... ON CONFLICT, FOR UPDATE,
// jsonb, arrays with unnest and ANY, a sequence, and advisory locks for migrations. There are no extensions, no LISTEN and
// no functions of its own.
//
// Start with update.go, and transact.go for how a transaction is run.
package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// Store is a database. It is safe for concurrent use, and so is the database for any number of Stores.
type Store struct {
	*store.Store
	engine *engine
}

// Option changes how Open opens a database.
type Option func(*store.Options)

// WithClock makes now the clock for the times of changes and for the age of cached tokens. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(o *store.Options) { o.Now = now } }

// WithLogger logs what goes wrong beside the calls, such as a server that became a standby. The default logs nothing.
func WithLogger(log *slog.Logger) Option { return func(o *store.Options) { o.Log = log } }

// WithOnCommit has hook called after each commit, as store.Options.OnCommit describes it, for metrics.
func WithOnCommit(hook func(calls int, took time.Duration)) Option {
	return func(o *store.Options) { o.OnCommit = hook }
}

// Open connects to the database that url names (postgres://USER:PASSWORD@HOST:PORT/DATABASE) and brings its schema up to
// date; several processes may do so at once. ctx bounds the opening only.
//
// url may have several hosts, each with its port: HOST:PORT,HOST:PORT. The first that takes writes is used
// (target_session_attrs=read-write, unless the URL says otherwise); when it takes no more, connections are made again.
//
// The query of url takes the parameters of libpq and settings of the server, such as search_path. Defaults here:
// pool_max_conns=16, statement_timeout=10s and lock_timeout=5s (imports and exports excepted), connect_timeout=5,
// default_transaction_isolation=read committed. synchronous_commit=off is turned on for the connections of the Store.
//
// Behind a pooler that cannot prepare statements, such as PgBouncer in transaction mode, use
// default_query_exec_mode=exec.
//
// It returns ErrURL where url is none, store.ErrNewer where the schema is of a newer version, store.ErrForeign where another
// program's tables are in the way, and a group.Error with Unavailable where the database cannot be reached. No error has
// the password in it. A standby can be opened if its schema is up to date; then every change is Unavailable.
func Open(ctx context.Context, url string, opts ...Option) (*Store, error) {
	var o store.Options
	for _, opt := range opts {
		opt(&o)
	}
	o = o.Complete()
	config, err := newConfig(url)
	if err != nil {
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	e := &engine{pool: pool, Options: o}
	if err := e.migrate(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	return &Store{store.New(e, o), e}, nil
}

// MaxConnections returns how many connections the Store has at most: pool_max_conns of the URL, or 16.
func (s *Store) MaxConnections() int { return s.Pool().Max }

// Pool returns the figures of the connections.
func (s *Store) Pool() store.Pool {
	stat := s.engine.pool.Stat()
	return store.Pool{
		Max: int(stat.MaxConns()), InUse: int(stat.AcquiredConns()), Idle: int(stat.IdleConns()),
		Waits: stat.EmptyAcquireCount(), Waited: stat.EmptyAcquireWaitTime(),
	}
}

// Ready returns an error where the server cannot be reached or takes no writes.
func (e *engine) Ready(ctx context.Context) error {
	var readOnly string
	err := e.Transact(ctx, store.Read, func(t store.Tx) error {
		tx := t.(*tx)
		tx.queue(`SHOW transaction_read_only`).QueryRow(func(row pgx.Row) error { return row.Scan(&readOnly) })
		return tx.flush()
	})
	if err == nil && readOnly == "on" {
		return &group.Error{Code: group.Unavailable, Err: errStandby}
	}
	return err
}
