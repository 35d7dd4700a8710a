package postgres

import (
	"context"
	"errors"
	"fmt"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/gen/model"
	"github.com/jackc/pgx/v5"
)

// Update applies u as group.Updater describes it. Where ctx ends first the server is asked to cancel the update, and what
// it answers is what is returned. Where the connection is lost on the way the error is Unavailable, and the update is
// applied as a whole or not at all.
func (s *Store) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	if by.ReadOnly {
		return group.Snapshot{}, &group.Error{Code: group.Forbidden}
	}
	c := group.NewChange(u)
	up, err := newUpdate(by, id, &c, in, document.FormatTime(s.timestamp()))
	if err != nil {
		return group.Snapshot{}, err
	}
	if err := s.do(ctx, mode{}, up.run); err != nil {
		return group.Snapshot{}, err
	}
	return up.rows.Snapshot()
}

// update is one update on its way: what was asked for and what came of it.
type update struct {
	by        group.Caller
	id        int64
	in        group.Includes
	change    *group.Change
	named     []int64
	group     patch
	reference patch
	at        string

	rows document.Rows
}

func newUpdate(by group.Caller, id int64, c *group.Change, in group.Includes, at string) (up *update, err error) {
	up = &update{by: by, id: id, in: in, change: c, named: c.Named(), at: at}
	if up.group, err = newPatch(document.AppendGroupPatch(nil, c)); err != nil {
		return nil, err
	}
	if up.reference, err = newPatch(document.AppendReferencePatch(nil, c.Reference)); err != nil {
		return nil, err
	}
	return up, nil
}

// run is one attempt: a round trip, but for fields whose values are objects.
func (up *update) run(ctx context.Context, c *pgx.Conn) error {
	if len(up.group.nested) > 0 || len(up.reference.nested) > 0 {
		return up.expanded(ctx, c)
	}
	return up.apply(ctx, c, up.group, up.reference)
}

// batcher is a connection or a transaction.
type batcher interface {
	SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
}

// apply sends all statements at once. Outside a transaction they are one: it is committed at the end of the batch, so
// nothing is done before the batch is closed without an error.
func (up *update) apply(ctx context.Context, c batcher, g, ref patch) error {
	var batch pgx.Batch
	up.queue(&batch, g, ref)
	up.queueIncludes(&batch)
	results := c.SendBatch(ctx, &batch)
	err := up.read(results)
	closed := results.Close()
	if err == nil {
		err = closed
	}
	if stateOf(err) == uniqueViolation && constraintOf(err) == "workspace_groups_name" {
		return up.change.Check(up.named, true) // another group took it while this update ran; all else was checked
	}
	return err
}

// associated reports whether the update touches more than the row of the group.
func (up *update) associated() bool { return len(up.named) > 0 || up.change.Reference != nil }

func (up *update) queue(batch *pgx.Batch, g, ref patch) {
	args := []any{up.id, up.by.AccountID, keyOf(up.change.Folded), g.set, g.clear, up.at}
	if !up.associated() {
		batch.Queue(updatePlain, args...)
		return
	}
	var service []byte
	if up.change.Reference != nil {
		service = keyOf(up.change.Reference.ServiceName)
	}
	batch.Queue(lockGroup, up.id, up.by.AccountID)
	batch.Queue(updateAll, append(args, list(up.named), up.by.TokenID, list(up.change.Add), list(up.change.Remove),
		service, ref.set, ref.clear)...)
}

// list returns ids for a statement: no ids are an empty list, not NULL.
func list(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}

// read reads the results of what was queued.
func (up *update) read(results pgx.BatchResults) error {
	g := document.Group{ID: up.id}
	var taken, changed bool
	var reachable []int64
	into := []any{&g.CreatedAt, &g.UpdatedAt, &g.JSON, &taken, &changed}
	if up.associated() {
		if _, err := results.Exec(); err != nil {
			return fmt.Errorf("postgres: lock group: %w", err)
		}
		into = append(into, &reachable)
	}
	err := results.QueryRow().Scan(into...)
	if errors.Is(err, pgx.ErrNoRows) {
		return &group.Error{Code: group.NotFound}
	}
	if err != nil {
		return fmt.Errorf("postgres: update group: %w", err)
	}
	if err := up.change.Check(reachable, taken); err != nil {
		return err
	}
	if changed {
		g.UpdatedAt = up.at
	}
	up.rows = document.Rows{Group: g}
	return up.readIncludes(results)
}

// expanded is an update of fields whose values are objects, which are merged here: it reads what there is first.
func (up *update) expanded(ctx context.Context, c *pgx.Conn) error {
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		var doc, ref []byte
		var locked int
		err := tx.QueryRow(ctx, lockGroup, up.id, up.by.AccountID).Scan(&locked)
		if errors.Is(err, pgx.ErrNoRows) {
			return &group.Error{Code: group.NotFound}
		}
		if err != nil {
			return fmt.Errorf("postgres: lock group: %w", err)
		}
		if err := tx.QueryRow(ctx, documentOfGroup, up.id).Scan(&doc); err != nil {
			return fmt.Errorf("postgres: read group: %w", err)
		}
		if up.change.Reference != nil {
			err := tx.QueryRow(ctx, documentOfReference, up.id, keyOf(up.change.Reference.ServiceName)).Scan(&ref)
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return fmt.Errorf("postgres: read reference: %w", err)
			}
		}
		g, err := up.group.against(doc)
		if err != nil {
			return err
		}
		r, err := up.reference.against(ref)
		if err != nil {
			return err
		}
		return up.apply(ctx, tx, g, r)
	})
}
