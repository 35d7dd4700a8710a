package sqlite

import (
	"context"
	"errors"

	"example.com/oxgroups/api/group"
	"github.com/ncruces/go-sqlite3"
)

// errClosed is the cause of an error after Close.
var errClosed = errors.New("sqlite: the store is closed")

// storageCodes are the results of SQLite that say that storage cannot serve now, as opposed to a defect of ours:
// https://sqlite.org/rescode.html
var storageCodes = []sqlite3.ErrorCode{
	sqlite3.BUSY, sqlite3.LOCKED, sqlite3.NOMEM, sqlite3.READONLY, sqlite3.INTERRUPT, sqlite3.IOERR, sqlite3.CORRUPT,
	sqlite3.FULL, sqlite3.CANTOPEN, sqlite3.PROTOCOL, sqlite3.PERM, sqlite3.AUTH, sqlite3.NOTADB,
}

// unavailable makes an error of storage one that callers know. Other errors stay as they are.
func unavailable(err error) error {
	if !isStorage(err) {
		return err
	}
	return &group.Error{Code: group.Unavailable, Err: err}
}

func isStorage(err error) bool {
	if err == nil || isDomain(err) {
		return false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	for _, code := range storageCodes {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

func isDomain(err error) bool {
	var e *group.Error
	return errors.As(err, &e)
}
