package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/oxgroups/api/group"
	"github.com/ncruces/go-sqlite3"
)

// BenchmarkUpdate has callers that change one field of one group each.
func BenchmarkUpdate(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			store, caller := loaded(b, filepath.Join(b.TempDir(), "groups.db"))
			b.ReportAllocs()
			b.ResetTimer()
			update(b, store, caller, callers, b.N)
		})
	}
}

// update has a number of callers make n updates of one group.
func update(b *testing.B, store group.Updater, caller group.Caller, callers, n int) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if _, err := store.Update(context.Background(), caller, 7, noted(fmt.Sprint(i)), group.Includes{}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkByHand runs the statements of the same update without the store: what it can at best be compared with.
func BenchmarkByHand(b *testing.B) {
	for _, batch := range []int{1, 100} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "groups.db")
			loaded(b, path)
			db, err := sqlite3.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			if err := db.Exec(`PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON`); err != nil {
				b.Fatal(err)
			}
			find := prepare(b, db, `SELECT created_at, updated_at, json_patch(document, ?4), folded IS NOT ?3,
				folded IS NOT ?3 AND EXISTS (SELECT 1 FROM workspace_groups AS other WHERE other.account_id = ?2 AND other.folded = ?3)
				FROM workspace_groups WHERE id = ?1 AND account_id = ?2`)
			store := prepare(b, db, `UPDATE workspace_groups SET updated_at = ?2, document = ?3 WHERE id = ?1 AND (?4 OR document IS NOT ?3)`)
			b.ResetTimer()
			for i := 0; i < b.N; i += batch {
				tx, err := db.BeginImmediate()
				if err != nil {
					b.Fatal(err)
				}
				for j := i; j < min(i+batch, b.N); j++ {
					byHand(b, find, store, j)
				}
				if err := tx.Commit(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func prepare(b *testing.B, db *sqlite3.Conn, sql string) *sqlite3.Stmt {
	stmt, _, err := db.Prepare(sql)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { stmt.Close() })
	return stmt
}

func byHand(b *testing.B, find, store *sqlite3.Stmt, i int) {
	find.BindInt(1, 7)
	find.BindInt(2, 1)
	find.BindText(3, "ACME")
	find.BindText(4, fmt.Sprintf(`{"name":"Acme","notes":"%d"}`, i))
	if !find.Step() {
		b.Fatal(find.Err())
	}
	created, updated, document := find.ColumnText(0), find.ColumnText(1), find.ColumnText(2)
	_, _ = created, updated
	if err := find.Reset(); err != nil {
		b.Fatal(err)
	}
	store.BindInt(1, 7)
	store.BindText(2, updated)
	store.BindText(3, document)
	store.BindBool(4, false)
	if err := store.Exec(); err != nil {
		b.Fatal(err)
	}
}
