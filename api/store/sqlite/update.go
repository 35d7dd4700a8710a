package sqlite

import (
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// The statements of an update.
const (
	// selectGroup finds the group, whether its name changes, and whether another group has the new name.
	selectGroup = `SELECT created_at, updated_at, document, folded IS NOT ?3, folded IS NOT ?3 AND EXISTS (
    SELECT 1 FROM workspace_groups AS other WHERE other.account_id = ?2 AND other.folded = ?3)
FROM workspace_groups WHERE id = ?1 AND account_id = ?2`

	// selectNamed are the workspaces of a list that a token has access to, and whether group ?1 has them. The joins are a
	// quarter faster than EXISTS.
	selectNamed = `SELECT w.id, m.workspace_id IS NOT NULL FROM json_each(?4) AS named
    CROSS JOIN workspaces AS w ON w.id = named.value
    LEFT JOIN workspace_group_workspaces AS m ON m.group_id = ?1 AND m.workspace_id = w.id
    ` + accessible

	// accessible ends a statement with the condition that token ?3 has access to workspace w, which is of account ?2.
	accessible = `LEFT JOIN token_workspaces AS t ON t.token_id = ?3 AND t.workspace_id = w.id
WHERE w.account_id = ?2 AND (t.workspace_id IS NOT NULL OR (SELECT all_workspaces FROM tokens WHERE id = ?3))`

	selectReference = `SELECT id, document, created_at, updated_at, group_id FROM external_references
WHERE group_id = ?1 AND service_name = ?2`

	storeGroup = `UPDATE workspace_groups SET updated_at = ?2, document = ?3 WHERE id = ?1`

	// renameGroup is apart because SQLite writes the index of a column that is named, changed or not.
	renameGroup = `UPDATE workspace_groups SET folded = ?4, updated_at = ?2, document = ?3 WHERE id = ?1`

	addMembers = `INSERT INTO workspace_group_workspaces (group_id, workspace_id) SELECT ?1, value FROM json_each(?2)`

	removeMembers = `DELETE FROM workspace_group_workspaces
WHERE group_id = ?1 AND workspace_id IN (SELECT value FROM json_each(?2))`

	storeReference = `UPDATE external_references SET updated_at = ?2, document = ?3 WHERE id = ?1`

	nextReference = `UPDATE reference_ids SET last = last + 1 WHERE one = 1`

	addReference = `INSERT INTO external_references (id, group_id, service_name, created_at, updated_at, document)
VALUES ((SELECT last FROM reference_ids WHERE one = 1), ?1, ?2, ?3, ?3, ?4)`

	referencesOfGroup = `SELECT id, document, created_at, updated_at, group_id FROM external_references WHERE group_id = ?1 ORDER BY id`
)

// selectShared are the objects of the shared kinds that a group lists.
var selectShared = func() (sql [group.Kinds]string) {
	for k := range group.Shared() {
		table, column := store.ListTable(k)
		sql[k] = `SELECT w.id, w.document FROM ` + table + ` AS m
    CROSS JOIN ` + k.String() + ` AS w ON m.group_id = ?1 AND w.id = m.` + column
		if k == group.WorkspaceKind {
			sql[k] += "\n    " + accessible
		}
		sql[k] += ` ORDER BY m.` + column
	}
	return sql
}()

// State reads what a change needs. The transaction holds the file, so nobody changes it.
func (c *conn) State(ch *store.Change) (s store.State, err error) {
	err = c.each(selectGroup, func(row *sqlite3.Stmt) error {
		s.Group = &group.Row{ID: ch.ID, CreatedAt: row.ColumnText(0), UpdatedAt: row.ColumnText(1), JSON: row.ColumnBlob(2, nil)}
		s.Renamed, s.Taken = row.ColumnBool(3), row.ColumnBool(4)
		return nil
	}, ch.ID, ch.By.AccountID, ch.Folded)
	if err != nil || s.Group == nil {
		return s, wrap("find group", err)
	}
	if len(ch.Named) > 0 {
		s.Members = make([]store.Member, 0, len(ch.Named))
		err := c.each(selectNamed, func(row *sqlite3.Stmt) error {
			s.Members = append(s.Members, store.Member{ID: row.ColumnInt64(0), Is: row.ColumnBool(1)})
			return nil
		}, ch.ID, ch.By.AccountID, ch.By.TokenID, array(ch.Named))
		if err != nil {
			return s, wrap("find workspaces", err)
		}
	}
	if ch.Reference != nil {
		err := c.each(selectReference, func(row *sqlite3.Stmt) error {
			r := object(row)
			s.Reference = &r
			return nil
		}, ch.ID, ch.Reference.ServiceName)
		if err != nil {
			return s, wrap("find reference", err)
		}
	}
	return s, nil
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sqlite: %s: %w", doing, err)
}

// Store makes changes.
func (c *conn) Store(ch *store.Change, d *store.Diff) (err error) {
	if d.Renamed {
		err = c.run(renameGroup, ch.ID, d.Group.UpdatedAt, jsonText(d.Group.JSON), d.Group.Key)
	} else {
		err = c.run(storeGroup, ch.ID, d.Group.UpdatedAt, jsonText(d.Group.JSON))
	}
	if err == nil && len(d.Add) > 0 {
		err = c.run(addMembers, ch.ID, array(d.Add))
	}
	if err == nil && len(d.Remove) > 0 {
		err = c.run(removeMembers, ch.ID, array(d.Remove))
	}
	if r := d.Reference; err == nil && r != nil {
		err = c.storeReference(r)
	}
	return wrap("store group", err)
}

func (c *conn) storeReference(r *group.Row) error {
	if r.ID != 0 {
		return c.run(storeReference, r.ID, r.UpdatedAt, jsonText(r.JSON))
	}
	if err := c.run(nextReference); err != nil {
		return err
	}
	return c.run(addReference, r.GroupID, r.Key, r.UpdatedAt, jsonText(r.JSON))
}

// Load reads associations.
func (c *conn) Load(id int64, by group.Caller, in group.Includes) (rows group.Contents, err error) {
	if in[group.ReferenceKind] {
		rows[group.ReferenceKind], err = c.objects(referencesOfGroup, id)
	}
	for k := range group.Shared() {
		switch {
		case !in[k] || err != nil:
		case k == group.WorkspaceKind:
			rows[k], err = c.objects(selectShared[k], id, by.AccountID, by.TokenID)
		default:
			rows[k], err = c.objects(selectShared[k], id)
		}
	}
	return rows, wrap("read associations", err)
}

// objects runs a statement with the columns of an export: id, document, and of groups and references the two times and the group.
func (c *conn) objects(sql string, args ...any) (rows []group.Row, err error) {
	err = c.each(sql, func(row *sqlite3.Stmt) error {
		rows = append(rows, object(row))
		return nil
	}, args...)
	return rows, err
}

func object(row *sqlite3.Stmt) group.Row {
	r := group.Row{ID: row.ColumnInt64(0), JSON: row.ColumnBlob(1, nil)}
	if row.ColumnCount() > 2 {
		r.CreatedAt, r.UpdatedAt, r.GroupID = row.ColumnText(2), row.ColumnText(3), row.ColumnInt64(4)
	}
	return r
}
