package sqlite

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
	"github.com/ncruces/go-sqlite3"
)

// byHand runs the statements of updates on a connection of its own, without the store: prepared once, every answer read.
type byHand struct {
	db    *sqlite3.Conn
	token int64
	stmts map[string]*sqlite3.Stmt
}

func newByHand(b testing.TB) *byHand {
	b.Helper()
	path := filepath.Join(b.TempDir(), "groups.db")
	_, caller := loaded(b, path)
	db, err := sqlite3.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if err := db.Exec(`PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON`); err != nil {
		b.Fatal(err)
	}
	if _, err := db.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true); err != nil {
		b.Fatal(err)
	}
	h := &byHand{db: db, token: caller.TokenID, stmts: map[string]*sqlite3.Stmt{}}
	for _, sql := range []string{
		`BEGIN IMMEDIATE`, `COMMIT`, selectGroup, selectNamed, selectReference, storeReference, storeGroup,
	} {
		if h.stmts[sql], _, err = db.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { h.stmts[sql].Close() })
	}
	return h
}

// loaded opens a file with the sample data, each group updated once, and authenticates its token.
func loaded(b testing.TB, path string, opts ...Option) (*Store, group.Caller) {
	b.Helper()
	store, err := Open(b.Context(), path, opts...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	if err := demo.Load(b.Context(), store); err != nil {
		b.Fatal(err)
	}
	caller, err := store.Authenticate(b.Context(), demo.Token)
	if err != nil {
		b.Fatal(err)
	}
	for n := range groups {
		if _, err := store.Update(b.Context(), caller, groupOf(n), typical(groupOf(n), -1), group.Includes{}); err != nil {
			b.Fatal(err)
		}
	}
	return store, caller
}

// kind is a kind of update: of one group of the sample data, with a number that makes it differ from the one before.
type kind struct {
	name   string
	update func(id int64, n int) model.WorkspaceGroupUpdate
}

var kinds = []kind{{"notes", notes}, {"typical", typical}}

// notes changes one field.
func notes(id int64, n int) (u model.WorkspaceGroupUpdate) {
	u.Name = fmt.Sprint("Group ", id)
	u.Notes.Set(fmt.Sprint("update ", n))
	return u
}

// typical is what a program sends that keeps groups as another system has them: every field, and some of it changed.
func typical(id int64, n int) model.WorkspaceGroupUpdate {
	u := notes(id, n)
	u.Company.Set(true)
	u.ContactName.Set("Wile E. Coyote")
	u.Email.Set("wile@acme.example")
	u.PhoneNumber.Set("+1 555 0100")
	u.Address.Set("1 Canyon Road, Flagstaff")
	u.Website.Set("https://acme.example/rockets")
	u.AddWorkspaceIds.Set([]int64{10, 12, 17})
	u.RemoveWorkspaceIds.Set([]int64{11, 13})
	r := model.ExternalReferenceUpdate{ServiceName: "jira", ServiceModel: "Issue", ServiceModelRef: "ACME-1042"}
	r.ExternalMessage.Set(fmt.Sprint("Synced ", n))
	r.ExternalLink.Set("https://jira.example/browse/ACME-1042")
	u.ExternalReference.Set(r)
	return u
}

// groups is how many groups the sample data has, with the ids from 1.
const groups = 20

func groupOf(n int) int64 { return int64(n%groups) + 1 }

// prepared is an update with its parameters encoded.
type prepared struct {
	id               int64
	change           group.Change
	group, reference []byte
	named            jsonText
}

func prepare(k kind, n int) prepared {
	id := groupOf(n)
	u := k.update(id, n)
	c, plain := group.NewChange(u), group.Plain(u)
	p := prepared{id: id, change: c, named: array(c.Named())}
	var err error
	if p.group, err = validator.AppendWorkspaceGroupUpdate(nil, &plain); err == nil && c.Reference != nil {
		p.reference, err = validator.AppendExternalReferenceUpdate(nil, c.Reference)
	}
	if err != nil {
		panic(err)
	}
	return p
}

// run makes updates, batch of them in a transaction.
func (h *byHand) run(b testing.TB, updates []prepared, batch int) {
	b.Helper()
	for some := range slices.Chunk(updates, batch) {
		h.exec(b, `BEGIN IMMEDIATE`)
		for _, p := range some {
			h.one(b, p)
		}
		h.exec(b, `COMMIT`)
	}
}

func (h *byHand) one(b testing.TB, p prepared) {
	const at = "2026-01-02T03:04:05Z"
	find := h.stmts[selectGroup]
	find.BindInt64(1, p.id)
	find.BindInt64(2, 1)
	find.BindText(3, p.change.Folded)
	if !find.Step() {
		b.Fatal("the group is not there: ", find.Err())
	}
	_, _, doc := find.ColumnText(0), find.ColumnText(1), merged(b, find.ColumnRawText(2), p.group)
	if find.ColumnBool(3) || find.ColumnBool(4) {
		b.Fatal("the name is another one")
	}
	h.reset(b, find)
	if len(p.change.Add) > 0 {
		h.check(b, p)
	}
	if p.change.Reference == nil {
		h.exec(b, storeGroup, p.id, at, doc)
		return
	}
	id, reference := h.refer(b, p)
	h.exec(b, storeGroup, p.id, at, doc)
	h.exec(b, storeReference, id, at, reference)
}

// check is for lists that say what is so already.
func (h *byHand) check(b testing.TB, p prepared) {
	find := h.stmts[selectNamed]
	find.BindInt64(1, p.id)
	find.BindInt64(2, 1)
	find.BindInt64(3, h.token)
	find.BindRawText(4, p.named)
	found := make([]int64, 0, len(p.change.Add)+len(p.change.Remove))
	for find.Step() {
		found = append(found, find.ColumnInt64(0))
		if _, add := slices.BinarySearch(p.change.Add, find.ColumnInt64(0)); add != find.ColumnBool(1) {
			b.Fatal("the members are other ones")
		}
	}
	h.reset(b, find)
	if problems := p.change.Check(found, false); problems != nil {
		b.Fatal(problems)
	}
}

// refer is for a reference that is there. It returns its id and its document as it is to be.
func (h *byHand) refer(b testing.TB, p prepared) (id int64, doc []byte) {
	find := h.stmts[selectReference]
	find.BindInt64(1, p.id)
	find.BindText(2, p.change.Reference.ServiceName)
	if !find.Step() {
		b.Fatal("the reference is not there: ", find.Err())
	}
	id, doc = find.ColumnInt64(0), merged(b, find.ColumnRawText(1), p.reference)
	_, _, _ = find.ColumnText(2), find.ColumnText(3), find.ColumnInt64(4)
	h.reset(b, find)
	return id, doc
}

func merged(b testing.TB, doc, patch []byte) []byte {
	doc, err := store.Merge(doc, patch)
	if err != nil {
		b.Fatal(err)
	}
	return doc
}

func (h *byHand) exec(b testing.TB, sql string, args ...any) {
	stmt := h.stmts[sql]
	for i, arg := range args {
		switch v := arg.(type) {
		case int64:
			stmt.BindInt64(i+1, v)
		case string:
			stmt.BindText(i+1, v)
		case []byte:
			stmt.BindRawText(i+1, v)
		}
	}
	if err := stmt.Exec(); err != nil {
		b.Fatal(err)
	}
}

func (h *byHand) reset(b testing.TB, stmt *sqlite3.Stmt) {
	if err := stmt.Reset(); err != nil {
		b.Fatal(err)
	}
}

// TestByHand holds the benchmark to what it says: by hand the same statements are run as by the store, in the same order.
func TestByHand(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"))
			hand := newByHand(t)
			ofStore, ofHand := record(t, store.engine.writer.conn.Conn), record(t, hand.db)
			for n := range 2 {
				if _, err := store.Update(t.Context(), caller, groupOf(n), k.update(groupOf(n), n), group.Includes{}); err != nil {
					t.Fatal(err)
				}
				hand.run(t, []prepared{prepare(k, n)}, 1)
			}
			if !slices.Equal(*ofStore, *ofHand) {
				t.Errorf("the store runs\n%q\nby hand there are\n%q", *ofStore, *ofHand)
			}
		})
	}
}

func record(t *testing.T, db *sqlite3.Conn) *[]string {
	var statements []string
	err := db.Trace(sqlite3.TRACE_STMT, func(_ sqlite3.TraceEvent, _, sql any) error {
		statements = append(statements, fmt.Sprint(sql))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return &statements
}
