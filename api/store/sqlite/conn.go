package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// conn is a connection with its prepared statements, and the transaction that runs on it. One goroutine uses it at a time.
type conn struct {
	*sqlite3.Conn
	store.SQL
	stmts map[string]*sqlite3.Stmt // by their text, which is a constant of this package
}

var _ store.Replacer = (*conn)(nil)

// Close closes the statements and the connection.
func (c *conn) Close() error {
	var errs []error
	for _, stmt := range c.stmts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, c.Conn.Close())...)
}

// reading runs do in a transaction that sees one moment of the database. ctx interrupts it.
func (c *conn) reading(ctx context.Context, do func(store.Tx) error) error {
	c.SetInterrupt(ctx)
	defer func() {
		c.SetInterrupt(context.Background()) // else the rollback would be interrupted too, and the transaction stay open
		c.rollback()
	}()
	err := c.run(`BEGIN`)
	if err == nil {
		err = do(c)
	}
	if cause := ctx.Err(); cause != nil && errors.Is(err, sqlite3.INTERRUPT) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return unavailable(err)
}

// rollback ends a transaction, unless SQLite has ended it already.
func (c *conn) rollback() {
	if !c.GetAutocommit() {
		_ = c.Exec(`ROLLBACK`)
	}
}

// each runs a statement and calls row for each row; row may not run the same statement.
func (c *conn) each(sql string, row func(*sqlite3.Stmt) error, args ...any) (err error) {
	stmt, err := c.prepared(sql)
	if err != nil {
		return err
	}
	// A statement that is not reset keeps its transaction open, and Reset repeats the error of the last step.
	defer func() {
		if reset := stmt.Reset(); err == nil {
			err = reset
		}
	}()
	if err := bind(stmt, args); err != nil {
		return err
	}
	for stmt.Step() {
		if err := row(stmt); err != nil {
			return err
		}
	}
	return stmt.Err()
}

// Query runs a statement and scans its rows.
func (c *conn) Query(doing, sql string, args, into []any, row func() error) error {
	return wrap(doing, c.each(sql, func(stmt *sqlite3.Stmt) error {
		for i, to := range into {
			switch to := to.(type) {
			case *int64:
				*to = stmt.ColumnInt64(i)
			case *int:
				*to = stmt.ColumnInt(i)
			case *bool:
				*to = stmt.ColumnBool(i)
			case *string:
				*to = stmt.ColumnText(i)
			default:
				return fmt.Errorf("column of type %T", to)
			}
		}
		return row()
	}, args...))
}

// List returns a JSON array as a subquery.
func (*conn) List(parameter string) string { return `(SELECT value FROM json_each(` + parameter + `))` }

// run runs a statement that returns no rows.
func (c *conn) run(sql string, args ...any) error {
	return c.each(sql, func(*sqlite3.Stmt) error { return nil }, args...)
}

func (c *conn) prepared(sql string) (*sqlite3.Stmt, error) {
	if stmt, ok := c.stmts[sql]; ok {
		return stmt, nil
	}
	stmt, tail, err := c.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if tail != "" {
		return nil, errors.Join(errors.New("prepare: more than one statement"), stmt.Close())
	}
	c.stmts[sql] = stmt
	return stmt, nil
}

func bind(stmt *sqlite3.Stmt, args []any) error {
	for i, arg := range args {
		var err error
		switch v := arg.(type) {
		case int64:
			err = stmt.BindInt64(i+1, v)
		case bool:
			err = stmt.BindBool(i+1, v)
		case string:
			err = stmt.BindText(i+1, v)
		case []int64:
			err = stmt.BindText(i+1, string(array(v)))
		case jsonText:
			err = stmt.BindText(i+1, string(v))
		case []byte:
			err = stmt.BindBlob(i+1, v)
		default:
			err = fmt.Errorf("parameter of type %T", arg)
		}
		if err != nil {
			return fmt.Errorf("bind: %w", err)
		}
	}
	return nil
}

// jsonText is a parameter that is JSON.
type jsonText []byte

// array returns ids as the JSON array that statements look them up in: one parameter, however many there are.
func array(ids []int64) jsonText {
	b := append(make([]byte, 0, 2+8*len(ids)), '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return append(b, ']')
}

// ids runs a statement whose rows are one id each. It never returns nil without an error.
func (c *conn) ids(sql string, args ...any) ([]int64, error) {
	ids := []int64{}
	err := c.each(sql, func(stmt *sqlite3.Stmt) error {
		ids = append(ids, stmt.ColumnInt64(0))
		return nil
	}, args...)
	return ids, err
}

// errClosed is the error of calls after Close.
var errClosed = &group.Error{Code: group.Unavailable, Err: fmt.Errorf("sqlite: %w", store.ErrClosed)}

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
	if e := (*group.Error)(nil); err == nil || errors.As(err, &e) {
		return false
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		slices.ContainsFunc(storageCodes, func(code sqlite3.ErrorCode) bool { return errors.Is(err, code) })
}
