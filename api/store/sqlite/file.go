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
)

// file knows how to connect to one database file.
type file struct {
	path string
	vfs  string
	busy time.Duration
}

// uri is what SQLite opens through a VFS: https://sqlite.org/uri.html
func (f file) uri(vfs string) string {
	query := url.Values{"modeof": {f.path}} // the log beside the file gets its mode
	if vfs != "" {
		query.Set("vfs", vfs)
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
	if err := makeDirectory(filepath.Dir(path)); err != nil {
		return file{}, err
	}
	// An existing file keeps its mode; one that cannot be written may still be read.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil {
		if err := errors.Join(f.Close(), syncDirectory(filepath.Dir(path))); err != nil {
			return file{}, err
		}
	} else if !errors.Is(err, os.ErrExist) {
		return file{}, err
	}
	return file{path: path, vfs: o.vfs, busy: o.busy}, nil
}

// hideIndex gives the index of the log the mode of the file: who may read it may lock it. The library makes it for anybody.
// An index that is not there or another user's is left alone.
func (f file) hideIndex() {
	if info, err := os.Stat(f.path); err == nil {
		_ = os.Chmod(f.path+"-shm", info.Mode().Perm())
	}
}

// makeDirectory makes a directory and those above it where they are missing.
func makeDirectory(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := makeDirectory(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDirectory(filepath.Dir(dir))
}

// syncDirectory has the names in a directory survive a loss of power: SQLite sees to it for its log, and not for the file
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
func (f file) connect(ctx context.Context) (*conn, error) { return f.connectThrough(ctx, f.vfs) }

// connectToWrite opens the connection that writes.
func (f file) connectToWrite(ctx context.Context) (*conn, error) {
	l, err := registerLog(f.vfs)
	if err != nil {
		return nil, err
	}
	c, err := f.connectThrough(ctx, l.name)
	if err != nil {
		l.unregister()
		return nil, err
	}
	c.log = l
	c.RollbackHook(l.discard)
	return c, nil
}

func (f file) connectThrough(ctx context.Context, vfs string) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	uri := f.uri(vfs)
	db, err := sqlite3.OpenFlags(uri, sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if errors.Is(err, sqlite3.CANTOPEN) {
		db, err = f.readOnly(uri, err)
	}
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: db, stmts: map[string]*sqlite3.Stmt{}}
	if err := c.configure(f.busy); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// configure makes the settings. SQLite may plan a statement anew for each value of a parameter, which takes longer than the
// statement: QPSG has it plan once.
func (c *conn) configure(busy time.Duration) error {
	_, err := c.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true)
	return errors.Join(err, c.BusyTimeout(busy), c.Exec(`PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON`))
}

// readOnly opens a file that cannot be written, which is what cause says. In WAL mode a reader makes an index beside the
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
	if log, err := os.Stat(f.path + "-wal"); err == nil && log.Size() > 0 {
		return nil, fmt.Errorf("%w: the file and its directory are read-only, and what is in %s-wal has to get into the file: make them writable once", cause, filepath.Base(f.path))
	}
	return sqlite3.OpenFlags(uri+"&immutable=1", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
}
