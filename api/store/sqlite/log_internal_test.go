package sqlite

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
	"github.com/ncruces/go-sqlite3/vfs"
)

// TestRolledBack has one process give up a transaction of which pages are on their way to the log already, another process
// write there, and the first one go on.
func TestRolledBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	first, caller := loaded(t, path)
	second, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	c := first.writer.conn
	// With an empty log there is nothing in it that undoing the transaction would read, which writes what was kept.
	if err := c.Exec(`PRAGMA wal_checkpoint(TRUNCATE); BEGIN IMMEDIATE; WITH RECURSIVE n (id) AS (SELECT 10000 UNION ALL SELECT id + 1 FROM n LIMIT 600)
		INSERT INTO workspaces (id, account_id, document) SELECT id, 1, hex(zeroblob(1500)) FROM n`); err != nil {
		t.Fatal(err)
	}
	if len(c.log.file.kept) == 0 {
		t.Fatal("no page of the transaction was written: it shows nothing")
	}
	if err := c.Exec(`ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	for n, store := range []*Store{second, first, second, first} {
		if _, err := store.Update(t.Context(), caller, groupOf(n), typical(groupOf(n), n), group.Includes{}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 4 {
		named := model.WorkspaceGroupUpdate{Name: typical(groupOf(n), n).Name}
		got, err := first.Update(t.Context(), caller, groupOf(n), named, group.Includes{})
		if err != nil || got.Group.Notes != typical(groupOf(n), n).Notes {
			t.Errorf("group %d has the notes %v (%v), want those of its last update", groupOf(n), got.Group.Notes, err)
		}
	}
	intact(t, c.Conn)
}

// TestLogStaysShort writes many times what the log should have, while there are always callers.
func TestLogStaysShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path)
	updateLong(t, store, caller, 1500)
	short := logSize(t, path)
	if most := int64(4 * logPages * 4096); short > most {
		t.Errorf("the log has %d bytes, want at most %d", short, most)
	}
	reader, end := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := store.Export(t.Context(), caller.AccountID, &slowReader{began: reader, end: end}); err != nil {
			t.Error(err)
		}
	})
	<-reader
	updateLong(t, store, caller, 1000) // the log cannot begin anew as long as somebody reads its beginning
	close(end)
	wg.Wait()
	long := logSize(t, path)
	updateLong(t, store, caller, 1500)
	if now := logSize(t, path); now > long+2*logPages*4096 {
		t.Errorf("the log has %d bytes, and had %d when the reader had ended", now, long)
	}
}

// updateLong makes updates of several pages each.
func updateLong(t *testing.T, store *Store, caller group.Caller, count int) {
	t.Helper()
	var wg sync.WaitGroup
	for worker := range 5 {
		wg.Go(func() {
			for n := range count / 5 {
				u := notes(groupOf(worker), n)
				u.Notes.Set(strings.Repeat(string(rune('a'+n%26)), 30_000))
				if _, err := store.Update(t.Context(), caller, groupOf(worker), u, group.Includes{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func logSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// slowReader takes the first group and then waits.
type slowReader struct {
	began, end chan struct{}
	once       sync.Once
}

func (r *slowReader) Group(model.WorkspaceGroup) error {
	r.once.Do(func() { close(r.began); <-r.end })
	return nil
}
func (*slowReader) ExternalReference(model.ExternalReference) error { return nil }
func (*slowReader) RateCardSet(model.RateCardSet) error             { return nil }
func (*slowReader) Workspace(model.Workspace) error                 { return nil }

// TestDatabaseTruncate looks for what reaches the file.
func TestDatabaseTruncate(t *testing.T) {
	below := &sized{size: 8192}
	file := database{below}
	for _, size := range []int64{8192, 4096, 4096, 8192} {
		if err := file.Truncate(size); err != nil {
			t.Fatal(err)
		}
	}
	if want := []int64{4096, 8192}; !slices.Equal(below.truncations, want) {
		t.Errorf("the file was truncated to %d, want %d", below.truncations, want)
	}
}

// sized is a file that has only a size.
type sized struct {
	vfs.File
	size        int64
	truncations []int64
}

func (f *sized) Size() (int64, error) { return f.size, nil }

func (f *sized) Truncate(size int64) error {
	f.size = size
	f.truncations = append(f.truncations, size)
	return nil
}
