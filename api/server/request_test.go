package server_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
)

// What of a request is taken.
func TestRequestAccepted(t *testing.T) {
	x := start(t, demoStore(t))
	for _, tc := range []struct {
		name string
		call call
	}{
		{"method and path", call{body: good}},
		{"the .json suffix", call{path: "/api/v1/workspace_groups/7.json", body: good}},
		{"the .json suffix and a query", call{path: "/api/v1/workspace_groups/7.json?include=workspaces", body: good}},
		{"an escaped id is the same path", call{path: "/api/v1/workspace_groups/%37", body: good}},
		{"an escaped letter is the same path", call{path: "/api/v1/workspace%5Fgroups/7%2Ejson", body: good}},
		{"the scheme in another case", call{token: "-", header: http.Header{"Authorization": {"bEARER demo"}}, body: good}},
		{"charset utf-8", call{kind: "application/json; charset=UTF-8", body: good}},
		{"quoted charset", call{kind: `application/json;charset="utf-8"`, body: good}},
		{"media type in another case", call{kind: "Application/JSON", body: good}},
		{"another parameter", call{kind: "application/json; profile=x", body: good}},
		{"identity encoding", call{header: http.Header{"Content-Encoding": {"identity"}}, body: good}},
		{"a body of unknown length", call{stream: strings.NewReader(good + strings.Repeat(" ", 100_000))}},
		{"unknown associations", call{path: "/api/v1/workspace_groups/7?include=WORKSPACES,%20x,,", body: good}},
		{"unknown query parameters", call{path: "/api/v1/workspace_groups/7?per_page=3&a=1&a=2", body: good}},
		{"unknown keys", call{body: `{"workspace_group":{"name":"Acme","color":"red","workspace_ids":["1"],"created_at":null},"filters":"","optional_fields":"","only":{"a":[1]}}`}},
		{"keys in another case are unknown", call{body: `{"workspace_group":{"name":"Acme","Notes":1},"Include":1}`}},
		{"a form", call{kind: "application/x-www-form-urlencoded", body: "workspace_group[name]=Acme"}},
		{"a form with a charset", call{kind: "application/x-www-form-urlencoded; charset=utf-8", body: "workspace_group%5Bname%5D=Acme&filters="}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if g := x.do(t, tc.call).group(t); g.ID != "7" || g.Name != "Acme" {
				t.Errorf("got group %s %q", g.ID, g.Name)
			}
		})
	}
}

// What the engine is given for a request.
func TestRequestMeans(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	list := func(ids ...int64) func(model.WorkspaceGroupUpdate) bool {
		return func(u model.WorkspaceGroupUpdate) bool {
			got, ok := u.AddWorkspaceIds.Value()
			return ok && slices.Equal(got, ids)
		}
	}
	for _, tc := range []struct {
		name string
		call call
		want func(model.WorkspaceGroupUpdate) bool
	}{
		{"omitted", call{body: good}, func(u model.WorkspaceGroupUpdate) bool { return !u.Notes.IsSpecified() }},
		{"null", call{body: `{"workspace_group":{"name":"A","notes":null}}`}, func(u model.WorkspaceGroupUpdate) bool { return u.Notes.IsNull() }},
		{"empty", call{body: `{"workspace_group":{"name":"A","notes":""}}`}, func(u model.WorkspaceGroupUpdate) bool {
			notes, ok := u.Notes.Value()
			return ok && notes == ""
		}},
		{"list", call{body: `{"workspace_group":{"name":"A","add_workspace_ids":[11,10]}}`}, list(11, 10)},
		{"form: omitted", call{kind: form, body: "workspace_group[name]=A"}, func(u model.WorkspaceGroupUpdate) bool { return !u.Notes.IsSpecified() }},
		{"form: null", call{kind: form, body: "workspace_group[name]=A&workspace_group[notes]"}, func(u model.WorkspaceGroupUpdate) bool { return u.Notes.IsNull() }},
		{"form: empty", call{kind: form, body: "workspace_group[name]=A&workspace_group[notes]="}, func(u model.WorkspaceGroupUpdate) bool {
			notes, ok := u.Notes.Value()
			return ok && notes == ""
		}},
		{"form: list", call{kind: form, body: "workspace_group[name]=A&workspace_group[add_workspace_ids][]=11&workspace_group[add_workspace_ids][]=10"}, list(11, 10)},
		{"form: numbered list", call{kind: form, body: "workspace_group[name]=A&workspace_group[add_workspace_ids][1]=11&workspace_group[add_workspace_ids][0]=10"}, list(10, 11)},
		{"form: reference", call{kind: form, body: "workspace_group[name]=A&workspace_group[external_reference][service_name]=jira&workspace_group[external_reference][service_model]=Issue&workspace_group[external_reference][service_model_ref]=1&workspace_group[external_reference][locked]=1"}, func(u model.WorkspaceGroupUpdate) bool {
			ref, ok := u.ExternalReference.Value()
			locked, _ := ref.Locked.Value()
			return ok && ref.ServiceName == "jira" && ref.ServiceModelRef == "1" && locked
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got model.WorkspaceGroupUpdate
			x := start(t, &fake{update: func(_ context.Context, _ group.Caller, id int64, u model.WorkspaceGroupUpdate, _ group.Includes) (group.Snapshot, error) {
				if id != 7 {
					t.Errorf("got id %d", id)
				}
				got = u
				return group.Snapshot{Group: model.WorkspaceGroup{ID: "7", Name: u.Name}}, nil
			}})
			if a := x.do(t, tc.call); a.status != http.StatusOK {
				t.Fatalf("got %d %s", a.status, a.body)
			}
			if !tc.want(got) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestInclude(t *testing.T) {
	const path = "/api/v1/workspace_groups/7"
	const body = `{"workspace_group":{"name":"Acme"},"include":"workspaces"}`
	workspaces := group.Includes{group.WorkspaceKind: true}
	references := group.Includes{group.ReferenceKind: true}
	for _, tc := range []struct {
		name string
		call call
		want group.Includes
	}{
		{"none", call{body: good}, group.Includes{}},
		{"all", call{path: path + "?include=rate_card_sets,workspaces,external_references", body: good},
			group.Includes{group.RateCardSetKind: true, group.WorkspaceKind: true, group.ReferenceKind: true}},
		{"escaped comma", call{path: path + "?include=workspaces%2Cexternal_references", body: good}, group.Includes{group.WorkspaceKind: true, group.ReferenceKind: true}},
		{"not trimmed", call{path: path + "?include=%20workspaces,external_references", body: good}, references},
		{"in the body", call{body: body}, workspaces},
		{"null in the body", call{body: `{"workspace_group":{"name":"Acme"},"include":null}`}, group.Includes{}},
		{"in a form", call{kind: "application/x-www-form-urlencoded", body: "include=workspaces&workspace_group[name]=A"}, workspaces},
		{"the query wins", call{path: path + "?include=external_references", body: body}, references},
		{"an empty query wins", call{path: path + "?include=", body: body}, group.Includes{}},
		{"a query without a value wins", call{path: path + "?include", body: body}, group.Includes{}},
		{"another query does not", call{path: path + "?Include=external_references", body: body}, workspaces},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got group.Includes
			x := start(t, &fake{update: func(_ context.Context, _ group.Caller, _ int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
				got = in
				return group.Snapshot{Group: model.WorkspaceGroup{ID: "7", Name: u.Name}, Included: store.NewDocument(0, in)}, nil
			}})
			doc := x.do(t, tc.call).document(t)
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if (doc.Workspaces != nil) != tc.want[group.WorkspaceKind] || (doc.ExternalReferences != nil) != tc.want[group.ReferenceKind] || (doc.RateCardSets != nil) != tc.want[group.RateCardSetKind] {
				t.Error("the maps of the reply are not those that were asked for")
			}
		})
	}
}
