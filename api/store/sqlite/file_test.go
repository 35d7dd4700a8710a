package sqlite_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
	if notes, _ := s.Group.Notes.Value(); notes != "kept" || len(*s.Group.WorkspaceIds) != 3 || len(*s.Group.ExternalReferenceIds) != 1 {
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

// TestBackup copies a file while it is updated: the copy is whole and has what was acknowledged before.
func TestBackup(t *testing.T) {
	dir := t.TempDir()
	s, caller := loaded(t, filepath.Join(dir, "groups.db"))
	if _, err := s.Update(t.Context(), caller, 7, noted("kept"), group.Includes{}); err != nil {
		t.Fatal(err)
	}
	to, stop := filepath.Join(dir, "it's a copy.db"), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := s.Update(t.Context(), caller, 6, model.WorkspaceGroupUpdate{Name: fmt.Sprint("Group ", n)}, group.Includes{}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	err := s.Backup(t.Context(), to)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v (%v)", info.Mode(), err)
	}
	copied := open(t, to)
	wantNotes(t, copied, "kept")
	authenticate(t, copied)
	if damage, err := copied.Damage(t.Context()); err != nil || damage != nil {
		t.Errorf("the copy is damaged: %q (%v)", damage, err)
	}
	if err := s.Backup(t.Context(), to); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second copy to the same place: %v", err)
	}
	if err := s.Backup(t.Context(), filepath.Join(dir, "none", "copy.db")); err == nil {
		t.Error("a copy into no directory: no error")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 6 { // two files, each with its WAL and wal-index
		t.Errorf("the directory has %v (%v)", entries, err)
	}
}

// TestOrphans edits a file past the store, without foreign keys.
func TestOrphans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	s, _ := loaded(t, path)
	if orphans, err := s.Orphans(t.Context()); err != nil || len(orphans) != 0 {
		t.Fatalf("a sound file has %v (%v)", orphans, err)
	}
	raw(t, path, `PRAGMA foreign_keys=OFF; DELETE FROM workspace_groups WHERE id = 7; DELETE FROM workspaces WHERE id = 21`)
	orphans, err := s.Orphans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []group.Orphan{
		{Table: "external_references", ID: 1, Missing: "group 7"}, {Table: "workspace_group_workspaces", ID: 10, Missing: "group 7"},
		{Table: "workspace_group_rate_card_sets", ID: 1, Missing: "group 7"}, {Table: "workspace_group_workspaces", ID: 1, Missing: "workspace 21"},
		{Table: "token_workspaces", ID: 1, Missing: "workspace 21"},
	} {
		if !slices.Contains(orphans, want) {
			t.Errorf("%v is not among %v", want, orphans)
		}
	}
}

// TestMigrateFromFirst opens a file of the first version of the schema.
func TestMigrateFromFirst(t *testing.T) {
	first, err := os.ReadFile("migrations/0001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "groups.db")
	raw(t, path, string(first)+`; PRAGMA application_id=1870161778; PRAGMA user_version=1; PRAGMA journal_mode=WAL;
		INSERT INTO accounts VALUES (1); INSERT INTO users VALUES (1, 1);
		INSERT INTO workspace_groups VALUES (7, 1, 'ACME', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '{"name":"Acme","notes":"old"}');
		INSERT INTO external_references VALUES (41, 7, 'jira', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z',
			'{"service_name":"jira","service_model":"M","service_model_ref":"1"}');
		INSERT INTO tokens VALUES (1, x'`+hex.EncodeToString(hashOf(demo.Token))+`', 1, 1, 0, 1, '2026-01-01T00:00:00Z', NULL)`)
	s := open(t, path)
	wantNotes(t, s, "old")
	u := model.WorkspaceGroupUpdate{Name: "Acme"}
	u.ExternalReference.Set(model.ExternalReferenceUpdate{ServiceName: "x", ServiceModel: "M", ServiceModelRef: "1"})
	got, err := s.Update(t.Context(), authenticate(t, s), 7, u, group.All())
	if err != nil || len(*got.Group.ExternalReferenceIds) != 2 || (*got.Group.ExternalReferenceIds)[1] != "42" {
		t.Errorf("the references are %+v (%v)", got.Group.ExternalReferenceIds, err)
	}
}

func hashOf(token string) []byte {
	h := group.SecretHash(token)
	return h[:]
}
