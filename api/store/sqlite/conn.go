package sqlite

import (
	"errors"
	"fmt"
	"strconv"
	"unsafe"

	"github.com/ncruces/go-sqlite3"
)

// conn is a connection with its prepared statements. One goroutine uses it at a time.
type conn struct {
	*sqlite3.Conn
	stmts map[string]*sqlite3.Stmt // by their text, which is a constant of this package
	log   *log                     // nil of a connection that only reads
}

// Close closes the statements and the connection.
func (c *conn) Close() error {
	var errs []error
	for _, stmt := range c.stmts {
		errs = append(errs, stmt.Close())
	}
	errs = append(errs, c.Conn.Close())
	if c.log != nil {
		c.log.unregister()
	}
	return errors.Join(errs...)
}

// each runs a statement and calls row for each row; row may not run the same statement.
func (c *conn) each(sql string, row func(*sqlite3.Stmt) error, args ...any) (err error) {
	stmt, err := c.prepared(sql)
	if err != nil {
		return err
	}
	// A statement that is not reset keeps its transaction open, and Reset repeats the error of the last step.
	defer func() { err = firstError(err, stmt.Reset()) }()
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
		case jsonText:
			err = stmt.BindText(i+1, unsafe.String(unsafe.SliceData(v), len(v))) // which copies it
		case []byte:
			err = stmt.BindBlob(i+1, v)
		case few:
			err = v.bind(stmt, i+1)
		default:
			err = fmt.Errorf("parameter of type %T", arg)
		}
		if err != nil {
			return fmt.Errorf("bind: %w", err)
		}
	}
	return nil
}

// few is a list of ids as the last fewNamed parameters of a statement, with NULL where it has no more.
type few []int64

func (ids few) bind(stmt *sqlite3.Stmt, first int) error {
	for i := range fewNamed {
		var err error
		if i < len(ids) {
			err = stmt.BindInt64(first+i, ids[i])
		} else {
			err = stmt.BindNull(first + i)
		}
		if err != nil {
			return err
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

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
