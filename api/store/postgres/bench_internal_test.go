package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store/storetest/postgrestest"
	"example.com/oxgroups/gen/model"
)

const (
	benchCallers = 16
	benchGroups  = 10_000
)

// BenchmarkUpdate16 has 16 callers change one field of groups that are picked at random, through the store and, with the
// same statement on the same data, by pgbench.
func BenchmarkUpdate16(b *testing.B) {
	database := postgrestest.Database(b)
	store, err := Open(b.Context(), database)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	seed(b, store)
	b.Run("store", func(b *testing.B) { benchStore(b, store) })
	b.Run("pgbench", func(b *testing.B) { benchServer(b, database) })
}

// seed makes the groups 1 to benchGroups of account 1.
func seed(b *testing.B, store *Store) {
	at := "2026-01-01T00:00:00Z"
	doc := group.NewDocument(benchGroups, group.Includes{})
	for id := 1; id <= benchGroups; id++ {
		g := model.WorkspaceGroup{Id: strconv.Itoa(id), Name: benchName(id)}
		if err := g.CreatedAt.UnmarshalText([]byte(at)); err != nil {
			b.Fatal(err)
		}
		g.UpdatedAt = g.CreatedAt
		doc.WorkspaceGroups[g.Id] = g
	}
	if err := store.Import(b.Context(), 1, &doc.WorkspaceGroupDocument); err != nil {
		b.Fatal(err)
	}
	if _, err := store.pool.Exec(b.Context(), `VACUUM ANALYZE`); err != nil {
		b.Fatal(err)
	}
}

// benchName returns a name that is folded already: pgbench knows no folding.
func benchName(id int) string { return "GROUP " + strconv.Itoa(id) }

func benchStore(b *testing.B, store *Store) {
	b.ReportAllocs()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range benchCallers {
		wg.Go(func() {
			for {
				i := int(next.Add(1))
				if i > b.N {
					return
				}
				id := 1 + i*7919%benchGroups // 7919 is a prime: all groups in turn, in no order
				u := model.WorkspaceGroupUpdate{Name: benchName(id), Notes: nullable.NewNullableWithValue(strconv.Itoa(i * 31))}
				if _, err := store.Update(context.Background(), group.Caller{AccountID: 1}, int64(id), u, group.Includes{}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
}

// benchServer runs the statement of a plain update by pgbench, whose clients are as many as the store's callers.
func benchServer(b *testing.B, database string) {
	statement := strings.NewReplacer(
		"$1", ":id", "$2", "1",
		"$3", "sha256(convert_to('GROUP ' || :id, 'UTF8'))",
		"$4", `('{"name":"GROUP ' || :id || '","notes":"' || :n || '"}')`,
		"$5", "'{}'", "$6", "'2026-01-01T00:00:01Z'",
	).Replace(updatePlain)
	script := filepath.Join(b.TempDir(), "update.sql")
	text := fmt.Sprintf("\\set id random(1, %d)\n\\set n random(1, 1000000000)\n%s;\n", benchGroups, strings.ReplaceAll(statement, "\n", " "))
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	each := (b.N + benchCallers - 1) / benchCallers
	out, err := exec.CommandContext(b.Context(), postgrestest.Start(b).Program("pgbench"), "--no-vacuum", "--protocol", "prepared",
		"--client", strconv.Itoa(benchCallers), "--jobs", "2", "--transactions", strconv.Itoa(each), "--file", script, database).CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	_, rate, _ := strings.Cut(string(out), "tps = ")
	rate, _, _ = strings.Cut(rate, " ")
	perSecond, err := strconv.ParseFloat(rate, 64)
	if err != nil {
		b.Fatalf("pgbench says no rate:\n%s", out)
	}
	b.ReportMetric(perSecond, "updates/s") // without the time that connecting takes
}
