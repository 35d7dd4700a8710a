package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/validate/nearest"
)

// applyCommand is one run of `oxgroups apply`.
type applyCommand struct {
	sys         system
	name        string // of the input; - is stdin
	format      string
	connect     connection
	concurrency int
	rate        float64
	journal     string
	rejected    string
	resume      bool
	restart     bool
	dryRun      bool
	unchecked   bool
	json        bool
	results     bool
}

func newApply(sys system) *cobra.Command {
	a := &applyCommand{sys: sys, connect: connection{sys: sys}}
	cmd := &cobra.Command{
		Use:   "apply FILE|- [flags]",
		Short: "Update many workspace groups from a file",
		Long: `Update many workspace groups from a file, or from standard input where FILE is
"-"; what is compressed with gzip is recognised.

A CSV names the columns in its first line: id, and fields of an update, dotted
where they are nested ("external_reference.status"). Ids in a list are separated
by ";". An empty cell leaves the field as it is, \N clears it. A line of JSONL
is an object with the id and the fields, {"id": 7, "name": "Acme"}, or with the
fields in an object of their own, {"id": 7, "workspace_group": {...}}. A
document as the API returns it, and oxgroupsd export writes it, updates each of
its groups and references.

Every row is checked before the first is sent. Rows of one group are sent in
their order, others side by side, as fast as the API takes them. What became of
each row is written to a journal beside the file, FILE.journal, so that a run
that was broken off goes on with --resume. Rows that were not applied are
written with the reason to FILE.rejected.csv (or .jsonl), which can be mended
and applied as it is.`,
		Example: `  oxgroups apply groups.csv
  oxgroups apply groups.csv --resume
  oxgroups apply groups.csv --dry-run
  zcat groups.csv.gz | oxgroups apply - --rate 50 --journal groups.journal`,
		Args: arguments(1, "one FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.name = args[0]
			return a.run(cmd.Context())
		},
	}
	a.addFlags(cmd)
	return cmd
}

func (a *applyCommand) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.IntVar(&a.concurrency, "concurrency", bulk.DefaultConcurrency, "how many requests may be under way at a time")
	flags.Float64Var(&a.rate, "rate", 0, "how many requests to send a second at most; 0 is as many as the API takes")
	flags.StringVar(&a.journal, "journal", "", "the `file` for what became of each row (default FILE.journal; none for stdin)")
	flags.BoolVar(&a.resume, "resume", false, "go on with the run that the journal is of")
	flags.BoolVar(&a.restart, "restart", false, "begin anew although the journal is of a run that has not come to its end")
	flags.StringVar(&a.rejected, "rejected", "", "the `file` for rows that could not be applied (default FILE.rejected.csv or .jsonl)")
	flags.StringVar(&a.format, "format", "", "how the input is written: "+strings.Join(formatNames(), ", ")+" (default: by its name or its beginning)")
	flags.BoolVar(&a.unchecked, "skip-validation", false, "do not check every row before the first is sent")
	flags.BoolVar(&a.dryRun, "dry-run", false, "send nothing: print the rows that would be sent as JSONL, and what is not valid")
	flags.BoolVar(&a.json, "json", false, "print a summary as JSON, in one line")
	flags.BoolVar(&a.results, "results", false, "print what became of each row as JSONL")
	a.connect.addFlags(flags)
	cmd.MarkFlagsMutuallyExclusive("resume", "restart")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "results")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "skip-validation")
	must(cmd.RegisterFlagCompletionFunc("format", completeOne(words(formatNames()...))))
	must(cmd.RegisterFlagCompletionFunc("profile", a.connect.completeProfile))
}

func formatNames() []string {
	var out []string
	for _, f := range rows.Formats() {
		out = append(out, string(f))
	}
	return out
}

// maxConcurrency bounds the connections to the API.
const maxConcurrency = 512

func (a *applyCommand) check() error {
	switch known := formatNames(); {
	case a.format != "" && !slices.Contains(known, a.format):
		return &usageError{fmt.Errorf("--format: %w", nearest.Unknown("format", a.format, known))}
	case a.concurrency < 1 || a.concurrency > maxConcurrency:
		return usagef("--concurrency must be from 1 to %d", maxConcurrency)
	case !(a.rate >= 0 && a.rate <= 1e6):
		return usagef("--rate must be from 0 to 1000000")
	case a.resume && a.name == "-" && a.journal == "":
		return usagef("--resume needs --journal where the rows come from stdin")
	}
	return nil
}

func (a *applyCommand) run(ctx context.Context) (err error) {
	if err := a.check(); err != nil {
		return err
	}
	to, err := a.connect.account()
	if err != nil {
		return err
	}
	c, err := a.connect.client(ctx, !a.dryRun)
	if err != nil {
		return err
	}
	defer c.CloseIdleConnections()
	stdin := &stream{ctx: ctx, from: a.sys.stdin}
	in, err := rows.Open(a.name, stdin, rows.Options{Format: rows.Format(a.format), Once: a.unchecked})
	if err != nil {
		return inputError(err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if a.dryRun {
		return a.preview(ctx, in, to.url)
	}
	total := int64(0)
	if !a.unchecked {
		if total, err = a.validate(ctx, in, nil); err != nil {
			return err
		}
	}
	j, err := a.openJournal(in, to.url)
	if err != nil {
		return err
	}
	if j != nil {
		defer func() { err = errors.Join(err, j.Close()) }()
	}
	return a.send(ctx, c, in, j, total)
}

// inputError makes what is wrong with the input wrong usage, and leaves faults of the system as they are.
func inputError(err error) error {
	var bad *rows.Error
	if errors.As(err, &bad) {
		return &usageError{err}
	}
	return err
}

// journalPath returns where the journal is; "" is none.
func (a *applyCommand) journalPath(in *rows.Input) string {
	if a.journal == "" && in.Regular() {
		return a.name + ".journal"
	}
	return a.journal
}

func (a *applyCommand) openJournal(in *rows.Input, base string) (*journal.Journal, error) {
	path := a.journalPath(in)
	if path == "" {
		return nil, nil
	}
	digest, err := in.ReadDigest()
	if err != nil {
		return nil, err
	}
	mode := journal.Begin
	switch {
	case a.resume:
		mode = journal.Resume
	case a.restart:
		mode = journal.Restart
	}
	j, err := journal.Open(path, mode, journal.Header{Input: digest, Target: base})
	switch {
	case errors.Is(err, journal.ErrUnfinished):
		return nil, usagef("%w; go on with --resume, or begin anew with --restart", err)
	case errors.Is(err, journal.ErrOther):
		return nil, usagef("%w; --restart takes its place, --journal names another", err)
	case errors.Is(err, journal.ErrDamaged):
		return nil, usagef("%w; --journal names another", err)
	case err != nil:
		return nil, fmt.Errorf("%w; --journal names another file for it", err)
	}
	return j, nil
}

// rejectedPath returns where rejected rows go: beside the input, or beside the journal for rows from stdin.
func (a *applyCommand) rejectedPath(in *rows.Input) string {
	switch {
	case a.rejected != "":
		return a.rejected
	case in.Regular():
		name := strings.TrimSuffix(a.name, ".gz")
		return strings.TrimSuffix(name, filepath.Ext(name)) + ".rejected" + in.Format.Extension()
	case a.journal != "":
		return a.journal + ".rejected" + in.Format.Extension()
	}
	return "stdin.rejected" + in.Format.Extension()
}

// stream is a stdin whose reads end with a context.
type stream struct {
	ctx  context.Context
	from io.Reader
	buf  []byte
}

// Read reads by way of a buffer of its own, which a read that was left behind may still write to.
func (s *stream) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if len(s.buf) < len(p) {
		s.buf = make([]byte, len(p))
	}
	data, err := interruptible(s.ctx, func() ([]byte, error) {
		n, err := s.from.Read(s.buf[:len(p)])
		return s.buf[:n], err
	})
	return copy(p, data), err
}
