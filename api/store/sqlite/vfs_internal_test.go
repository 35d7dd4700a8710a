package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/group"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// device is the VFS of the operating system with other characteristics of the database file.
type device struct {
	vfs.VFSFilename
	with, without vfs.DeviceCharacteristic
	panics        atomic.Bool // when the database is written
}

func newDevice(t *testing.T, with, without vfs.DeviceCharacteristic) *device {
	d := &device{VFSFilename: vfs.Find("os").(vfs.VFSFilename), with: with, without: without}
	vfs.Register(t.Name(), d)
	t.Cleanup(func() { vfs.Unregister(t.Name()) })
	return d
}

func (d *device) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	file, flags, err := d.VFSFilename.OpenFilename(name, flags)
	if err == nil && flags&vfs.OPEN_MAIN_DB != 0 {
		file = deviceFile{database{file}, d}
	}
	return file, flags, err
}

type deviceFile struct {
	database
	device *device
}

func (f deviceFile) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return f.database.DeviceCharacteristics()&^f.device.without | f.device.with
}

func (f deviceFile) WriteAt(p []byte, off int64) (int, error) {
	if f.device.panics.Load() {
		panic("a driver's defect")
	}
	return f.database.WriteAt(p, off)
}

// Atomic writes are those of a device that has none to offer, after all.
func (deviceFile) BeginAtomicWrite() error    { return sqlite3.IOERR_BEGIN_ATOMIC }
func (deviceFile) CommitAtomicWrite() error   { return sqlite3.IOERR_COMMIT_ATOMIC }
func (deviceFile) RollbackAtomicWrite() error { return nil }

// TestNotPowersafe has a device on which a write may change the bytes beside it: SQLite then writes to the log behind a sync.
func TestNotPowersafe(t *testing.T) {
	newDevice(t, 0, vfs.IOCAP_POWERSAFE_OVERWRITE)
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path, WithVFS(t.Name()))
	for range 3 {
		updateLong(t, store, caller, 300)
		healthy(t, path)
	}
	second, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	for n := range 8 {
		if _, err := second.Update(t.Context(), caller, groupOf(n), typical(groupOf(n), n), group.Includes{}); err != nil {
			t.Errorf("another process: %v", err)
		}
	}
}

// healthy has another connection read all of a file, log included.
func healthy(t *testing.T, path string) {
	t.Helper()
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	intact(t, db)
}

func intact(t *testing.T, db *sqlite3.Conn) {
	t.Helper()
	check, _, err := db.Prepare(`PRAGMA integrity_check`)
	if err != nil {
		t.Fatal(err)
	}
	defer check.Close()
	if check.Step(); check.ColumnText(0) != "ok" {
		t.Errorf("the file is damaged: %s (%v)", check.ColumnText(0), check.Err())
	}
}

// TestAtomicDevice has a device that writes several pages at once, and a file that has to be switched to WAL.
func TestAtomicDevice(t *testing.T) {
	store, _ := loaded(t, filepath.Join(t.TempDir(), "groups.db"))
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := store.writer.conn.Exec(`VACUUM INTO '` + path + `'`); err != nil {
		t.Fatal(err)
	}
	newDevice(t, vfs.IOCAP_BATCH_ATOMIC, 0)
	again, err := Open(t.Context(), path, WithVFS(t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
}

// TestCheckpointPanics has a driver panic in either part of a checkpoint. Updates go on.
func TestCheckpointPanics(t *testing.T) {
	t.Run("between two transactions", func(t *testing.T) {
		d := newDevice(t, 0, 0)
		store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"), WithVFS(t.Name()))
		store.writer.checkpoints.due = 1
		store.writer.checkpoints.phase.Store(moved)
		d.panics.Store(true)
		updateLong(t, store, caller, 20)
		d.panics.Store(false)
		updateLong(t, store, caller, 20)
	})
	t.Run("beside them", testCheckpointPanicsBeside)
}

func testCheckpointPanicsBeside(t *testing.T) {
	d := newDevice(t, 0, 0)
	store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"), WithVFS(t.Name()))
	d.panics.Store(true)
	updateLong(t, store, caller, 400)
	d.panics.Store(false)
	updateLong(t, store, caller, 400)
	if store.writer.checkpoints.pages > 3*logPages {
		t.Errorf("the log has %d pages when checkpoints work again", store.writer.checkpoints.pages)
	}
}

// TestCheckpointElsewhere has a reader keep the log long, and another process move it.
func TestCheckpointElsewhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path)
	reader := &slowReader{began: make(chan struct{}), end: make(chan struct{})}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := store.Export(t.Context(), caller.AccountID, reader); err != nil {
			t.Error(err)
		}
	})
	<-reader.began
	updateLong(t, store, caller, 1000)
	close(reader.end)
	wg.Wait()
	other, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	updateLong(t, store, caller, 1000)
	if size := logSize(t, path); size > 4*logPages*4096 {
		t.Errorf("the log has %d bytes again", size)
	}
}

// TestStandingClock runs where time does not go by: in the bubbles of testing/synctest, for one.
func TestStandingClock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	synctest.Test(t, func(t *testing.T) {
		store, caller := loaded(t, path)
		var wg sync.WaitGroup
		for worker := range 16 {
			wg.Go(func() {
				for n := range 20 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					_, err := store.Update(ctx, caller, groupOf(worker), notes(groupOf(worker), n), group.Includes{})
					if cancel(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}
