package sqlite

import (
	"context"
	"fmt"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/gen/model"
	"github.com/ncruces/go-sqlite3"
)

// Update applies u as group.Updater describes it.
func (s *Store) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	if by.ReadOnly {
		return group.Snapshot{}, &group.Error{Code: group.Forbidden}
	}
	c := group.NewChange(u)
	up := update{
		by: by, id: id, in: in, change: &c, at: document.FormatTime(s.timestamp()),
		patch: string(document.GroupPatch(&c)), referencePatch: string(document.ReferencePatch(c.Reference)),
	}
	if named := c.Named(); len(named) > 0 {
		up.named = string(array(named))
	}
	if err := s.writer.do(ctx, &up); err != nil {
		return group.Snapshot{}, err
	}
	return up.snapshot, up.err
}

// update is one update on its way: what was asked for, encoded by the caller's goroutine so that the writer's has less
// to do, and what came of it.
type update struct {
	by             group.Caller
	id             int64
	in             group.Includes
	change         *group.Change
	patch          string
	referencePatch string
	at             string
	named          string // the workspaces that are named, as JSON; "" where there are none

	add, remove []int64 // what of the named workspaces has to be added and removed
	rows        document.Rows
	snapshot    group.Snapshot // of rows
	err         error          // of snapshot
}

var _ work = (*update)(nil)

func (up *update) finish() { up.snapshot, up.err = up.rows.Snapshot() }

// manyRows is how many included objects are too many for others to wait while they are decoded.
const manyRows = 50

func (up *update) light() bool {
	return len(up.rows.References)+len(up.rows.Workspaces)+len(up.rows.RateCardSets) < manyRows
}

// run is the update inside the writer's transaction: everything is checked before anything is changed.
func (up *update) run(c *conn) error {
	up.rows = document.Rows{}
	found, renamed, taken := false, false, false
	g := &up.rows.Group
	err := c.each(selectGroup, func(row *sqlite3.Stmt) error {
		*g = document.Group{ID: up.id, CreatedAt: row.ColumnText(0), UpdatedAt: row.ColumnText(1), JSON: row.ColumnBlob(2, nil)}
		found, renamed, taken = true, row.ColumnBool(3), row.ColumnBool(4)
		return nil
	}, up.id, up.by.AccountID, up.change.Folded, up.patch)
	if err != nil {
		return fmt.Errorf("sqlite: find group: %w", err)
	}
	if !found {
		return &group.Error{Code: group.NotFound}
	}
	if err := up.check(c, taken); err != nil {
		return err
	}
	moved, err := up.members(c)
	if err != nil {
		return err
	}
	referred, err := up.reference(c)
	if err != nil {
		return err
	}
	if err := up.store(c, renamed, moved || referred); err != nil {
		return err
	}
	return c.load(&up.rows, up.by, up.in)
}

// check says whether what is stored allows the change, and keeps what has to be done about members.
func (up *update) check(c *conn, taken bool) error {
	up.add, up.remove = nil, nil
	var found []int64
	if up.named != "" {
		found = make([]int64, 0, len(up.change.AddNamed)+len(up.change.Remove))
		err := c.each(selectNamed, func(row *sqlite3.Stmt) error {
			id, member := row.ColumnInt64(0), row.ColumnBool(1)
			found = append(found, id)
			up.member(id, member)
			return nil
		}, up.named, up.by.AccountID, up.by.TokenID, up.id)
		if err != nil {
			return fmt.Errorf("sqlite: check access: %w", err)
		}
	}
	slices.Sort(found) // SQLite goes through the list, so this has nothing to do
	return up.change.Check(found, taken)
}

// member notes what a workspace that the request names needs: most need nothing, as who keeps groups the same as those of
// another system sends the same lists again and again.
func (up *update) member(id int64, is bool) {
	if _, remove := slices.BinarySearch(up.change.Remove, id); remove == is {
		if is {
			up.remove = append(up.remove, id)
		} else {
			up.add = append(up.add, id)
		}
	}
}

// members adds and removes, and says whether that changed anything.
func (up *update) members(c *conn) (changed bool, err error) {
	if len(up.add) > 0 {
		if err := c.run(addMembers, up.id, array(up.add)); err != nil {
			return false, fmt.Errorf("sqlite: add workspaces: %w", err)
		}
	}
	if len(up.remove) > 0 {
		if err := c.run(removeMembers, up.id, array(up.remove)); err != nil {
			return false, fmt.Errorf("sqlite: remove workspaces: %w", err)
		}
	}
	return len(up.add)+len(up.remove) > 0, nil
}

// reference updates the reference to the service or adds it, and says whether that changed anything.
func (up *update) reference(c *conn) (changed bool, err error) {
	ref := up.change.Reference
	if ref == nil {
		return false, nil
	}
	var id int64
	var patched string
	err = c.each(selectReference, func(row *sqlite3.Stmt) error {
		id, patched = row.ColumnInt64(0), row.ColumnText(1)
		return nil
	}, up.id, ref.ServiceName, up.referencePatch)
	switch {
	case err != nil:
	case patched == "":
		changed, err = true, c.run(addReference, up.id, ref.ServiceName, up.at, up.referencePatch)
	default:
		changed, err = c.changes(storeReference, id, up.at, patched)
	}
	if err != nil {
		return false, fmt.Errorf("sqlite: store reference: %w", err)
	}
	return changed, nil
}

// store stores the group if anything of it changed; moved says that something beside its document did.
func (up *update) store(c *conn, renamed, moved bool) (err error) {
	g := &up.rows.Group
	changed := renamed
	if renamed {
		err = c.run(renameGroup, up.id, up.at, jsonText(g.JSON), up.change.Folded)
	} else {
		changed, err = c.changes(storeGroup, up.id, up.at, jsonText(g.JSON), moved)
	}
	if err != nil {
		return fmt.Errorf("sqlite: store group: %w", err)
	}
	if changed {
		g.UpdatedAt = up.at
	}
	return nil
}
