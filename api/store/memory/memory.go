// Package memory is the engine for tests and fakes: maps under one mutex. Nothing survives Close.
//
// Start with update.go.
package memory

import (
	"context"
	"maps"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// Store is a store in memory.
type Store = store.Store

// Option changes how Open makes a store.
type Option func(*store.Options)

// WithClock makes now the clock for the times of changes. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(o *store.Options) { o.Now = now } }

// Open returns an empty store.
func Open(opts ...Option) *Store {
	var o store.Options
	for _, opt := range opts {
		opt(&o)
	}
	e := &engine{data: data{names: map[name]int64{}}}
	for k := range e.data.rows {
		e.data.rows[k] = map[int64]*row{}
	}
	return store.New(e, o)
}

// engine runs one transaction at a time.
type engine struct {
	mu     sync.Mutex
	closed bool
	data   data
}

var _ store.Engine = (*engine)(nil)

// Transact runs do on the data, alone; a bulk read gets a copy, so that it may take long. A transaction has nothing to undo:
// Apply and the check of an import come before the first change, and changes do not fail.
func (e *engine) Transact(ctx context.Context, mode store.Mode, do func(store.Tx) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.Ready(ctx); err != nil {
		return err
	}
	if mode != store.BulkRead {
		return do(&e.data)
	}
	copied := e.data.clone()
	e.mu.Unlock()
	defer e.mu.Lock()
	return do(&copied)
}

// Ready returns an error after Close.
func (e *engine) Ready(ctx context.Context) error {
	switch err := ctx.Err(); {
	case err != nil:
		return &group.Error{Code: group.Unavailable, Err: err}
	case e.closed:
		return &group.Error{Code: group.Unavailable, Err: store.ErrClosed}
	}
	return nil
}

// Close ends the store.
func (e *engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	return nil
}

// data is what is stored. A row is never changed in place, but replaced.
type data struct {
	rows          [group.Kinds]map[int64]*row // groups have the ids of their associations
	names         map[name]int64
	lastReference int64      // the highest id that a reference had
	tokens        []tokenRow // the one with id 1 first
}

var _ store.Replacer = (*data)(nil)

// row is a row of an account.
type row struct {
	group.Row
	account int64
}

type name struct {
	account int64
	folded  string
}

type tokenRow struct {
	group.Token
	workspaces []int64 // ascending
	hash       []byte
}

// clone returns a copy of the rows.
func (d *data) clone() (c data) {
	for k, rows := range d.rows {
		c.rows[k] = maps.Clone(rows)
	}
	return c
}
