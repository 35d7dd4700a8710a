package main

import (
	"context"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

// system is what a command reads from and writes to, apart from the network and the files it is told to read.
type system struct {
	stdin  io.Reader
	stdout io.Writer // data only
	stderr io.Writer // everything else
	getenv func(string) string
}

// process returns the system of this process.
func process() system {
	return system{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
}

// run runs one command line, without the name of the program, and returns its exit code. An interrupt ends what is under
// way; a second one ends the process at once.
func run(ctx context.Context, args []string, sys system) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	defer context.AfterFunc(ctx, stop)()

	started := false
	root := newRoot(sys, &started)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !started {
		err = &usageError{err} // cobra found it before a command began
	}
	if err != nil {
		report(sys.stderr, ctx, err)
	}
	return exitCode(ctx, err)
}

// newRoot returns the tree of commands. started becomes true when one of them begins its work.
func newRoot(sys system, started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "oxgroups",
		Short: "Update workspace groups of the Kantata OX API",
		Long: `Update workspace groups of the Kantata OX API.

Environment:
  OXGROUPS_TOKEN  the access token; it is never taken from an argument
  OXGROUPS_URL    where the API is, unless --url says so

Exit codes:
  0  done                         3  refused by the API (4xx)
  1  failed                       4  not authorised (401, 403, or no token)
  2  wrong usage, invalid update  5  the API is unavailable (5xx, network)
  6  apply: some rows failed    130  interrupted`,
		SilenceErrors: true, // run reports them
		SilenceUsage:  true,
	}
	root.SetIn(sys.stdin)
	root.SetOut(sys.stdout)
	root.SetErr(sys.stderr)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newUpdate(sys), newApply(sys), newVersion(sys))
	for _, cmd := range root.Commands() {
		work := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*started = true
			return work(cmd, args)
		}
	}
	return root
}
