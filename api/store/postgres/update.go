package postgres

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// The statements of an update. Each of them sees what was committed before it began, so those after selectGroup see what
// there is once the row of the group is locked.
const (
	selectGroup = `SELECT created_at, updated_at, document, name_key IS DISTINCT FROM $3::bytea, EXISTS (
    SELECT 1 FROM workspace_groups AS other WHERE other.account_id = $2 AND other.name_key = $3::bytea AND other.id <> $1)
FROM workspace_groups WHERE id = $1 AND account_id = $2 FOR UPDATE`

	selectNamed = `SELECT w.id, EXISTS (SELECT 1 FROM workspace_group_workspaces AS m WHERE m.group_id = $1 AND m.workspace_id = w.id)
FROM tokens AS token, workspaces AS w
WHERE token.id = $3 AND w.id = ANY ($4::bigint[]) AND w.account_id = $2 AND ` + accessible + ` ORDER BY w.id`

	// accessible is the condition that a token has access to workspace w of its account.
	accessible = `(token.all_workspaces
    OR EXISTS (SELECT 1 FROM token_workspaces AS t WHERE t.token_id = token.id AND t.workspace_id = w.id))`

	selectReference = `SELECT id, document, created_at, updated_at, group_id FROM external_references
WHERE group_id = $1 AND service_key = $2`

	storeGroup = `UPDATE workspace_groups SET name_key = $2, updated_at = $3, document = $4 WHERE id = $1`

	addMembers = `INSERT INTO workspace_group_workspaces (group_id, workspace_id) SELECT $1, unnest($2::bigint[])`

	removeMembers = `DELETE FROM workspace_group_workspaces WHERE group_id = $1 AND workspace_id = ANY ($2::bigint[])`

	addReference = `INSERT INTO external_references (group_id, service_key, created_at, updated_at, document) VALUES ($1, $2, $3, $3, $4)`

	storeReference = `UPDATE external_references SET updated_at = $2, document = $3 WHERE id = $1`

	referencesOfGroup = `SELECT id, document, created_at, updated_at, group_id FROM external_references WHERE group_id = $1 ORDER BY id`
)

// selectShared are the objects of the shared kinds that a group lists.
var selectShared = func() (sql [group.Kinds]string) {
	for k := range group.Shared() {
		table, column := store.ListTable(k)
		sql[k] = `SELECT w.id, w.document, '', '', 0::bigint FROM ` + table + ` AS m JOIN ` + k.String() + ` AS w ON w.id = m.` + column
		if k == group.WorkspaceKind {
			sql[k] += `, tokens AS token WHERE token.id = $3 AND w.account_id = $2 AND ` + accessible + ` AND m.group_id = $1 ORDER BY w.id`
		} else {
			sql[k] += ` WHERE m.group_id = $1 ORDER BY w.id`
		}
	}
	return sql
}()

// keyOf returns what stands for a text in an index.
func keyOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// ids returns ids for a statement: no ids are an empty list, not NULL.
func ids(list []int64) []int64 {
	if list == nil {
		return []int64{}
	}
	return list
}

// State locks the group and reads what a change needs, in one round trip.
func (t *tx) State(c *store.Change) (s store.State, err error) {
	t.queue(selectGroup, c.ID, c.By.AccountID, keyOf(c.Folded)).QueryRow(func(row pgx.Row) error {
		g := &group.Row{ID: c.ID}
		err := row.Scan(&g.CreatedAt, &g.UpdatedAt, (*document)(&g.JSON), &s.Renamed, &s.Taken)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		s.Group = g
		return err
	})
	if len(c.Named) > 0 {
		t.queue(selectNamed, c.ID, c.By.AccountID, c.By.TokenID, c.Named).Query(func(rows pgx.Rows) error {
			s.Members, err = pgx.CollectRows(rows, pgx.RowToStructByPos[store.Member])
			return err
		})
	}
	var references []group.Row
	if c.Reference != nil {
		t.queueObjects(&references, selectReference, c.ID, keyOf(c.Reference.ServiceName))
	}
	if err := t.flush(); err != nil {
		return s, fmt.Errorf("postgres: find group: %w", err)
	}
	if len(references) > 0 {
		s.Reference = &references[0]
	}
	return s, nil
}

// Store queues changes.
func (t *tx) Store(c *store.Change, d *store.Diff) error {
	t.queue(storeGroup, c.ID, keyOf(c.Folded), d.Group.UpdatedAt, text(d.Group))
	if len(d.Add) > 0 {
		t.queue(addMembers, c.ID, d.Add)
	}
	if len(d.Remove) > 0 {
		t.queue(removeMembers, c.ID, d.Remove)
	}
	switch r := d.Reference; {
	case r == nil:
	case r.ID == 0:
		t.queue(addReference, c.ID, keyOf(r.Key), r.UpdatedAt, text(r))
	default:
		t.queue(storeReference, r.ID, r.UpdatedAt, text(r))
	}
	return nil
}

// Load sends the changes and reads associations. Without associations the changes are sent with the COMMIT.
func (t *tx) Load(id int64, by group.Caller, in group.Includes) (rows group.Contents, err error) {
	if in[group.ReferenceKind] {
		t.queueObjects(&rows[group.ReferenceKind], referencesOfGroup, id)
	}
	for k := range group.Shared() {
		switch {
		case !in[k]:
		case k == group.WorkspaceKind:
			t.queueObjects(&rows[k], selectShared[k], id, by.AccountID, by.TokenID)
		default:
			t.queueObjects(&rows[k], selectShared[k], id)
		}
	}
	if in == (group.Includes{}) {
		return rows, nil
	}
	if err := t.flush(); err != nil {
		return rows, fmt.Errorf("postgres: update group: %w", err)
	}
	return rows, nil
}

// queueObjects queues a statement with rows of id, document, the two times and the group of a reference.
func (t *tx) queueObjects(into *[]group.Row, sql string, args ...any) {
	t.queue(sql, args...).Query(func(rows pgx.Rows) error {
		var r group.Row
		_, err := pgx.ForEachRow(rows, []any{&r.ID, (*document)(&r.JSON), &r.CreatedAt, &r.UpdatedAt, &r.GroupID}, func() error {
			*into = append(*into, r)
			return nil
		})
		return err
	})
}
