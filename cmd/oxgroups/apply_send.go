package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
)

// errRows says that a run came to its end and not every row was applied.
var errRows = errors.New("some rows were not applied")

// stoppedError is why a run stopped before its end, and how to go on with it.
type stoppedError struct {
	error
	hint string
}

func (e *stoppedError) Unwrap() error { return e.error }

// send sends the rows of in, total of them (0: not known).
func (a *applyCommand) send(ctx context.Context, c client.Updater, in *rows.Input, j *journal.Journal, total int64) error {
	reader, err := in.Rows()
	if err != nil {
		return inputError(err)
	}
	sink, err := a.newSink(in, reader)
	if err != nil {
		return err
	}
	now, stop, release := interrupts(ctx)
	defer release()
	progress := new(bulk.Progress)
	shown := show(a.sys, progress, total, stop)
	err = bulk.Run(now, reader, bulk.Options{
		Updater: c, Concurrency: a.concurrency, Rate: a.rate,
		Journal: j, Result: sink.result, Stop: stop, Progress: progress,
	})
	shown.end()
	err = errors.Join(err, sink.close())
	return a.finish(err, progress.Snapshot(), total, j, sink)
}

// interrupts returns a context that ends with the second interrupt, and a channel that is closed by the first.
func interrupts(parent context.Context) (now context.Context, stop <-chan struct{}, release func()) {
	now, cancel := context.WithCancel(context.WithoutCancel(parent))
	before := parent.Err() != nil
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	first, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		same := false // the signal that ended parent comes here too, maybe later, and is not a second one
		select {
		case <-signals:
		case <-parent.Done(): // whoever runs the command wants it to end
			same = !before && context.Cause(parent) != context.Canceled // a signal's cause is an error of its own
		case <-now.Done():
			return
		}
		close(first)
		for waiting := true; waiting; same = false {
			select {
			case <-signals:
				waiting = same
			case <-now.Done():
				return
			}
		}
		cancel()
	}()
	return now, first, func() {
		signal.Stop(signals)
		cancel()
		<-done
	}
}

// finish says how the run ended.
func (a *applyCommand) finish(err error, s bulk.Snapshot, total int64, j *journal.Journal, sink *sink) error {
	finished := err == nil
	if a.json {
		if printErr := a.summaryJSON(s, finished, total, sink); !errors.Is(printErr, syscall.EPIPE) {
			err = errors.Join(err, printErr)
		}
	}
	a.sys.say("%s", summary(s, total))
	if name := sink.rejected.written(); name != "" {
		a.sys.say("rows that were not applied, with the reason: %s (mend them and apply that file)", name)
	}
	switch {
	case errors.Is(err, bulk.ErrStopped), errors.Is(err, context.Canceled):
		err = errInterrupted
	case finished && err == nil && s.Rejected() > 0:
		return fmt.Errorf("%w: %s of %s", errRows, thousands(s.Rejected()), thousands(s.Done()))
	case err == nil:
		return nil
	case errors.Is(err, bulk.ErrOtherRow):
		err = &usageError{err}
	}
	if finished {
		return err
	}
	return &stoppedError{err, a.hint(j)}
}

// hint says how to go on with a run that stopped.
func (a *applyCommand) hint(j *journal.Journal) string {
	switch {
	case j == nil:
		return "there is no journal (--journal) to go on with; rows that were applied can be applied again"
	case a.name == "-":
		return "go on, with the same rows on stdin: oxgroups apply - --resume --journal " + shellWord(a.journal)
	case a.journal != "":
		return "go on with: oxgroups apply " + shellWord(a.name) + " --resume --journal " + shellWord(a.journal)
	}
	return "go on with: oxgroups apply " + shellWord(a.name) + " --resume"
}

// shellWord quotes a word for a shell where it has to be.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_./-", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return shellQuote(s)
}

func (a *applyCommand) summaryJSON(s bulk.Snapshot, finished bool, total int64, sink *sink) error {
	return json.NewEncoder(a.sys.stdout).Encode(struct {
		Finished bool    `json:"finished"`
		Rows     int64   `json:"rows"` // with a result; all of them where finished
		Total    int64   `json:"total,omitempty"`
		Applied  int64   `json:"applied"`
		Before   int64   `json:"applied_before"`
		Refused  int64   `json:"refused"`
		Failed   int64   `json:"failed"`
		Retries  int64   `json:"retries"`
		Seconds  float64 `json:"seconds"`
		Rejected string  `json:"rejected_file,omitempty"`
	}{finished, s.Done(), total, s.Applied, s.Before, s.Refused, s.Failed, s.Retries, s.Elapsed.Seconds(), sink.rejected.written()})
}
