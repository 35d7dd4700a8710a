package postgres

import (
	"fmt"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/storetest"
	"example.com/oxgroups/api/store/storetest/postgrestest"
)

func BenchmarkGrowth(b *testing.B) { storetest.Growth(b, grown) }

// grown is a store with groups, the first of which has members.
func grown(b *testing.B, groups, members int) storetest.Grown {
	b.Helper()
	store, err := Open(b.Context(), postgrestest.Database(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	for _, sql := range []string{
		`INSERT INTO accounts VALUES (1)`,
		fmt.Sprintf(`INSERT INTO workspace_groups (id, account_id, name_key, created_at, updated_at, document)
			SELECT id, 1, sha256(convert_to('GROUP ' || id, 'UTF8')), '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z',
				jsonb_build_object('name', 'Group ' || id) FROM generate_series(1, %d) AS n(id)`, groups),
		fmt.Sprintf(`INSERT INTO workspaces (id, account_id, document)
			SELECT id, 1, jsonb_build_object('title', 'Workspace ' || id) FROM generate_series(1, %d) AS n(id)`, members),
		fmt.Sprintf(`INSERT INTO workspace_group_workspaces (group_id, workspace_id) SELECT 1, id FROM generate_series(1, %d) AS n(id)`, members),
		`VACUUM ANALYZE`,
		`CHECKPOINT`,
	} {
		if _, err := store.engine.pool.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	return storetest.Grown{Store: store, Caller: group.Caller{AccountID: 1}, First: 1}
}
