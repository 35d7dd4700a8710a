package postgres

import (
	"context"
	"fmt"
	"slices"

	"example.com/oxgroups/api/store/document"
	"github.com/jackc/pgx/v5"
)

const (
	// putRows is how many rows a statement of an import stores.
	putRows = 2000

	// maxGenerated bounds the imported ids that new references are numbered behind: one near the end of the numbers would
	// leave none for them.
	maxGenerated = 1 << 62
)

// putter stores an import that was checked: what is named before what names it.
type putter struct {
	ctx     context.Context // of the one import that it is for
	tx      pgx.Tx
	account int64
}

func (p *putter) put(im *document.Import) error {
	if err := p.exec(`INSERT INTO accounts (id) VALUES ($1) ON CONFLICT DO NOTHING`, p.account); err != nil {
		return err
	}
	if err := p.objects("workspaces", im.Workspaces); err != nil {
		return err
	}
	if err := p.objects("rate_card_sets", im.RateCardSets); err != nil {
		return err
	}
	if err := p.freeKeys(im); err != nil {
		return err
	}
	for rows := range slices.Chunk(im.Groups, putRows) {
		if err := p.groups(rows); err != nil {
			return err
		}
	}
	for rows := range slices.Chunk(im.References, putRows) {
		if err := p.references(rows); err != nil {
			return err
		}
	}
	return nil
}

func (p *putter) exec(sql string, args ...any) error {
	_, err := p.tx.Exec(p.ctx, sql, args...)
	return err
}

// column returns one column of rows.
func column[R, V any](rows []R, value func(*R) V) []V {
	all := make([]V, len(rows))
	for i := range rows {
		all[i] = value(&rows[i])
	}
	return all
}

func (p *putter) objects(table string, objects []document.Object) error {
	for rows := range slices.Chunk(objects, putRows) {
		err := p.exec(`INSERT INTO `+table+` (id, account_id, document)
			SELECT new.id, $1, new.document::jsonb FROM unnest($2::bigint[], $3::text[]) AS new(id, document)
			ON CONFLICT (id) DO UPDATE SET document = excluded.document`, p.account,
			column(rows, func(o *document.Object) int64 { return o.ID }),
			column(rows, func(o *document.Object) string { return string(o.JSON) }))
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// freeKeys takes the unique keys from what the import replaces, for two objects may exchange theirs.
func (p *putter) freeKeys(im *document.Import) error {
	err := p.exec(`UPDATE workspace_groups SET name_key = NULL WHERE id = ANY ($1::bigint[])`,
		column(im.Groups, func(g *document.ImportGroup) int64 { return g.ID }))
	if err != nil {
		return fmt.Errorf("free names: %w", err)
	}
	ids := column(im.References, func(r *document.ImportReference) int64 { return r.ID })
	if err := p.exec(`UPDATE external_references SET service_key = NULL WHERE id = ANY ($1::bigint[])`, ids); err != nil {
		return fmt.Errorf("free services: %w", err)
	}
	last := int64(0)
	for _, id := range ids {
		if id < maxGenerated {
			last = max(last, id)
		}
	}
	err = p.exec(`SELECT setval('external_reference_ids', $1) FROM external_reference_ids WHERE last_value < $1 AND $1 > 0`, last)
	if err != nil {
		return fmt.Errorf("number references: %w", err)
	}
	return nil
}

// groups stores groups and those of their associations that are listed.
func (p *putter) groups(rows []document.ImportGroup) error {
	err := p.exec(`INSERT INTO workspace_groups (id, account_id, name_key, created_at, updated_at, document)
		SELECT new.id, $1, new.name_key, new.created_at, new.updated_at, new.document::jsonb
		FROM unnest($2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::text[])
			AS new(id, name_key, created_at, updated_at, document)
		ON CONFLICT (id) DO UPDATE SET name_key = excluded.name_key, created_at = excluded.created_at,
			updated_at = excluded.updated_at, document = excluded.document`, p.account,
		column(rows, func(g *document.ImportGroup) int64 { return g.ID }),
		column(rows, func(g *document.ImportGroup) []byte { return keyOf(g.Folded) }),
		column(rows, func(g *document.ImportGroup) string { return g.CreatedAt }),
		column(rows, func(g *document.ImportGroup) string { return g.UpdatedAt }),
		column(rows, func(g *document.ImportGroup) string { return string(g.JSON) }))
	if err != nil {
		return fmt.Errorf("workspace_groups: %w", err)
	}
	err = p.members("workspace_group_workspaces", "workspace_id", rows,
		func(g *document.ImportGroup) []int64 { return g.WorkspaceIDs })
	if err != nil {
		return err
	}
	err = p.members("workspace_group_rate_card_sets", "rate_card_set_id", rows,
		func(g *document.ImportGroup) []int64 { return g.RateCardSetIDs })
	if err != nil {
		return err
	}
	groups, kept := listed(rows, func(g *document.ImportGroup) []int64 { return g.ExternalReferenceIDs })
	err = p.exec(`DELETE FROM external_references WHERE group_id = ANY ($1::bigint[]) AND id <> ALL ($2::bigint[])`,
		groups, column(kept, func(m *membership) int64 { return m.member }))
	if err != nil {
		return fmt.Errorf("external_references: %w", err)
	}
	return nil
}

// membership is one id of a list of one group.
type membership struct{ group, member int64 }

// listed returns the groups that have a list, and the lists.
func listed(rows []document.ImportGroup, list func(*document.ImportGroup) []int64) (groups []int64, all []membership) {
	groups = []int64{}
	for i := range rows {
		ids := list(&rows[i])
		if ids == nil {
			continue
		}
		groups = append(groups, rows[i].ID)
		for _, id := range ids {
			all = append(all, membership{rows[i].ID, id})
		}
	}
	return groups, all
}

// members makes the members of groups those that are listed.
func (p *putter) members(table, member string, rows []document.ImportGroup, list func(*document.ImportGroup) []int64) error {
	groups, all := listed(rows, list)
	if err := p.exec(`DELETE FROM `+table+` WHERE group_id = ANY ($1::bigint[])`, groups); err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	for chunk := range slices.Chunk(all, putRows) {
		err := p.exec(`INSERT INTO `+table+` (group_id, `+member+`) SELECT * FROM unnest($1::bigint[], $2::bigint[])`,
			column(chunk, func(m *membership) int64 { return m.group }),
			column(chunk, func(m *membership) int64 { return m.member }))
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// references stores references. One whose id an update of another account has taken since the check is left alone.
func (p *putter) references(rows []document.ImportReference) error {
	done, err := p.tx.Exec(p.ctx, `INSERT INTO external_references AS r (id, group_id, service_key, created_at, updated_at, document)
		SELECT new.id, new.group_id, new.service_key, new.created_at, new.updated_at, new.document::jsonb
		FROM unnest($2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::text[])
			AS new(id, group_id, service_key, created_at, updated_at, document)
		ON CONFLICT (id) DO UPDATE SET group_id = excluded.group_id, service_key = excluded.service_key,
			created_at = excluded.created_at, updated_at = excluded.updated_at, document = excluded.document
		WHERE EXISTS (SELECT 1 FROM workspace_groups AS g WHERE g.id = r.group_id AND g.account_id = $1)`, p.account,
		column(rows, func(r *document.ImportReference) int64 { return r.ID }),
		column(rows, func(r *document.ImportReference) int64 { return r.GroupID }),
		column(rows, func(r *document.ImportReference) []byte { return keyOf(r.ServiceName) }),
		column(rows, func(r *document.ImportReference) string { return r.CreatedAt }),
		column(rows, func(r *document.ImportReference) string { return r.UpdatedAt }),
		column(rows, func(r *document.ImportReference) string { return string(r.JSON) }))
	if err != nil {
		return fmt.Errorf("external_references: %w", err)
	}
	if done.RowsAffected() != int64(len(rows)) {
		return fmt.Errorf("external_references: %w", errRaced)
	}
	return nil
}
