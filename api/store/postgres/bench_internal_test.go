package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/nullable"
	shared "example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
)

const (
	benchCallers = 16
	benchGroups  = 10_000
	benchTurn    = 3_200 // updates
	benchRounds  = 7     // of turns at least, for a median
)

// BenchmarkUpdate16 has 16 callers change one field of groups that are picked at random, through the store and, with the
// same statement on the same data, by pgbench. They take turns, and the median of what the store makes of pgbench's rate is
// reported.
func BenchmarkUpdate16(b *testing.B) {
	database := postgrestest.Database(b)
	store, err := Open(b.Context(), database)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	seed(b, store)
	script := benchScript(b)
	var ratios, ours, theirs []float64
	benchStore(b, store, benchTurn) // connections are made and statements prepared
	for b.Loop() {
		for range benchRounds {
			before := time.Now()
			benchStore(b, store, benchTurn)
			ours = append(ours, benchTurn/time.Since(before).Seconds())
			theirs = append(theirs, benchServer(b, database, script))
			ratios = append(ratios, ours[len(ours)-1]/theirs[len(theirs)-1])
		}
	}
	b.ReportMetric(median(ours), "updates/s")
	b.ReportMetric(median(theirs), "pgbench/s")
	b.ReportMetric(median(ratios), "of-pgbench")
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// seed makes the groups 1 to benchGroups of account 1.
func seed(b *testing.B, store *Store) {
	at := "2026-01-01T00:00:00Z"
	doc := shared.NewDocument(benchGroups, group.Includes{})
	for id := 1; id <= benchGroups; id++ {
		g := model.WorkspaceGroup{ID: strconv.Itoa(id), Name: benchName(id)}
		if err := g.CreatedAt.UnmarshalText([]byte(at)); err != nil {
			b.Fatal(err)
		}
		g.UpdatedAt = g.CreatedAt
		doc.WorkspaceGroups[g.ID] = g
	}
	contents, err := shared.NewContents(&doc)
	if err == nil {
		err = store.Import(b.Context(), 1, contents)
	}
	if err != nil {
		b.Fatal(err)
	}
	if _, err := store.engine.pool.Exec(b.Context(), `VACUUM ANALYZE`); err != nil {
		b.Fatal(err)
	}
}

// benchName returns a name that is folded already: pgbench knows no folding.
func benchName(id int) string { return "GROUP " + strconv.Itoa(id) }

func benchStore(b *testing.B, store *Store, n int) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range benchCallers {
		wg.Go(func() {
			for next.Add(1) <= int64(n) {
				id := 1 + rand.IntN(benchGroups)
				u := model.WorkspaceGroupUpdate{Name: benchName(id), Notes: nullable.NewNullableWithValue(strconv.Itoa(rand.IntN(1_000_000_000)))}
				if _, err := store.Update(context.Background(), group.Caller{AccountID: 1}, int64(id), u, group.Includes{}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// plainUpdate is a plain update as one statement, as somebody would write it by hand: :id and :n are of pgbench.
const plainUpdate = `
WITH before AS (
    SELECT g.document, g.document || ('{"name":"GROUP ' || :id || '","notes":"' || :n || '"}')::jsonb AS patched, EXISTS (
        SELECT 1 FROM workspace_groups AS other
        WHERE other.account_id = 1 AND other.name_key = sha256(convert_to('GROUP ' || :id, 'UTF8')) AND other.id <> :id) AS taken
    FROM workspace_groups AS g WHERE g.id = :id AND g.account_id = 1 FOR UPDATE),
after AS (
    UPDATE workspace_groups AS g SET name_key = sha256(convert_to('GROUP ' || :id, 'UTF8')), updated_at = '2026-01-01T00:00:01Z', document = b.patched
    FROM before AS b WHERE g.id = :id AND NOT b.taken AND b.patched <> b.document
    RETURNING 1)
SELECT patched, taken, EXISTS (SELECT 1 FROM after) FROM before`

// benchScript is a file with the statement of a plain update for pgbench.
func benchScript(b *testing.B) string {
	script := filepath.Join(b.TempDir(), "update.sql")
	text := fmt.Sprintf("\\set id random(1, %d)\n\\set n random(1, 1000000000)\n%s;\n", benchGroups, strings.ReplaceAll(plainUpdate, "\n", " "))
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return script
}

// benchServer has pgbench run a script, with as many clients as the store has callers, and returns how many times a second,
// without the time that connecting takes.
func benchServer(b *testing.B, database, script string) float64 {
	out, err := exec.CommandContext(b.Context(), postgrestest.Start(b).Program("pgbench"), "--no-vacuum", "--protocol", "prepared",
		"--client", strconv.Itoa(benchCallers), "--jobs", "2", "--transactions", strconv.Itoa(benchTurn/benchCallers), "--file", script, database).CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	_, rate, _ := strings.Cut(string(out), "tps = ")
	rate, _, _ = strings.Cut(rate, " ")
	perSecond, err := strconv.ParseFloat(rate, 64)
	if err != nil {
		b.Fatalf("pgbench says no rate:\n%s", out)
	}
	return perSecond
}
