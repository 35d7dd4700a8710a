package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/storetest/postgrestest"
	"example.com/oxgroups/gen/model"
)

// BenchmarkGrowth measures updates of only the name, in turns, in a small and in a large store. It reports how long they
// take in the large one against the small one.
func BenchmarkGrowth(b *testing.B) {
	for _, kind := range []struct {
		name    string
		groups  [2]int // of which random ones are updated
		members [2]int // of the first group
	}{
		{"groups=1000,1000000", [2]int{1_000, 1_000_000}, [2]int{10, 10}},
		{"workspaces=10,100000", [2]int{1, 1}, [2]int{10, 100_000}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var took [2]time.Duration
			var runs [2]func(n int)
			for i := range runs {
				store := grown(b, kind.groups[i], kind.members[i])
				chance := rand.New(rand.NewPCG(1, 2))
				runs[i] = func(n int) { rename(b, store, n, func() int { return 1 + chance.IntN(kind.groups[i]) }) }
				runs[i](200) // the connection is made, statements are prepared
			}
			for b.Loop() {
				for i, run := range runs {
					before := time.Now()
					run(20)
					took[i] += time.Since(before)
				}
			}
			b.ReportMetric(float64(took[1])/float64(took[0]), "large-against-small")
		})
	}
}

// grown is a store with groups, the first of which has members.
func grown(b *testing.B, groups, members int) *Store {
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
		if _, err := store.pool.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	return store
}

// rename gives groups other names, n times.
func rename(b *testing.B, store *Store, n int, id func() int) {
	b.Helper()
	for i := range n {
		id := id()
		u := model.WorkspaceGroupUpdate{Name: fmt.Sprintf("Group %d, %d", id, i)}
		if _, err := store.Update(context.Background(), group.Caller{AccountID: 1}, int64(id), u, group.Includes{}); err != nil {
			b.Fatal(err)
		}
	}
}
