package sqlite

import (
	"context"
	"fmt"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"github.com/ncruces/go-sqlite3"
)

// Export hands over the objects of an account as they are stored at one moment. It holds one object at a time in
// memory and one of the connections that read, so to should not wait for long.
func (s *Store) Export(ctx context.Context, account int64, to group.Exporter) error {
	return s.readers.read(ctx, func(c *conn) error {
		for _, kind := range []func(int64, group.Exporter) error{
			c.exportGroups, c.exportReferences, c.exportRateCardSets, c.exportWorkspaces,
		} {
			if err := kind(account, to); err != nil {
				return fmt.Errorf("sqlite: export: %w", err)
			}
		}
		return nil
	})
}

func (c *conn) exportGroups(account int64, to group.Exporter) error {
	return c.each(`SELECT id, created_at, updated_at, document FROM workspace_groups WHERE account_id = ?1 ORDER BY id`,
		func(row *sqlite3.Stmt) error {
			g := document.Group{
				ID: row.ColumnInt64(0), CreatedAt: row.ColumnText(1), UpdatedAt: row.ColumnText(2), JSON: row.ColumnBlob(3, nil),
			}
			for _, list := range []struct {
				ids *[]int64
				sql string
			}{
				{&g.WorkspaceIDs, `SELECT workspace_id FROM workspace_group_workspaces WHERE group_id = ?1 ORDER BY workspace_id`},
				{&g.ExternalReferenceIDs, `SELECT id FROM external_references WHERE group_id = ?1 ORDER BY id`},
				{&g.RateCardSetIDs, `SELECT rate_card_set_id FROM workspace_group_rate_card_sets WHERE group_id = ?1 ORDER BY rate_card_set_id`},
			} {
				var err error
				if *list.ids, err = c.ids(list.sql, g.ID); err != nil {
					return err
				}
			}
			v, err := g.Model()
			if err != nil {
				return err
			}
			return to.Group(v)
		}, account)
}

func (c *conn) exportReferences(account int64, to group.Exporter) error {
	return c.each(`SELECT r.id, r.group_id, r.created_at, r.updated_at, r.document
		FROM external_references AS r JOIN workspace_groups AS g ON g.id = r.group_id
		WHERE g.account_id = ?1 ORDER BY r.id`,
		func(row *sqlite3.Stmt) error {
			r := document.Reference{
				ID: row.ColumnInt64(0), GroupID: row.ColumnInt64(1),
				CreatedAt: row.ColumnText(2), UpdatedAt: row.ColumnText(3), JSON: row.ColumnBlob(4, nil),
			}
			v, err := r.Model()
			if err != nil {
				return err
			}
			return to.ExternalReference(v)
		}, account)
}

func (c *conn) exportRateCardSets(account int64, to group.Exporter) error {
	return exportObjects(c, `SELECT id, document FROM rate_card_sets WHERE account_id = ?1 ORDER BY id`,
		account, (*document.Object).RateCardSet, to.RateCardSet)
}

func (c *conn) exportWorkspaces(account int64, to group.Exporter) error {
	return exportObjects(c, `SELECT id, document FROM workspaces WHERE account_id = ?1 ORDER BY id`,
		account, (*document.Object).Workspace, to.Workspace)
}

func exportObjects[V any](c *conn, sql string, account int64, decode func(*document.Object) (V, error), put func(V) error) error {
	return c.each(sql, func(row *sqlite3.Stmt) error {
		o := document.Object{ID: row.ColumnInt64(0), JSON: row.ColumnBlob(1, nil)}
		v, err := decode(&o)
		if err != nil {
			return err
		}
		return put(v)
	}, account)
}
