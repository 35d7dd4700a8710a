// Package memory is the engine for tests and fakes: a group.Store in maps behind one mutex. Nothing survives Close.
//
// It keeps the same rows as the other engines and decodes them for each answer, so no caller shares memory with it or
// with another caller.
package memory

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
)

var _ group.Store = (*Store)(nil)

// Store is an engine in memory. It is safe for concurrent use.
type Store struct {
	now func() time.Time

	mu     sync.Mutex
	closed bool
	data   data
}

// data is what is stored. A row is never changed in place, but replaced.
type data struct {
	groups       map[int64]*groupRow
	references   map[int64]*document.ImportReference
	workspaces   map[int64]object
	rateCardSets map[int64]object
	names        map[name]int64
	tokens       map[[sha256.Size]byte]*tokenRow
	hashes       [][sha256.Size]byte // of the tokens, the one with id 1 first
}

// groupRow is a group of an account with the ids of its associations, ascending.
type groupRow struct {
	document.Group
	account      int64
	folded       string
	references   []int64
	workspaces   []int64
	rateCardSets []int64
}

type object struct {
	document.Object
	account int64
}

type name struct {
	account int64
	folded  string
}

type tokenRow struct {
	group.Token
	workspaces []int64 // ascending
}

// Option changes how Open makes a store.
type Option func(*Store)

// WithClock makes now the clock for the times of changes. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// Open returns an empty store.
func Open(opts ...Option) *Store {
	s := &Store{now: time.Now, data: data{
		groups:       map[int64]*groupRow{},
		references:   map[int64]*document.ImportReference{},
		workspaces:   map[int64]object{},
		rateCardSets: map[int64]object{},
		names:        map[name]int64{},
		tokens:       map[[sha256.Size]byte]*tokenRow{},
	}}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Close ends the store: calls after it are Unavailable.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

var errClosed = errors.New("memory: the store is closed")

// with runs a function on the data, alone, unless the store is closed or ctx has ended.
func (s *Store) with(ctx context.Context, run func(*data) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return &group.Error{Code: group.Unavailable, Err: err}
	}
	if s.closed {
		return &group.Error{Code: group.Unavailable, Err: errClosed}
	}
	return run(&s.data)
}

// timestamp returns the time of a change.
func (s *Store) timestamp() time.Time { return s.now().UTC().Truncate(time.Second) }
