package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/sqlite"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// faulty is the VFS of the operating system with faults that a test turns on.
type faulty struct {
	vfs.VFSFilename
	write atomic.Pointer[sqlite3.ExtendedErrorCode] // what writing to the log gives
	sync  atomic.Pointer[sqlite3.ExtendedErrorCode] // what syncing the log gives

	checkpoint atomic.Pointer[sqlite3.ExtendedErrorCode] // what writing to the file gives
	syncs      atomic.Int64                              // of the log
	readOnly   bool                                      // the file cannot be written
	noBeside   bool                                      // and nothing can be made beside it
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
	if f.noBeside && flags&vfs.OPEN_WAL != 0 {
		return nil, flags, sqlite3.CANTOPEN
	}
	file, flags, err := f.VFSFilename.OpenFilename(name, flags)
	if err == nil && f.noBeside {
		file = struct{ vfs.File }{file} // which has no index in shared memory
	}
	if err == nil && flags&vfs.OPEN_MAIN_DB != 0 && !f.noBeside {
		return &faultyMain{mainFile{file}, f}, flags, nil
	}
	if err != nil || flags&vfs.OPEN_WAL == 0 {
		return file, flags, err
	}
	return &faultyLog{file, f}, flags, nil
}

// mainFile has what SQLite needs of a database file in WAL mode.
type mainFile struct{ vfs.File }

func (m mainFile) Unwrap() vfs.File               { return m.File }
func (m mainFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(m.File) }
func (m mainFile) LockState() vfs.LockLevel       { return vfsutil.WrapLockState(m.File) }

type faultyMain struct {
	mainFile
	faults *faulty
}

func (m *faultyMain) WriteAt(p []byte, off int64) (int, error) {
	if code := m.faults.checkpoint.Load(); code != nil {
		return 0, *code
	}
	return m.File.WriteAt(p, off)
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
			var log lines
			var clock atomic.Int64 // in seconds
			store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"), sqlite.WithVFS(register(t, f)),
				sqlite.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), sqlite.WithClock(func() time.Time { return time.Unix(clock.Load(), 0) }))
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
			for range 3 {
				if err := store.Ready(t.Context()); group.CodeOf(err) != group.Unavailable {
					t.Errorf("after %d s it is ready: %v", clock.Load(), err)
				}
				clock.Add(9)
			}
			clock.Add(9)
			f.write.Store(nil)
			f.sync.Store(nil)
			if err := store.Ready(t.Context()); err != nil {
				t.Errorf("when storage is back it is not ready: %v", err)
			}
			if got := log.String(); strings.Count(got, "level=ERROR") != 1 || strings.Count(got, "stored again") != 1 {
				t.Errorf("the log says\n%s", got)
			}
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

// TestReadOnlyDirectory opens a file on a disk on which nothing can be written.
func TestReadOnlyDirectory(t *testing.T) {
	vfsName := register(t, &faulty{readOnly: true, noBeside: true})
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path)
	if _, err := store.Update(t.Context(), caller, 7, noted("kept"), group.Includes{}); err != nil {
		t.Fatal(err)
	}
	died := filepath.Join(t.TempDir(), "groups.db") // as it is where the process dies now
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if err == nil {
			err = os.WriteFile(died+suffix, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("closed in order", func(t *testing.T) {
		store := open(t, path, sqlite.WithVFS(vfsName))
		_, err := store.Update(t.Context(), authenticate(t, store), 7, noted("x"), group.Includes{})
		if group.CodeOf(err) != group.Unavailable || !errors.Is(err, sqlite3.READONLY) {
			t.Errorf("the error is %v, want unavailable", err)
		}
		wantNotes(t, store, "kept")
	})
	t.Run("with a log", func(t *testing.T) {
		_, err := sqlite.Open(t.Context(), died, sqlite.WithVFS(vfsName))
		if group.CodeOf(err) != group.Unavailable || !strings.Contains(err.Error(), "groups.db-wal") {
			t.Errorf("the error is %v, want unavailable, with what to do", err)
		}
		wantNotes(t, open(t, died), "kept")
	})
}

// wantNotes exports group 7.
func wantNotes(t *testing.T, from group.Store, want string) {
	t.Helper()
	doc, err := store.ReadModel(t.Context(), from, demo.Account)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := doc.WorkspaceGroups["7"].Notes.Value(); got != want {
		t.Errorf("notes are %q, want %q", got, want)
	}
}

// hold holds a file for writing, as another process does, until it is released.
func hold(t *testing.T, path string) (release func()) {
	t.Helper()
	other, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	tx, err := other.BeginImmediate()
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBusy has another process hold the file.
func TestBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path, sqlite.WithBusyTimeout(10*time.Millisecond))
	release := hold(t, path)
	_, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{})
	if group.CodeOf(err) != group.Unavailable || !errors.Is(err, sqlite3.BUSY) {
		t.Errorf("the error is %v, want unavailable", err)
	}
	if _, err := store.Tokens(t.Context()); err != nil {
		t.Errorf("a reader was held up: %v", err)
	}
	release()
	if _, err := store.Update(t.Context(), caller, 7, noted("x"), group.Includes{}); err != nil {
		t.Errorf("when the other process is done: %v", err)
	}
}

// TestOpenWhileAnotherWrites opens an up-to-date file that another process holds: there is nothing to migrate.
func TestOpenWhileAnotherWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	loadAndClose(t, path)
	release := hold(t, path)
	defer release()
	again := open(t, path, sqlite.WithBusyTimeout(time.Millisecond))
	wantNotes(t, again, "")
}

// TestCheckpointsFail has the disk refuse what checkpoints write: updates are answered, and the log and Ready tell.
func TestCheckpointsFail(t *testing.T) {
	f := &faulty{}
	var log lines
	path := filepath.Join(t.TempDir(), "groups.db")
	s, caller := loaded(t, path, sqlite.WithVFS(register(t, f)), sqlite.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	if err := s.Ready(t.Context()); err != nil {
		t.Fatalf("before: %v", err)
	}
	update := func(ready func(error) bool) {
		t.Helper()
		for n := 0; ; n++ {
			if _, err := s.Update(t.Context(), caller, 7, noted(strings.Repeat(fmt.Sprint(n), 50_000)), group.Includes{}); err != nil {
				t.Fatalf("update %d: %v", n, err)
			}
			if ready(s.Ready(t.Context())) {
				return
			}
		}
	}
	f.checkpoint.Store(new(sqlite3.IOERR_WRITE))
	update(func(err error) bool { return errors.Is(err, sqlite3.IOERR) && group.CodeOf(err) == group.Unavailable })
	f.checkpoint.Store(nil)
	for s.Ready(t.Context()) != nil { // which finds out by itself: who is not ready gets no updates
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 || strings.Count(got, "checkpoints work again") != 1 {
		t.Errorf("the log says\n%s", got)
	}
}

// lines is a log that several goroutines write.
type lines struct {
	mu sync.Mutex
	strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(p)
}

// TestFileIsGone removes and replaces the file of a store that serves: no update is answered that nobody would find again.
func TestFileIsGone(t *testing.T) {
	for _, test := range []struct {
		name string
		to   func(path string) error
	}{
		{"removed", os.Remove},
		{"replaced", func(path string) error {
			return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log lines
			path := filepath.Join(t.TempDir(), "groups.db")
			store, caller := loaded(t, path, sqlite.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			if err := test.to(path); err != nil {
				t.Fatal(err)
			}
			if err := store.Ready(t.Context()); group.CodeOf(err) != group.Unavailable {
				t.Errorf("it is ready: %v", err)
			}
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
			if got := log.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, "removed or replaced") {
				t.Errorf("the log says\n%s", got)
			}
		})
	}
}
