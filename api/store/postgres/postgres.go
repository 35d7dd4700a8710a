// Package postgres is the engine for more than one server: a group.Store on a PostgreSQL database that any number of
// processes share.
//
// An update without includes is one statement, any other one is a few statements in one round trip, which the server runs
// as one transaction. The row of the group is locked first, so updates of a group have one order. Serialisation failures
// and deadlocks are tried again; nothing is tried again that may have been committed.
//
// It is tested with PostgreSQL 15. Another engine has to speak its protocol and these parts of its SQL: data-modifying
// WITH, INSERT ... ON CONFLICT, FOR UPDATE, jsonb with || and -, arrays with unnest and ANY, a sequence. There are no
// extensions, no LISTEN, no functions of its own, and advisory locks only in migrations, which do without where there are
// none.
//
// What an update means is in api/group, what a row holds in api/store/document.
package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/tokencache"
	"github.com/jackc/pgx/v5/pgxpool"
)

var _ group.Store = (*Store)(nil)

// Store is a database. It is safe for concurrent use, and so is the database for any number of Stores.
type Store struct {
	pool *pgxpool.Pool
	auth *tokencache.Cache
	now  func() time.Time
}

// Option changes how Open opens a database.
type Option func(*options)

type options struct{ now func() time.Time }

// WithClock makes now the clock for the times of changes and for the age of cached tokens. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// Open connects to the database that url names (postgres://USER:PASSWORD@HOST:PORT/DATABASE) and brings its schema up to
// date; several processes may do so at once. ctx bounds the opening only.
//
// The query of url takes what libpq takes, such as sslmode, and settings of the server, such as search_path. These have
// defaults here: pool_max_conns=16 connections, statement_timeout=10s and lock_timeout=5s, which do not bound imports and
// exports, connect_timeout=5 seconds, default_transaction_isolation=read committed. Where the server has
// synchronous_commit=off it is turned on for the connections of the Store. Behind a pooler that cannot prepare statements
// use default_query_exec_mode=exec.
//
// It returns ErrURL where url is none, migration.ErrNewer where the schema is of a newer version, migration.ErrForeign where
// another program's tables are in the way, and a group.Error with Unavailable where the database cannot be reached. No error
// has the password in it. A standby can be opened if its schema is up to date; then every change is Unavailable.
func Open(ctx context.Context, url string, opts ...Option) (*Store, error) {
	o := options{now: time.Now}
	for _, opt := range opts {
		opt(&o)
	}
	config, err := newConfig(url)
	if err != nil {
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	s := &Store{pool: pool, auth: tokencache.New(o.now), now: o.now}
	if err := s.migrate(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	return s, nil
}

// Close waits for the calls that are running and closes the connections. Calls after it are Unavailable.
func (s *Store) Close() error {
	s.pool.Close()
	s.auth.Clear() // so that a token that was known is refused too
	return nil
}

// timestamp returns the time of a change.
func (s *Store) timestamp() time.Time { return s.now().UTC().Truncate(time.Second) }

// keyOf returns what stands for a text in an index.
func keyOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
