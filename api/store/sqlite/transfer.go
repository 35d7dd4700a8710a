package sqlite

import (
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/validate"
)

// Lock has nothing to do: the transaction holds the file.
func (c *conn) Lock(*group.Contents) error { return nil }

// NameHolders returns the groups that have names.
func (c *conn) NameHolders(account int64, folded []string) (map[string]int64, error) {
	names := jsonText{'['}
	for i, name := range folded {
		if i > 0 {
			names = append(names, ',')
		}
		names = validate.AppendString(names, name)
	}
	holders := map[string]int64{}
	err := c.each(`SELECT g.folded, g.id FROM json_each(?2) AS named
		CROSS JOIN workspace_groups AS g ON g.folded = named.value WHERE g.account_id = ?1`, func(row *sqlite3.Stmt) error {
		holders[row.ColumnText(0)] = row.ColumnInt64(1)
		return nil
	}, account, append(names, ']'))
	return holders, wrap("find names", err)
}

// ReferencesOf returns the references of groups.
func (c *conn) ReferencesOf(groups []int64) (refs []group.Row, err error) {
	err = c.each(`SELECT r.id, r.group_id, r.service_name FROM json_each(?1) AS named
		CROSS JOIN external_references AS r ON r.group_id = named.value`, func(row *sqlite3.Stmt) error {
		refs = append(refs, group.Row{ID: row.ColumnInt64(0), GroupID: row.ColumnInt64(1), Key: row.ColumnText(2)})
		return nil
	}, array(groups))
	return refs, wrap("find references", err)
}

// Put stores contents: what is named before what names it.
func (c *conn) Put(account int64, contents *group.Contents) error {
	err := c.run(`INSERT INTO accounts (id) VALUES (?1) ON CONFLICT DO NOTHING`, account)
	if err != nil {
		return wrap("import", err)
	}
	for kind := range group.Shared() {
		sql := `INSERT INTO ` + kind.String() + ` (id, account_id, document) VALUES (?1, ?2, ?3)
			ON CONFLICT DO UPDATE SET document = excluded.document`
		for i := range contents[kind] {
			r := &contents[kind][i]
			if err := c.run(sql, r.ID, account, jsonText(r.JSON)); err != nil {
				return fmt.Errorf("sqlite: import: %s %d: %w", kind, r.ID, err)
			}
		}
	}
	if err := c.freeKeys(contents); err != nil {
		return wrap("import", err)
	}
	for i := range contents[group.GroupKind] {
		if err := c.putGroup(account, &contents[group.GroupKind][i]); err != nil {
			return fmt.Errorf("sqlite: import: group %d: %w", contents[group.GroupKind][i].ID, err)
		}
	}
	for i := range contents[group.ReferenceKind] {
		if err := c.putReference(&contents[group.ReferenceKind][i]); err != nil {
			return fmt.Errorf("sqlite: import: reference %d: %w", contents[group.ReferenceKind][i].ID, err)
		}
	}
	return nil
}

// freeKeys takes the unique keys from what an import replaces, for two rows may exchange theirs.
func (c *conn) freeKeys(contents *group.Contents) error {
	for i := range contents[group.GroupKind] {
		if err := c.run(`UPDATE workspace_groups SET folded = NULL WHERE id = ?1`, contents[group.GroupKind][i].ID); err != nil {
			return err
		}
	}
	for i := range contents[group.ReferenceKind] {
		if err := c.run(`UPDATE external_references SET service_name = NULL WHERE id = ?1`, contents[group.ReferenceKind][i].ID); err != nil {
			return err
		}
	}
	return nil
}

// putGroup stores a group and those of its associations that are listed.
func (c *conn) putGroup(account int64, g *group.Row) error {
	err := c.run(`INSERT INTO workspace_groups (id, account_id, folded, created_at, updated_at, document)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (id) DO UPDATE SET folded = excluded.folded, created_at = excluded.created_at,
		updated_at = excluded.updated_at, document = excluded.document`,
		g.ID, account, g.Key, g.CreatedAt, g.UpdatedAt, jsonText(g.JSON))
	for k := range group.Shared() {
		if err == nil && g.Lists[k] != nil {
			err = c.putList(k, g)
		}
	}
	if list := g.Lists[group.ReferenceKind]; err == nil && list != nil {
		err = c.run(`DELETE FROM external_references
			WHERE group_id = ?1 AND id NOT IN (SELECT value FROM json_each(?2))`, g.ID, array(list))
	}
	return err
}

// putList makes the objects that a group lists those of its row.
func (c *conn) putList(k group.Kind, g *group.Row) error {
	table, column := store.ListTable(k)
	if err := c.run(`DELETE FROM `+table+` WHERE group_id = ?1`, g.ID); err != nil {
		return err
	}
	return c.run(`INSERT INTO `+table+` (group_id, `+column+`) SELECT ?1, value FROM json_each(?2)`, g.ID, array(g.Lists[k]))
}

func (c *conn) putReference(r *group.Row) error {
	err := c.run(`INSERT INTO external_references (id, group_id, service_name, created_at, updated_at, document)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (id) DO UPDATE SET group_id = excluded.group_id, service_name = excluded.service_name,
		created_at = excluded.created_at, updated_at = excluded.updated_at, document = excluded.document`,
		r.ID, r.GroupID, r.Key, r.CreatedAt, r.UpdatedAt, jsonText(r.JSON))
	if err == nil && r.ID < store.MaxGenerated {
		err = c.run(`UPDATE reference_ids SET last = ?1 WHERE one = 1 AND last < ?1`, r.ID)
	}
	return err
}

// selectAll is the statement of an export, with the columns of conn.objects.
func selectAll(k group.Kind) string {
	switch k {
	case group.GroupKind:
		return `SELECT id, document, created_at, updated_at, 0 FROM workspace_groups WHERE account_id = ?1 ORDER BY id`
	case group.ReferenceKind:
		return `SELECT r.id, r.document, r.created_at, r.updated_at, r.group_id
			FROM external_references AS r CROSS JOIN workspace_groups AS g ON g.id = r.group_id WHERE g.account_id = ?1 ORDER BY r.id`
	}
	return `SELECT id, document FROM ` + k.String() + ` WHERE account_id = ?1 ORDER BY id`
}

// selectLists are the ids of the associations of a group.
var selectLists = func() (sql [group.Kinds]string) {
	sql[group.ReferenceKind] = `SELECT id FROM external_references WHERE group_id = ?1 ORDER BY id`
	for k := range group.Shared() {
		table, column := store.ListTable(k)
		sql[k] = `SELECT ` + column + ` FROM ` + table + ` WHERE group_id = ?1 ORDER BY ` + column
	}
	return sql
}()

// Each hands over the rows of a kind, one at a time.
func (c *conn) Each(kind group.Kind, account int64, do func(*group.Row) error) error {
	err := c.each(selectAll(kind), func(row *sqlite3.Stmt) error {
		r := object(row)
		if kind == group.GroupKind {
			if err := c.lists(&r); err != nil {
				return err
			}
		}
		return do(&r)
	}, account)
	return wrap("export "+kind.String(), err)
}

// lists reads the ids of a group's associations.
func (c *conn) lists(g *group.Row) (err error) {
	for k, sql := range selectLists {
		if sql != "" && err == nil {
			g.Lists[k], err = c.ids(sql, g.ID)
		}
	}
	return err
}

// Clear removes what an account has but its tokens, what names something before what is named.
func (c *conn) Clear(account int64) error {
	const ofGroups = ` WHERE group_id IN (SELECT id FROM workspace_groups WHERE account_id = ?1)`
	named := []string{
		`DELETE FROM token_workspaces WHERE workspace_id IN (SELECT id FROM workspaces WHERE account_id = ?1)`,
		`DELETE FROM workspace_groups WHERE account_id = ?1`,
	}
	naming := []string{`DELETE FROM external_references` + ofGroups}
	for k := range group.Shared() {
		table, _ := store.ListTable(k)
		naming = append(naming, `DELETE FROM `+table+ofGroups)
		named = append(named, `DELETE FROM `+k.String()+` WHERE account_id = ?1`)
	}
	for _, sql := range append(naming, named...) {
		if err := c.run(sql, account); err != nil {
			return wrap("clear", err)
		}
	}
	return wrap("clear", c.run(`UPDATE reference_ids SET last = (SELECT coalesce(max(id), 0) FROM external_references WHERE id < ?1)`, int64(store.MaxGenerated)))
}
