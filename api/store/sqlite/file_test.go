package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/gen/model"
	"github.com/ncruces/go-sqlite3"
)

// loaded opens a file with the sample data and authenticates its token.
func loaded(t testing.TB, path string, opts ...sqlite.Option) (*sqlite.Store, group.Caller) {
	t.Helper()
	store := open(t, path, opts...)
	if err := demo.Load(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	return store, authenticate(t, store)
}

func authenticate(t testing.TB, store group.Store) group.Caller {
	t.Helper()
	caller, err := store.Authenticate(context.Background(), demo.Token)
	if err != nil {
		t.Fatal(err)
	}
	return caller
}

func noted(notes string) model.WorkspaceGroupUpdate {
	return model.WorkspaceGroupUpdate{Name: "Acme", Notes: nullable.NewNullableWithValue(notes)}
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path)
	u := noted("kept")
	u.AddWorkspaceIds.Set([]int64{12})
	if _, err := store.Update(t.Context(), caller, 7, u, group.Includes{}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	s, err := again.Update(t.Context(), authenticate(t, again), 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.All())
	if err != nil {
		t.Fatal(err)
	}
	if notes, _ := s.Group.Notes.Value(); notes != "kept" || len(*s.Group.WorkspaceIds) != 3 || len(s.ExternalReferences) != 1 {
		t.Errorf("after reopening the group is %+v", s)
	}
}

func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	store, caller := loaded(t, filepath.Join(dir, "odd ?#%20 name.db"))
	if _, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 3 {
		t.Errorf("the directory has %v, want the file, its log and its index", entries)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(e.Name(), "odd ?#%20 name.db") || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
}

// raw runs SQL on a file, past the store.
func raw(t testing.TB, path, sql string) {
	t.Helper()
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Exec(sql), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefused(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, path string)
		want    error
	}{
		{"a newer schema", func(t *testing.T, path string) {
			loadAndClose(t, path)
			raw(t, path, `PRAGMA user_version=99`)
		}, store.ErrNewer},
		{"a database of another program", func(t *testing.T, path string) { raw(t, path, `CREATE TABLE notes (id)`) }, store.ErrForeign},
		{"another application id", func(t *testing.T, path string) { raw(t, path, `PRAGMA application_id=1; PRAGMA user_version=1`) }, store.ErrForeign},
		{"no database", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("not a database\n", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, sqlite3.NOTADB},
		{"a directory", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, sqlite3.CANTOPEN},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "groups.db")
			test.prepare(t, path)
			before, _ := os.ReadFile(path)
			if store, err := sqlite.Open(t.Context(), path); !errors.Is(err, test.want) {
				t.Errorf("the error is %v (store: %v), want %v", err, store, test.want)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file changed")
			}
		})
	}
	t.Run("an empty path", func(t *testing.T) {
		if _, err := sqlite.Open(t.Context(), ""); err == nil {
			t.Error("no error")
		}
	})
}

func loadAndClose(t *testing.T, path string) {
	t.Helper()
	store, _ := loaded(t, path)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestOpenTogether opens one new file from several stores at once, as several processes would.
func TestOpenTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	errs := make(chan error)
	for range 4 {
		go func() {
			store, err := sqlite.Open(context.Background(), path)
			if err == nil {
				err = store.Close()
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestRevokedElsewhere revokes a token through a second store on the same file.
func TestRevokedElsewhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	store, caller := loaded(t, path, sqlite.WithClock(func() time.Time { return now }))
	if err := open(t, path).RevokeToken(t.Context(), caller.TokenID); err != nil {
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

func TestClock(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 678, time.FixedZone("", 3600))
	store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"), sqlite.WithClock(func() time.Time { return at }))
	s, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Group.UpdatedAt.Format(time.RFC3339Nano); got != "2030-01-02T02:04:05Z" {
		t.Errorf("updated_at is %s", got)
	}
}
