package postgres_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/postgres"
	"github.com/jackc/pgx/v5"
)

// TestOpenTogether opens one empty database ten times at once, as ten processes would.
func TestOpenTogether(t *testing.T) {
	database := postgrestest.Database(t)
	errs := make(chan error)
	for range 10 {
		go func() {
			opened, err := postgres.Open(context.Background(), database)
			if err == nil {
				err = opened.Close()
			}
			errs <- err
		}()
	}
	for range 10 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if err := demo.Load(t.Context(), open(t, database)); err != nil {
		t.Errorf("the schema is of no use: %v", err)
	}
}

func TestOpenRefused(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, c *pgx.Conn, database string)
		want    error
	}{
		{"a newer schema", func(t *testing.T, c *pgx.Conn, database string) {
			open(t, database)
			exec(t, c, `UPDATE oxgroups_schema SET version = 99`)
		}, store.ErrNewer},
		{"tables of another program", func(t *testing.T, c *pgx.Conn, _ string) { exec(t, c, `CREATE TABLE tokens (id INT)`) }, store.ErrForeign},
	} {
		t.Run(test.name, func(t *testing.T) {
			database := postgrestest.Database(t)
			test.prepare(t, admin(t, database), database)
			if store, err := postgres.Open(t.Context(), database); !errors.Is(err, test.want) {
				t.Errorf("the error is %v (store: %v), want %v", err, store, test.want)
			}
		})
	}
}

// TestNoSecrets looks for the password in errors of Open.
func TestNoSecrets(t *testing.T) {
	database := postgrestest.Database(t)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, url string
		want      group.Code
	}{
		{"wrong password", "postgres://oxgroups:hunter2@" + u.Host + "/postgres?sslmode=disable", group.Unavailable},
		{"no server", "postgres://oxgroups:hunter2@127.0.0.1:1/postgres?sslmode=disable", group.Unavailable},
		{"no such database", strings.Replace(database, u.Path, "/hunter3", 1), group.Unavailable},
		{"a bad escape", "postgres://oxgroups:hunter2%zz@127.0.0.1/postgres", group.Internal},
		{"a space", "postgres://oxgroups:hunter2 x@127.0.0.1/postgres", group.Internal},
		{"no port", "postgres://oxgroups:hunter2@127.0.0.1:x/postgres", group.Internal},
		{"a slash", "postgres://oxgroups:/hunter2@127.0.0.1/postgres", group.Internal},
		{"a question mark", "postgres://oxgroups:1?hunter2@127.0.0.1/postgres", group.Internal},
		{"a number sign", "postgres://oxgroups:1#hunter2@127.0.0.1/postgres", group.Internal},
		{"a bad sslmode", "postgres://oxgroups:hunter2@127.0.0.1/postgres?sslmode=perhaps", group.Internal},
		{"a bad pool size", "postgres://oxgroups:hunter2@127.0.0.1/postgres?pool_max_conns=many", group.Internal},
		{"the password in the query", "postgres://127.0.0.1/postgres?password=hunter2&sslmode=perhaps", group.Internal},
		{"another scheme", "mysql://oxgroups:hunter2@127.0.0.1/postgres", group.Internal},
		{"words", "host=127.0.0.1 password=hunter2", group.Internal},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := postgres.Open(t.Context(), test.url)
			if err == nil || group.CodeOf(err) != test.want {
				t.Fatalf("the error is %q (%v), want %q", group.CodeOf(err), err, test.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error has the password: %v", err)
			}
		})
	}
}

// TestDurable opens a database whose server answers before commits are on disk: the store does not.
func TestDurable(t *testing.T) {
	database := postgrestest.Database(t)
	c := admin(t, database)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, c, `ALTER DATABASE `+strings.TrimPrefix(u.Path, "/")+` SET synchronous_commit = off`)
	store := open(t, database)
	if err := demo.Load(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	caller := authenticate(t, store)
	exec(t, c, `CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN NEW.document := NEW.document || jsonb_build_object('notes', current_setting('synchronous_commit')); RETURN NEW; END $$`)
	exec(t, c, `CREATE TRIGGER seen BEFORE UPDATE ON workspace_groups FOR EACH ROW EXECUTE FUNCTION seen()`)
	if _, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{}); err != nil {
		t.Fatal(err)
	}
	var setting string
	if err := c.QueryRow(t.Context(), `SELECT document->>'notes' FROM workspace_groups WHERE id = 7`).Scan(&setting); err != nil || setting != "on" {
		t.Errorf("synchronous_commit is %q (%v), want on", setting, err)
	}
}

func TestClock(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 678, time.FixedZone("", 3600))
	store, caller, _ := loaded(t, postgres.WithClock(func() time.Time { return at }))
	s, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Group.UpdatedAt.Format(time.RFC3339Nano); got != "2030-01-02T02:04:05Z" {
		t.Errorf("updated_at is %s", got)
	}
}

// TestRevokedElsewhere revokes a token through a second store on the same database.
func TestRevokedElsewhere(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	store, caller, database := loaded(t, postgres.WithClock(func() time.Time { return now }))
	if err := open(t, database).RevokeToken(t.Context(), caller.TokenID); err != nil {
		t.Fatal(err)
	}
	now = now.Add(4 * time.Second)
	if _, err := store.Authenticate(t.Context(), demo.Token); err != nil {
		t.Errorf("the cache forgot a token within its five seconds: %v", err)
	}
	now = now.Add(time.Second)
	if _, err := store.Authenticate(t.Context(), demo.Token); group.CodeOf(err) != group.Unauthorized {
		t.Errorf("after five seconds: %v, want unauthorized", err)
	}
}

// TestPool has an export hold the only connection of a store, and counts the commit of an update.
func TestPool(t *testing.T) {
	var commits atomic.Int64
	hook := func(calls int, took time.Duration) {
		if calls == 1 && took > 0 {
			commits.Add(1)
		}
	}
	database := postgrestest.Database(t)
	one := open(t, database+"&pool_max_conns=1", postgres.WithOnCommit(hook))
	if err := demo.Load(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	before := commits.Load()
	caller := authenticate(t, one)
	if _, err := one.Update(t.Context(), caller, 7, noted("counted"), group.Includes{}); err != nil {
		t.Fatal(err)
	}
	if got := commits.Load() - before; got != 1 {
		t.Errorf("the hook counts %d commits of one update", got)
	}
	if p := one.Pool(); p.Waits == 0 || p.Waited == 0 { // for the connection to be made
		t.Errorf("nobody waited: %+v", p)
	}
	err := one.Export(t.Context(), demo.Account, func(group.Kind, *group.Row) error {
		if p := one.Pool(); p.Max != 1 || one.MaxConnections() != 1 || p.InUse != 1 || p.Idle != 0 {
			t.Errorf("while an export runs on the only connection the pool has %+v", p)
		}
		return errEnough
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	if p := one.Pool(); p.InUse != 0 {
		t.Errorf("after the export the pool has %+v", p)
	}
	if got := open(t, database).MaxConnections(); got != 16 {
		t.Errorf("without a setting there are %d connections", got)
	}
}

var errEnough = errors.New("enough")
