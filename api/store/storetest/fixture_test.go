package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// fixture is a store with two accounts.
//
// Account 1 has the groups 1 "Alpha" (workspaces 10 and 11, reference 1 to jira, rate card sets 1 and 2) and 2 "Beta"
// (workspace 13), and the workspaces 10 to 14. Account 2 has group 3 "Alpha" and workspace 20.
type fixture struct {
	*testing.T
	store group.Store

	all      group.Caller // of account 1
	limited  group.Caller // of account 1, with workspaces 10 and 12 only
	readOnly group.Caller // of account 1
	other    group.Caller // of account 2
}

const firstAccount = `{"count":2,"meta":{"count":2,"page_count":1,"page_number":1,"page_size":20},
"results":[{"key":"workspace_groups","id":"1"},{"key":"workspace_groups","id":"2"}],
"workspace_groups":{
 "1":{"id":"1","name":"Alpha","company":true,"email":"a@alpha.example","notes":"first","contact_name":null,
  "created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-16T16:48:48-07:00",
  "workspace_ids":["10","11"],"external_reference_ids":["1"],"rate_card_set_ids":["1","2"]},
 "2":{"id":"2","name":"Beta","created_at":"2013-04-15T16:48:48Z","updated_at":"2013-04-15T16:48:48Z",
  "workspace_ids":["13"],"external_reference_ids":[],"rate_card_set_ids":[]}},
"external_references":{"1":{"id":"1","service_name":"jira","service_model":"Issue","service_model_ref":"A-1",
 "status":"pending","external_message":"waiting","locked":true,"subject_id":1,"subject_type":"WorkspaceGroup",
 "created_at":"2014-01-01T00:00:00Z","updated_at":"2014-01-02T00:00:00Z","last_synced_at":"2014-01-03T00:00:00Z"}},
"rate_card_sets":{"1":{"id":"1","title":"Standard","active_currencies":["USD","EUR"],"account_default":true},
 "2":{"id":"2","title":"Special","created_at":"2014-01-02T00:00:00+02:00"}},
"workspaces":{"10":{"id":"10","title":"Ten","account_id":4711,"start_date":"2013-04-15","created_at":"2013-04-15T16:48:48-07:00"},
 "11":{"id":"11","title":"Eleven"},"12":{"id":"12","title":"Twelve"},"13":{"id":"13","title":"Thirteen"},
 "14":{"id":"14","title":"Fourteen","budgeted":false}}}`

const secondAccount = `{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},
"results":[{"key":"workspace_groups","id":"3"}],
"workspace_groups":{"3":{"id":"3","name":"Alpha","created_at":"2013-04-15T16:48:48Z","updated_at":"2013-04-15T16:48:48Z",
 "workspace_ids":["20"]}},
"workspaces":{"20":{"id":"20","title":"Twenty"}}}`

func newFixture(t *testing.T, open Opener) *fixture {
	t.Helper()
	f := &fixture{T: t, store: open(t)}
	f.mustImport(1, firstAccount)
	f.mustImport(2, secondAccount)
	f.all = f.caller(group.NewToken{AccountID: 1, UserID: 1})
	f.limited = f.caller(group.NewToken{AccountID: 1, UserID: 1, Workspaces: []int64{12, 10}})
	f.readOnly = f.caller(group.NewToken{AccountID: 1, UserID: 2, ReadOnly: true})
	f.other = f.caller(group.NewToken{AccountID: 2, UserID: 1})
	return f
}

// on returns the fixture for a subtest.
func (f *fixture) on(t *testing.T) *fixture {
	g := *f
	g.T = t
	return &g
}

func (f *fixture) caller(t group.NewToken) group.Caller {
	f.Helper()
	_, secret, err := f.store.CreateToken(f.Context(), t)
	if err != nil {
		f.Fatalf("create token: %v", err)
	}
	caller, err := f.store.Authenticate(f.Context(), secret)
	if err != nil {
		f.Fatalf("authenticate: %v", err)
	}
	return caller
}

func parse(t testing.TB, text string) *model.WorkspaceGroupDocument {
	t.Helper()
	var doc model.WorkspaceGroupDocument
	if err := validator.DecodeWorkspaceGroupDocument([]byte(text), &doc); err != nil {
		t.Fatalf("decode document: %v", err)
	}
	return &doc
}

// load imports a document into an account, as oxgroupsd import does.
func load(ctx context.Context, to group.Store, account int64, text string) error {
	docs, err := store.ReadDocuments([]byte(text), store.ReadOptions{Now: time.Now()})
	if err != nil {
		return err
	}
	return to.Import(ctx, account, &docs[0].Contents)
}

func (f *fixture) mustImport(account int64, text string) {
	f.Helper()
	if err := load(f.Context(), f.store, account, text); err != nil {
		f.Fatalf("import into account %d: %v", account, err)
	}
}

// update applies u, which is the JSON of a WorkspaceGroupUpdate.
func (f *fixture) update(by group.Caller, id int64, u string) (group.Snapshot, error) {
	f.Helper()
	return f.store.Update(f.Context(), by, id, decodeUpdate(f, u), group.All())
}

func decodeUpdate(t testing.TB, u string) (v model.WorkspaceGroupUpdate) {
	t.Helper()
	if err := validator.DecodeWorkspaceGroupUpdate([]byte(u), &v); err != nil {
		t.Fatalf("decode %s: %v", u, err)
	}
	return v
}

func (f *fixture) mustUpdate(id int64, u string) group.Snapshot {
	f.Helper()
	s, err := f.update(f.all, id, u)
	if err != nil {
		f.Fatalf("update group %d: %v", id, err)
	}
	return s
}

// wantCode checks the code of an error.
func (f *fixture) wantCode(err error, want group.Code) {
	f.Helper()
	if got := group.CodeOf(err); got != want {
		f.Fatalf("the error is %q (%v), want %q", got, err, want)
	}
}

// wantProblems checks that err is a refusal with these reasons, each "field: message", in this order.
func (f *fixture) wantProblems(err error, want ...string) {
	f.Helper()
	f.wantCode(err, group.Refused)
	var e *group.Error
	errors.As(err, &e)
	got := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		got[i] = p.Field + ": " + p.Message
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		f.Errorf("problems:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// state returns everything that an account has, in one string.
func (f *fixture) state(account int64) string {
	f.Helper()
	return export(f, f.store, account)
}

// unchanged runs a function and checks that both accounts stay as they are.
func (f *fixture) unchanged(run func()) {
	f.Helper()
	before := f.state(1) + f.state(2)
	run()
	if after := f.state(1) + f.state(2); after != before {
		f.Errorf("something changed:\n%s\nit was:\n%s", after, before)
	}
}

// export returns an export as a JSON document.
func export(t testing.TB, from group.Store, account int64) string {
	t.Helper()
	var b strings.Builder
	if err := store.WriteDocument(context.Background(), from, account, false, &b); err != nil {
		t.Fatalf("export account %d: %v", account, err)
	}
	return b.String()
}

// references returns the references of a snapshot in ascending order of id.
func references(s group.Snapshot) (refs []model.ExternalReference) {
	for _, id := range *s.Group.ExternalReferenceIds {
		refs = append(refs, (*s.Included.ExternalReferences)[id])
	}
	return refs
}

// want checks a nullable field; nil is null or absent.
func want[T comparable](f *fixture, name string, got nullable.Nullable[T], want *T) {
	f.Helper()
	v, ok := got.Value()
	switch {
	case want == nil && ok:
		f.Errorf("%s is %v, want null", name, v)
	case want != nil && (!ok || v != *want):
		f.Errorf("%s is %v (there: %v), want %v", name, v, ok, *want)
	}
}
