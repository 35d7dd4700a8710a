package demo_test

import (
	"context"
	"fmt"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/gen/model"
)

func Example() {
	ctx := context.Background()
	store := memory.Open()
	defer store.Close()
	if err := demo.Load(ctx, store); err != nil {
		panic(err)
	}
	caller, _ := store.Authenticate(ctx, demo.Token)
	s, _ := store.Update(ctx, caller, 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.All())
	fmt.Println(*s.Group.WorkspaceIds, (*s.Included.ExternalReferences)["1"].ServiceName, len(*s.Included.RateCardSets))
	// Output: [10 11] jira 1
}

func TestDocument(t *testing.T) {
	doc := demo.Document()
	if got := len(doc.WorkspaceGroups); got != 20 {
		t.Errorf("%d groups, want 20", got)
	}
	if got := len(*doc.Workspaces); got != 200 {
		t.Errorf("%d workspaces, want 200", got)
	}
	for i, r := range doc.Results {
		if want := fmt.Sprint(i + 1); r.ID != want {
			t.Errorf("result %d is group %s, want %s", i, r.ID, want)
		}
	}
}

func TestReach(t *testing.T) {
	ctx := t.Context()
	store := memory.Open()
	if err := demo.Load(ctx, store); err != nil {
		t.Fatal(err)
	}
	caller, err := store.Authenticate(ctx, demo.Token)
	if err != nil {
		t.Fatal(err)
	}
	for id := int64(1); id <= 201; id++ {
		u := model.WorkspaceGroupUpdate{Name: "Acme", AddWorkspaceIds: nullable.NewNullableWithValue([]int64{id})}
		_, err := store.Update(ctx, caller, 7, u, group.Includes{})
		want := group.Code("")
		if id >= 101 && id <= 110 || id == 201 {
			want = group.Refused
		}
		if got := group.CodeOf(err); got != want {
			t.Errorf("workspace %d: %q (%v), want %q", id, got, err, want)
		}
	}
}

func TestLoadAgain(t *testing.T) {
	ctx := t.Context()
	store := memory.Open()
	if err := demo.Load(ctx, store); err != nil {
		t.Fatal(err)
	}
	caller, err := store.Authenticate(ctx, demo.Token)
	if err != nil {
		t.Fatal(err)
	}
	u := model.WorkspaceGroupUpdate{Name: "Acme", Notes: nullable.NewNullableWithValue("kept")}
	if _, err := store.Update(ctx, caller, 7, u, group.Includes{}); err != nil {
		t.Fatal(err)
	}
	if err := demo.Load(ctx, store); err != nil {
		t.Fatal(err)
	}
	s, err := store.Update(ctx, caller, 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.Includes{})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Group.Notes.Value(); got != "kept" {
		t.Errorf("notes are %q after a second load", got)
	}
	tokens, err := store.Tokens(ctx)
	if err != nil || len(tokens) != 1 {
		t.Fatalf("%d tokens (%v), want 1", len(tokens), err)
	}
	if err := store.RevokeToken(ctx, tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := demo.Load(ctx, store); err != nil {
		t.Fatalf("load after the token was revoked: %v", err)
	}
	if _, err := store.Authenticate(ctx, demo.Token); group.CodeOf(err) != group.Unauthorized {
		t.Errorf("a revoked token is back: %v", err)
	}
}
