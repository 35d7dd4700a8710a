package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// file knows how to connect to one database file.
type file struct {
	path string
	vfs  string
	busy time.Duration
	info os.FileInfo // of the file when it was opened
}

// errGone says that what is written is lost: nobody will find it.
var errGone = &group.Error{Code: group.Unavailable, Err: errors.New("sqlite: the file was removed or replaced while it is open: start again")}

// there returns errGone unless the file is still the one that was opened.
func (f file) there() error {
	if info, err := os.Stat(f.path); err != nil || !os.SameFile(info, f.info) {
		return errGone
	}
	return nil
}

// uri is what SQLite opens through a VFS: https://sqlite.org/uri.html
func (f file) uri() string {
	query := url.Values{"modeof": {f.path}} // the WAL gets the mode of the file
	if f.vfs != "" {
		query.Set("vfs", f.vfs)
	}
	// SQLite reads + as it is.
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(f.path), RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20")}
	return uri.String()
}

// newFile makes the directory and the file where they are missing, so that nobody else can read them.
func newFile(path string, o options) (file, error) {
	if path == "" {
		return file{}, errors.New("the path is empty")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return file{}, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return file{}, err
	}
	// An existing file keeps its mode; one that cannot be written may still be read.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil {
		err = f.Close()
		for ; err == nil && filepath.Dir(dir) != dir; dir = filepath.Dir(dir) { // any of them may be new
			err = syncDirectory(dir)
		}
		if err != nil {
			return file{}, err
		}
	} else if !errors.Is(err, os.ErrExist) {
		return file{}, err
	}
	info, err := os.Stat(path)
	return file{path: path, vfs: o.vfs, busy: o.busy, info: info}, err
}

// makeIndex makes the wal-index (-shm), which SQLite would make for everybody, with the mode of the file: who may read the file
// may lock it. One that is there gets that mode. Where it cannot be made SQLite says what that means.
func (f file) makeIndex() {
	info, err := os.Stat(f.path)
	if err != nil {
		return
	}
	index, err := os.OpenFile(f.path+"-shm", os.O_CREATE|os.O_RDWR, info.Mode().Perm())
	if err != nil {
		return
	}
	_ = index.Chmod(info.Mode().Perm()) // not another user's
	_ = index.Close()
}

// sync syncs the file. Other descriptors of it keep their locks, which belong to the descriptor and not to the process.
func (f file) sync() error {
	opened, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

// syncDirectory has the names in a directory survive a loss of power: SQLite sees to it for the WAL, and not for the file
// itself. A directory that cannot be read is left alone, and so it is on Windows, which syncs no directories.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	return errors.Join(d.Sync(), d.Close())
}

// connect opens a connection with the settings that hold for all of them.
func (f file) connect(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.makeIndex()
	uri := f.uri()
	db, err := sqlite3.OpenFlags(uri, sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if errors.Is(err, sqlite3.CANTOPEN) {
		db, err = f.readOnly(uri, err)
	}
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: db, stmts: map[string]*sqlite3.Stmt{}}
	c.SQL = store.SQL{Querier: c}
	if err := c.configure(f.busy); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// configure makes the settings. QPSG keeps SQLite from planning a statement again for each value of a parameter: a full update
// is 1.4 times as fast.
func (c *conn) configure(busy time.Duration) error {
	_, err := c.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true)
	return errors.Join(err, c.BusyTimeout(busy), c.Exec(`PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON`))
}

// readOnly opens a file that cannot be written, which is what cause says. In WAL mode a reader makes a wal-index beside the
// file. Where it cannot, as the disk is read-only, the file can be read by itself if it is whole, which it is where the last
// process that wrote it has ended in order: https://sqlite.org/wal.html#read_only_databases
func (f file) readOnly(uri string, cause error) (*sqlite3.Conn, error) {
	db, err := sqlite3.OpenFlags(uri, sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
	if err != nil {
		return nil, cause
	}
	if err = db.Exec(`SELECT 1 FROM sqlite_schema`); !errors.Is(err, sqlite3.CANTOPEN) {
		return db, nil
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	if wal, err := os.Stat(f.path + "-wal"); err == nil && wal.Size() > 0 {
		return nil, fmt.Errorf("%w: the file and its directory are read-only, and what is in %s-wal has to get into the file: make them writable once", cause, filepath.Base(f.path))
	}
	return sqlite3.OpenFlags(uri+"&immutable=1", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
}
