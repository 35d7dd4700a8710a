package postgres

import (
	"context"
	"sync"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/gen/model"
)

// TestResets has many updates be refused by a server that takes no writes: connections are not made again for each of them.
func TestResets(t *testing.T) {
	database := postgrestest.Database(t)
	primary, err := Open(t.Context(), database)
	if err == nil {
		err = primary.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), database+"&default_transaction_read_only=on")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	began := time.Now()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			for range 10 {
				_, err := s.Update(context.Background(), group.Caller{AccountID: 1}, 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.Includes{})
				if group.CodeOf(err) != group.Unavailable {
					t.Errorf("the error is %v, want unavailable", err)
				}
			}
		})
	}
	wg.Wait()
	resets := 1 + int64(time.Since(began)/resetInterval)
	if got, most := s.engine.pool.Stat().NewConnsCount(), (resets+1)*10+1; got > most { // as many as callers, after each reset
		t.Errorf("%d connections for 100 updates, want at most %d", got, most)
	}
	if err := s.Ready(t.Context()); group.CodeOf(err) != group.Unavailable {
		t.Errorf("it is ready: %v", err)
	}
}
