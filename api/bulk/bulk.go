package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/pace"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
)

// What a run has where Options do not say otherwise.
const (
	DefaultConcurrency = 16
	// DefaultTries is how often a row is sent that the API cannot take while it takes others.
	DefaultTries = 6
	// DefaultPatience is how long the API may answer nothing, beyond what it asks to wait, before the run stops. An API
	// that has not answered at all yet gets a second.
	DefaultPatience = 30 * time.Second
	// DefaultMaxWait bounds what the API may ask to wait.
	DefaultMaxWait = 5 * time.Minute
)

// Errors that stop a run. The rows that were not sent can be resumed.
var (
	// ErrStopped says that Options.Stop was closed. What was in flight has been finished.
	ErrStopped = errors.New("bulk: stopped")
	// ErrUnavailable says that the API answered nothing for Options.Patience; it wraps the last error.
	ErrUnavailable = errors.New("bulk: the API does not answer")
	// ErrWait says that the API asks to wait longer than Options.MaxWait; it wraps the *client.Error.
	ErrWait = errors.New("bulk: the API asks to wait for too long")
	// ErrOtherRow says that the journal has another row in the place of one of the source: it is of another input.
	ErrOtherRow = errors.New("bulk: the journal is of another input")
)

// Source gives the rows; rows.Reader is one. Next returns io.EOF at the end, a *rows.Error for a row that is not valid and
// can be passed over, or an error that ends the run.
type Source interface {
	Next(row *rows.Row) error
}

// Result is what became of a row.
type Result struct {
	Row     *rows.Row // only during the call that has the result
	Outcome journal.Outcome
	Request string // X-Request-Id of the last reply
	Reason  string // why it was not applied
	Before  bool   // an earlier run had this result; nothing was sent
}

// Options say how a run goes. Only Updater is required.
type Options struct {
	Updater     client.Updater
	Concurrency int     // requests at a time
	Rate        float64 // requests a second at most; 0: as many as the API takes
	Tries       int
	Patience    time.Duration
	MaxWait     time.Duration

	// Journal remembers the results, and knows those of an earlier run. nil is none.
	Journal *journal.Journal
	// Result is called with each result, one after the other. An error stops the run. nil is not called.
	Result func(Result) error
	// Stop ends the run once what is in flight is finished, when it is closed. nil never is.
	Stop <-chan struct{}
	// Progress is kept up to date during the run. nil is not.
	Progress *Progress
}

func (o Options) withDefaults() Options {
	set := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	if o.Tries <= 0 {
		o.Tries = DefaultTries
	}
	set(&o.Patience, DefaultPatience)
	set(&o.MaxWait, DefaultMaxWait)
	if o.Progress == nil {
		o.Progress = new(Progress)
	}
	return o
}

// Run applies the rows of source. It returns nil when every row has a result, whatever that is (see Options.Progress for
// how many of each), and otherwise why it stopped: ErrStopped, ErrUnavailable, ErrWait, ErrOtherRow, a *client.Error that
// would be the answer to every row, ctx's error, or one of the source, the journal or Options.Result. When ctx ends,
// requests in flight are broken off. Run waits for all that it started.
func Run(ctx context.Context, source Source, options Options) error {
	r := newRun(ctx, options.withDefaults())
	defer r.cancel(nil)
	r.progress.begin(r.limiter)
	defer r.progress.end()

	var workers sync.WaitGroup
	for range r.Concurrency {
		workers.Go(r.work)
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-r.Stop:
			r.halt(ErrStopped)
		case <-r.halted.Done():
		}
	}()
	r.dispatch(source)
	workers.Wait()
	r.halt(nil)
	<-watched
	r.planner.drop()
	return r.end()
}

// run is the state of one run.
type run struct {
	Options
	ctx      context.Context // of requests
	cancel   context.CancelCauseFunc
	halted   context.Context // ends when no more rows shall be sent; its cause says why
	halt     context.CancelCauseFunc
	limiter  *pace.Limiter
	planner  *planner
	read     bool  // the source is at its end
	broken   error // the source broke off; what was read before is sent
	progress *Progress

	mu      sync.Mutex
	blocked map[int64]int64 // groups with a row that failed, and its number
	calls   []client.Option // of every call of the updater
}

// errFinished is the cause of halted when nothing is left to do.
var errFinished = errors.New("bulk: finished")

func newRun(ctx context.Context, o Options) *run {
	r := &run{
		Options: o, limiter: pace.New(o.Rate), planner: newPlanner(), progress: o.Progress, blocked: map[int64]int64{},
		calls: []client.Option{client.WithoutRetries(), client.WithoutValidation()}, // this package does both
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	halted, halt := context.WithCancelCause(r.ctx)
	r.halted = halted
	r.halt = func(cause error) {
		if cause == nil {
			cause = errFinished
		}
		halt(cause)
	}
	return r
}

// end returns why the run stopped. One that had just finished when it was to stop has finished.
func (r *run) end() error {
	cause := context.Cause(r.halted)
	stopped := errors.Is(cause, ErrStopped) || r.ctx.Err() != nil
	if !errors.Is(cause, errFinished) && !(stopped && r.read && r.planner.empty()) {
		return cause
	}
	if r.broken != nil {
		return r.broken
	}
	if r.Journal != nil {
		return r.Journal.End()
	}
	return nil
}

// dispatch reads the rows and hands them to the planner.
func (r *run) dispatch(source Source) {
	defer r.planner.close()
	for r.halted.Err() == nil {
		t := r.planner.blank()
		var invalid *rows.Error
		switch err := source.Next(&t.row); {
		case errors.Is(err, io.EOF):
			r.read = true
			return
		case errors.As(err, &invalid) && !invalid.Fatal:
			t.invalid = invalid
		case err != nil:
			r.broken = fmt.Errorf("bulk: reading the rows: %w", err)
			return
		}
		switch known, err := r.known(t); {
		case err != nil:
			r.halt(err)
		case known:
			r.planner.recycle(t)
		default:
			if r.planner.add(r.halted, t) != nil {
				return
			}
		}
	}
}

// known reports whether the row has a result without being sent.
func (r *run) known(t *task) (bool, error) {
	if r.Journal != nil && !r.Journal.Past().Empty() {
		switch outcome, reason, ok := r.Journal.Past().Lookup(t.row.Number, t.row.Digest.String()); {
		case !ok:
			return false, fmt.Errorf("%w: row %d differs", ErrOtherRow, t.row.Number)
		case outcome != "":
			return true, r.report(Result{Row: &t.row, Outcome: outcome, Reason: reason, Before: true})
		}
	}
	if t.invalid == nil {
		return false, nil
	}
	reason := t.invalid.Reason()
	t.invalid = nil
	return true, r.record(&t.row, journal.Refused, "", reason)
}

// record puts a result into the journal, and then tells it.
func (r *run) record(row *rows.Row, outcome journal.Outcome, request, reason string) error {
	if r.Journal != nil {
		err := r.Journal.Append(journal.Record{
			Row: row.Number, ID: row.ID, Digest: row.Digest.String(), Outcome: outcome, Request: request, Reason: reason,
		})
		if err != nil {
			return fmt.Errorf("bulk: %w", err)
		}
	}
	return r.report(Result{Row: row, Outcome: outcome, Request: request, Reason: reason})
}

// report tells a result.
func (r *run) report(result Result) error {
	r.progress.count(result)
	if r.Result == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Result(result)
}
