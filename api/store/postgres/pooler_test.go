package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/gen/model"
)

// TestPgBouncer goes through PgBouncer in transaction mode, with more connections to it than it has to the server.
func TestPgBouncer(t *testing.T) {
	through := postgrestest.Bouncer(t, postgrestest.Database(t)) + "&default_query_exec_mode=exec"
	s := open(t, through) // which migrates
	if err := demo.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	caller := authenticate(t, s)
	const callers, rounds = 16, 10
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for n := range rounds {
				in := group.Includes{}
				if n%2 == 1 {
					in = group.All()
				}
				if _, err := s.Update(context.Background(), caller, 7, referring("Acme", fmt.Sprint(i, ".", n)), in); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got, err := s.Update(t.Context(), caller, 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.All())
	if err != nil {
		t.Fatal(err)
	}
	if n, want := len(*got.Group.ExternalReferenceIds), callers*rounds+1; n != want { // one is sample data
		t.Errorf("%d references, want %d", n, want)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("it is not ready: %v", err)
	}
}
