package group_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/gen/model"
)

func ExampleFold() {
	fmt.Println(group.Fold("Acme") == group.Fold("ACME"), group.Fold("Acme") == group.Fold("Acme "))
	// Output: true false
}

func ExampleParseIncludes() {
	in := group.ParseIncludes("workspaces,nonsense")
	fmt.Println(in[group.WorkspaceKind], in[group.ReferenceKind])
	// Output: true false
}

func ExampleNewChange() {
	c := group.NewChange(model.WorkspaceGroupUpdate{
		Name:               "Acme",
		AddWorkspaceIds:    nullable.NewNullableWithValue([]int64{12, 10, 12}),
		RemoveWorkspaceIds: nullable.NewNullableWithValue([]int64{10}),
	})
	fmt.Println(c.Add, c.Remove, c.Named())
	fmt.Println(c.Check([]int64{10}, false))
	// Output:
	// [10 12] [10] [10 12]
	// [{add_workspace_ids workspaces 12 do not exist or are not accessible}]
}

func TestFold(t *testing.T) {
	words := []string{"", "a", "A", "ſ", "s", "S", "K", "k", "\u212a", "Å", "å", "\u212b", "Σ", "σ", "ς", "ß", "ẞ", "ss",
		"i", "I", "İ", "ı", "ﬀ", "ff", "é", "e\u0301", "Ǆ", "ǅ", "ǆ", "\xff", "\ufffd", "a\x00", "日本", "Ω", "\u2126"}
	for _, a := range words {
		for _, b := range words {
			if got, want := group.Fold(a) == group.Fold(b), strings.EqualFold(a, b); got != want {
				t.Errorf("%q and %q have one form: %v, strings.EqualFold says %v", a, b, got, want)
			}
		}
	}
}

func TestNewChange(t *testing.T) {
	list := func(ids ...int64) nullable.Nullable[[]int64] { return nullable.NewNullableWithValue(ids) }
	null := nullable.NewNullNullable[[]int64]()
	for _, test := range []struct {
		name               string
		add, remove        nullable.Nullable[[]int64]
		wantAdd, wantNamed []int64
		wantRemove         []int64
	}{
		{name: "omitted"},
		{name: "null", add: null, remove: null},
		{name: "empty", add: list(), remove: list()},
		{name: "sorted, once each", add: list(3, 1, 3, 2), wantAdd: []int64{1, 2, 3}, wantNamed: []int64{1, 2, 3}},
		{name: "in both", add: list(2, 1), remove: list(3, 2), wantAdd: []int64{1, 2}, wantRemove: []int64{2, 3}, wantNamed: []int64{1, 2, 3}},
		{name: "all in both", add: list(2), remove: list(2), wantAdd: []int64{2}, wantRemove: []int64{2}, wantNamed: []int64{2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := model.WorkspaceGroupUpdate{Name: "Acme", AddWorkspaceIds: test.add, RemoveWorkspaceIds: test.remove}
			sent, _ := test.add.Value()
			before := slices.Clone(sent)
			c := group.NewChange(u)
			if !slices.Equal(c.Add, test.wantAdd) || !slices.Equal(c.Remove, test.wantRemove) || !slices.Equal(c.Named(), test.wantNamed) {
				t.Errorf("add %v, remove %v, named %v", c.Add, c.Remove, c.Named())
			}
			if plain := group.Plain(u); plain.AddWorkspaceIds.IsSpecified() || plain.RemoveWorkspaceIds.IsSpecified() || plain.Name != "Acme" {
				t.Errorf("plain fields are %+v", plain)
			}
			if !slices.Equal(sent, before) {
				t.Errorf("the caller's list was changed to %v", sent)
			}
		})
	}
}

func TestNewChangeReference(t *testing.T) {
	var u model.WorkspaceGroupUpdate
	if c := group.NewChange(u); c.Reference != nil {
		t.Error("an omitted reference is a change")
	}
	u.ExternalReference.SetNull()
	if c := group.NewChange(u); c.Reference != nil || group.Plain(u).ExternalReference.IsSpecified() {
		t.Error("null is a change")
	}
	u.ExternalReference.Set(model.ExternalReferenceUpdate{ServiceName: "jira"})
	if c := group.NewChange(u); c.Reference == nil || c.Reference.ServiceName != "jira" || group.Plain(u).ExternalReference.IsSpecified() {
		t.Errorf("the change is %+v", c)
	}
}

func TestCheck(t *testing.T) {
	c := group.NewChange(model.WorkspaceGroupUpdate{
		Name:               "Acme",
		AddWorkspaceIds:    nullable.NewNullableWithValue([]int64{1, 2}),
		RemoveWorkspaceIds: nullable.NewNullableWithValue([]int64{2, 3}),
	})
	if problems := c.Check([]int64{1, 2, 3}, false); problems != nil {
		t.Errorf("all in reach: %v", problems)
	}
	problems := c.Check(nil, true)
	if len(problems) != 3 {
		t.Fatalf("the problems are %v, want three", problems)
	}
	for i, field := range []string{"name", "add_workspace_ids", "remove_workspace_ids"} {
		if problems[i].Field != field {
			t.Errorf("problem %d is on %s, want %s", i, problems[i].Field, field)
		}
	}
}

func TestParseIncludes(t *testing.T) {
	for list, want := range map[string]group.Includes{
		"":                            {},
		",":                           {},
		"workspaces":                  {group.WorkspaceKind: true},
		"workspaces,workspaces":       {group.WorkspaceKind: true},
		"Workspaces, rate_card_sets":  {},
		"rate_card_sets,,unknown":     {group.RateCardSetKind: true},
		"external_references,workspa": {group.ReferenceKind: true},
		"external_references,rate_card_sets,workspaces": {group.ReferenceKind: true, group.RateCardSetKind: true, group.WorkspaceKind: true},
		"workspace_groups": {},
	} {
		if got := group.ParseIncludes(list); got != want {
			t.Errorf("%q gives %+v, want %+v", list, got, want)
		}
	}
}

func TestDocument(t *testing.T) {
	ids := []string{"10"}
	s := group.Snapshot{Group: model.WorkspaceGroup{ID: "7", WorkspaceIds: &ids}}
	s.Included.Workspaces = &map[string]model.Workspace{"10": {ID: "10"}}
	doc := s.Document()
	if doc.Count != 1 || doc.Meta != (model.Meta{Count: 1, PageCount: 1, PageNumber: 1, PageSize: 20}) {
		t.Errorf("count %d, meta %+v", doc.Count, doc.Meta)
	}
	if want := []model.Result{{Key: "workspace_groups", ID: "7"}}; !slices.Equal(doc.Results, want) {
		t.Errorf("results are %v", doc.Results)
	}
	if g := doc.WorkspaceGroups["7"]; g.WorkspaceIds != &ids || doc.Workspaces != s.Included.Workspaces || doc.RateCardSets != nil {
		t.Errorf("the document is %+v", doc)
	}
	if pages := group.NewMeta(41).PageCount; pages != 3 {
		t.Errorf("41 groups are on %d pages, want 3", pages)
	}
}

func TestError(t *testing.T) {
	err := fmt.Errorf("serve: %w", &group.Error{Code: group.NotFound, Err: errors.New("cause")})
	if group.CodeOf(err) != group.NotFound || !errors.Is(err, &group.Error{Code: group.NotFound}) || errors.Is(err, &group.Error{Code: group.Refused}) {
		t.Errorf("code %q of %v", group.CodeOf(err), err)
	}
	if group.CodeOf(nil) != "" || group.CodeOf(errors.New("x")) != group.Internal || group.Refusal(nil) != nil {
		t.Error("nil has a code, or an unknown error has another one than internal, or no problem is a refusal")
	}
}
