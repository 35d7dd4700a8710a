package postgres_test

import (
	"context"
	"fmt"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/gen/model"
)

func ExampleOpen() {
	ctx := context.Background()
	store, err := postgres.Open(ctx, "postgres://oxgroups:secret@127.0.0.1:1/oxgroups?sslmode=disable&pool_max_conns=8")
	if err != nil {
		fmt.Println(group.CodeOf(err)) // nothing listens on that port
		return
	}
	defer store.Close()
	caller, err := store.Authenticate(ctx, "token")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := store.Update(ctx, caller, 7, model.WorkspaceGroupUpdate{Name: "Acme Corp"}, group.ParseIncludes("workspaces"))
	fmt.Println(s.Group.Name, err)
	// Output: unavailable
}
