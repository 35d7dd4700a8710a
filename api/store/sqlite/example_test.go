package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/gen/model"
)

func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "oxgroups")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "groups.db"))
	if err != nil {
		panic(err)
	}
	defer store.Close()
	if err := demo.Load(ctx, store); err != nil {
		panic(err)
	}
	caller, err := store.Authenticate(ctx, demo.Token)
	if err != nil {
		panic(err)
	}
	s, err := store.Update(ctx, caller, 7, model.WorkspaceGroupUpdate{Name: "Acme Corp"}, group.ParseIncludes("workspaces"))
	fmt.Println(s.Group.Name, *s.Group.WorkspaceIds, err)
	// Output: Acme Corp [10 11] <nil>
}
