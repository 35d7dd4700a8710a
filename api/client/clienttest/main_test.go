package clienttest_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rename is an update that shows in the name of the group.
func rename(ctx context.Context, c *client.Client, id int64, name string) (*client.Result, error) {
	return c.UpdateWorkspaceGroup(ctx, id, client.Update{Name: name})
}

// transports are the two ways to reach a server; what holds for one holds for the other.
var transports = []struct {
	name string
	opts []clienttest.Option
}{
	{"port", nil},
	{"memory", []clienttest.Option{clienttest.WithoutPort()}},
}

func nameOf(t *testing.T, srv *clienttest.Server, id int64) string {
	t.Helper()
	g, ok := srv.Group(id)
	if !ok {
		t.Fatalf("there is no group %d", id)
	}
	return g.Name
}
