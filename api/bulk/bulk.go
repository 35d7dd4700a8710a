package bulk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
)

// What a run has where Options do not say otherwise.
const (
	DefaultConcurrency = 16
	// DefaultTries is how often the client is asked to send a row that the API cannot take while it takes others.
	DefaultTries = 2
	// DefaultPatience is how long the API may answer nothing, beyond what it asks to wait, before the run stops. An API
	// that has not answered at all yet gets a second, one that answers 429 gets MaxWait.
	DefaultPatience = 30 * time.Second
	// DefaultMaxWait bounds what the API may ask to wait.
	DefaultMaxWait = 5 * time.Minute
)

const (
	firstPatience = time.Second // for an API that has not answered yet
	leastSilent   = 3           // replies in a row that count as no answer at all

	// The client's own waits between attempts are short: the limiter makes all workers wait when the API is away.
	firstBackoff, mostBackoff = 50 * time.Millisecond, time.Second
)

// Errors that stop a run. The rows that were not sent can be resumed.
var (
	// ErrStopped says that Options.Stop was closed. What was in flight has been finished.
	ErrStopped = errors.New("bulk: stopped")
	// ErrLimit says that Options.Limit rows were sent, and there are more.
	ErrLimit = errors.New("bulk: as many rows were sent as are allowed")
	// ErrFailures says that Options.MaxFailures rows were not applied.
	ErrFailures = errors.New("bulk: too many rows were not applied")
	// ErrUnavailable says that the API answered nothing for Options.Patience; it wraps the last error.
	ErrUnavailable = errors.New("bulk: the API does not answer")
	// ErrNotTheAPI says that the first reply was none of the API; it wraps the *client.Error.
	ErrNotTheAPI = errors.New("bulk: what answers is not the API; is the URL whole, with its path?")
	// ErrWait says that the API asks to wait longer than Options.MaxWait; it wraps the *client.Error.
	ErrWait = errors.New("bulk: the API asks to wait for too long")
	// ErrOtherRow says that the journal has another row in the place of one of the source: it is of another input.
	ErrOtherRow = errors.New("bulk: the journal belongs to another input")
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

// Options say how a run goes. Only Client is required.
type Options struct {
	Client      *client.Client // the run repeats and spaces requests by options of its own
	Concurrency int            // requests at a time
	Rate        float64        // requests a second at most; 0: as many as the API takes
	Limit       int64          // rows to send at most; 0: all
	MaxFailures int64          // stop after so many rows that were not applied; 0: never
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
	o.Concurrency = cmp.Or(max(o.Concurrency, 0), DefaultConcurrency)
	o.Tries = cmp.Or(max(o.Tries, 0), DefaultTries)
	o.Patience = cmp.Or(max(o.Patience, 0), DefaultPatience)
	o.MaxWait = cmp.Or(max(o.MaxWait, 0), DefaultMaxWait)
	if o.Progress == nil {
		o.Progress = new(Progress)
	}
	return o
}

// Run applies the rows of source. It returns nil when every row has a result, whatever that is (see Options.Progress for
// how many of each), and otherwise why it stopped: ErrStopped, ErrLimit, ErrFailures, ErrUnavailable, ErrNotTheAPI, ErrWait,
// ErrOtherRow, a *client.Error or *client.TransportError that would come of every row, ctx's error, or an error of the
// source, the journal or Options.Result. When ctx ends, requests in flight are broken off. Run waits for all that it started.
func Run(ctx context.Context, source Source, options Options) error {
	r, err := newRun(ctx, options.withDefaults())
	if err != nil {
		return err
	}
	defer r.cancel(nil)
	r.progress.begin(r.limiter, r.past)
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
	r.halt(errFinished)
	<-watched
	return r.end()
}

// run is the state of one run.
type run struct {
	Options
	client   *client.Client
	ctx      context.Context // of requests
	cancel   context.CancelCauseFunc
	halted   context.Context // ends when no more rows shall be sent; its cause says why
	halt     context.CancelCauseFunc
	limiter  *limiter
	queue    *queue
	past     *journal.Past
	progress *Progress
	read     bool  // the source is at its end
	broken   error // the source broke off, or the limit of rows was reached; what was read before is sent

	mu      sync.Mutex
	blocked map[int64]int64 // groups with a row that failed, and its number
}

// errFinished is the cause of halted when nothing is left to do.
var errFinished = errors.New("bulk: finished")

func newRun(ctx context.Context, o Options) (*run, error) {
	r := &run{Options: o, progress: o.Progress, past: new(journal.Past), blocked: map[int64]int64{}}
	if o.Journal != nil {
		r.past = o.Journal.Past()
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.halted, r.halt = context.WithCancelCause(r.ctx)
	r.limiter = newLimiter(r.halted, o.Rate, r.silent)
	r.queue = newQueue(r.halted)
	var err error
	r.client, err = o.Client.With(client.WithRateLimiter(r.limiter), client.WithRetryBudget(nil), client.WithMaxAttempts(client.DefaultMaxAttempts),
		client.WithBackoff(firstBackoff, mostBackoff), client.WithMaxRetryAfter(0), client.WithoutValidation())
	return r, err
}

// end returns why the run stopped. One that had just finished when it was to stop has finished.
func (r *run) end() error {
	cause := context.Cause(r.halted)
	stopped := errors.Is(cause, ErrStopped) || r.ctx.Err() != nil
	if !errors.Is(cause, errFinished) && !(stopped && r.read && r.queue.empty()) {
		return cause
	}
	if r.broken != nil {
		return r.broken
	}
	if r.Journal != nil {
		return r.Journal.End(journal.Ending{Ended: true})
	}
	return nil
}

// dispatch reads the rows and queues them. When the run stops before its end, it reads on for the rows that an earlier run
// found refused, so that each run tells all of them.
func (r *run) dispatch(source Source) {
	defer r.queue.close()
	sent := int64(0)
	for r.ctx.Err() == nil {
		if r.halted.Err() != nil && r.past.Empty() {
			return
		}
		t := r.queue.blank()
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
		known, err := r.known(t)
		if err != nil {
			r.halt(err)
			return
		}
		if known || r.halted.Err() != nil {
			r.queue.recycle(t)
			continue
		}
		if sent == r.Limit && r.Limit > 0 {
			r.broken = ErrLimit
			return
		}
		sent++
		r.queue.add(t)
	}
}

// known reports whether the row has a result without being sent.
func (r *run) known(t *task) (bool, error) {
	switch outcome, reason, ok := r.past.Lookup(t.row.Number, t.row.Digest.String()); {
	case !ok:
		return false, fmt.Errorf("%w: row %d differs", ErrOtherRow, t.row.Number)
	case outcome != "":
		return true, r.tell(Result{Row: &t.row, Outcome: outcome, Reason: reason, Before: true})
	}
	if t.invalid == nil || r.halted.Err() != nil {
		return false, nil
	}
	return true, r.record(&t.row, journal.Refused, "", t.invalid.Reason())
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
	r.progress.count(outcome)
	return r.tell(Result{Row: row, Outcome: outcome, Request: request, Reason: reason})
}

func (r *run) tell(result Result) error {
	if r.Result == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Result(result)
}
