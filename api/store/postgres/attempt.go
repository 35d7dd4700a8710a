package postgres

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// patience bounds how long something is tried again, and how long a call waits for a connection of the pool.
	patience = 5 * time.Second

	// replyWait bounds one attempt, for a server that has gone without a word. The server's own timeouts are shorter.
	replyWait = 30 * time.Second

	firstPause = time.Millisecond
	longPause  = 64 * time.Millisecond
)

// work is what a call does on a connection. It may be run again from the start, after one that changed nothing.
type work func(context.Context, *pgx.Conn) error

// mode says what may be done about an attempt that failed.
type mode struct {
	unbounded bool // the attempt may take as long as its context allows
	reads     bool // nothing is changed, so a lost connection is no reason to give up
}

// do runs w, again where the server says that it should be, and returns errors as callers know them.
func (s *Store) do(ctx context.Context, m mode, w work) error {
	began := time.Now()
	pause := firstPause
	for {
		again, err := s.attempt(ctx, m, w)
		if err == nil || !again || time.Since(began) > patience || !wait(ctx, pause) {
			return err
		}
		pause = min(2*pause, longPause)
	}
}

// attempt runs w once. Of an error it says whether it may be gone the next time.
func (s *Store) attempt(ctx context.Context, m mode, w work) (again bool, err error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return false, unavailable(ctx, err)
	}
	defer conn.Release()
	running := ctx
	if !m.unbounded {
		var cancel context.CancelFunc
		running, cancel = context.WithTimeout(ctx, replyWait)
		defer cancel()
	}
	if err = w(running, conn.Conn()); err == nil {
		return false, nil
	}
	if isReadOnly(err) {
		s.pool.Reset() // this server was the primary once: connect anew, to the one that is
	}
	lost := conn.Conn().IsClosed()
	return isTransient(err) || m.reads && lost, known(running, err, lost)
}

// wait waits for about d and reports whether ctx is still there.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d)) // jitter, so that those who collided do not do so again
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// acquire takes a connection of the pool, or waits for one, but not for ever.
func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.pool.Acquire(ctx)
}
