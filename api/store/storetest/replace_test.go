package storetest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
)

// standInStore is what a stand-in asks of a store beside group.Store.
type standInStore interface {
	UpdateSeen(context.Context, group.Caller, int64, model.WorkspaceGroupUpdate, group.Includes, *store.Seen) (group.Snapshot, error)
	Snapshot(context.Context, int64) (*group.Contents, map[int64][]int64, error)
	Replace(context.Context, int64, *group.Contents, map[int64][]int64) error
}

// An account goes back to an earlier state as if nothing had happened since: its rows, what tokens have access to, and the ids
// that new references get. Other accounts stay as they are. PostgreSQL refuses.
func testReplace(t *testing.T, open Opener) {
	f := newFixture(t, open)
	s := f.store.(standInStore)
	before, others := f.state(1), f.state(2)
	snapshot, hidden, err := s.Snapshot(t.Context(), 1)
	if group.CodeOf(err) == group.Refused {
		f.wantProblems(s.Replace(t.Context(), 1, snapshot, nil), "store: must be SQLite or memory: no other one can be replaced")
		return
	}
	if err != nil || len(hidden) != 1 || len(hidden[f.limited.TokenID]) != 3 {
		t.Fatalf("hidden are %v, %v; want three workspaces of one token", hidden, err)
	}
	const change = `{"name":"Changed","add_workspace_ids":[12],"external_reference":{"service_name":"new","service_model":"M","service_model_ref":"1"}}`
	first := f.mustUpdate(1, change)

	other := `{"workspace_groups":{"1":{"id":"1","name":"Beta"},"9":{"id":"9","name":"Alpha","workspace_ids":["90"]}},"workspaces":{"90":{"id":"90","title":"Ninety"},"91":{"id":"91","title":"N"}}}`
	docs, err := store.ReadDocuments([]byte(other), store.ReadOptions{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Replace(t.Context(), 1, &docs[0].Contents, map[int64][]int64{f.limited.TokenID: {91}}); err != nil {
		t.Fatal(err)
	}
	doc := parse(t, f.state(1))
	if len(doc.WorkspaceGroups) != 2 || len(*doc.Workspaces) != 2 || len(*doc.ExternalReferences) != 0 {
		t.Errorf("after the replacement there is %s", f.state(1))
	}
	_, err = f.update(f.limited, 9, `{"name":"Alpha","add_workspace_ids":[90]}`)
	f.wantCode(err, "")
	_, err = f.update(f.limited, 9, `{"name":"Alpha","add_workspace_ids":[91]}`)
	f.wantCode(err, group.Refused)

	if err := s.Replace(t.Context(), 1, snapshot, hidden); err != nil {
		t.Fatal(err)
	}
	if got := f.state(1); got != before {
		t.Errorf("the state is\n%s\nwant\n%s", got, before)
	}
	if _, got, err := s.Snapshot(t.Context(), 1); err != nil || len(got[f.limited.TokenID]) != 3 {
		t.Errorf("hidden are %v, %v", got, err)
	}
	_, err = f.update(f.all, 1, `{"name":"bETA"}`) // of another group: names are compared as before
	f.wantCode(err, group.Refused)
	if again := f.mustUpdate(1, change); (*again.Group.ExternalReferenceIds)[1] != (*first.Group.ExternalReferenceIds)[1] {
		t.Errorf("the new reference has the id %v, it was %v", again.Group.ExternalReferenceIds, first.Group.ExternalReferenceIds)
	}

	taken, err := store.ReadDocuments([]byte(`{"workspace_groups":{"3":{"id":"3","name":"Alpha"}}}`), store.ReadOptions{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	f.unchanged(func() {
		f.wantProblems(s.Replace(t.Context(), 1, &taken[0].Contents, nil), "workspace_groups.3.id: is of another account")
	})
	if f.state(2) != others {
		t.Errorf("the other account has %s", f.state(2))
	}
}

// What an update changes is told as it was and as it is, without what it does not name.
func testSeen(t *testing.T, open Opener) {
	f := newFixture(t, open)
	s := f.store.(standInStore)
	for _, tc := range []struct {
		name, update  string
		before, after map[string]string // values as JSON
		changed       bool
	}{
		{"a field", `{"name":"Alpha","notes":null}`, map[string]string{"notes": `"first"`, "workspace_ids": ""}, map[string]string{"notes": `null`, "workspace_ids": ""}, true},
		{"members", `{"name":"Alpha","add_workspace_ids":[12]}`, map[string]string{"workspace_ids": `["10","11"]`}, map[string]string{"workspace_ids": `["10","11","12"]`, "external_references": ""}, true},
		{"a reference", `{"name":"Alpha","external_reference":{"service_name":"new","service_model":"M","service_model_ref":"1"}}`,
			map[string]string{"external_reference_ids": `["1"]`}, map[string]string{"external_reference_ids": `["1","2"]`}, true},
		{"nothing", `{"name":"Alpha"}`, map[string]string{"name": `"Alpha"`}, map[string]string{"name": `"Alpha"`}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var seen store.Seen
			if _, err := s.UpdateSeen(context.Background(), f.all, 1, decodeUpdate(t, tc.update), group.Includes{}, &seen); err != nil {
				t.Fatal(err)
			}
			if seen.Changed != tc.changed {
				t.Errorf("changed is %t", seen.Changed)
			}
			for i, want := range []map[string]string{tc.before, tc.after} {
				text, err := []*store.Image{&seen.Before, &seen.After}[i].JSON()
				var got map[string]json.RawMessage
				if err != nil || json.Unmarshal(text, &got) != nil {
					t.Fatalf("%s: %v", text, err)
				}
				for name, value := range want {
					if string(got[name]) != value {
						t.Errorf("%s is %s, want %s", name, got[name], value)
					}
				}
			}
		})
	}
	var seen store.Seen
	if _, err := s.UpdateSeen(t.Context(), f.all, 99, model.WorkspaceGroupUpdate{Name: "x"}, group.Includes{}, &seen); group.CodeOf(err) != group.NotFound {
		t.Errorf("a group that is not there: %v", err)
	}
	if text, err := seen.After.JSON(); text != nil || err != nil {
		t.Errorf("of a group that is not there it says %s, %v", text, err)
	}
}
