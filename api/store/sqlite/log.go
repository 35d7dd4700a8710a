package sqlite

import (
	"fmt"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// log is the VFS of the connection that writes. SQLite writes its log in two pieces for each page, and syncs it at the end
// of a transaction: the pieces are kept until then and written at once, which spares system calls. It syncs as before, and
// nobody reads what is not synced. Where a write may change the bytes beside it SQLite writes also behind a sync, and the log
// is left alone: https://sqlite.org/psow.html
//
// What was kept for a transaction that is rolled back must not be written, for another process may use its place then:
// discard is to be called.
type log struct {
	vfs.VFS
	name     string
	database vfs.File // of the connection
	file     *logFile // nil of a log that is left alone
}

var _ vfs.VFSFilename = (*log)(nil)

// maxKept bounds what is kept, in bytes. A transaction of updates has seldom more.
const maxKept = 1 << 20

// registerLog registers a log above a VFS.
func registerLog(below string) (*log, error) {
	l := &log{VFS: vfs.Find(below)}
	if l.VFS == nil {
		return nil, fmt.Errorf("there is no VFS with the name %q", below)
	}
	l.name = fmt.Sprintf("oxgroups-log-%p", l)
	vfs.Register(l.name, l)
	return l, nil
}

func (l *log) unregister() { vfs.Unregister(l.name) }

// Open is for files without a name.
func (l *log) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return vfsutil.WrapOpen(l.VFS, name, flags)
}

// OpenFilename opens a file.
func (l *log) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	file, flags, err := vfsutil.WrapOpenFilename(l.VFS, name, flags)
	switch {
	case err != nil:
	case flags&vfs.OPEN_MAIN_DB != 0:
		l.database = database{file}
		file = l.database
	case flags&vfs.OPEN_WAL != 0 && name.DatabaseFile().DeviceCharacteristics()&vfs.IOCAP_POWERSAFE_OVERWRITE != 0:
		l.file = &logFile{File: file}
		file = l.file
	}
	return file, flags, err
}

// discard forgets what was kept.
func (l *log) discard() {
	if l.file != nil {
		l.file.kept = l.file.kept[:0]
	}
}

// logFile is a log of which the bytes from off are kept.
type logFile struct {
	vfs.File
	kept []byte
	off  int64
}

func (f *logFile) WriteAt(p []byte, off int64) (int, error) {
	if off != f.off+int64(len(f.kept)) || len(f.kept)+len(p) > maxKept {
		if err := f.write(); err != nil {
			return 0, err
		}
		f.off = off
	}
	f.kept = append(f.kept, p...)
	return len(p), nil
}

// write writes what was kept, and forgets it even where that fails: SQLite rolls the transaction back then.
func (f *logFile) write() error {
	if len(f.kept) == 0 {
		return nil
	}
	kept := f.kept
	f.kept = kept[:0]
	_, err := f.File.WriteAt(kept, f.off)
	return err
}

func (f *logFile) Sync(flags vfs.SyncFlag) error {
	if err := f.write(); err != nil {
		return err
	}
	return f.File.Sync(flags)
}

func (f *logFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.write(); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

func (f *logFile) Truncate(size int64) error {
	if err := f.write(); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *logFile) Size() (int64, error) {
	if err := f.write(); err != nil {
		return 0, err
	}
	return f.File.Size()
}
