package postgres

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// document is a JSON document that is scanned without the white space that the server puts into it.
type document []byte

// Scan reads a value of a column.
func (d *document) Scan(value any) error {
	var text []byte
	switch v := value.(type) {
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		return fmt.Errorf("a document of type %T", value)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return err
	}
	*d = b.Bytes()
	return nil
}

// Lock locks what an import reads and writes: other imports, then the groups in the order of their ids, among them those that
// a reference of the import belongs to now.
func (t *tx) Lock(c *group.Contents) error {
	groups, references := idsOf(c[group.GroupKind]), idsOf(c[group.ReferenceKind])
	for _, r := range c[group.ReferenceKind] {
		groups = append(groups, r.GroupID)
	}
	t.queue(`SELECT 1 FROM oxgroups_schema FOR UPDATE`)
	t.queue(`SELECT 1 FROM workspace_groups WHERE id = ANY ($1::bigint[])
		OR id IN (SELECT group_id FROM external_references WHERE id = ANY ($2::bigint[])) ORDER BY id FOR UPDATE`, groups, references)
	if err := t.flush(); err != nil {
		return fmt.Errorf("postgres: lock for import: %w", err)
	}
	return nil
}

func idsOf(rows []group.Row) []int64 {
	return column(rows, func(r *group.Row) int64 { return r.ID })
}

// column returns one column of rows.
func column[V any](rows []group.Row, value func(*group.Row) V) []V {
	all := make([]V, len(rows))
	for i := range rows {
		all[i] = value(&rows[i])
	}
	return all
}

// NameHolders returns the groups that have names.
func (t *tx) NameHolders(account int64, folded []string) (map[string]int64, error) {
	keys := make([][]byte, len(folded))
	names := make(map[string]string, len(folded))
	for i, name := range folded {
		keys[i] = keyOf(name)
		names[string(keys[i])] = name
	}
	holders := map[string]int64{}
	var key []byte
	var id int64
	err := t.Query("find names", `SELECT name_key, id FROM workspace_groups WHERE account_id = $1 AND name_key = ANY ($2::bytea[])`,
		[]any{account, keys}, []any{&key, &id}, func() error { holders[names[string(key)]] = id; return nil })
	return holders, err
}

// ReferencesOf returns the references of groups.
func (t *tx) ReferencesOf(groups []int64) (refs []group.Row, err error) {
	var r group.Row
	err = t.Query("find references", `SELECT id, group_id, document->>'service_name' FROM external_references WHERE group_id = ANY ($1::bigint[])`,
		[]any{ids(groups)}, []any{&r.ID, &r.GroupID, &r.Key}, func() error { refs = append(refs, r); return nil })
	return refs, err
}

// putRows is how many rows a statement of an import stores.
const putRows = 1000

// Put stores contents: what is named before what names it, a column at a time.
func (t *tx) Put(account int64, c *group.Contents) error {
	t.queue(`INSERT INTO accounts (id) VALUES ($1) ON CONFLICT DO NOTHING`, account)
	for kind := range group.Shared() {
		for rows := range slices.Chunk(c[kind], putRows) {
			t.queue(`INSERT INTO `+kind.String()+` (id, account_id, document)
				SELECT new.id, $1, new.document::jsonb FROM unnest($2::bigint[], $3::text[]) AS new(id, document)
				ON CONFLICT (id) DO UPDATE SET document = excluded.document`, account, idsOf(rows), column(rows, text))
			if err := t.put(kind); err != nil {
				return err
			}
		}
	}
	t.freeKeys(c)
	for rows := range slices.Chunk(c[group.GroupKind], putRows) {
		t.putGroups(account, rows)
		if err := t.put(group.GroupKind); err != nil {
			return err
		}
	}
	for rows := range slices.Chunk(c[group.ReferenceKind], putRows) {
		t.putReferences(account, rows)
		if err := t.put(group.ReferenceKind); err != nil {
			return err
		}
	}
	return t.put(group.ReferenceKind)
}

// text returns the document of a row. It is a string because without prepared statements bytes would be sent as bytea.
func text(r *group.Row) string { return string(r.JSON) }

// put sends what is queued.
func (t *tx) put(kind group.Kind) error {
	if err := t.flush(); err != nil {
		return fmt.Errorf("postgres: import %s: %w", kind, err)
	}
	return nil
}

// freeKeys takes the unique keys from what an import replaces, for two rows may exchange theirs, and has new references numbered
// after those of the import.
func (t *tx) freeKeys(c *group.Contents) {
	references := idsOf(c[group.ReferenceKind])
	t.queue(`UPDATE workspace_groups SET name_key = NULL WHERE id = ANY ($1::bigint[])`, idsOf(c[group.GroupKind]))
	t.queue(`UPDATE external_references SET service_key = NULL WHERE id = ANY ($1::bigint[])`, references)
	last := int64(0)
	for _, id := range references {
		if id < store.MaxGenerated {
			last = max(last, id)
		}
	}
	t.queue(`SELECT setval('external_reference_ids', $1) FROM external_reference_ids WHERE last_value < $1 AND $1 > 0`, last)
}

// putGroups stores groups and those of their associations that are listed.
func (t *tx) putGroups(account int64, rows []group.Row) {
	t.queue(`INSERT INTO workspace_groups (id, account_id, name_key, created_at, updated_at, document)
		SELECT new.id, $1, new.name_key, new.created_at, new.updated_at, new.document::jsonb
		FROM unnest($2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::text[]) AS new(id, name_key, created_at, updated_at, document)
		ON CONFLICT (id) DO UPDATE SET name_key = excluded.name_key, created_at = excluded.created_at,
			updated_at = excluded.updated_at, document = excluded.document`, account, idsOf(rows),
		column(rows, func(r *group.Row) []byte { return keyOf(r.Key) }),
		column(rows, func(r *group.Row) string { return r.CreatedAt }),
		column(rows, func(r *group.Row) string { return r.UpdatedAt }), column(rows, text))
	for k := range group.Shared() {
		t.putLists(k, rows)
	}
	groups, _, kept := lists(group.ReferenceKind, rows)
	t.queue(`DELETE FROM external_references WHERE group_id = ANY ($1::bigint[]) AND id <> ALL ($2::bigint[])`, groups, kept)
}

// putLists makes the objects that groups list those of their rows.
func (t *tx) putLists(k group.Kind, rows []group.Row) {
	table, column := store.ListTable(k)
	groups, owners, listed := lists(k, rows)
	t.queue(`DELETE FROM `+table+` WHERE group_id = ANY ($1::bigint[])`, groups)
	t.queue(`INSERT INTO `+table+` (group_id, `+column+`) SELECT * FROM unnest($1::bigint[], $2::bigint[])`, owners, listed)
}

// lists returns the groups that have a list of an association, and all lists as pairs of group and id.
func lists(k group.Kind, rows []group.Row) (groups, owners, listed []int64) {
	groups, owners, listed = []int64{}, []int64{}, []int64{}
	for i := range rows {
		if all := rows[i].Lists[k]; all != nil {
			groups = append(groups, rows[i].ID)
			owners = append(owners, slices.Repeat([]int64{rows[i].ID}, len(all))...)
			listed = append(listed, all...)
		}
	}
	return groups, owners, listed
}

// putReferences stores references. One whose id an update of another account has taken since the check is left alone.
func (t *tx) putReferences(account int64, rows []group.Row) {
	t.queue(`INSERT INTO external_references AS r (id, group_id, service_key, created_at, updated_at, document)
		SELECT new.id, new.group_id, new.service_key, new.created_at, new.updated_at, new.document::jsonb
		FROM unnest($2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::text[])
			AS new(id, group_id, service_key, created_at, updated_at, document)
		ON CONFLICT (id) DO UPDATE SET group_id = excluded.group_id, service_key = excluded.service_key,
			created_at = excluded.created_at, updated_at = excluded.updated_at, document = excluded.document
		WHERE EXISTS (SELECT 1 FROM workspace_groups AS g WHERE g.id = r.group_id AND g.account_id = $1)`, account, idsOf(rows),
		column(rows, func(r *group.Row) int64 { return r.GroupID }),
		column(rows, func(r *group.Row) []byte { return keyOf(r.Key) }),
		column(rows, func(r *group.Row) string { return r.CreatedAt }),
		column(rows, func(r *group.Row) string { return r.UpdatedAt }), column(rows, text),
	).Exec(func(done pgconn.CommandTag) error {
		if done.RowsAffected() != int64(len(rows)) {
			return errRaced
		}
		return nil
	})
}

// exportPage is how many rows are read at a time. A page is read before it is handed over, so that no statement of the server waits
// for who reads the export.
const exportPage = 100

// selectPage is the statement of an export: $1 is the account, $2 the id beyond which to begin, $3 how many rows. That of groups
// has their lists too, in the order of the kinds.
func selectPage(k group.Kind) string {
	columns := `id, 0::bigint, '', '', document`
	switch k {
	case group.ReferenceKind:
		return `SELECT r.id, r.group_id, r.created_at, r.updated_at, r.document
			FROM external_references AS r JOIN workspace_groups AS g ON g.id = r.group_id WHERE g.account_id = $1 AND r.id > $2 ORDER BY r.id LIMIT $3`
	case group.GroupKind:
		columns = `id, 0::bigint, created_at, updated_at, document, ARRAY(SELECT r.id FROM external_references AS r WHERE r.group_id = o.id ORDER BY 1)`
		for shared := range group.Shared() {
			table, column := store.ListTable(shared)
			columns += `, ARRAY(SELECT m.` + column + ` FROM ` + table + ` AS m WHERE m.group_id = o.id ORDER BY 1)`
		}
	}
	return `SELECT ` + columns + ` FROM ` + k.String() + ` AS o WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3`
}

// Each hands over the rows of a kind, a page at a time.
func (t *tx) Each(kind group.Kind, account int64, do func(*group.Row) error) error {
	for last := int64(0); ; {
		var page []group.Row
		var r group.Row
		into := []any{&r.ID, &r.GroupID, &r.CreatedAt, &r.UpdatedAt, (*document)(&r.JSON)}
		if kind == group.GroupKind {
			for k := group.ReferenceKind; k < group.Kinds; k++ {
				into = append(into, &r.Lists[k])
			}
		}
		err := t.Query("export "+kind.String(), selectPage(kind), []any{account, last, exportPage}, into, func() error {
			page = append(page, r)
			return nil
		})
		if err != nil {
			return err
		}
		for i := range page {
			t.handedOver = true
			if err := do(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < exportPage {
			return nil
		}
		last = page[len(page)-1].ID
	}
}
