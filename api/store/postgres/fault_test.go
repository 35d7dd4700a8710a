package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/gen/model"
)

// TestRestart crashes the server under load: what was acknowledged is there, and the store goes on by itself.
func TestRestart(t *testing.T) {
	store, caller, _ := loaded(t)
	const writers = 8
	acknowledged := make([]int, writers)
	tried := make([]int, writers)
	started, stop := make(chan struct{}, writers), make(chan struct{})
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				_, err := store.Update(context.Background(), caller, 7, referring("Acme", fmt.Sprint(w, ".", tried[w])), group.Includes{})
				switch tried[w]++; {
				case err == nil:
					acknowledged[w]++
				case group.CodeOf(err) != group.Unavailable:
					t.Errorf("writer %d: %v, want unavailable", w, err)
				default:
					return // one lost update each is enough; the count of those that arrived is then known but for that one
				}
				if acknowledged[w] == 3 {
					started <- struct{}{}
				}
			}
		})
	}
	for range writers {
		<-started
	}
	postgrestest.Start(t).Restart(t)
	close(stop)
	wg.Wait()
	s, err := store.Update(t.Context(), caller, 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.All())
	if err != nil {
		t.Fatalf("after the restart: %v", err)
	}
	for w := range writers {
		var have []string
		for _, r := range *s.Included.ExternalReferences {
			have = append(have, r.ServiceName)
		}
		for i := range acknowledged[w] {
			if !slices.Contains(have, fmt.Sprint(w, ".", i)) {
				t.Errorf("update %d of writer %d was acknowledged and is lost", i, w)
			}
		}
	}
}

// TestRestartWhileIdle restarts the server while nothing is asked of it: no caller notices.
func TestRestartWhileIdle(t *testing.T) {
	store, caller, _ := loaded(t)
	if _, err := store.Update(t.Context(), caller, 7, noted("before"), group.Includes{}); err != nil {
		t.Fatal(err)
	}
	postgrestest.Start(t).Restart(t)
	if _, err := store.Update(t.Context(), caller, 7, noted("after"), group.Includes{}); err != nil {
		t.Errorf("the first update after a restart: %v", err)
	}
}

const terminate = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`

// TestTerminated ends the backends of a store, idle ones and one that waits for a lock: no caller notices.
func TestTerminated(t *testing.T) {
	store, caller, url := loaded(t)
	other := admin(t, url)
	for i := range 5 {
		exec(t, other, terminate)
		if _, err := store.Update(t.Context(), caller, 7, noted(fmt.Sprint(i)), group.All()); err != nil {
			t.Errorf("after its connection was ended: %v", err)
		}
	}
	exec(t, other, `BEGIN`)
	exec(t, other, `SELECT 1 FROM workspace_groups WHERE id = 7 FOR UPDATE`)
	result := make(chan error)
	go func() {
		_, err := store.Update(context.Background(), caller, 7, noted("through"), group.Includes{})
		result <- err
	}()
	untilWaiting(t, url, locked)
	exec(t, other, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	exec(t, other, `COMMIT`)
	if err := <-result; err != nil {
		t.Errorf("an update whose connection was ended as it waited: %v", err)
	}
}

// TestContextEnds has a caller give up while another session holds the group: the update is never applied.
func TestContextEnds(t *testing.T) {
	store, caller, url := loaded(t)
	other := admin(t, url)
	exec(t, other, `BEGIN`)
	exec(t, other, `SELECT 1 FROM workspace_groups WHERE id = 7 FOR UPDATE`)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() {
		_, err := store.Update(ctx, caller, 7, noted("withdrawn"), group.Includes{})
		result <- err
	}()
	untilWaiting(t, url, locked)
	cancel()
	if err := <-result; group.CodeOf(err) != group.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want unavailable as the context ended", err)
	}
	exec(t, other, `COMMIT`)
	s, err := store.Update(t.Context(), caller, 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.Includes{})
	if notes, ok := s.Group.Notes.Value(); err != nil || ok {
		t.Errorf("notes are %q (%v), want the withdrawn update not applied", notes, err)
	}
}

// TestStorageFails has the server refuse in several ways: nothing changes, and callers learn that it cannot serve now.
func TestStorageFails(t *testing.T) {
	for _, test := range []struct{ name, settings, hold, state string }{
		{"the group is locked for too long", "&lock_timeout=20", `SELECT 1 FROM workspace_groups WHERE id = 7 FOR UPDATE`, "55P03"},
		{"a statement takes too long", "&statement_timeout=50&lock_timeout=0", `SELECT 1 FROM workspace_groups WHERE id = 7 FOR UPDATE`, "57014"},
		{"a standby", "&default_transaction_read_only=on", `SELECT 1`, "25006"},
		{"a table may not be used", "", `REVOKE ALL ON workspace_groups FROM PUBLIC, limited`, "42501"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, caller, url := loaded(t)
			other := admin(t, url)
			if test.settings == "" {
				exec(t, other, `CREATE ROLE limited`)
				t.Cleanup(func() { exec(t, other, `DROP OWNED BY limited`); exec(t, other, `DROP ROLE limited`) })
				exec(t, other, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO limited`)
				test.settings = "&role=limited"
			} else {
				exec(t, other, `BEGIN`)
				t.Cleanup(func() { exec(t, other, `ROLLBACK`) })
			}
			store := open(t, url+test.settings)
			exec(t, other, test.hold)
			_, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{})
			var refused *pgconn.PgError
			if group.CodeOf(err) != group.Unavailable || !errors.As(err, &refused) || refused.Code != test.state {
				t.Errorf("the error is %v, want unavailable as the server said %s", err, test.state)
			}
		})
	}
}

// TestTooManyConnections has the server take no more connections: a store goes on with those that it has.
func TestTooManyConnections(t *testing.T) {
	store, caller, database := loaded(t)
	other := admin(t, database)
	exec(t, other, `CREATE ROLE plain LOGIN PASSWORD 'plain'`)
	t.Cleanup(func() { exec(t, other, `DROP ROLE plain`) })
	exec(t, other, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database()); END $$`)
	if _, err := postgres.Open(t.Context(), plainURL(t, database)); group.CodeOf(err) != group.Unavailable {
		t.Errorf("open without a connection to be had: %v, want unavailable", err)
	}
	if _, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{}); err != nil {
		t.Errorf("a store that has its connections: %v", err)
	}
}

// TestSchemaChanges has another process change a column while the statements of a store are prepared.
func TestSchemaChanges(t *testing.T) {
	store, caller, url := loaded(t)
	other := admin(t, url)
	for _, kind := range []string{"VARCHAR", "TEXT"} {
		if _, err := store.Update(t.Context(), caller, 7, noted("before "+kind), group.All()); err != nil {
			t.Fatal(err)
		}
		exec(t, other, `ALTER TABLE workspace_groups ALTER COLUMN created_at TYPE `+kind)
		if _, err := store.Update(t.Context(), caller, 7, noted("after "+kind), group.All()); err != nil {
			t.Errorf("an update after a change to %s: %v", kind, err)
		}
	}
}

// TestPoolWaits has more callers than connections: they wait for each other.
func TestPoolWaits(t *testing.T) {
	url := postgrestest.Database(t) + "&pool_max_conns=1"
	store := open(t, url)
	if err := demo.Load(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	caller := authenticate(t, store)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := store.Update(context.Background(), caller, 7, referring("Acme", fmt.Sprint(i)), group.All()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
