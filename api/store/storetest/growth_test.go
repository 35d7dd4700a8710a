package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/api/store/sqlite"
)

func BenchmarkGrowthSQLite(b *testing.B)     { growth(b, grownSQLite) }
func BenchmarkGrowthPostgreSQL(b *testing.B) { growth(b, grownPostgreSQL) }

// firstGrown is the first id of the groups and workspaces that are made, after those of the sample data.
const firstGrown = 1_000

func grownSQLite(b *testing.B, groups, members int) grown {
	b.Helper()
	path := filepath.Join(b.TempDir(), "groups.db")
	s, err := sqlite.Open(b.Context(), path)
	if err == nil {
		err = errors.Join(demo.Load(b.Context(), s), s.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
	db, err := sqlite3.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	const numbers = `WITH RECURSIVE n (id) AS (SELECT %d UNION ALL SELECT id + 1 FROM n LIMIT %d) `
	err = db.Exec(fmt.Sprintf(`BEGIN;
		INSERT INTO workspace_groups (id, account_id, folded, created_at, updated_at, document) `+numbers+`
			SELECT id, 1, 'GROUP ' || id, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', json_object('name', 'Group ' || id) FROM n;
		INSERT INTO workspaces (id, account_id, document) `+numbers+` SELECT id, 1, json_object('title', 'Workspace ' || id) FROM n;
		INSERT INTO workspace_group_workspaces (group_id, workspace_id) `+numbers+` SELECT %d, id FROM n;
		COMMIT`, firstGrown, groups, firstGrown, members, firstGrown, members, firstGrown))
	if err = errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
	s, err = sqlite.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return grown{store: s, caller: group.Caller{TokenID: 1, AccountID: 1}, first: firstGrown}
}

func grownPostgreSQL(b *testing.B, groups, members int) grown {
	b.Helper()
	database := postgrestest.Database(b)
	s, err := postgres.Open(b.Context(), database)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	c, err := pgx.Connect(b.Context(), database)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.Background())
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
		if _, err := c.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	return grown{store: s, caller: group.Caller{AccountID: 1}, first: 1}
}

// grown is a store with groups of which the ids follow one another.
type grown struct {
	store  group.Updater
	caller group.Caller
	first  int64 // the first id
}

// growth measures updates of only the name, in turns, in a small and in a large store, and reports how long they take in the
// large one against the small one. open makes a store with so many groups, the first of which has so many members.
func growth(b *testing.B, open func(b *testing.B, groups, members int) grown) {
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
				g, chance := open(b, kind.groups[i], kind.members[i]), rand.New(rand.NewPCG(1, 2))
				runs[i] = func(n int) { g.rename(b, n, func() int64 { return chance.Int64N(int64(kind.groups[i])) }) }
				runs[i](200) // connections are made, statements are prepared
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

// rename gives groups other names, n times: those that are as far behind the first one as which says.
func (g grown) rename(b *testing.B, n int, which func() int64) {
	b.Helper()
	for i := range n {
		id := g.first + which()
		u := renamed(fmt.Sprintf("Group %d, %d", id, i))
		if _, err := g.store.Update(context.Background(), g.caller, id, u, group.Includes{}); err != nil {
			b.Fatal(err)
		}
	}
}
