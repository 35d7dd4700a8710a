package sqlite

import (
	"context"
	"fmt"

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
		patch: document.GroupPatch(&c), referencePatch: document.ReferencePatch(c.Reference),
	}
	if err := s.writer.do(ctx, up.run); err != nil {
		return group.Snapshot{}, err
	}
	return up.rows.Snapshot()
}

// update is one update on its way: what was asked for, encoded by the caller's goroutine so that the writer's has less
// to do, and what came of it.
type update struct {
	by             group.Caller
	id             int64
	in             group.Includes
	change         *group.Change
	patch          jsonText
	referencePatch jsonText
	at             string

	rows document.Rows
}

// selectGroup finds the group as it will be, whether its name changes, and whether another group has the new name.
const selectGroup = `
SELECT created_at, updated_at, json_patch(document, ?4), folded IS NOT ?3, folded IS NOT ?3 AND EXISTS (
    SELECT 1 FROM workspace_groups AS other WHERE other.account_id = ?2 AND other.folded = ?3)
FROM workspace_groups WHERE id = ?1 AND account_id = ?2`

// storeGroup changes a group where its document differs or ?4 says that something else does.
const storeGroup = `UPDATE workspace_groups SET updated_at = ?2, document = ?3 WHERE id = ?1 AND (?4 OR document IS NOT ?3)`

// renameGroup is apart from it because naming an indexed column, changed or not, has SQLite write the index.
const renameGroup = `UPDATE workspace_groups SET folded = ?4, updated_at = ?2, document = ?3 WHERE id = ?1`

// reachable are the workspaces of a list that a token has access to, in ascending order.
const reachable = `
SELECT w.id FROM json_each(?1) AS named CROSS JOIN workspaces AS w ON w.id = named.value
WHERE w.account_id = ?2 AND ` + accessible + `
ORDER BY w.id`

// accessible is the condition that token ?3 has access to workspace w of its account.
const accessible = `((SELECT all_workspaces FROM tokens WHERE id = ?3)
    OR EXISTS (SELECT 1 FROM token_workspaces AS t WHERE t.token_id = ?3 AND t.workspace_id = w.id))`

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

func (up *update) check(c *conn, taken bool) error {
	var found []int64
	if named := up.change.Named(); len(named) > 0 {
		var err error
		if found, err = c.ids(reachable, array(named), up.by.AccountID, up.by.TokenID); err != nil {
			return fmt.Errorf("sqlite: check access: %w", err)
		}
	}
	return up.change.Check(found, taken)
}

// members adds and removes, and says whether that changed anything.
func (up *update) members(c *conn) (changed bool, err error) {
	if len(up.change.Add) > 0 {
		changed, err = c.changes(`INSERT INTO workspace_group_workspaces (group_id, workspace_id)
			SELECT ?1, value FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`, up.id, array(up.change.Add))
		if err != nil {
			return false, fmt.Errorf("sqlite: add workspaces: %w", err)
		}
	}
	if len(up.change.Remove) > 0 {
		removed, err := c.changes(`DELETE FROM workspace_group_workspaces
			WHERE group_id = ?1 AND workspace_id IN (SELECT value FROM json_each(?2))`, up.id, array(up.change.Remove))
		if err != nil {
			return false, fmt.Errorf("sqlite: remove workspaces: %w", err)
		}
		changed = changed || removed
	}
	return changed, nil
}

// reference updates the reference to the service or adds it, and says whether that changed anything.
func (up *update) reference(c *conn) (changed bool, err error) {
	if up.change.Reference == nil {
		return false, nil
	}
	changed, err = c.changes(`INSERT INTO external_references (group_id, service_name, created_at, updated_at, document)
		VALUES (?1, ?2, ?3, ?3, json_patch('{}', ?4))
		ON CONFLICT (group_id, service_name) DO UPDATE SET updated_at = ?3, document = json_patch(document, ?4)
		WHERE document IS NOT json_patch(document, ?4)`,
		up.id, up.change.Reference.ServiceName, up.at, up.referencePatch)
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
