package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/gen/model"
)

// firstGrown is the first id of the groups and workspaces that grown makes.
const firstGrown = 1_000

// grown is a store with groups, the first of which has members.
func grown(b *testing.B, groups, members int) (*sqlite.Store, group.Caller) {
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
	return again, authenticate(b, again)
}

// rename gives groups other names, n times.
func rename(b *testing.B, store group.Updater, caller group.Caller, n int, id func() int64) {
	b.Helper()
	for i := range n {
		id := id()
		u := model.WorkspaceGroupUpdate{Name: fmt.Sprintf("Group %d, %d", id, i)}
		if _, err := store.Update(context.Background(), caller, id, u, group.Includes{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGrowth measures updates of only the name, in turns, in a small and in a large store. It reports how long they
// take in the large one against the small one.
func BenchmarkGrowth(b *testing.B) {
	for _, kind := range []struct {
		name    string
		groups  [2]int // of which random ones are updated
		members [2]int
	}{
		{"groups=1000,100000", [2]int{1_000, 100_000}, [2]int{10, 10}},
		{"groups=1000,1000000", [2]int{1_000, 1_000_000}, [2]int{10, 10}},
		{"workspaces=10,1000", [2]int{1, 1}, [2]int{10, 1_000}},
		{"workspaces=10,100000", [2]int{1, 1}, [2]int{10, 100_000}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var took [2]time.Duration
			var runs [2]func(n int)
			for i := range runs {
				store, caller := grown(b, kind.groups[i], kind.members[i])
				chance := rand.New(rand.NewPCG(1, 2))
				id := func() int64 { return firstGrown + chance.Int64N(int64(kind.groups[i])) }
				runs[i] = func(n int) { rename(b, store, caller, n, id) }
			}
			for b.Loop() {
				for i, run := range runs {
					took[i] += timed(func() { run(20) })
				}
			}
			b.ReportMetric(float64(took[1])/float64(took[0]), "large-against-small")
		})
	}
}

func timed(run func()) time.Duration {
	before := time.Now()
	run()
	return time.Since(before)
}
