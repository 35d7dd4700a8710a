package sqlite

import (
	"context"
	"fmt"

	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/gen/model"
)

// Import puts the objects of doc into an account. Other changes wait while it runs.
func (s *Store) Import(ctx context.Context, account int64, doc *model.WorkspaceGroupDocument) error {
	im, err := document.NewImport(account, doc)
	if err != nil {
		return err
	}
	return s.writer.do(ctx, func(c *conn) error {
		if err := im.Check(account, stored{c}); err != nil {
			return err
		}
		if err := c.put(account, im); err != nil {
			return fmt.Errorf("sqlite: import: %w", err)
		}
		return nil
	})
}

// put stores an import that was checked: what is named before what names it.
func (c *conn) put(account int64, im *document.Import) error {
	if err := c.run(`INSERT INTO accounts (id) VALUES (?1) ON CONFLICT DO NOTHING`, account); err != nil {
		return err
	}
	for _, o := range im.Workspaces {
		if err := c.run(`INSERT INTO workspaces (id, account_id, document) VALUES (?1, ?2, ?3)
			ON CONFLICT DO UPDATE SET document = excluded.document`, o.ID, account, jsonText(o.JSON)); err != nil {
			return fmt.Errorf("workspace %d: %w", o.ID, err)
		}
	}
	for _, o := range im.RateCardSets {
		if err := c.run(`INSERT INTO rate_card_sets (id, account_id, document) VALUES (?1, ?2, ?3)
			ON CONFLICT DO UPDATE SET document = excluded.document`, o.ID, account, jsonText(o.JSON)); err != nil {
			return fmt.Errorf("rate card set %d: %w", o.ID, err)
		}
	}
	if err := c.freeKeys(im); err != nil {
		return err
	}
	for _, g := range im.Groups {
		if err := c.putGroup(account, g); err != nil {
			return fmt.Errorf("group %d: %w", g.ID, err)
		}
	}
	for _, r := range im.References {
		if err := c.run(`INSERT INTO external_references (id, group_id, service_name, created_at, updated_at, document)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			ON CONFLICT (id) DO UPDATE SET group_id = excluded.group_id, service_name = excluded.service_name,
			created_at = excluded.created_at, updated_at = excluded.updated_at, document = excluded.document`,
			r.ID, r.GroupID, r.ServiceName, r.CreatedAt, r.UpdatedAt, jsonText(r.JSON)); err != nil {
			return fmt.Errorf("reference %d: %w", r.ID, err)
		}
	}
	return nil
}

// freeKeys takes the unique keys from what the import replaces, for two objects may exchange theirs.
func (c *conn) freeKeys(im *document.Import) error {
	for _, g := range im.Groups {
		if err := c.run(`UPDATE workspace_groups SET folded = NULL WHERE id = ?1`, g.ID); err != nil {
			return fmt.Errorf("group %d: %w", g.ID, err)
		}
	}
	for _, r := range im.References {
		if err := c.run(`UPDATE external_references SET service_name = NULL WHERE id = ?1`, r.ID); err != nil {
			return fmt.Errorf("reference %d: %w", r.ID, err)
		}
	}
	return nil
}

// putGroup stores a group and those of its associations that are listed.
func (c *conn) putGroup(account int64, g document.ImportGroup) error {
	err := c.run(`INSERT INTO workspace_groups (id, account_id, folded, created_at, updated_at, document)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (id) DO UPDATE SET folded = excluded.folded, created_at = excluded.created_at,
		updated_at = excluded.updated_at, document = excluded.document`,
		g.ID, account, g.Folded, g.CreatedAt, g.UpdatedAt, jsonText(g.JSON))
	if err == nil && g.WorkspaceIDs != nil {
		err = firstError(
			c.run(`DELETE FROM workspace_group_workspaces WHERE group_id = ?1`, g.ID),
			c.run(`INSERT INTO workspace_group_workspaces (group_id, workspace_id)
				SELECT ?1, value FROM json_each(?2)`, g.ID, array(g.WorkspaceIDs)),
		)
	}
	if err == nil && g.RateCardSetIDs != nil {
		err = firstError(
			c.run(`DELETE FROM workspace_group_rate_card_sets WHERE group_id = ?1`, g.ID),
			c.run(`INSERT INTO workspace_group_rate_card_sets (group_id, rate_card_set_id)
				SELECT ?1, value FROM json_each(?2)`, g.ID, array(g.RateCardSetIDs)),
		)
	}
	if err == nil && g.ExternalReferenceIDs != nil {
		err = c.run(`DELETE FROM external_references
			WHERE group_id = ?1 AND id NOT IN (SELECT value FROM json_each(?2))`, g.ID, array(g.ExternalReferenceIDs))
	}
	return err
}
