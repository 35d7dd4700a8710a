package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

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
	up := s.updates.Get().(*update)
	defer s.release(up)
	up.ask(by, id, u, in, s.timestamp())
	if err := s.writer.do(ctx, up.run); err != nil {
		return group.Snapshot{}, err
	}
	return up.rows.Snapshot()
}

// update is one update on its way: what was asked for, encoded by the caller's goroutine so that the writer's has less
// to do, and what came of it.
type update struct {
	by     group.Caller
	id     int64
	in     group.Includes
	change group.Change
	at     string
	named  []int64 // the workspaces that are named

	add, remove []int64 // what of the named workspaces has to be added and removed
	rows        document.Rows

	buffers
}

// buffers are what an update leaves to the next one.
type buffers struct {
	patch, merged                   []byte // of the group's document; the rows have merged
	referencePatch, referenceMerged []byte
}

// maxBuffer bounds the buffers that are kept, in bytes.
const maxBuffer = 16 << 10

// release gives up back. What it was asked and found is not kept.
func (s *Store) release(up *update) {
	b := up.buffers
	*up = update{}
	for _, buffer := range []*[]byte{&b.patch, &b.merged, &b.referencePatch, &b.referenceMerged} {
		if cap(*buffer) > maxBuffer {
			*buffer = nil
		}
	}
	up.buffers = b
	s.updates.Put(up)
}

func (up *update) ask(by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes, at time.Time) {
	up.by, up.id, up.in, up.at = by, id, in, document.FormatTime(at)
	up.change = group.NewChange(u)
	up.named = up.change.Named()
	up.patch = document.AppendGroupPatch(up.patch[:0], &up.change)
	up.referencePatch = document.AppendReferencePatch(up.referencePatch[:0], up.change.Reference)
}

// run is the update inside the writer's transaction: everything is checked before anything is changed.
func (up *update) run(c *conn) error {
	up.rows = document.Rows{}
	found, err := up.find(c)
	if err != nil {
		return fmt.Errorf("sqlite: find group: %w", err)
	}
	if !found.known {
		return &group.Error{Code: group.NotFound}
	}
	if err := up.check(c, found.taken); err != nil {
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
	if found.renamed || found.changed || moved || referred {
		if err := up.store(c, found.renamed); err != nil {
			return fmt.Errorf("sqlite: store group: %w", err)
		}
	}
	return c.load(&up.rows, up.by, up.in)
}

// found is what became known of a group: whether there is one, whether the update gives it another name, whether another
// group has that, and whether the update changes its document.
type found struct{ known, renamed, taken, changed bool }

// find reads the group and applies the patch to its document.
func (up *update) find(c *conn) (f found, err error) {
	err = c.each(selectGroup, func(row *sqlite3.Stmt) (err error) {
		stored := row.ColumnRawText(2)
		up.merged, err = document.AppendMerged(up.merged[:0], stored, up.patch)
		up.rows.Group = document.Group{ID: up.id, CreatedAt: row.ColumnText(0), UpdatedAt: row.ColumnText(1), JSON: up.merged}
		f = found{known: true, renamed: row.ColumnBool(3), taken: row.ColumnBool(4), changed: !bytes.Equal(up.merged, stored)}
		return err
	}, up.id, up.by.AccountID, up.change.Folded)
	return f, err
}

// check says whether what is stored allows the change, and keeps what has to be done about members.
func (up *update) check(c *conn, taken bool) error {
	up.add, up.remove = nil, nil
	var reachable []int64
	if len(up.named) > 0 {
		reachable = make([]int64, 0, len(up.named))
		sql, list := selectNamed, any(array(up.named))
		if len(up.named) <= fewNamed {
			sql, list = selectFewNamed, any(few(up.named))
		}
		err := c.each(sql, func(row *sqlite3.Stmt) error {
			id, member := row.ColumnInt64(0), row.ColumnBool(1)
			reachable = append(reachable, id)
			up.member(id, member)
			return nil
		}, up.id, up.by.AccountID, up.by.TokenID, list)
		if err != nil {
			return fmt.Errorf("sqlite: check access: %w", err)
		}
	}
	slices.Sort(reachable) // SQLite goes through the list, so this has nothing to do
	return up.change.Check(reachable, taken)
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
	var id int64 // 0 is of one that is not there
	err = c.each(selectReference, func(row *sqlite3.Stmt) (err error) {
		id = row.ColumnInt64(0)
		stored := row.ColumnRawText(1)
		up.referenceMerged, err = document.AppendMerged(up.referenceMerged[:0], stored, up.referencePatch)
		changed = !bytes.Equal(up.referenceMerged, stored)
		return err
	}, up.id, ref.ServiceName)
	switch {
	case err != nil:
	case id == 0:
		changed = true
		up.referenceMerged, err = document.AppendMerged(up.referenceMerged[:0], []byte(`{}`), up.referencePatch)
		if err == nil {
			err = c.run(addReference, up.id, ref.ServiceName, up.at, jsonText(up.referenceMerged))
		}
	case changed:
		err = c.run(storeReference, id, up.at, jsonText(up.referenceMerged))
	}
	if err != nil {
		return false, fmt.Errorf("sqlite: store reference: %w", err)
	}
	return changed, nil
}

func (up *update) store(c *conn, renamed bool) error {
	g := &up.rows.Group
	g.UpdatedAt = up.at
	if renamed {
		return c.run(renameGroup, up.id, up.at, jsonText(g.JSON), up.change.Folded)
	}
	return c.run(storeGroup, up.id, up.at, jsonText(g.JSON))
}
