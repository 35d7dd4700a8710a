package sqlite

import (
	"fmt"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"github.com/ncruces/go-sqlite3"
)

const (
	referencesOfGroup = `SELECT id, created_at, updated_at, document FROM external_references WHERE group_id = ?1 ORDER BY id`

	rateCardSetsOfGroup = `SELECT r.id, r.document FROM workspace_group_rate_card_sets AS m
		CROSS JOIN rate_card_sets AS r ON r.id = m.rate_card_set_id WHERE m.group_id = ?1 ORDER BY m.rate_card_set_id`

	workspacesOfGroup = `SELECT w.id, w.document FROM workspace_group_workspaces AS m
		CROSS JOIN workspaces AS w ON w.id = m.workspace_id
		WHERE m.group_id = ?1 AND w.account_id = ?2 AND ` + accessible + ` ORDER BY m.workspace_id`
)

// load reads the associations of r.Group that are in in, as a caller may see them.
func (c *conn) load(r *document.Rows, by group.Caller, in group.Includes) (err error) {
	if in.ExternalReferences {
		if err := c.loadReferences(r); err != nil {
			return fmt.Errorf("sqlite: include references: %w", err)
		}
	}
	if in.RateCardSets {
		r.RateCardSets, r.Group.RateCardSetIDs, err = c.objects(rateCardSetsOfGroup, r.Group.ID)
		if err != nil {
			return fmt.Errorf("sqlite: include rate card sets: %w", err)
		}
	}
	if in.Workspaces {
		r.Workspaces, r.Group.WorkspaceIDs, err = c.objects(workspacesOfGroup, r.Group.ID, by.AccountID, by.TokenID)
		if err != nil {
			return fmt.Errorf("sqlite: include workspaces: %w", err)
		}
	}
	return nil
}

func (c *conn) loadReferences(r *document.Rows) error {
	r.Group.ExternalReferenceIDs = []int64{}
	return c.each(referencesOfGroup, func(row *sqlite3.Stmt) error {
		ref := document.Reference{
			ID: row.ColumnInt64(0), GroupID: r.Group.ID,
			CreatedAt: row.ColumnText(1), UpdatedAt: row.ColumnText(2), JSON: row.ColumnBlob(3, nil),
		}
		r.References = append(r.References, ref)
		r.Group.ExternalReferenceIDs = append(r.Group.ExternalReferenceIDs, ref.ID)
		return nil
	}, r.Group.ID)
}

// objects runs a statement with rows of id and document. The ids are never nil without an error.
func (c *conn) objects(sql string, args ...any) (objects []document.Object, ids []int64, err error) {
	ids = []int64{}
	err = c.each(sql, func(row *sqlite3.Stmt) error {
		objects = append(objects, document.Object{ID: row.ColumnInt64(0), JSON: row.ColumnBlob(1, nil)})
		ids = append(ids, row.ColumnInt64(0))
		return nil
	}, args...)
	return objects, ids, err
}
