package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

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

	out := &output{to: sys.stdout}
	sys.stdout = out
	started := false
	root := newRoot(sys, &started)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case out.err != nil && (err == nil || errors.Is(err, out.err)):
		if errors.Is(out.err, syscall.EPIPE) {
			return exitDone // the reader has enough: `| head`
		}
		if err == nil {
			err = fmt.Errorf("stdout: %w", out.err)
		}
	case err != nil && !started:
		err = &usageError{err} // cobra found it before a command began
	}
	if err != nil {
		report(sys, ctx, err)
	}
	return exitCode(ctx, err)
}

// newRoot returns the tree of commands. started becomes true when one of them begins its work.
func newRoot(sys system, started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "oxgroups",
		Short: "Update workspace groups of the Kantata OX API",
		Long: `Update workspace groups of the Kantata OX API (formerly Mavenlink).

Environment:
  OXGROUPS_TOKEN    the access token; it is never taken from an argument
  OXGROUPS_URL      where the API is, unless --url says so
  OXGROUPS_PROFILE  the profile to use, unless --profile says so
  OXGROUPS_CONFIG_DIR  where profiles are kept, in place of the user's
                    configuration directory
  NO_COLOR          if set, no colours

Exit codes:
  0  done                         4  not authorised (401, 403, or no token)
  1  failed                       5  the API is unavailable (5xx, network)
  2  wrong usage, invalid update  6  apply: some rows were not applied
  3  refused by the API (4xx)     130  interrupted`,
		Example: `  oxgroups auth login
  oxgroups update 7 --name Acme --add-workspace 10,12
  oxgroups apply groups.csv
  oxgroups update --help`,
		Version:       version(),
		Args:          noSuchCommand,
		RunE:          showHelp,
		SilenceErrors: true, // run reports them
		SilenceUsage:  true,
	}
	root.SetIn(sys.stdin)
	root.SetOut(sys.stdout)
	root.SetErr(sys.stderr)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(help)
	root.SetVersionTemplate(versionLine())
	root.AddCommand(newUpdate(sys), newApply(sys), newAuth(sys), newCompletion(), newVersion(sys))
	noteStart(root, started)
	return root
}

// noteStart makes every command under cmd set started when it begins.
func noteStart(cmd *cobra.Command, started *bool) {
	for _, sub := range cmd.Commands() {
		noteStart(sub, started)
	}
	if work := cmd.RunE; work != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*started = true
			return work(cmd, args)
		}
	}
}
