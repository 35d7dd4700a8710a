package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/sqlite"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// faulty is the VFS of the operating system with faults that a test turns on.
type faulty struct {
	vfs.VFSFilename
	write    atomic.Pointer[sqlite3.ExtendedErrorCode] // what writing to the log gives
	sync     atomic.Pointer[sqlite3.ExtendedErrorCode] // what syncing the log gives
	syncs    atomic.Int64                              // of the log
	readOnly bool
}

// register makes a faulty VFS known under the name of the test.
func register(t *testing.T, f *faulty) (name string) {
	f.VFSFilename = vfs.Find("os").(vfs.VFSFilename)
	vfs.Register(t.Name(), f)
	t.Cleanup(func() { vfs.Unregister(t.Name()) })
	return t.Name()
}

func (f *faulty) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if f.readOnly {
		if flags&vfs.OPEN_READWRITE != 0 && flags&vfs.OPEN_MAIN_DB != 0 {
			return nil, flags, sqlite3.CANTOPEN // SQLite then asks for a read-only file, as on a read-only disk
		}
	}
	file, flags, err := f.VFSFilename.OpenFilename(name, flags)
	if err != nil || flags&vfs.OPEN_WAL == 0 {
		return file, flags, err
	}
	return &faultyLog{file, f}, flags, nil
}

type faultyLog struct {
	vfs.File
	faults *faulty
}

func (l *faultyLog) WriteAt(p []byte, off int64) (int, error) {
	if code := l.faults.write.Load(); code != nil {
		return 0, *code
	}
	return l.File.WriteAt(p, off)
}

func (l *faultyLog) Sync(flags vfs.SyncFlag) error {
	if code := l.faults.sync.Load(); code != nil {
		return *code
	}
	l.faults.syncs.Add(1)
	return l.File.Sync(flags)
}

func TestStorageFails(t *testing.T) {
	for _, test := range []struct {
		name        string
		write, sync *sqlite3.ExtendedErrorCode
	}{
		{name: "the disk is full", write: new(sqlite3.FULL.ExtendedCode())},
		{name: "writing fails", write: new(sqlite3.IOERR_WRITE)},
		{name: "syncing fails", sync: new(sqlite3.IOERR_FSYNC)},
		{name: "the disk became read-only", write: new(sqlite3.READONLY.ExtendedCode())},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &faulty{}
			store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"), sqlite.WithVFS(register(t, f)))
			if _, err := store.Update(t.Context(), caller, 7, noted("before"), group.Includes{}); err != nil {
				t.Fatal(err)
			}
			f.write.Store(test.write)
			f.sync.Store(test.sync)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					_, err := store.Update(context.Background(), caller, 7, noted("lost"), group.Includes{})
					if group.CodeOf(err) != group.Unavailable {
						t.Errorf("the error is %v, want unavailable", err)
					}
				})
			}
			wg.Wait()
			if _, err := store.Tokens(t.Context()); err != nil {
				t.Errorf("reading while writing fails: %v", err)
			}
			f.write.Store(nil)
			f.sync.Store(nil)
			u := noted("")
			u.Notes.SetUnspecified()
			s, err := store.Update(t.Context(), caller, 7, u, group.Includes{})
			if notes, _ := s.Group.Notes.Value(); err != nil || notes != "before" {
				t.Errorf("when storage is back notes are %q (%v), want what was acknowledged", notes, err)
			}
			if _, err := store.Update(t.Context(), caller, 7, noted("after"), group.Includes{}); err != nil {
				t.Errorf("when storage is back: %v", err)
			}
		})
	}
}

func TestReadOnlyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	loadAndClose(t, path)
	store := open(t, path, sqlite.WithVFS(register(t, &faulty{readOnly: true})))
	caller := authenticate(t, store)
	_, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{})
	if group.CodeOf(err) != group.Unavailable || !errors.Is(err, sqlite3.READONLY) {
		t.Errorf("the error is %v, want unavailable", err)
	}
}

// TestBusy has another process hold the file.
func TestBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path, sqlite.WithBusyTimeout(10*time.Millisecond))
	other, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginImmediate()
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Update(t.Context(), caller, 7, noted("x"), group.Includes{})
	if group.CodeOf(err) != group.Unavailable || !errors.Is(err, sqlite3.BUSY) {
		t.Errorf("the error is %v, want unavailable", err)
	}
	if _, err := store.Tokens(t.Context()); err != nil {
		t.Errorf("a reader was held up: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{}); err != nil {
		t.Errorf("when the other process is done: %v", err)
	}
}
