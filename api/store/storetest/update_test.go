package storetest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
)

func testUpdate(t *testing.T, open Opener) {
	f := newFixture(t, open)
	s := f.mustUpdate(1, `{"name":"Alpha","notes":"second","company":false,"contact_name":"Ann","email":"ann@alpha.example",
		"phone_number":"+1","address":"Road 1","website":"https://alpha.example"}`)
	g := s.Group
	if g.ID != "1" || g.Name != "Alpha" {
		t.Errorf("the group is %s %q", g.ID, g.Name)
	}
	want(f, "notes", g.Notes, new("second"))
	want(f, "company", g.Company, new(false))
	want(f, "contact_name", g.ContactName, new("Ann"))
	want(f, "email", g.Email, new("ann@alpha.example"))
	want(f, "phone_number", g.PhoneNumber, new("+1"))
	want(f, "address", g.Address, new("Road 1"))
	want(f, "website", g.Website, new("https://alpha.example"))
	if got := g.CreatedAt.Format(time.RFC3339); got != "2013-04-15T16:48:48-07:00" {
		t.Errorf("created_at is %s, want it as it was imported, offset and all", got)
	}
	if again := f.mustUpdate(1, `{"name":"Alpha"}`); again.Group.Notes != g.Notes || again.Group.Website != g.Website {
		t.Errorf("a later update sees %v, want %v", again.Group, g)
	}
}

func testPartial(t *testing.T, open Opener) {
	for _, test := range []struct {
		name, update        string
		notes, email, phone *string
		company             *bool
	}{
		{"omitted fields stay", `{"name":"Alpha"}`, new("first"), new("a@alpha.example"), nil, new(true)},
		{"null clears", `{"name":"Alpha","notes":null,"company":null}`, nil, new("a@alpha.example"), nil, nil},
		{"zero is a value", `{"name":"Alpha","notes":"","company":false}`, new(""), new("a@alpha.example"), nil, new(false)},
		{"null of an empty field", `{"name":"Alpha","phone_number":null}`, new("first"), new("a@alpha.example"), nil, new(true)},
		{"lists and reference null", `{"name":"Alpha","add_workspace_ids":null,"remove_workspace_ids":null,"external_reference":null,
			"phone_number":"7"}`, new("first"), new("a@alpha.example"), new("7"), new(true)},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, open)
			s := f.mustUpdate(1, test.update)
			want(f, "notes", s.Group.Notes, test.notes)
			want(f, "email", s.Group.Email, test.email)
			want(f, "phone_number", s.Group.PhoneNumber, test.phone)
			want(f, "company", s.Group.Company, test.company)
			if !slices.Equal(*s.Group.WorkspaceIds, []string{"10", "11"}) || len(references(s)) != 1 {
				t.Errorf("associations changed: %v, %d references", *s.Group.WorkspaceIds, len(references(s)))
			}
		})
	}
}

func testUpdatedAt(t *testing.T, open Opener) {
	for _, test := range []struct {
		name, update string
		moves        bool
	}{
		{"only the name, equal", `{"name":"Alpha"}`, false},
		{"all values equal", `{"name":"Alpha","notes":"first","company":true,"phone_number":null}`, false},
		{"the case of the name", `{"name":"ALPHA"}`, true},
		{"a field", `{"name":"Alpha","notes":"other"}`, true},
		{"a field cleared", `{"name":"Alpha","notes":null}`, true},
		{"a member added", `{"name":"Alpha","add_workspace_ids":[12]}`, true},
		{"a member added again", `{"name":"Alpha","add_workspace_ids":[10,11,10]}`, false},
		{"a member removed", `{"name":"Alpha","remove_workspace_ids":[10]}`, true},
		{"no member removed", `{"name":"Alpha","remove_workspace_ids":[12]}`, false},
		{"no member added and removed", `{"name":"Alpha","add_workspace_ids":[12],"remove_workspace_ids":[12]}`, false},
		{"a new reference", `{"name":"Alpha","external_reference":{"service_name":"x","service_model":"M","service_model_ref":"1"}}`, true},
		{"a reference changed", `{"name":"Alpha","external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"A-2"}}`, true},
		{"a reference equal", `{"name":"Alpha","external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1","locked":true}}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, open)
			from := time.Now().Truncate(time.Second)
			s := f.mustUpdate(1, test.update)
			to := time.Now()
			at := s.Group.UpdatedAt
			if !test.moves && at.Format(time.RFC3339) != "2013-04-16T16:48:48-07:00" {
				t.Errorf("updated_at moved to %v", at)
			}
			if test.moves && (at.Before(from) || at.After(to) || at.Nanosecond() != 0) {
				t.Errorf("updated_at is %v, want whole seconds from %v to %v", at, from, to)
			}
			before := f.state(1)
			if f.mustUpdate(1, test.update); f.state(1) != before {
				t.Errorf("the same update again changed something:\n%s\nit was:\n%s", f.state(1), before)
			}
		})
	}
}

func testMembers(t *testing.T, open Opener) {
	for _, test := range []struct {
		name, lists string
		want        []string
	}{
		{"add", `"add_workspace_ids":[14,12]`, []string{"10", "11", "12", "14"}},
		{"add a member", `"add_workspace_ids":[10]`, []string{"10", "11"}},
		{"twice in a list", `"add_workspace_ids":[12,12],"remove_workspace_ids":[10,10]`, []string{"11", "12"}},
		{"remove", `"remove_workspace_ids":[11,10]`, []string{}},
		{"remove what is not a member", `"remove_workspace_ids":[12]`, []string{"10", "11"}},
		{"in both lists", `"add_workspace_ids":[10,12],"remove_workspace_ids":[10,12]`, []string{"11"}},
		{"empty lists", `"add_workspace_ids":[],"remove_workspace_ids":[]`, []string{"10", "11"}},
		{"a workspace of another group too", `"add_workspace_ids":[13]`, []string{"10", "11", "13"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, open)
			s := f.mustUpdate(1, `{"name":"Alpha",`+test.lists+`}`)
			if !slices.Equal(*s.Group.WorkspaceIds, test.want) {
				t.Errorf("workspaces are %v, want %v", *s.Group.WorkspaceIds, test.want)
			}
			if beta := f.mustUpdate(2, `{"name":"Beta"}`); !slices.Equal(*beta.Group.WorkspaceIds, []string{"13"}) {
				t.Errorf("the other group has %v now", *beta.Group.WorkspaceIds)
			}
		})
	}
}

func testIncludes(t *testing.T, open Opener) {
	f := newFixture(t, open)
	for _, test := range []struct {
		include string
		by      group.Caller
		members []string
	}{
		{"", f.all, nil},
		{"workspaces", f.all, []string{"10", "11"}},
		{"workspaces", f.limited, []string{"10"}},
		{"external_references", f.all, nil},
		{"rate_card_sets", f.all, nil},
		{"workspaces,external_references,rate_card_sets", f.all, []string{"10", "11"}},
	} {
		t.Run(test.include, func(t *testing.T) {
			in := group.ParseIncludes(test.include)
			u := parse(t, firstAccount).WorkspaceGroups["1"]
			s, err := f.store.Update(t.Context(), test.by, 1, renamed(u.Name), in)
			if err != nil {
				t.Fatal(err)
			}
			check(t, "workspaces", s.Included.Workspaces, s.Group.WorkspaceIds, in[group.WorkspaceKind], test.members)
			check(t, "external_references", s.Included.ExternalReferences, s.Group.ExternalReferenceIds, in[group.ReferenceKind], []string{"1"})
			check(t, "rate_card_sets", s.Included.RateCardSets, s.Group.RateCardSetIds, in[group.RateCardSetKind], []string{"1", "2"})
		})
	}
	t.Run("empty associations", func(t *testing.T) {
		f := f.on(t)
		s, err := f.update(f.all, 2, `{"name":"Beta","remove_workspace_ids":[13]}`)
		if err != nil {
			t.Fatal(err)
		}
		wantIDs(t, "workspace_ids", s.Group.WorkspaceIds, true, []string{})
		wantIDs(t, "external_reference_ids", s.Group.ExternalReferenceIds, true, []string{})
		wantIDs(t, "rate_card_set_ids", s.Group.RateCardSetIds, true, []string{})
	})
}

// check checks the map of an association and the ids that the group lists.
func check[V any](t *testing.T, name string, objects *map[string]V, ids *[]string, included bool, want []string) {
	t.Helper()
	wantIDs(t, name, ids, included, want)
	if (objects != nil) != included || included && !slices.Equal(slices.Sorted(maps.Keys(*objects)), want) {
		t.Errorf("%s are %v, want %v", name, objects, want)
	}
}

func wantIDs(t *testing.T, name string, got *[]string, included bool, want []string) {
	t.Helper()
	switch {
	case !included && got != nil:
		t.Errorf("%s is %v, want it left out", name, *got)
	case included && (got == nil || !slices.Equal(*got, want)):
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}
