package storetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/api/validate"
)

// misfits is a document with values that do not fit the spec, as they are after it was narrowed, and with fields that it does not
// have.
const misfits = `{"as_stored":true,"workspace_groups":{
 "1":{"id":"1","name":"Alpha","company":"yes","retired":{"b":[1,null],"a":100},"emptied":null,"notes":"first",
  "workspace_ids":["10"],"external_reference_ids":["1"],"rate_card_set_ids":["1"]},
 "2":{"id":"2","name":"Beta"}},
"external_references":{"1":{"id":"1","service_name":"jira","service_model":"M","service_model_ref":"1","locked":7,"subject_id":1}},
"rate_card_sets":{"1":{"id":"1","title":"Standard","destroyable":"no","further":12345678901234567890}},
"workspaces":{"10":{"id":"10","title":"Ten","archived":"never","further":{"z":1,"a":[]},"other":null}}}`

func testMisfits(t *testing.T, open Opener) {
	f := &fixture{T: t, store: open(t)}
	f.mustImport(1, misfits)
	f.all = f.caller(group.NewToken{AccountID: 1, UserID: 1})

	t.Run("replies show them as they are stored", func(t *testing.T) {
		s := f.on(t).mustUpdate(1, `{"name":"Alpha","notes":"second"}`)
		var doc map[string]map[string]map[string]json.RawMessage
		if err := json.Unmarshal([]byte(withoutEnvelope(t, s.JSON)), &doc); err != nil {
			t.Fatal(err)
		}
		for _, want := range []struct{ kind, id, field, value string }{
			{"workspace_groups", "1", "company", `"yes"`}, {"workspace_groups", "1", "notes", `"second"`}, {"workspace_groups", "1", "email", `null`},
			{"workspace_groups", "1", "workspace_ids", `["10"]`}, {"workspace_groups", "1", "retired", ``},
			{"external_references", "1", "locked", `7`}, {"external_references", "1", "service_model", `"M"`},
			{"rate_card_sets", "1", "destroyable", `"no"`}, {"rate_card_sets", "1", "further", `12345678901234567890`},
			{"workspaces", "10", "archived", `"never"`}, {"workspaces", "10", "further", `{"a":[],"z":1}`},
		} {
			if got := string(doc[want.kind][want.id][want.field]); got != want.value {
				t.Errorf("%s %s has %s %s, want %s", want.kind, want.id, want.field, got, want.value)
			}
		}
	})
	t.Run("doctor names them", func(t *testing.T) {
		var got []string
		err := store.Doctor(t.Context(), f.store, func(x store.Finding) error {
			got = append(got, fmt.Sprint(x.Account, " ", x.Kind, " ", x.ID, " ", x.Field, ": ", x.Rule))
			return nil
		})
		want := []string{"1 workspace_groups 1 company: type", "1 workspace_groups 1 retired: unknown field", "1 external_references 1 locked: type",
			"1 rate_card_sets 1 destroyable: type", "1 workspaces 10 archived: type"}
		if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("doctor (%v) finds\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
	t.Run("a value that is set again fits", func(t *testing.T) {
		f := f.on(t)
		f.mustUpdate(1, `{"name":"Alpha","company":true,"external_reference":{"service_name":"jira","service_model":"M","service_model_ref":"1","locked":false}}`)
		s, err := f.store.Update(t.Context(), f.all, 1, renamed("Alpha"), group.Includes{group.ReferenceKind: true})
		if err != nil || s.JSON != nil {
			t.Errorf("the reply is %s (%v), want that everything fits", s.JSON, err)
		}
		want(f, "company", s.Group.Company, new(true))
	})
}

// withoutEnvelope returns the maps of a document.
func withoutEnvelope(t *testing.T, document []byte) string {
	t.Helper()
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	delete(doc, "count")
	delete(doc, "meta")
	delete(doc, "results")
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// testLossless has all that is stored survive an export and an import, of one account and of all.
func testLossless(t *testing.T, open Opener) {
	f := &fixture{T: t, store: open(t)}
	f.mustImport(1, misfits)
	f.mustImport(2, secondAccount)
	exported := f.state(1)
	for _, want := range []string{`"company":"yes"`, `"retired":{"a":`, `"emptied":null`, `"locked":7`, `"further":12345678901234567890`,
		`"further":{"a":[],"z":1}`, `"other":null`, `"as_stored":true`} {
		if !strings.Contains(exported, want) {
			t.Errorf("the export lacks %s:\n%s", want, exported)
		}
	}
	second := &fixture{T: t, store: open(t)}
	second.mustImport(1, exported)
	if again := second.state(1); again != exported {
		t.Errorf("after import the export is\n%s\nwant\n%s", again, exported)
	}
	t.Run("all accounts", func(t *testing.T) {
		accounts, err := f.store.Accounts(t.Context())
		if err != nil || fmt.Sprint(accounts) != "[1 2]" {
			t.Fatalf("the accounts are %v (%v)", accounts, err)
		}
		var stream bytes.Buffer
		for _, account := range accounts {
			if err := store.WriteDocument(t.Context(), f.store, account, true, &stream); err != nil {
				t.Fatal(err)
			}
		}
		docs, err := store.ReadDocuments(stream.Bytes(), store.ReadOptions{Now: time.Now()})
		if err != nil || len(docs) != 2 || docs[0].Account != 1 || docs[1].Account != 2 || docs[0].Misfits != 4 {
			t.Fatalf("%d documents (%v): %+v", len(docs), err, docs)
		}
		third := &fixture{T: t, store: open(t)}
		for _, doc := range docs {
			if err := third.store.Import(t.Context(), doc.Account, &doc.Contents); err != nil {
				t.Fatal(err)
			}
		}
		if third.state(1) != exported || third.state(2) != f.state(2) {
			t.Errorf("the accounts are\n%s\n%s", third.state(1), third.state(2))
		}
	})
}

// testDocuments has what documents of other programs may leave out, and what they may not have.
func testDocuments(t *testing.T, open Opener) {
	at := time.Date(2026, 5, 4, 3, 2, 1, 999, time.UTC)
	t.Run("id and name are enough", func(t *testing.T) {
		f := &fixture{T: t, store: open(t)}
		docs, err := store.ReadDocuments([]byte(`{"workspace_groups":{"7":{"id":7,"name":"Acme","external_reference_ids":["3"]}},
			"external_references":{"3":{"id":"3","service_name":"s","service_model":"M","service_model_ref":"1"}}}`), store.ReadOptions{Now: at})
		if err == nil {
			err = f.store.Import(t.Context(), 1, &docs[0].Contents)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.all = f.caller(group.NewToken{AccountID: 1, UserID: 1})
		s := f.mustUpdate(7, `{"name":"Acme"}`)
		if !s.Group.CreatedAt.Equal(at.Truncate(time.Second)) || !s.Group.UpdatedAt.Equal(at.Truncate(time.Second)) {
			t.Errorf("the times are %v and %v, want that of the import", s.Group.CreatedAt, s.Group.UpdatedAt)
		}
		if len(references(s)) != 1 || references(s)[0].SubjectID != 7 {
			t.Errorf("the references are %+v, want one of the group that lists it", references(s))
		}
	})
	for _, test := range []struct {
		name, doc string
		ignore    bool
		want      string // in the error; "": none
	}{
		{"a map that is not known", `{"workspace_groups":{},"expenses":{"1":{}}}`, false, "expenses: is not a map that can be imported"},
		{"and left out", `{"workspace_groups":{},"expenses":{"1":{}}}`, true, ""},
		{"a value that does not fit", `{"workspace_groups":{"7":{"id":"7","name":"Acme","company":"yes"}}}`, false,
			"/workspace_groups/7/company: must be a boolean (type)"},
		{"no groups", `{"workspaces":{}}`, false, "/workspace_groups: is required (required)"},
		{"no date", `{"workspace_groups":{"7":{"id":"7","name":"Acme","created_at":"yesterday"}}}`, false, "/workspace_groups/7/created_at: must be a date"},
		{"a key twice", `{"workspace_groups":{},"workspace_groups":{}}`, false, "duplicate key"},
		{"the same reason many times", `{"workspace_groups":{` + manyGroups(6000) + `}}`, false,
			"/workspace_groups/1/name: is required (required) (and 5999 more like it)"},
		{"a reference of no group", `{"workspace_groups":{},"external_references":{"3":{"id":"3","service_name":"s","service_model":"M","service_model_ref":"1"}}}`,
			false, "external_references.3.subject_id: is missing, and no group lists the reference"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := store.ReadDocuments([]byte(test.doc), store.ReadOptions{Now: at, IgnoreUnknown: test.ignore})
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want %q", err, test.want)
			}
			if err != nil && len(err.Error()) > 1000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
	t.Run("no JSON", func(t *testing.T) {
		_, err := store.ReadDocuments([]byte(`{"workspace_groups":{}} {`), store.ReadOptions{})
		if syntax := (*validate.SyntaxError)(nil); !errors.As(err, &syntax) || syntax.Offset != 25 {
			t.Errorf("the error is %v, want one at byte 25", err)
		}
	})
}

// manyGroups is n groups without a name.
func manyGroups(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%d":{"id":"%d"}`, i+1, i+1)
	}
	return b.String()
}

// testNumbering holds that no id of a reference is given twice, even where an import removed the highest one.
func testNumbering(t *testing.T, open Opener) {
	f := newFixture(t, open)
	add := func(service, want string) {
		t.Helper()
		s := f.mustUpdate(2, `{"name":"Beta","external_reference":{"service_name":"`+service+`","service_model":"M","service_model_ref":"1"}}`)
		if got := references(s)[len(references(s))-1].ID; got != want {
			t.Errorf("the new reference is %s, want %s", got, want)
		}
	}
	add("a", "2")
	f.mustImport(1, `{"workspace_groups":{"2":{"id":"2","name":"Beta","external_reference_ids":[]}}}`)
	add("b", "3")
	f.mustImport(1, `{"workspace_groups":{},"external_references":{`+ref("50", "1", "x")+`,`+ref("9223372036854775807", "1", "y")+`}}`)
	add("c", "51")
}

// testTime holds that the time of a change is taken once it is its turn: later changes have later times.
func testTime(t *testing.T, open Opener) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ticks := make(chan time.Time)
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	go func() {
		for at := now; ; at = at.Add(time.Second) {
			select {
			case ticks <- at:
			case <-done:
				return
			}
		}
	}()
	f := newFixture(t, func(t *testing.T, _ ...func() time.Time) group.Store {
		return open(t, func() time.Time { return <-ticks })
	})
	type seen struct {
		at    time.Time
		notes int
	}
	answers := make([]seen, writers)
	parallel(writers, func(i int) {
		s, err := f.update(f.all, 1, fmt.Sprintf(`{"name":"Alpha","external_reference":{"service_name":"s%d","service_model":"M","service_model_ref":"1"}}`, i))
		if err != nil {
			t.Errorf("writer %d: %v", i, err)
			return
		}
		answers[i] = seen{s.Group.UpdatedAt, len(references(s))}
	})
	for _, a := range answers {
		for _, b := range answers {
			if a.notes < b.notes && a.at.After(b.at) {
				t.Errorf("change %d is of %v, change %d after it of %v", a.notes, a.at, b.notes, b.at)
			}
		}
	}
}

// TestMove has what one engine exports be imported by another one, which exports the same, and back.
func TestMove(t *testing.T) {
	engines := []*fixture{
		{T: t, store: closing(t, memory.Open(), nil)},
		{T: t, store: openSQLite(t)}, {T: t, store: openPostgreSQL(t, postgrestest.Database(t))}, {T: t, store: openSQLite(t)},
	}
	engines[0].mustImport(1, misfits)
	engines[0].mustImport(1, `{"workspace_groups":{"8":{"id":"8","name":"Ünïcode \u0022 \\ \u2028","notes":"a\nb"}}}`)
	exported := engines[0].state(1)
	for _, to := range engines[1:] {
		to.mustImport(1, exported)
		if got := to.state(1); got != exported {
			t.Errorf("%T exports\n%s\nwant\n%s", to.store, got, exported)
		}
	}
}
