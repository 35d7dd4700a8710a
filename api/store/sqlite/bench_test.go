package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
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
			next := make(chan int)
			go func() {
				defer close(next)
				for i := range b.N {
					next <- i
				}
			}()
			done := make(chan error)
			for range callers {
				go func() {
					var failed error
					for i := range next {
						u := noted(fmt.Sprint(i))
						if _, err := store.Update(context.Background(), caller, 7, u, group.Includes{}); err != nil {
							failed = err
						}
					}
					done <- failed
				}()
			}
			for range callers {
				if err := <-done; err != nil {
					b.Error(err)
				}
			}
		})
	}
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
			find := prepare(b, db, `SELECT created_at, updated_at, json_patch(document, ?2), EXISTS (
				SELECT 1 FROM workspace_groups WHERE account_id = 1 AND folded = 'ACME' AND id <> 7)
				FROM workspace_groups WHERE id = ?1`)
			store := prepare(b, db, `UPDATE workspace_groups SET folded = 'ACME', updated_at = ?2, document = ?3 WHERE id = ?1`)
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
	find.BindText(2, fmt.Sprintf(`{"name":"Acme","notes":"%d"}`, i))
	if !find.Step() {
		b.Fatal(find.Err())
	}
	updated, document := find.ColumnText(1), find.ColumnText(2)
	if err := find.Reset(); err != nil {
		b.Fatal(err)
	}
	store.BindInt(1, 7)
	store.BindText(2, updated)
	store.BindText(3, document)
	if err := store.Exec(); err != nil {
		b.Fatal(err)
	}
}
