//go:build unix

package postgrestest_test

import (
	"context"
	"os"
	"testing"

	"example.com/oxgroups/api/internal/postgrestest"
	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Run(m)) }

func TestDatabase(t *testing.T) {
	first, second := connect(t, postgrestest.Database(t)), connect(t, postgrestest.Database(t))
	if _, err := first.Exec(t.Context(), `CREATE TABLE kept (id BIGINT PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Exec(t.Context(), `CREATE TABLE kept (id BIGINT PRIMARY KEY)`); err != nil {
		t.Errorf("the databases of two calls are one: %v", err)
	}
	var fsync string
	if err := first.QueryRow(t.Context(), `SHOW fsync`).Scan(&fsync); err != nil || fsync != "on" {
		t.Errorf("fsync is %q (%v)", fsync, err)
	}
}

func TestRestart(t *testing.T) {
	url := postgrestest.Database(t)
	before := connect(t, url)
	if _, err := before.Exec(t.Context(), `CREATE TABLE kept (id BIGINT PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	postgrestest.Start(t).Restart(t)
	if err := before.Ping(t.Context()); err == nil {
		t.Error("a connection outlived the server")
	}
	if _, err := connect(t, url).Exec(t.Context(), `INSERT INTO kept VALUES (1)`); err != nil {
		t.Errorf("what was committed is gone: %v", err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
