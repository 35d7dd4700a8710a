package sqlite

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// file knows how to connect to one database file.
type file struct {
	uri  string
	busy time.Duration
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
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return file{}, err
	}
	// An existing file keeps its mode; one that cannot be written may still be read.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil {
		if err := f.Close(); err != nil {
			return file{}, err
		}
	} else if !errors.Is(err, os.ErrExist) {
		return file{}, err
	}
	query := url.Values{"modeof": {path}} // the log and the index beside the file get its mode
	if o.vfs != "" {
		query.Set("vfs", o.vfs)
	}
	// SQLite reads + as it is: https://sqlite.org/uri.html
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20")}
	return file{uri: uri.String(), busy: o.busy}, nil
}

// connect opens a connection with the settings that hold for all of them.
func (f file) connect(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db, err := sqlite3.OpenFlags(f.uri, sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if errors.Is(err, sqlite3.CANTOPEN) {
		if readable, second := sqlite3.OpenFlags(f.uri, sqlite3.OPEN_READONLY|sqlite3.OPEN_URI); second == nil {
			db, err = readable, nil
		}
	}
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: db, stmts: map[string]*sqlite3.Stmt{}}
	if err := errors.Join(db.BusyTimeout(f.busy), db.Exec(`PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON`)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}
