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

var selectOwners = [group.Kinds]string{
	group.GroupKind: `SELECT o.id, o.account_id FROM json_each(?1) AS named CROSS JOIN workspace_groups AS o ON o.id = named.value`,
	group.ReferenceKind: `SELECT o.id, g.account_id FROM json_each(?1) AS named
		CROSS JOIN external_references AS o ON o.id = named.value CROSS JOIN workspace_groups AS g ON g.id = o.group_id`,
	group.RateCardSetKind: `SELECT o.id, o.account_id FROM json_each(?1) AS named CROSS JOIN rate_card_sets AS o ON o.id = named.value`,
	group.WorkspaceKind:   `SELECT o.id, o.account_id FROM json_each(?1) AS named CROSS JOIN workspaces AS o ON o.id = named.value`,
}

// Owners returns the accounts of stored rows.
func (c *conn) Owners(kind group.Kind, ids []int64) (map[int64]int64, error) {
	owners := make(map[int64]int64, len(ids))
	err := c.each(selectOwners[kind], func(row *sqlite3.Stmt) error {
		owners[row.ColumnInt64(0)] = row.ColumnInt64(1)
		return nil
	}, array(ids))
	return owners, wrap("find owners", err)
}

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
	for _, kind := range []group.Kind{group.WorkspaceKind, group.RateCardSetKind} {
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
	if err == nil && g.WorkspaceIDs != nil {
		err = c.putMembers("workspace_group_workspaces", "workspace_id", g.ID, g.WorkspaceIDs)
	}
	if err == nil && g.RateCardSetIDs != nil {
		err = c.putMembers("workspace_group_rate_card_sets", "rate_card_set_id", g.ID, g.RateCardSetIDs)
	}
	if err == nil && g.ReferenceIDs != nil {
		err = c.run(`DELETE FROM external_references
			WHERE group_id = ?1 AND id NOT IN (SELECT value FROM json_each(?2))`, g.ID, array(g.ReferenceIDs))
	}
	return err
}

func (c *conn) putMembers(table, member string, id int64, members []int64) error {
	if err := c.run(`DELETE FROM `+table+` WHERE group_id = ?1`, id); err != nil {
		return err
	}
	return c.run(`INSERT INTO `+table+` (group_id, `+member+`) SELECT ?1, value FROM json_each(?2)`, id, array(members))
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

// The statements of an export, with the columns of conn.objects.
var selectAll = [group.Kinds]string{
	group.GroupKind: `SELECT id, document, created_at, updated_at, 0 FROM workspace_groups WHERE account_id = ?1 ORDER BY id`,
	group.ReferenceKind: `SELECT r.id, r.document, r.created_at, r.updated_at, r.group_id
		FROM external_references AS r CROSS JOIN workspace_groups AS g ON g.id = r.group_id
		WHERE g.account_id = ?1 ORDER BY r.id`,
	group.RateCardSetKind: `SELECT id, document FROM rate_card_sets WHERE account_id = ?1 ORDER BY id`,
	group.WorkspaceKind:   `SELECT id, document FROM workspaces WHERE account_id = ?1 ORDER BY id`,
}

// Each hands over the rows of a kind, one at a time.
func (c *conn) Each(kind group.Kind, account int64, do func(*group.Row) error) error {
	err := c.each(selectAll[kind], func(row *sqlite3.Stmt) error {
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
	g.WorkspaceIDs, err = c.ids(`SELECT workspace_id FROM workspace_group_workspaces WHERE group_id = ?1 ORDER BY workspace_id`, g.ID)
	if err == nil {
		g.ReferenceIDs, err = c.ids(`SELECT id FROM external_references WHERE group_id = ?1 ORDER BY id`, g.ID)
	}
	if err == nil {
		g.RateCardSetIDs, err = c.ids(`SELECT rate_card_set_id FROM workspace_group_rate_card_sets WHERE group_id = ?1 ORDER BY rate_card_set_id`, g.ID)
	}
	return err
}

// Accounts lists the accounts.
func (c *conn) Accounts() ([]int64, error) {
	ids, err := c.ids(`SELECT id FROM accounts ORDER BY id`)
	return ids, wrap("list accounts", err)
}

// Orphans finds rows that name what is not there.
func (c *conn) Orphans() (orphans []group.Orphan, err error) {
	err = c.each(store.SelectOrphans, func(row *sqlite3.Stmt) error {
		orphans = append(orphans, group.Orphan{Table: row.ColumnText(0), ID: row.ColumnInt64(1), Missing: row.ColumnText(2)})
		return nil
	})
	return orphans, wrap("find orphans", err)
}

// Clear removes what an account has but its tokens, what names something before what is named.
func (c *conn) Clear(account int64) error {
	const groups = `SELECT id FROM workspace_groups WHERE account_id = ?1`
	for _, sql := range []string{
		`DELETE FROM external_references WHERE group_id IN (` + groups + `)`,
		`DELETE FROM workspace_group_workspaces WHERE group_id IN (` + groups + `)`,
		`DELETE FROM workspace_group_rate_card_sets WHERE group_id IN (` + groups + `)`,
		`DELETE FROM token_workspaces WHERE workspace_id IN (SELECT id FROM workspaces WHERE account_id = ?1)`,
		`DELETE FROM workspace_groups WHERE account_id = ?1`,
		`DELETE FROM workspaces WHERE account_id = ?1`,
		`DELETE FROM rate_card_sets WHERE account_id = ?1`,
	} {
		if err := c.run(sql, account); err != nil {
			return wrap("clear", err)
		}
	}
	return wrap("clear", c.run(`UPDATE reference_ids SET last = (SELECT coalesce(max(id), 0) FROM external_references WHERE id < ?1)`, int64(store.MaxGenerated)))
}
