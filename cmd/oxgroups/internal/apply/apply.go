// Package apply has the command that updates many workspace groups from a file.
//
// Start with NewCmd in apply.go.
package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/cmd/oxgroups/internal/account"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// Options are one run of `oxgroups apply`.
type Options struct {
	account.Connection
	File          string // - is stdin
	Delimiter     string
	Columns       []string
	IgnoreUnknown bool
	Null          string
	Concurrency   int
	Rate          float64
	Limit         int64
	MaxFailures   int64
	Journal       string
	Rejected      string
	Resume        bool
	Restart       bool
	DryRun        bool
	JSON          bool
	Results       bool

	flags *pflag.FlagSet
}

// NewCmd returns the command.
func NewCmd(out console.IO) *cobra.Command {
	o := &Options{Connection: account.Connection{IO: out}}
	cmd := &cobra.Command{
		Use:   "apply FILE|- [flags]",
		Short: "Update many workspace groups from a file",
		Long: `Update many workspace groups from a file, or from standard input where FILE is
"-"; what is compressed with gzip is recognised.

A CSV names the columns in its first line: id, and fields of an update, dotted
where they are nested ("external_reference.status"). The header also shows what
stands between the cells. Ids in a list are separated by ";". An empty cell
leaves the field as it is, \N clears it. JSON is an object for each row, one
after the other or in an array, with the id and the fields, {"id": 7, "name":
"Acme"}, or with the fields in an object of their own, {"id": 7,
"workspace_group": {...}}. The groups of a document of the API:
  jq -c '.workspace_groups[]' FILE | oxgroups apply - --ignore-unknown

Every row is checked before the first is sent. Rows of one group are sent in
their order, others side by side, as fast as the API takes them. What became of
each row is written to a journal beside the file, FILE.journal, so that a run
that was broken off goes on with --resume. Rows that were not applied are
written with the reason to FILE.rejected.csv (or .jsonl), which can be mended
and applied as it is.`,
		Example: `  oxgroups apply groups.csv
  oxgroups apply groups.csv --limit 10
  oxgroups apply groups.csv --resume
  oxgroups apply crm.csv --column 'Account No.=id' --ignore-unknown
  zcat groups.csv.gz | oxgroups apply - --rate 50 --journal groups.journal`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.File, o.flags = args[0], cmd.Flags()
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd)
	return cmd
}

func (o *Options) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.Delimiter, "delimiter", "", "the `character` between the cells of a CSV, or tab (default: found from the header)")
	flags.StringArrayVar(&o.Columns, "column", nil, "take the column OLD for NEW, `OLD=NEW`")
	flags.BoolVar(&o.IgnoreUnknown, "ignore-unknown", false, "ignore columns and keys that are not fields")
	flags.StringVar(&o.Null, "null", "", "a `word` in a cell that clears the field, beside \\N")
	flags.IntVar(&o.Concurrency, "concurrency", bulk.DefaultConcurrency, "how many requests may be in flight at a time")
	flags.Float64Var(&o.Rate, "rate", 0, "how many requests to send a second at most; 0 is as many as the API takes")
	flags.Int64Var(&o.Limit, "limit", 0, "how many rows to send at most; 0 is all")
	flags.Int64Var(&o.MaxFailures, "max-failures", 0, "stop after this many rows that were not applied; 0 is never")
	flags.StringVar(&o.Journal, "journal", "", "the `file` for what became of each row (default FILE.journal; none for stdin)")
	flags.BoolVar(&o.Resume, "resume", false, "continue the run in the journal")
	flags.BoolVar(&o.Restart, "restart", false, "start over, whatever the journal and the rejected rows of an earlier run say")
	flags.StringVar(&o.Rejected, "rejected", "", "the `file` for rows that could not be applied (default FILE.rejected.csv or .jsonl)")
	flags.BoolVar(&o.DryRun, "dry-run", false, "send nothing: print the rows that would be sent as JSON, and what is not valid")
	flags.BoolVar(&o.JSON, "json", false, "print a summary, or what is wrong, as JSON, in one line")
	flags.BoolVar(&o.Results, "results", false, "print what became of each row as JSON, a line each")
	o.AddDebugFlag(flags)
	o.AddFlags(cmd)
	cmd.MarkFlagsMutuallyExclusive("resume", "restart")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "results")
}

// maxConcurrency bounds the connections to the API.
const maxConcurrency = 512

func (o *Options) check() error {
	switch {
	case o.Concurrency < 1 || o.Concurrency > maxConcurrency:
		return console.Usagef("--concurrency must be from 1 to %d", maxConcurrency)
	case !(o.Rate >= 0 && o.Rate <= 1e6):
		return console.Usagef("--rate must be from 0 to 1000000")
	case o.Limit < 0 || o.MaxFailures < 0:
		return console.Usagef("--limit and --max-failures must not be negative")
	case o.Resume && o.File == "-" && o.Journal == "":
		return console.Usagef("--resume needs --journal where the rows come from stdin")
	}
	return nil
}

// rowOptions returns how the file is read.
func (o *Options) rowOptions() (rows.Options, error) {
	out := rows.Options{IgnoreUnknown: o.IgnoreUnknown, Null: o.Null, Columns: map[string]string{}}
	if text := o.Delimiter; text != "" {
		if text == "tab" || text == `\t` {
			text = "\t"
		}
		r, size := utf8.DecodeRuneInString(text)
		if size != len(text) || strings.ContainsRune("\"\r\n\ufffd", r) {
			return out, console.Usagef("--delimiter must be one character, or tab")
		}
		out.Delimiter = r
	}
	for _, text := range o.Columns {
		at := strings.LastIndexByte(text, '=')
		if at <= 0 || at == len(text)-1 {
			return out, console.Usagef("--column must be of the form OLD=NEW")
		}
		out.Columns[strings.TrimSpace(text[:at])] = text[at+1:]
	}
	return out, nil
}

func (o *Options) run(ctx context.Context) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	options, err := o.rowOptions()
	if err != nil {
		return err
	}
	to, err := o.Account()
	if err != nil {
		return err
	}
	c, err := o.Client(ctx, to, !o.DryRun)
	if err != nil {
		return err
	}
	defer c.CloseIdleConnections()
	in, err := rows.Open(o.File, console.Reader(ctx, o.IO.In), options)
	if err != nil {
		return o.inputError(ctx, err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	header := journal.Header{Input: in.Digest, Target: account.CanonicalURL(to.URL)}
	if o.DryRun {
		return o.preview(ctx, in, header)
	}
	total, err := o.validate(ctx, in, nil)
	if err != nil {
		return err
	}
	rejected, err := o.newRejected(in)
	if err != nil {
		return err
	}
	j, err := o.openJournal(in, header)
	if err != nil {
		return err
	}
	if j != nil {
		defer func() { err = errors.Join(err, j.Close()) }()
	}
	profile := ""
	if to.EnvToken == "" && to.Profile != nil {
		profile = fmt.Sprintf(" with profile %q", to.Profile.Name)
	}
	o.IO.Say("%s rows of %s to %s%s", thousands(total), in.Name, to.URL, profile)
	return o.send(ctx, c, in, j, rejected, total)
}

// inputError lists what is wrong with the input as a whole and makes it wrong usage. It leaves faults of the system as they
// are.
func (o *Options) inputError(ctx context.Context, err error) error {
	var bad *rows.Error
	switch {
	case errors.As(err, &bad) && bad.Line == 0: // the file as a whole
		return console.Usagef("%w; nothing was sent", err)
	case errors.As(err, &bad):
		o.IO.Say("%s", bad.Error())
		return console.Mark(&invalidError{bad.Input + " is not valid; nothing was sent", listed(bad)}, console.ErrUsage)
	case ctx.Err() != nil:
		return console.Hinted(console.ErrInterrupted, "nothing was sent")
	}
	return err
}

// journalPath returns where the journal is; "" is none.
func (o *Options) journalPath(in *rows.Input) string {
	if o.Journal == "" && in.Regular {
		return o.File + ".journal"
	}
	return o.Journal
}

func (o *Options) openJournal(in *rows.Input, header journal.Header) (*journal.Journal, error) {
	path := o.journalPath(in)
	if path == "" {
		return nil, nil
	}
	if sameFile(path, o.File) {
		return nil, console.Usagef("--journal is the input")
	}
	mode := journal.Begin
	switch {
	case o.Resume:
		mode = journal.Resume
	case o.Restart:
		mode = journal.Restart
	}
	j, err := journal.Open(path, mode, header)
	switch {
	case o.Resume && errors.Is(err, fs.ErrNotExist):
		return nil, console.Usagef("there is no journal %s to go on with; without --resume the run begins", path)
	case errors.Is(err, journal.ErrUnfinished):
		return nil, console.Usagef("%w; continue with --resume, start over with --restart, or name another with --journal", err)
	case errors.Is(err, journal.ErrOther):
		return nil, console.Usagef("%w; --restart takes its place, --journal names another", err)
	case errors.Is(err, journal.ErrDamaged):
		return nil, console.Usagef("%w; --journal names another", err)
	case err != nil:
		return nil, fmt.Errorf("%w; --journal names another file for it", err)
	}
	return j, nil
}

// hint says how to go on with a run that stopped.
func (o *Options) hint(in *rows.Input) string {
	if o.journalPath(in) == "" {
		return "there is no journal (--journal) to go on with; rows that were applied can be applied again"
	}
	line := "oxgroups apply " + console.ShellWord(o.File) + " --resume"
	o.flags.Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "resume", "restart":
			return
		case "column":
			for _, c := range o.Columns {
				line += " --column " + console.ShellWord(c)
			}
			return
		}
		line += " --" + f.Name
		switch value := f.Value.String(); {
		case f.NoOptDefVal == "":
			line += " " + console.ShellWord(value)
		case f.NoOptDefVal != value:
			line += "=" + console.ShellWord(value)
		}
	})
	if o.File == "-" {
		return "go on, with the same rows on stdin: " + line
	}
	return "go on with: " + line
}
