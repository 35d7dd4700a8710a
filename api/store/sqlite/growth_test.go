package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"example.com/oxgroups/api/store/storetest"
)

// firstGrown is the first id of the groups and workspaces that grown makes.
const firstGrown = 1_000

// grown is a store with groups, the first of which has members.
func grown(b *testing.B, groups, members int) storetest.Grown {
	b.Helper()
	path := filepath.Join(b.TempDir(), "groups.db")
	store, _ := loaded(b, path)
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	const numbers = `WITH RECURSIVE n (id) AS (SELECT %d UNION ALL SELECT id + 1 FROM n LIMIT %d) `
	raw(b, path, fmt.Sprintf(`BEGIN;
		INSERT INTO workspace_groups (id, account_id, folded, created_at, updated_at, document) `+numbers+`
			SELECT id, 1, 'GROUP ' || id, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', json_object('name', 'Group ' || id) FROM n;
		INSERT INTO workspaces (id, account_id, document) `+numbers+` SELECT id, 1, json_object('title', 'Workspace ' || id) FROM n;
		INSERT INTO workspace_group_workspaces (group_id, workspace_id) `+numbers+` SELECT %d, id FROM n;
		COMMIT`, firstGrown, groups, firstGrown, members, firstGrown, members, firstGrown))
	again := open(b, path)
	return storetest.Grown{Store: again, Caller: authenticate(b, again), First: firstGrown}
}

func BenchmarkGrowth(b *testing.B) { storetest.Growth(b, grown) }
