package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
)

const (
	before = "2013-04-15T16:48:48-07:00"
	now    = "2026-01-02T03:04:05Z"
)

func ExampleChange_Apply() {
	u := model.WorkspaceGroupUpdate{Name: "Acme", AddWorkspaceIds: nullable.NewNullableWithValue([]int64{10, 12})}
	c, err := store.NewChange(group.Caller{AccountID: 1}, 7, u)
	if err != nil {
		panic(err)
	}
	diff, err := c.Apply(store.State{
		Group:   &group.Row{ID: 7, CreatedAt: before, UpdatedAt: before, JSON: []byte(`{"name":"Acme"}`)},
		Members: []store.Member{{ID: 10, Is: true}, {ID: 12}},
	}, now)
	fmt.Println(diff.Add, diff.Remove, diff.Group.UpdatedAt, err)
	// Output: [12] [] 2026-01-02T03:04:05Z <nil>
}

// stored is a group as an engine reads it.
func stored(document string) store.State {
	return store.State{Group: &group.Row{ID: 7, Key: "ACME", CreatedAt: before, UpdatedAt: before, JSON: []byte(document)}}
}

func TestApply(t *testing.T) {
	reference := &group.Row{ID: 3, GroupID: 7, Key: "jira", CreatedAt: before, UpdatedAt: before,
		JSON: []byte(`{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1"}`)}
	referring := func(ref string) model.WorkspaceGroupUpdate {
		u := model.WorkspaceGroupUpdate{Name: "Acme"}
		u.ExternalReference.Set(model.ExternalReferenceUpdate{ServiceName: "jira", ServiceModel: "Issue", ServiceModelRef: ref})
		return u
	}
	members := func(add, remove []int64) model.WorkspaceGroupUpdate {
		return model.WorkspaceGroupUpdate{Name: "Acme", AddWorkspaceIds: nullable.NewNullableWithValue(add), RemoveWorkspaceIds: nullable.NewNullableWithValue(remove)}
	}
	with := func(s store.State, change func(*store.State)) store.State { change(&s); return s }
	for _, test := range []struct {
		name  string
		u     model.WorkspaceGroupUpdate
		state store.State
		want  string // of the diff
	}{
		{"nothing", model.WorkspaceGroupUpdate{Name: "Acme"}, stored(`{"name":"Acme"}`), "nothing"},
		{"null of an empty field", model.WorkspaceGroupUpdate{Name: "Acme", Notes: nullable.NewNullNullable[string]()}, stored(`{"name":"Acme"}`), "nothing"},
		{"a field", model.WorkspaceGroupUpdate{Name: "Acme", Notes: nullable.NewNullableWithValue("x")}, stored(`{"name":"Acme"}`),
			`group {"name":"Acme","notes":"x"}`},
		{"cleared", model.WorkspaceGroupUpdate{Name: "Acme", Notes: nullable.NewNullNullable[string]()}, stored(`{"notes":"x","name":"Acme"}`),
			`group {"name":"Acme"}`},
		{"renamed", model.WorkspaceGroupUpdate{Name: "Omega"}, with(stored(`{"name":"Acme"}`), func(s *store.State) { s.Renamed = true }),
			`group {"name":"Omega"} renamed`},
		{"members", members([]int64{1, 2, 3}, []int64{3, 4}), with(stored(`{"name":"Acme"}`), func(s *store.State) {
			s.Members = []store.Member{{ID: 1, Is: true}, {ID: 2}, {ID: 3}, {ID: 4, Is: true}}
		}), `group {"name":"Acme"} add [2] remove [4]`},
		{"a new reference", referring("A-1"), stored(`{"name":"Acme"}`),
			`group {"name":"Acme"} reference 0 {"service_name":"jira","service_model":"Issue","service_model_ref":"A-1"} ` + now},
		{"an equal reference", referring("A-1"), with(stored(`{"name":"Acme"}`), func(s *store.State) { s.Reference = reference }), "nothing"},
		{"a changed reference", referring("A-2"), with(stored(`{"name":"Acme"}`), func(s *store.State) { s.Reference = reference }),
			`group {"name":"Acme"} reference 3 {"service_name":"jira","service_model":"Issue","service_model_ref":"A-2"} ` + before},
		{"a value that no longer fits the spec stays", model.WorkspaceGroupUpdate{Name: "Acme", Notes: nullable.NewNullableWithValue("x")},
			stored(`{"name":"Acme","company":"yes"}`), `group {"name":"Acme","company":"yes","notes":"x"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := fmt.Sprint(test.state, test.state.Group)
			c, err := store.NewChange(group.Caller{AccountID: 1}, 7, test.u)
			if err != nil {
				t.Fatal(err)
			}
			d, err := c.Apply(test.state, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(d); got != test.want {
				t.Errorf("the diff is\n%s\nwant\n%s", got, test.want)
			}
			if after := fmt.Sprint(test.state, test.state.Group); after != given {
				t.Errorf("the state was changed to %s", after)
			}
		})
	}
}

// describe returns a diff in a line.
func describe(d store.Diff) string {
	if d.Empty() {
		if !reflect.DeepEqual(d, store.Diff{}) {
			return "an empty diff with changes"
		}
		return "nothing"
	}
	parts := []string{"group " + string(d.Group.JSON)}
	if d.Group.UpdatedAt != now || d.Group.CreatedAt != before {
		parts = append(parts, d.Group.CreatedAt, d.Group.UpdatedAt)
	}
	if d.Renamed {
		parts = append(parts, "renamed")
	}
	if len(d.Add) > 0 {
		parts = append(parts, fmt.Sprint("add ", d.Add))
	}
	if len(d.Remove) > 0 {
		parts = append(parts, fmt.Sprint("remove ", d.Remove))
	}
	if r := d.Reference; r != nil {
		parts = append(parts, fmt.Sprint("reference ", r.ID, " ", string(r.JSON), " ", r.CreatedAt))
	}
	return strings.Join(parts, " ")
}

func TestApplyRefuses(t *testing.T) {
	u := model.WorkspaceGroupUpdate{Name: "Beta", AddWorkspaceIds: nullable.NewNullableWithValue([]int64{1, 2})}
	c, err := store.NewChange(group.Caller{AccountID: 1}, 7, u)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Apply(store.State{}, now); group.CodeOf(err) != group.NotFound {
		t.Errorf("no group: %v", err)
	}
	s := stored(`{"name":"Acme"}`)
	s.Taken, s.Members = true, []store.Member{{ID: 1}}
	_, err = c.Apply(s, now)
	var e *group.Error
	if !errors.As(err, &e) || len(e.Problems) != 2 || e.Problems[0] != group.NameTaken() || e.Problems[1].Field != "add_workspace_ids" {
		t.Errorf("the error is %v, want both reasons", err)
	}
	if _, err := c.Apply(stored(`{`), now); group.CodeOf(err) != group.Internal {
		t.Errorf("a broken document: %v, want a defect", err)
	}
}
