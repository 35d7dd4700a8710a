package server_test

import (
	"slices"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

const allIncluded = "/api/v1/workspace_groups/7?include=workspaces,external_references,rate_card_sets"

func reference(members string) string {
	return inGroup(`"external_reference":{"service_model":"Issue","service_model_ref":"B-2",` + members + `}`)
}

// What an update means, each case in a store of its own: first the requests, then what the last one answered.
func TestMeaning(t *testing.T) {
	members := func(want ...string) func(*testing.T, model.WorkspaceGroupDocument) {
		return func(t *testing.T, doc model.WorkspaceGroupDocument) {
			if got := *doc.WorkspaceGroups["7"].WorkspaceIds; !slices.Equal(got, want) {
				t.Errorf("members are %v, want %v", got, want)
			}
		}
	}
	notes := func(want string, there bool) func(*testing.T, model.WorkspaceGroupDocument) {
		return func(t *testing.T, doc model.WorkspaceGroupDocument) {
			got, ok := doc.WorkspaceGroups["7"].Notes.Value()
			if got != want || ok != there {
				t.Errorf("notes are %q (there: %v), want %q (%v)", got, ok, want, there)
			}
		}
	}
	references := func(want ...string) func(*testing.T, model.WorkspaceGroupDocument) {
		return func(t *testing.T, doc model.WorkspaceGroupDocument) {
			var got []string
			for _, id := range *doc.WorkspaceGroups["7"].ExternalReferenceIds {
				r := (*doc.ExternalReferences)[id]
				message, _ := r.ExternalMessage.Value()
				got = append(got, r.ServiceName+" "+r.ServiceModelRef+" "+message)
			}
			if !slices.Equal(got, want) {
				t.Errorf("references are %q, want %q", got, want)
			}
		}
	}
	for _, tc := range []struct {
		name   string
		bodies []string
		check  func(*testing.T, model.WorkspaceGroupDocument)
	}{
		{"null clears", []string{inGroup(`"notes":"x"`), inGroup(`"notes":null`)}, notes("", false)},
		{"omitted stays", []string{inGroup(`"notes":"x"`), good}, notes("x", true)},
		{"empty is a value", []string{inGroup(`"notes":""`)}, notes("", true)},
		{"null lists change nothing", []string{inGroup(`"add_workspace_ids":null,"remove_workspace_ids":null,"external_reference":null`)}, members("10", "11")},
		{"add", []string{inGroup(`"add_workspace_ids":[12,2]`)}, members("2", "10", "11", "12")},
		{"remove", []string{inGroup(`"remove_workspace_ids":[10]`)}, members("11")},
		{"an id in both lists is removed", []string{inGroup(`"add_workspace_ids":[12,13],"remove_workspace_ids":[12]`)}, members("10", "11", "13")},
		{"add a member", []string{inGroup(`"add_workspace_ids":[10]`)}, members("10", "11")},
		{"remove a non-member", []string{inGroup(`"remove_workspace_ids":[12]`)}, members("10", "11")},
		{"an id twice", []string{inGroup(`"add_workspace_ids":[12,12]`)}, members("10", "11", "12")},
		{"twice the same request", []string{inGroup(`"add_workspace_ids":[12]`), inGroup(`"add_workspace_ids":[12]`)}, members("10", "11", "12")},
		{"a new reference", []string{reference(`"service_name":"github","external_message":"m"`)}, references("jira ACME ", "github B-2 m")},
		{"a reference that is there", []string{reference(`"service_name":"jira"`)}, references("jira B-2 ")},
		{"omitted in a reference stays", []string{reference(`"service_name":"github","external_message":"m"`), reference(`"service_name":"github"`)}, references("jira ACME ", "github B-2 m")},
		{"null in a reference clears", []string{reference(`"service_name":"github","external_message":"m"`), reference(`"service_name":"github","external_message":null`)}, references("jira ACME ", "github B-2 ")},
		{"the case of a name", []string{`{"workspace_group":{"name":"aCME"}}`}, func(t *testing.T, doc model.WorkspaceGroupDocument) {
			if got := doc.WorkspaceGroups["7"].Name; got != "aCME" {
				t.Errorf("the name is %q", got)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := start(t, demoStore(t))
			var doc model.WorkspaceGroupDocument
			for _, body := range tc.bodies {
				doc = x.do(t, call{path: allIncluded, body: body}).document(t)
			}
			tc.check(t, doc)
		})
	}
}

// A refused request leaves everything as it was.
func TestRefusedChangesNothing(t *testing.T) {
	x := start(t, demoStore(t))
	before := x.do(t, call{path: allIncluded, body: good})
	x.do(t, call{body: `{"workspace_group":{"name":"Other","notes":"x","add_workspace_ids":[12,101]}}`}).refused(t, 422, "validation", "add_workspace_ids", "101")
	after := x.do(t, call{path: allIncluded, body: good})
	if string(before.body) != string(after.body) {
		t.Errorf("before %s\nafter  %s", before.body, after.body)
	}
}

// A second save of a JavaScript client sends back what the first one got.
func TestSecondSave(t *testing.T) {
	x := start(t, demoStore(t))
	x.do(t, call{body: `{"workspace_group":{"name":"Acme","add_workspace_ids":[12]},"include":"workspaces","filters":"","optional_fields":""}`}).group(t)
	g := x.do(t, call{body: `{"workspace_group":{"id":"7","name":"Acme","company":true,"contact_name":null,"email":null,"phone_number":null,
		"address":null,"website":null,"notes":null,"created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00",
		"workspace_ids":["10"],"external_reference_ids":[],"external_reference":null},"include":"workspaces","filters":"","optional_fields":""}`}).group(t)
	if got := *g.WorkspaceIds; !slices.Equal(got, []string{"10", "11", "12"}) {
		t.Errorf("members are %v", got)
	}
}

func TestResponse(t *testing.T) {
	x := start(t, demoStore(t))
	t.Run("one result, its map, and no others", func(t *testing.T) {
		doc := x.do(t, call{body: good}).document(t)
		if doc.Count != 1 || doc.Meta != (model.Meta{Count: 1, PageCount: 1, PageNumber: 1, PageSize: 20}) {
			t.Errorf("count %d, meta %+v", doc.Count, doc.Meta)
		}
		if !slices.Equal(doc.Results, []model.Result{{Key: group.GroupsKey, ID: "7"}}) {
			t.Errorf("results are %v", doc.Results)
		}
		g := doc.WorkspaceGroups["7"]
		if doc.Workspaces != nil || doc.ExternalReferences != nil || doc.RateCardSets != nil || g.WorkspaceIds != nil || g.ExternalReferenceIds != nil || g.RateCardSetIds != nil {
			t.Error("there are associations that nobody asked for")
		}
	})
	t.Run("every association", func(t *testing.T) {
		doc := x.do(t, call{path: allIncluded, body: good}).document(t)
		g := doc.WorkspaceGroups["7"]
		if len(*g.WorkspaceIds) != 2 || len(*doc.Workspaces) != 2 || len(*g.ExternalReferenceIds) != 1 || len(*doc.ExternalReferences) != 1 || len(*g.RateCardSetIds) != 1 || len(*doc.RateCardSets) != 1 {
			t.Errorf("got %+v", doc)
		}
	})
	t.Run("an empty association is there", func(t *testing.T) {
		doc := x.do(t, call{path: "/api/v1/workspace_groups/1?include=external_references", body: `{"workspace_group":{"name":"First"}}`}).document(t)
		if doc.ExternalReferences == nil || len(*doc.ExternalReferences) != 0 || *doc.WorkspaceGroups["1"].ExternalReferenceIds == nil {
			t.Errorf("got %+v", doc)
		}
	})
	t.Run("equal states are equal bytes", func(t *testing.T) {
		first, second := x.do(t, call{path: allIncluded, body: good}), x.do(t, call{path: allIncluded, body: good})
		if string(first.body) != string(second.body) {
			t.Errorf("got %s\nthen %s", first.body, second.body)
		}
	})
}
