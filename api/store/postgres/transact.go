package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

const (
	// patience bounds how long something is tried again, and how long a call waits for a connection of the pool.
	patience = 5 * time.Second

	// replyWait bounds one attempt, for a server that has gone without a word. The server's own timeouts are shorter.
	replyWait = 30 * time.Second

	firstPause = time.Millisecond
	longPause  = 64 * time.Millisecond

	// resetInterval is how long all connections are kept at least, however many calls find that the server takes no writes.
	resetInterval = time.Second
)

// engine runs transactions on the connections of a pool.
type engine struct {
	store.Options
	pool *pgxpool.Pool

	mu    sync.Mutex
	reset time.Time // when all connections were thrown away last
}

var _ store.Engine = (*engine)(nil)

// Close waits for the calls that are running and closes the connections.
func (e *engine) Close() error {
	e.pool.Close()
	return nil
}

// Transact runs a transaction, again where the attempt before is known to have changed nothing and may succeed now.
func (e *engine) Transact(ctx context.Context, mode store.Mode, do func(store.Tx) error) error {
	began := time.Now()
	pause := firstPause
	for {
		again, err := e.attempt(ctx, mode, do)
		if err == nil || !again || time.Since(began) > patience || !wait(ctx, pause) {
			return err
		}
		pause = min(2*pause, longPause)
	}
}

// raced are the constraints that another update or token may have got ahead of.
var raced = map[string]group.Problem{"workspace_groups_name": group.NameTaken(), "tokens_hash": group.SecretUsed()}

// attempt runs a transaction once. Of an error it says whether it may be gone the next time.
func (e *engine) attempt(ctx context.Context, mode store.Mode, do func(store.Tx) error) (again bool, err error) {
	conn, err := e.acquire(ctx)
	if err != nil {
		return false, unavailable(ctx, err)
	}
	defer conn.Release()
	running := ctx
	if mode == store.Read || mode == store.Write {
		var cancel context.CancelFunc
		running, cancel = context.WithTimeout(ctx, replyWait)
		defer cancel()
	}
	t := begin(running, conn.Conn(), mode)
	if err = do(t); err == nil {
		began := time.Now()
		if err = t.commit(); err == nil && t.begun {
			e.OnCommit(1, time.Since(began))
		}
	} else {
		t.rollback()
	}
	if err == nil {
		return false, nil
	}
	if problem, ok := raced[constraintOf(err)]; ok && mode == store.Write { // all else was checked
		return false, group.Refusal([]group.Problem{problem})
	}
	if isReadOnly(err) {
		e.resetPool(err)
	}
	lost := conn.Conn().IsClosed()
	switch {
	case t.handedOver: // what the caller has seen cannot be taken back
		again = false
	case t.committing:
		again = isTransient(err) && stateOf(err) != "" && stateOf(err) != adminShutdown // an answer, and not from behind the commit
	default:
		again = isTransient(err) || mode == store.BulkWrite && stateOf(err) == uniqueViolation || lost && ctx.Err() == nil
	}
	return again, known(running, err, lost || errors.Is(err, errUnknown))
}

// resetPool throws all connections away: the server was the primary once, and the next connection may be to the one that is.
func (e *engine) resetPool(cause error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Since(e.reset) < resetInterval {
		return
	}
	e.reset = time.Now()
	e.Log.Warn("the PostgreSQL server takes no writes: connecting anew", "error", cause)
	e.pool.Reset()
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
func (e *engine) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return e.pool.Acquire(ctx)
}

// tx is a transaction. Statements are queued and sent together, the BEGIN with the first of them and the COMMIT with the last,
// so that a transaction takes few round trips.
type tx struct {
	store.SQL
	ctx        context.Context // of the one transaction that it is for
	conn       *pgx.Conn
	batch      pgx.Batch
	begun      bool // it is a transaction, and not single statements
	committing bool // the COMMIT was sent
	handedOver bool // an export has handed over rows
}

var _ store.Tx = (*tx)(nil)

func begin(ctx context.Context, c *pgx.Conn, mode store.Mode) *tx {
	t := &tx{ctx: ctx, conn: c, begun: mode != store.Read}
	t.SQL = store.SQL{Querier: t}
	switch mode {
	case store.Write:
		t.queue(`BEGIN`)
	case store.BulkWrite:
		t.queue(`BEGIN`)
		t.unbounded()
	case store.BulkRead:
		t.queue(`BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY`)
		t.unbounded()
	}
	return t
}

// unbounded has no timeout of the server end the transaction.
func (t *tx) unbounded() {
	t.queue(`SET LOCAL statement_timeout = 0`)
	t.queue(`SET LOCAL lock_timeout = 0`)
	t.queue(`SET LOCAL idle_in_transaction_session_timeout = 0`)
}

// queue adds a statement to those that flush sends.
func (t *tx) queue(sql string, args ...any) *pgx.QueuedQuery { return t.batch.Queue(sql, args...) }

// flush sends the statements that are queued and reads their results.
func (t *tx) flush() error {
	if t.batch.Len() == 0 {
		return nil
	}
	batch := t.batch
	t.batch = pgx.Batch{}
	return t.conn.SendBatch(t.ctx, &batch).Close()
}

// Query runs a statement, after those that are queued.
func (t *tx) Query(doing, sql string, args, into []any, row func() error) error {
	t.queue(sql, args...).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, into, row)
		return err
	})
	if err := t.flush(); err != nil {
		return fmt.Errorf("postgres: %s: %w", doing, err)
	}
	return nil
}

// List returns an array as a subquery.
func (*tx) List(parameter string) string { return `(SELECT unnest(` + parameter + `::bigint[]))` }

// errUnknown says that a commit is not known to be on every server that it should be on.
var errUnknown = errors.New("the commit may not outlive this server")

// commit commits. What was queued before is sent along.
func (t *tx) commit() error {
	if !t.begun {
		return t.flush()
	}
	t.queue(`COMMIT`)
	t.committing = true
	warned := warnings(t.conn.PgConn())
	warned.Store(false)
	if err := t.flush(); err != nil {
		t.end()
		return fmt.Errorf("postgres: commit: %w", err)
	}
	if warned.Load() {
		return errUnknown
	}
	return nil
}

// rollback ends a transaction that failed. A connection that cannot be used any more is closed by the pool.
func (t *tx) rollback() {
	if t.begun {
		t.end()
	}
}

func (t *tx) end() {
	if t.conn.IsClosed() || t.conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), patience)
	defer cancel()
	_, _ = t.conn.Exec(ctx, `ROLLBACK`) // the pool closes a connection that is left in a transaction
}

var errStandby = errors.New("postgres: the server is a standby: it takes no writes")
