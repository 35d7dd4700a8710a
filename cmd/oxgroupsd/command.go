package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// stdio is what a command reads, writes and is set by, besides its flags.
type stdio struct {
	in      io.Reader
	out     io.Writer // data only
	err     io.Writer // everything else
	getenv  func(string) string
	environ []string // as os.Environ
}

func standardIO() stdio {
	return stdio{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, environ: os.Environ()}
}

// run runs a command until it is done or the process is told to end, and returns the exit code. A second signal ends
// the process at once.
func run(args []string, io stdio) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return execute(ctx, args, io)
}

// execute runs a command until it is done or ctx ends, and returns the exit code.
func execute(ctx context.Context, args []string, io stdio) int {
	root := newRoot(io)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	var failed *failure
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &failed):
		fmt.Fprintf(io.err, "%s: %v\n", cmd.CommandPath(), failed.err)
		return exitFailed
	default:
		fmt.Fprintf(io.err, "%s: %v\nSee '%s --help'.\n", cmd.CommandPath(), err, cmd.CommandPath())
		return exitUsage
	}
}

// failure is an error of a command that was used rightly.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usageError is wrong usage that only a command itself can see.
type usageError struct{ message string }

func (u *usageError) Error() string { return u.message }

// action makes the error of a command a failure, unless it is about its usage; what cobra finds before is usage.
func action(do func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := do(cmd, args)
		if usage := (*usageError)(nil); err == nil || errors.As(err, &usage) {
			return err
		}
		return &failure{explained(err)}
	}
}

// explained returns err, or the reasons of a refusal one a line.
func explained(err error) error {
	var refused *group.Error
	if !errors.As(err, &refused) || refused.Code != group.Refused {
		return err
	}
	lines := []string{"refused"}
	for _, p := range refused.Problems {
		lines = append(lines, "  "+p.Field+": "+p.Message)
	}
	return errors.New(strings.Join(lines, "\n"))
}

func newRoot(io stdio) *cobra.Command {
	root := &cobra.Command{
		Use:   "oxgroupsd",
		Short: "Serve the workspace group endpoint of the Kantata OX API",
		Long: `Serve the workspace group endpoint of the Kantata OX API, and administer its store.

Every flag of serve is a setting, and so is --store: --max-body is OXGROUPSD_MAX_BODY in the environment and max-body in
the file that --config names. A flag wins over the environment, the environment over the file.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	storeURL := root.PersistentFlags().String(storeFlag, "",
		"sqlite:PATH, postgres://USER:PASSWORD@HOST/DATABASE or memory: (default: a SQLite file under your data directory)")
	root.PersistentFlags().String(configFlag, "", "YAML file of settings, keyed by the names of the flags of serve")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		_, err := loadSettings(cmd.Flags(), io.environ)
		return err
	}
	open := func(ctx context.Context) (group.Store, error) { return openStore(ctx, *storeURL, io.getenv, noHooks) }
	root.AddCommand(
		newServe(io, storeURL),
		newConfig(io),
		newImport(io, kept(storeURL, open)),
		newExport(io, kept(storeURL, open)),
		newToken(io, kept(storeURL, open)),
		newDoctor(io, kept(storeURL, open)),
		newBackup(io, kept(storeURL, open)),
		newRecord(io),
		newVersion(io),
	)
	return root
}
