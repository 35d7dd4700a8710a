package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
)

func testRoundTrip(t *testing.T, open Opener) {
	f := newFixture(t, open)
	f.mustUpdate(1, `{"name":"Älpha","notes":"\"quoted\" 👍","add_workspace_ids":[14],
		"external_reference":{"service_name":"x","service_model":"M","service_model_ref":"1","locked":false}}`)
	first := f.state(1)

	second := open(t)
	if err := load(t.Context(), second, 1, first); err != nil {
		t.Fatalf("import of an export: %v", err)
	}
	if got := export(t, second, 1); got != first {
		t.Errorf("after import the export is\n%s\nwant\n%s", got, first)
	}
	if err := load(t.Context(), second, 1, first); err != nil {
		t.Fatalf("the same import again: %v", err)
	}
	if got := export(t, second, 1); got != first {
		t.Errorf("after a second import the export is\n%s\nwant\n%s", got, first)
	}
	if got := len(parse(t, f.state(99)).WorkspaceGroups); got != 0 {
		t.Errorf("an account that is not there has %d groups", got)
	}

	t.Run("order", func(t *testing.T) {
		var order []string
		err := f.store.Export(t.Context(), 1, func(k group.Kind, r *group.Row) error {
			order = append(order, fmt.Sprint(k, " ", r.ID))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"workspace_groups 1", "workspace_groups 2", "external_references 1", "external_references 2", "rate_card_sets 1",
			"rate_card_sets 2", "workspaces 10", "workspaces 11", "workspaces 12", "workspaces 13", "workspaces 14"}
		if !slices.Equal(order, want) {
			t.Errorf("the order is %v, want %v", order, want)
		}
	})
	t.Run("stops at the first error", func(t *testing.T) {
		calls := 0
		err := f.store.Export(t.Context(), 1, func(group.Kind, *group.Row) error { calls++; return errFull })
		if !errors.Is(err, errFull) || calls != 1 {
			t.Errorf("the error is %v after %d calls, want that of the first call", err, calls)
		}
	})
}

var errFull = errors.New("the disk of the reader is full")

const envelope = `"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},"results":[]`

// imported is a group as the vendor's API returns it.
func imported(id, name, more string) string {
	return `"` + id + `":{"id":"` + id + `","name":"` + name + `","created_at":"2015-01-01T00:00:00Z","updated_at":"2015-01-01T00:00:00Z"` + more + `}`
}

func testImport(t *testing.T, open Opener) {
	t.Run("without associations they stay", func(t *testing.T) {
		f := newFixture(t, open)
		f.mustImport(1, `{`+envelope+`,"workspace_groups":{`+imported("1", "Omega", `,"email":"o@omega.example"`)+`}}`)
		s := f.mustUpdate(1, `{"name":"Omega"}`)
		want(f, "notes, which the import has not,", s.Group.Notes, nil)
		want(f, "email", s.Group.Email, new("o@omega.example"))
		wantIDs(t, "workspace_ids", s.Group.WorkspaceIds, true, []string{"10", "11"})
		wantIDs(t, "external_reference_ids", s.Group.ExternalReferenceIds, true, []string{"1"})
		wantIDs(t, "rate_card_set_ids", s.Group.RateCardSetIds, true, []string{"1", "2"})
		f.mustUpdate(2, `{"name":"Alpha"}`) // the old name is free
	})
	t.Run("lists are the whole list", func(t *testing.T) {
		f := newFixture(t, open)
		f.mustImport(1, `{`+envelope+`,"workspace_groups":{`+
			imported("1", "Alpha", `,"workspace_ids":["14"],"external_reference_ids":[],"rate_card_set_ids":["2"]`)+`}}`)
		s := f.mustUpdate(1, `{"name":"Alpha"}`)
		wantIDs(t, "workspace_ids", s.Group.WorkspaceIds, true, []string{"14"})
		wantIDs(t, "external_reference_ids", s.Group.ExternalReferenceIds, true, []string{})
		wantIDs(t, "rate_card_set_ids", s.Group.RateCardSetIds, true, []string{"2"})
	})
	t.Run("names and references exchanged", func(t *testing.T) {
		f := newFixture(t, open)
		f.mustImport(1, `{`+envelope+`,"workspace_groups":{`+imported("1", "Beta", `,"external_reference_ids":[]`)+`,`+
			imported("2", "Alpha", `,"external_reference_ids":["1"]`)+`},"external_references":{`+ref("1", "2", "jira")+`}}`)
		s := f.mustUpdate(2, `{"name":"Alpha"}`)
		wantIDs(t, "external_reference_ids", s.Group.ExternalReferenceIds, true, []string{"1"})
		if s = f.mustUpdate(1, `{"name":"Beta"}`); len(references(s)) != 0 {
			t.Errorf("the first group still has %v", references(s))
		}
	})
	t.Run("references exchange services", func(t *testing.T) {
		f := newFixture(t, open)
		f.mustImport(1, `{`+envelope+`,"workspace_groups":{},"external_references":{`+ref("1", "1", "jira")+`,`+ref("2", "1", "x")+`}}`)
		f.mustImport(1, `{`+envelope+`,"workspace_groups":{},"external_references":{`+ref("1", "1", "x")+`,`+ref("2", "1", "jira")+`}}`)
		s := f.mustUpdate(1, `{"name":"Alpha","external_reference":{"service_name":"jira","service_model":"M","service_model_ref":"9"}}`)
		if len(references(s)) != 2 || references(s)[1].ServiceModelRef != "9" {
			t.Errorf("references are %+v", references(s))
		}
	})
	t.Run("a new account", func(t *testing.T) {
		f := newFixture(t, open)
		f.mustImport(7, `{`+envelope+`,"workspace_groups":{`+imported("70", "Alpha", "")+`}}`)
		if s, err := f.update(f.caller(group.NewToken{AccountID: 7, UserID: 1}), 70, `{"name":"Alpha"}`); err != nil || s.Group.ID != "70" {
			t.Errorf("the group of the new account: %v (%v)", s.Group, err)
		}
	})
}

// ref is a reference as the vendor's API returns it.
func ref(id, subject, service string) string {
	return `"` + id + `":{"id":"` + id + `","service_name":"` + service + `","service_model":"M","service_model_ref":"1","subject_id":` + subject +
		`,"subject_type":"WorkspaceGroup","created_at":"2015-01-01T00:00:00Z","updated_at":"2015-01-01T00:00:00Z"}`
}

func testImportRefusals(t *testing.T, open Opener) {
	f := newFixture(t, open)
	for _, test := range []struct{ name, members, want string }{
		{"name twice", `"workspace_groups":{` + imported("8", "Kiosk", "") + `,` + imported("9", "\u212aIOSK", "") + `}`,
			"workspace_groups.9.name: is the name of group 8 too"},
		{"name of a stored group", `"workspace_groups":{` + imported("8", "ALPHA", "") + `}`,
			"workspace_groups.8.name: is the name of group 1 of the account"},
		{"blank name", `"workspace_groups":{` + imported("8", " ", "") + `}`,
			"workspace_groups.8.name: must not be blank"},
		{"group of another account", `"workspace_groups":{` + imported("3", "New", "") + `}`,
			"workspace_groups.3.id: is of another account"},
		{"workspace of another account", `"workspace_groups":{},"workspaces":{"20":{"id":"20","title":"Mine"}}`,
			"workspaces.20.id: is of another account"},
		{"unknown workspaces", `"workspace_groups":{` + imported("8", "New", `,"workspace_ids":["10","20","999"]`) + `}`,
			"workspace_groups.8.workspace_ids: names what neither the document nor the account has: 20, 999"},
		{"unknown rate card sets", `"workspace_groups":{` + imported("8", "New", `,"rate_card_set_ids":["9","1"]`) + `}`,
			"workspace_groups.8.rate_card_set_ids: names what neither the document nor the account has: 9"},
		{"unknown references", `"workspace_groups":{` + imported("8", "New", `,"external_reference_ids":["1"]`) + `}`,
			"workspace_groups.8.external_reference_ids: names what is not a reference of the group: 1"},
		{"reference to no group", `"workspace_groups":{},"external_references":{` + ref("5", "3", "jira") + `}`,
			"external_references.5.subject_id: names a group that neither the document nor the account has"},
		{"reference that its group does not list", `"workspace_groups":{` + imported("8", "New", `,"external_reference_ids":[]`) + `},
			"external_references":{` + ref("5", "8", "jira") + `}`,
			"external_references.5.subject_id: names a group that does not list the reference in its external_reference_ids"},
		{"service twice", `"workspace_groups":{},"external_references":{` + ref("5", "1", "jira") + `}`,
			"external_references.5.service_name: is that of reference 1 of the same group"},
		{"no id", `"workspace_groups":{` + imported("007", "New", "") + `}`,
			"workspace_groups.007.id: must be an id: a whole number from 1 to 9223372036854775807 as a string"},
		{"key and id differ", `"workspace_groups":{},"workspaces":{"10":{"id":"11","title":"x"}}`,
			"workspaces.10.id: must be the key of the object in the map"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := f.on(t)
			f.unchanged(func() {
				doc := `{` + envelope + `,` + strings.Replace(test.members, `"workspace_groups":{`, `"workspace_groups":{`+imported("4", "Fresh", "")+`,`, 1) + `}`
				doc = strings.Replace(doc, `},}`, `}}`, 1)
				f.wantProblems(load(t.Context(), f.store, 1, doc), test.want)
			})
		})
	}
	t.Run("no account", func(t *testing.T) {
		f.on(t).wantProblems(load(t.Context(), f.store, 0, firstAccount), "account: must be an id: 1 or more")
	})
}
