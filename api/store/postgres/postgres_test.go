package postgres_test

import (
	"context"
	"net/url"
	"os"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/gen/model"
	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Run(m)) }

func open(t testing.TB, url string, opts ...postgres.Option) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return store
}

// loaded opens a new database with the sample data and authenticates its token.
func loaded(t testing.TB, opts ...postgres.Option) (store *postgres.Store, caller group.Caller, url string) {
	t.Helper()
	url = postgrestest.Database(t)
	store = open(t, url, opts...)
	if err := demo.Load(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	return store, authenticate(t, store), url
}

func authenticate(t testing.TB, store group.Store) group.Caller {
	t.Helper()
	caller, err := store.Authenticate(context.Background(), demo.Token)
	if err != nil {
		t.Fatal(err)
	}
	return caller
}

// admin is a connection to a database that a store uses, past the store.
func admin(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

func exec(t testing.TB, c *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := c.Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func noted(notes string) model.WorkspaceGroupUpdate {
	return model.WorkspaceGroupUpdate{Name: "Acme", Notes: nullable.NewNullableWithValue(notes)}
}

// plainURL returns url for the user plain, who is not a superuser.
func plainURL(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("plain", "plain")
	return u.String()
}
