package sqlite

import (
	"context"
	"errors"
	"fmt"

	"example.com/oxgroups/api/group"
	"github.com/ncruces/go-sqlite3"
)

// pool has the connections that read. They are opened when they are first needed.
type pool struct {
	file   file
	slots  chan *conn // nil is a connection that is not open yet
	closed chan struct{}
}

func newPool(f file, size int) *pool {
	p := &pool{file: f, slots: make(chan *conn, size), closed: make(chan struct{})}
	for range size {
		p.slots <- nil
	}
	return p
}

// read runs a function on a connection, in a transaction that sees one moment of the database. ctx interrupts it.
func (p *pool) read(ctx context.Context, run func(*conn) error) error {
	c, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	defer func() { p.slots <- c }()
	if c == nil {
		if c, err = p.file.connect(ctx); err != nil {
			return interrupted(ctx, fmt.Errorf("sqlite: connect: %w", err))
		}
	}
	c.SetInterrupt(ctx)
	defer func() {
		c.SetInterrupt(context.Background()) // else the rollback would be interrupted too, and the transaction stay open
		c.rollback()
	}()
	if err := c.run(`BEGIN`); err != nil {
		return interrupted(ctx, fmt.Errorf("sqlite: begin: %w", err))
	}
	return interrupted(ctx, run(c))
}

// interrupted is unavailable for errors of a connection that ctx interrupts: it makes ctx's error one of the causes.
func interrupted(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && errors.Is(err, sqlite3.INTERRUPT) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return unavailable(err)
}

// acquire takes a connection, nil for one that is to be opened, which goes back into slots.
func (p *pool) acquire(ctx context.Context) (*conn, error) {
	closed := &group.Error{Code: group.Unavailable, Err: errClosed}
	select {
	case <-p.closed:
		return nil, closed
	default:
	}
	if err := ctx.Err(); err != nil {
		return nil, &group.Error{Code: group.Unavailable, Err: err}
	}
	select {
	case c := <-p.slots:
		return c, nil
	case <-p.closed:
		return nil, closed
	case <-ctx.Done():
		return nil, &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	}
}

// close waits for the readers and closes their connections.
func (p *pool) close() error {
	close(p.closed)
	var errs []error
	for range cap(p.slots) {
		if c := <-p.slots; c != nil {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}
