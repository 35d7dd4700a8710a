package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// byHand is a connection that runs the statements of an update without the store.
type byHand struct {
	db          *sqlite3.Conn
	find, store *sqlite3.Stmt
	n           int
}

// The statements of an update of a group's notes: those of the store, of which the benchmark keeps a copy.
const (
	findByHand = `SELECT created_at, updated_at, json_patch(document, ?4), folded IS NOT ?3, folded IS NOT ?3 AND EXISTS (
		SELECT 1 FROM workspace_groups AS other WHERE other.account_id = ?2 AND other.folded = ?3)
		FROM workspace_groups WHERE id = ?1 AND account_id = ?2`
	storeByHand = `UPDATE workspace_groups SET updated_at = ?2, document = ?3 WHERE id = ?1 AND (?4 OR document IS NOT ?3)`
)

func newByHand(b *testing.B) *byHand {
	b.Helper()
	path := filepath.Join(b.TempDir(), "groups.db")
	loaded(b, path)
	db, err := sqlite3.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if err := db.Exec(`PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON`); err != nil {
		b.Fatal(err)
	}
	return &byHand{db: db, find: prepare(b, db, findByHand), store: prepare(b, db, storeByHand)}
}

func prepare(b *testing.B, db *sqlite3.Conn, sql string) *sqlite3.Stmt {
	b.Helper()
	stmt, _, err := db.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { stmt.Close() })
	return stmt
}

// update makes n updates, batch of them in a transaction.
func (h *byHand) update(b *testing.B, n, batch int) {
	b.Helper()
	for done := 0; done < n; done += batch {
		tx, err := h.db.BeginImmediate()
		if err != nil {
			b.Fatal(err)
		}
		for range min(batch, n-done) {
			h.one(b)
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

func (h *byHand) one(b *testing.B) {
	b.Helper()
	h.n++
	h.find.BindInt(1, 7)
	h.find.BindInt(2, 1)
	h.find.BindText(3, "ACME")
	h.find.BindText(4, fmt.Sprintf(`{"name":"Acme","notes":"by hand %d"}`, h.n))
	if !h.find.Step() {
		b.Fatal(h.find.Err())
	}
	created, document := h.find.ColumnText(0), h.find.ColumnText(2)
	if err := h.find.Reset(); err != nil {
		b.Fatal(err)
	}
	h.store.BindInt(1, 7)
	h.store.BindText(2, created)
	h.store.BindText(3, document)
	h.store.BindBool(4, false)
	if err := h.store.Exec(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAgainstByHand takes turns, for a disk is not as fast at one moment as at the next. It reports how fast the store
// is against the same statements by hand: 64 callers against batches of 100, of 64 (what 64 callers can share), and of one;
// and how long a lone caller waits against a transaction of its own.
func BenchmarkAgainstByHand(b *testing.B) {
	const turn = 1600 // a multiple of 100 and of 64
	store, caller := loaded(b, filepath.Join(b.TempDir(), "groups.db"))
	hand := newByHand(b)
	var many, hundred, sixtyFour, lone, single time.Duration
	for b.Loop() {
		many += timed(func() { update(b, store, caller, 64, turn) })
		hundred += timed(func() { hand.update(b, turn, 100) })
		sixtyFour += timed(func() { hand.update(b, turn, 64) })
		lone += timed(func() { update(b, store, caller, 1, turn/10) }) * 10
		single += timed(func() { hand.update(b, turn/10, 1) }) * 10
	}
	b.ReportMetric(float64(hundred)/float64(many), "of-batches-of-100")
	b.ReportMetric(float64(sixtyFour)/float64(many), "of-batches-of-64")
	b.ReportMetric(float64(single)/float64(many), "of-single-commits")
	b.ReportMetric(float64(lone)/float64(single), "lone-latency-ratio")
}

func timed(run func()) time.Duration {
	before := time.Now()
	run()
	return time.Since(before)
}
