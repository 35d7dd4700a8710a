package sqlite

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"example.com/oxgroups/api/store"
	"github.com/ncruces/go-sqlite3"
)

// applicationID marks the file as ours: https://sqlite.org/pragma.html#pragma_application_id
const applicationID = 0x6f786772 // "oxgr"

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date in one transaction, so several processes may start at once and one that dies half-way
// leaves the schema that was there.
func migrate(ctx context.Context, c *conn, busy time.Duration) error {
	scripts, err := store.ReadScripts(migrations, "migrations")
	if err != nil {
		return err
	}
	latest := int64(len(scripts))
	version, err := c.checkedVersion(latest)
	if err != nil {
		return err
	}
	readOnly, _ := c.ReadOnly("main")
	wal, err := c.isWAL()
	if err != nil || version == latest && (wal || readOnly) {
		return err // nothing is written, so another process that writes is not waited for
	}
	if err := c.switchToWAL(ctx, busy); err != nil {
		return fmt.Errorf("switch to WAL: %w", err)
	}
	return c.runScripts(scripts)
}

// retryWAL is how long to wait before the journal's mode is asked for again.
const retryWAL = 2 * time.Millisecond

// switchToWAL sets the mode that the file keeps from then on. SQLite does not wait for a lock here, whatever the busy
// timeout is, so processes that open one new file together have to ask again.
func (c *conn) switchToWAL(ctx context.Context, busy time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, busy)
	defer cancel()
	for {
		err := c.Exec(`PRAGMA journal_mode=WAL`)
		if !errors.Is(err, sqlite3.BUSY) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(retryWAL):
		}
	}
}

// runScripts runs the scripts that the file does not have, which is looked up again inside the transaction.
func (c *conn) runScripts(scripts []store.Script) (err error) {
	tx, err := c.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	latest := int64(len(scripts))
	version, err := c.check(latest)
	if err != nil || version == latest {
		return err
	}
	for _, script := range scripts[version:] {
		if err := c.Exec(script.Text); err != nil {
			return fmt.Errorf("migration %s: %w", script.Name, err)
		}
	}
	return c.Exec(fmt.Sprintf(`PRAGMA application_id=%d; PRAGMA user_version=%d`, applicationID, latest))
}

// checkedVersion is check in a transaction of its own: what it reads has to be of one moment, as another process may migrate.
func (c *conn) checkedVersion(latest int64) (version int64, err error) {
	tx := c.Begin()
	defer tx.End(&err)
	return c.check(latest)
}

// check returns the version of the schema, 0 for an empty file.
func (c *conn) check(latest int64) (version int64, err error) {
	application, err := c.number(`PRAGMA application_id`)
	if err != nil {
		return 0, err
	}
	version, err = c.version()
	if err != nil {
		return 0, err
	}
	objects, err := c.number(`SELECT count(*) FROM sqlite_schema`)
	switch {
	case err != nil:
		return 0, err
	case application != applicationID && (application != 0 || version != 0 || objects != 0):
		return 0, store.ErrForeign
	}
	return version, store.CheckVersion(int(version), int(latest))
}

// version returns the number of the last migration.
func (c *conn) version() (int64, error) { return c.number(`PRAGMA user_version`) }

func (c *conn) isWAL() (is bool, err error) {
	stmt, _, err := c.Prepare(`PRAGMA journal_mode`)
	if err != nil {
		return false, err
	}
	is = stmt.Step() && stmt.ColumnText(0) == "wal"
	return is, stmt.Close() // which returns the error of Step
}

// number runs a statement with one number as its result. It prepares it anew, for settings may have changed.
func (c *conn) number(sql string) (n int64, err error) {
	stmt, _, err := c.Prepare(sql)
	if err != nil {
		return 0, err
	}
	if stmt.Step() {
		n = stmt.ColumnInt64(0)
	}
	return n, stmt.Close() // which returns the error of Step
}
