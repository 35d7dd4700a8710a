package postgres_test

import (
	"context"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store/demo"
)

// TestCommitOnOneServer has a caller give up while its commit waits for a standby that is gone. PostgreSQL then answers that it
// is committed, on the primary alone: a failover would lose it, so it is not a success.
func TestCommitOnOneServer(t *testing.T) {
	pair := postgrestest.StartPair(t)
	url := pair.Database(t)
	s := open(t, url)
	if err := demo.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	caller := authenticate(t, s)
	pair.StopStandby(t)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() {
		_, err := s.Update(ctx, caller, 7, noted("here"), group.Includes{})
		result <- err
	}()
	untilWaiting(t, url, "wait_event = 'SyncRep'")
	cancel()
	if err := <-result; group.CodeOf(err) != group.Unavailable {
		t.Errorf("the error is %v, want unavailable", err)
	}
	pair.Rejoin(t)
	if _, err := s.Update(t.Context(), caller, 7, noted("there"), group.Includes{}); err != nil {
		t.Errorf("with a standby again: %v", err)
	}
}

// TestSlowReader has an export be read more slowly than the server's timeouts allow a statement or a transaction.
func TestSlowReader(t *testing.T) {
	_, _, url := loaded(t)
	s, other, rows := open(t, url+"&statement_timeout=100&idle_in_transaction_session_timeout=100"), admin(t, url), 0
	err := s.Export(t.Context(), demo.Account, func(group.Kind, *group.Row) error {
		if rows++; rows%100 == 1 {
			exec(t, other, `SELECT pg_sleep(0.3)`)
		}
		return nil
	})
	if err != nil || rows != 222 {
		t.Errorf("%d rows were read, then %v", rows, err)
	}
}
