package store

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

var _ group.Store = (*Store)(nil)

// Store is an engine with everything that is the same for all of them. It is safe for concurrent use.
type Store struct {
	engine Engine
	now    func() time.Time
	log    *slog.Logger
	tokens *tokens
}

// Options are what every engine can be opened with. The zero value works.
type Options struct {
	Now func() time.Time // for the times of changes and the age of cached tokens; nil is time.Now
	Log *slog.Logger     // of what goes wrong beside the calls; nil discards

	// OnCommit is called after each commit of a database, with the number of calls that share it and the time that it took; nil
	// is not called. It is called before the calls return, from several goroutines, and must not block.
	OnCommit func(calls int, took time.Duration)
}

// Pool are the figures of a pool of connections at one moment.
type Pool struct {
	Max, InUse, Idle int
	Waits            int64         // how often a call had to wait for a connection since the store was opened
	Waited           time.Duration // how long in all
}

// Complete returns o without nils.
func (o Options) Complete() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnCommit == nil {
		o.OnCommit = func(int, time.Duration) {}
	}
	return o
}

// New returns a store on an engine.
func New(engine Engine, o Options) *Store {
	o = o.Complete()
	s := &Store{engine: engine, now: o.Now, log: o.Log}
	s.tokens = newTokens(s)
	return s
}

// ErrClosed is the cause of errors after Close.
var ErrClosed = errors.New("the store is closed")

// Close waits for what was accepted and closes the engine. Calls after it are Unavailable. It is safe to call it again.
func (s *Store) Close() error {
	s.tokens.close()
	return s.engine.Close()
}

// Ready returns nil if updates can be served now.
func (s *Store) Ready(ctx context.Context) error { return s.engine.Ready(ctx) }

// timestamp returns the time of a change.
func (s *Store) timestamp() time.Time { return s.now().UTC().Truncate(time.Second) }

// Update applies u as group.Updater describes it. The time of the change is taken once the group is locked, so that later
// changes have later times.
func (s *Store) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	return s.update(ctx, by, id, u, in, nil)
}

func (s *Store) update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes, seen *Seen) (group.Snapshot, error) {
	if by.ReadOnly {
		return group.Snapshot{}, &group.Error{Code: group.Forbidden}
	}
	c, err := NewChange(by, id, u)
	if err != nil {
		return group.Snapshot{}, err
	}
	var a *applied
	var associations group.Contents
	err = s.engine.Transact(ctx, Write, func(tx Tx) error {
		state, err := tx.State(c)
		if err != nil {
			return err
		}
		if a, err = c.apply(state, FormatTime(s.timestamp())); err != nil {
			return err
		}
		if seen != nil {
			if err := seen.Before.note(tx, c, state.Group); err != nil {
				return err
			}
		}
		if !a.Empty() {
			if err := tx.Store(c, &a.Diff); err != nil {
				return err
			}
		}
		if seen != nil {
			seen.Changed = !a.Empty()
			if err := seen.After.note(tx, c, &a.row); err != nil {
				return err
			}
		}
		associations, err = tx.Load(id, by, in)
		return err
	})
	if err != nil {
		return group.Snapshot{}, err
	}
	return a.snapshot(associations, in)
}

// snapshot returns the group with its associations as models. It needs no transaction.
func (a *applied) snapshot(associations group.Contents, in group.Includes) (s group.Snapshot, err error) {
	s.Group = a.model
	for k, wanted := range in {
		if !wanted {
			continue
		}
		a.row.Lists[k] = idsOf(associations[k])
		fits, err := objectKinds[k].include(associations[k], &s)
		if err != nil {
			return s, err
		}
		a.fits = a.fits && fits
	}
	if !a.fits {
		associations[group.GroupKind] = []group.Row{a.row}
		s.JSON, err = asStored(s.Document(), associations)
	}
	return s, err
}

// asStored returns a document with its objects as the rows have them, whether they fit the spec or not.
func asStored(doc model.WorkspaceGroupDocument, rows group.Contents) ([]byte, error) {
	text, err := validator.AppendWorkspaceGroupDocument(nil, &doc)
	if err != nil {
		return nil, err
	}
	e := validate.NewEncoder(nil)
	e.Open('{')
	err = members(text, func(name string, value []byte) error {
		e.Name(name)
		k, ok := group.KindOf(name)
		if !ok {
			e.Raw(value)
			return nil
		}
		return encodeObjects(e, k, rows[k])
	})
	e.Close('}')
	if err != nil {
		return nil, err
	}
	return e.Result()
}

// encodeObjects appends the map of a kind with its objects as replies show them.
func encodeObjects(e *validate.Encoder, k group.Kind, rows []group.Row) error {
	e.Open('{')
	for i := range rows {
		o, err := objectKinds[k].object(&rows[i])
		if err != nil {
			return err
		}
		e.Name(strconv.FormatInt(rows[i].ID, 10))
		o.encode(e, inReplies)
	}
	e.Close('}')
	return nil
}

// Export hands over the rows of an account.
func (s *Store) Export(ctx context.Context, account int64, row func(group.Kind, *group.Row) error) error {
	return s.engine.Transact(ctx, BulkRead, func(tx Tx) error {
		for k := range group.Kinds {
			if err := tx.Each(k, account, func(r *group.Row) error { return row(k, r) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// Accounts lists the accounts.
func (s *Store) Accounts(ctx context.Context) ([]int64, error) {
	return read(ctx, s.engine, Read, Tx.Accounts)
}

// Orphans lists the rows that name something that is not there.
func (s *Store) Orphans(ctx context.Context) ([]group.Orphan, error) {
	return read(ctx, s.engine, BulkRead, Tx.Orphans)
}

// read runs a transaction that is one read.
func read[V any](ctx context.Context, e Engine, mode Mode, what func(Tx) (V, error)) (v V, err error) {
	err = e.Transact(ctx, mode, func(tx Tx) (err error) {
		v, err = what(tx)
		return err
	})
	return v, err
}

// Import puts checked contents into an account.
func (s *Store) Import(ctx context.Context, account int64, contents *group.Contents) error {
	if account < 1 {
		return group.Refusal([]group.Problem{{Field: "account", Message: "must be an id: 1 or more"}})
	}
	return s.engine.Transact(ctx, BulkWrite, func(tx Tx) error {
		if err := tx.Lock(contents); err != nil {
			return err
		}
		if err := checkImport(contents, account, tx); err != nil {
			return err
		}
		return tx.Put(account, contents)
	})
}
