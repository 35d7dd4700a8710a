package memory_test

import (
	"context"
	"fmt"

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
	caller, err := store.Authenticate(ctx, demo.Token)
	if err != nil {
		panic(err)
	}
	u := model.WorkspaceGroupUpdate{Name: "Acme", AddWorkspaceIds: nullable.NewNullableWithValue([]int64{12})}
	s, err := store.Update(ctx, caller, 7, u, group.ParseIncludes("workspaces"))
	fmt.Println(*s.Group.WorkspaceIds, err)
	// Output: [10 11 12] <nil>
}
