// Command sync renames a workspace group: a program that has oxgroups as a dependency.
package main

import (
	"context"
	"fmt"
	"os"

	"example.com/oxgroups/api/client"
)

func main() {
	c, err := client.New() // OXGROUPS_URL, OXGROUPS_TOKEN
	if err == nil {
		err = rename(context.Background(), c, 7, "Acme Rockets")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func rename(ctx context.Context, c client.Updater, id int64, name string) error {
	result, err := c.UpdateWorkspaceGroup(ctx, id, client.Update{Name: name, Notes: client.Null[string]()})
	if err != nil {
		return err
	}
	fmt.Println("renamed", result.Group.ID, "to", result.Group.Name)
	return nil
}
