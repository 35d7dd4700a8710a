package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// send sends the rows of in, total of them.
func (o *Options) send(ctx context.Context, c *client.Client, in *rows.Input, j *journal.Journal, rejected *rejectedFile, total int64) error {
	reader, err := in.Rows()
	if err != nil {
		return o.inputError(ctx, err)
	}
	if err := rejected.open(o.Restart, j, reader); err != nil {
		return err
	}
	now, release := secondInterrupt(ctx)
	defer release()
	stop := ctx.Done()
	progress := new(bulk.Progress)
	shown := show(o.IO, progress, total, stop)
	results := o.IO.Out
	err = bulk.Run(now, reader, bulk.Options{
		Client: c, Concurrency: o.Concurrency, Rate: o.Rate, Limit: o.Limit, MaxFailures: o.MaxFailures,
		Journal: j, Stop: stop, Progress: progress,
		Result: func(r bulk.Result) error {
			if r.Outcome != journal.Applied {
				if err := rejected.write(r.Row, r.Reason); err != nil {
					return err
				}
			}
			if !o.Results || results == nil {
				return nil
			}
			err := writeResult(results, r)
			if errors.Is(err, syscall.EPIPE) {
				results = nil // whoever read them has enough; the rows are applied all the same
				return nil
			}
			return err
		},
	})
	shown.end()
	finished := err == nil
	digest, closeErr := rejected.close(now.Err() == nil)
	if j != nil {
		closeErr = errors.Join(closeErr, j.End(journal.Ending{Ended: finished, Rejected: digest}))
	}
	return o.finish(ctx, errors.Join(err, closeErr), finished, progress.Snapshot(), total, in, rejected)
}

func writeResult(out io.Writer, r bulk.Result) error {
	return json.NewEncoder(out).Encode(struct {
		Row     int64           `json:"row"`
		Line    int64           `json:"line,omitempty"`
		ID      int64           `json:"id,omitempty"`
		Outcome journal.Outcome `json:"outcome"`
		Before  bool            `json:"before,omitempty"`
		Request string          `json:"request_id,omitempty"`
		Reason  string          `json:"reason,omitempty"`
	}{r.Row.Number, r.Row.Line, r.Row.ID, r.Outcome, r.Before, r.Request, r.Reason})
}

// secondInterrupt returns a context that outlives parent, which ends with the first interrupt, until the second one.
func secondInterrupt(parent context.Context) (context.Context, context.CancelFunc) {
	now, cancel := context.WithCancel(context.WithoutCancel(parent))
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM) // before the first one, so that the second finds it
	go func() {
		for range cap(interrupts) {
			select {
			case <-interrupts:
			case <-now.Done():
				return
			}
		}
		cancel()
	}()
	return now, func() { signal.Stop(interrupts); cancel() }
}

// finish says how the run ended.
func (o *Options) finish(ctx context.Context, err error, finished bool, s bulk.Snapshot, total int64, in *rows.Input, rejected *rejectedFile) error {
	switch {
	case errors.Is(err, bulk.ErrFailures):
		err = fmt.Errorf("%w: stopped when %s were not (--max-failures)", console.ErrRows, thousands(s.Refused+s.Failed))
	case errors.Is(err, bulk.ErrStopped), errors.Is(err, context.Canceled):
		err = console.ErrInterrupted
	case errors.Is(err, bulk.ErrOtherRow):
		err = console.Mark(err, console.ErrUsage)
	case errors.Is(err, bulk.ErrLimit):
		o.IO.Say("stopped after %s rows (--limit); %s", thousands(o.Limit), o.hint(in))
		err = nil
		fallthrough
	case err == nil:
		if s.Rejected() > 0 {
			err = fmt.Errorf("%w: %s of %s", console.ErrRows, thousands(s.Rejected()), thousands(s.Done()))
		}
		finished = true
	}
	if err != nil && !finished {
		err = console.Hinted(err, o.hint(in))
	}
	if err != nil && s.Rejected() > 100 && !o.JSON {
		o.IO.Say("%v", err) // the reason above the figures, for runs of which much failed
	}
	o.IO.Say("%s", summary(s, total))
	if name := rejected.written(); name != "" {
		o.IO.Say("rows that were not applied, with the reason: %s (correct them and apply that file)", name)
	}
	if !o.JSON {
		return err
	}
	if printErr := o.summaryJSON(ctx, err, s, total, rejected); printErr != nil && !errors.Is(printErr, syscall.EPIPE) {
		return errors.Join(err, printErr)
	}
	if err != nil {
		return console.Mark(err, console.ErrPrinted)
	}
	return nil
}

func (o *Options) summaryJSON(ctx context.Context, err error, s bulk.Snapshot, total int64, rejected *rejectedFile) error {
	var report *console.Report
	if err != nil {
		r := console.NewReport(ctx, err)
		report = &r
	}
	return json.NewEncoder(o.IO.Out).Encode(struct {
		Finished bool            `json:"finished"`
		Rows     int64           `json:"rows"` // with a result; all of them where finished
		Total    int64           `json:"total"`
		Applied  int64           `json:"applied"`
		Before   int64           `json:"applied_before"`
		Refused  int64           `json:"refused"`
		Failed   int64           `json:"failed"`
		Retries  int64           `json:"retries"`
		Seconds  float64         `json:"seconds"`
		Rejected string          `json:"rejected_file,omitempty"`
		Error    *console.Report `json:"error,omitempty"`
	}{s.Done() == total, s.Done(), total, s.Applied, s.Before, s.Refused + s.RefusedBefore, s.Failed, s.Retries, s.Elapsed.Seconds(), rejected.written(), report})
}
