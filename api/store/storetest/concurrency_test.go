package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/gen/model"
)

func testConcurrency(t *testing.T, open Opener) {
	t.Run("one order", func(t *testing.T) { testOneOrder(t, newFixture(t, open)) })
	t.Run("members add up", func(t *testing.T) { testAddUp(t, newFixture(t, open)) })
	t.Run("one name", func(t *testing.T) { testOneName(t, newFixture(t, open)) })
	t.Run("refused beside accepted", func(t *testing.T) { testBeside(t, newFixture(t, open)) })
}

const writers = 16

// parallel runs a function for 0 to n-1 at once and waits for all.
func parallel(n int, run func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { run(i) })
	}
	wg.Wait()
}

// testOneOrder has each writer set two fields to the same value: a reader must never see two values.
func testOneOrder(t *testing.T, f *fixture) {
	parallel(writers, func(i int) {
		for round := range 5 {
			value := nullable.NewNullableWithValue(fmt.Sprintf("%d.%d", i, round))
			u := model.WorkspaceGroupUpdate{Name: "Alpha", Notes: value, Website: value}
			s, err := f.store.Update(context.Background(), f.all, 1, u, group.Includes{})
			if err != nil {
				t.Errorf("writer %d: %v", i, err)
			} else if s.Group.Notes != value || s.Group.Website != value {
				t.Errorf("writer %d was answered with %v and %v", i, s.Group.Notes, s.Group.Website)
			}
		}
	})
	s := f.mustUpdate(1, `{"name":"Alpha"}`)
	if s.Group.Notes != s.Group.Website {
		t.Errorf("the group is a mixture: %v, %v", s.Group.Notes, s.Group.Website)
	}
}

// testAddUp has each writer add its own reference and its own workspace, and take out another one's.
func testAddUp(t *testing.T, f *fixture) {
	f.mustImport(1, manyWorkspaces(2*writers))
	parallel(writers, func(i int) {
		u := model.WorkspaceGroupUpdate{
			Name:               "Beta",
			AddWorkspaceIds:    nullable.NewNullableWithValue([]int64{firstOfMany + int64(i)}),
			RemoveWorkspaceIds: nullable.NewNullableWithValue([]int64{firstOfMany + writers + int64(i)}),
			ExternalReference: nullable.NewNullableWithValue(model.ExternalReferenceUpdate{
				ServiceName: fmt.Sprint("s", i), ServiceModel: "M", ServiceModelRef: "1",
			}),
		}
		if _, err := f.store.Update(context.Background(), f.all, 2, u, group.Includes{}); err != nil {
			t.Errorf("writer %d: %v", i, err)
		}
	})
	s := f.mustUpdate(2, `{"name":"Beta"}`)
	if got, want := len(*s.Group.WorkspaceIds), writers; got != want {
		t.Errorf("%d members, want %d: %v", got, want, *s.Group.WorkspaceIds)
	}
	if got := len(references(s)); got != writers {
		t.Errorf("%d references, want %d", got, writers)
	}
}

const firstOfMany = 1000

// manyWorkspaces is a document with n workspaces, the second half of which are the members of group 2.
func manyWorkspaces(n int) string {
	maps, ids := "", ""
	for i := range n {
		if i > 0 {
			maps += ","
		}
		id := firstOfMany + i
		maps += fmt.Sprintf(`"%d":{"id":"%d","title":"Number %d"}`, id, id, i)
		if i >= n/2 {
			ids += fmt.Sprintf(`,"%d"`, id)
		}
	}
	return fmt.Sprintf(`{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},"results":[],
		"workspace_groups":{"2":{"id":"2","name":"Beta","created_at":"2013-04-15T16:48:48Z","updated_at":"2013-04-15T16:48:48Z",
		"workspace_ids":[%s]}},"workspaces":{%s}}`, ids[1:], maps)
}

// testOneName has two groups race for one name: exactly one gets it.
func testOneName(t *testing.T, f *fixture) {
	for round := range 10 {
		name := fmt.Sprint("Wanted ", round)
		var errs [2]error
		parallel(2, func(i int) {
			_, errs[i] = f.store.Update(context.Background(), f.all, int64(i+1), renamed(name), group.Includes{})
		})
		first, second := group.CodeOf(errs[0]), group.CodeOf(errs[1])
		if !(first == "" && second == group.Refused) && !(first == group.Refused && second == "") {
			t.Fatalf("two groups asked for %q: %v, %v", name, errs[0], errs[1])
		}
	}
}

// testBeside mixes updates that are refused with updates that are not: a refusal undoes only itself.
func testBeside(t *testing.T, f *fixture) {
	parallel(writers, func(i int) {
		u := model.WorkspaceGroupUpdate{Name: "Beta"}
		u.ExternalReference.Set(model.ExternalReferenceUpdate{ServiceName: fmt.Sprint("s", i), ServiceModel: "M", ServiceModelRef: "1"})
		want := group.Code("")
		if i%2 == 1 {
			u.AddWorkspaceIds.Set([]int64{12, 999})
			want = group.Refused
		}
		_, err := f.store.Update(context.Background(), f.all, 2, u, group.Includes{})
		if got := group.CodeOf(err); got != want {
			t.Errorf("writer %d: %v, want %q", i, err, want)
		}
	})
	s := f.mustUpdate(2, `{"name":"Beta"}`)
	if got := len(references(s)); got != writers/2 {
		t.Errorf("%d references, want %d", got, writers/2)
	}
	if got := *s.Group.WorkspaceIds; len(got) != 1 {
		t.Errorf("members are %v, want only 13", got)
	}
}

func testContexts(t *testing.T, open Opener) {
	f := newFixture(t, open)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.unchanged(func() {
		for _, call := range []struct {
			name string
			run  func() error
		}{
			{"Update", func() error {
				_, err := f.store.Update(ctx, f.all, 1, renamed("Omega"), group.All())
				return err
			}},
			{"Import", func() error { return load(ctx, f.store, 1, manyWorkspaces(2)) }},
			{"Export", func() error { return f.store.Export(ctx, 1, func(group.Kind, *group.Row) error { return nil }) }},
			{"Authenticate", func() error {
				_, err := f.store.Authenticate(ctx, "unknown")
				return err
			}},
			{"CreateToken", func() error {
				_, _, err := f.store.CreateToken(ctx, group.NewToken{AccountID: 1, UserID: 1})
				return err
			}},
			{"RevokeToken", func() error { return f.store.RevokeToken(ctx, f.all.TokenID) }},
			{"Tokens", func() error {
				_, err := f.store.Tokens(ctx)
				return err
			}},
		} {
			err := call.run()
			if group.CodeOf(err) != group.Unavailable || !errors.Is(err, context.Canceled) {
				t.Errorf("%s with a context that has ended: %v", call.name, err)
			}
		}
	})
	if tokens, err := f.store.Tokens(t.Context()); err != nil || len(tokens) != 4 || !tokens[0].RevokedAt.IsZero() {
		t.Errorf("tokens are %v (%v), want the four that were there", tokens, err)
	}
}

func testClose(t *testing.T, open Opener) {
	f := newFixture(t, open)
	f.caller(group.NewToken{AccountID: 1, UserID: 1, Secret: "known"})
	if err := f.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.store.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
	_, err := f.store.Update(t.Context(), f.all, 1, renamed("Omega"), group.Includes{})
	f.wantCode(err, group.Unavailable)
	for _, token := range []string{"known", "unknown"} {
		_, err = f.store.Authenticate(t.Context(), token)
		f.wantCode(err, group.Unavailable)
	}
	_, err = f.store.Tokens(t.Context())
	f.wantCode(err, group.Unavailable)
}
