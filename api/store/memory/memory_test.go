package memory_test

import (
	"context"
	"fmt"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/api/store/storetest"
	"example.com/oxgroups/gen/model"
)

func Example() {
	ctx := context.Background()
	store := memory.Open()
	defer store.Close()
	if err := demo.Load(ctx, store); err != nil {
		panic(err)
	}
	caller, err := store.Authenticate(ctx, demo.Token)
	if err != nil {
		panic(err)
	}
	u := model.WorkspaceGroupUpdate{Name: "Acme", AddWorkspaceIds: nullable.NewNullableWithValue([]int64{12})}
	s, err := store.Update(ctx, caller, 7, u, group.ParseIncludes("workspaces"))
	fmt.Println(*s.Group.WorkspaceIds, err)
	// Output: [10 11 12] <nil>
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) group.Store {
		store := memory.Open()
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return store
	})
}
