// Package cli has the tree of commands, their help, and what becomes of their errors.
//
// Start with cli.go.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/oxgroups/cmd/oxgroups/internal/apply"
	"example.com/oxgroups/cmd/oxgroups/internal/auth"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
	"example.com/oxgroups/cmd/oxgroups/internal/update"
)

// Run runs one command line, without the name of the program, and returns its exit code. A signal ends what is under way;
// a second one ends the process at once.
func Run(ctx context.Context, args []string, streams console.IO) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)()

	out := &console.Output{To: streams.Out}
	streams.Out = out
	started := false
	root := newRoot(streams, &started)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case out.Failed != nil && (err == nil || errors.Is(err, out.Failed)):
		if errors.Is(out.Failed, syscall.EPIPE) {
			return console.ExitDone // the reader has enough: `| head`
		}
		if err == nil {
			err = fmt.Errorf("stdout: %w", out.Failed)
		}
	case err != nil && !started: // cobra found it before a command began
		err = console.Hinted(console.Mark(err, console.ErrUsage), fmt.Sprintf("see \"%s --help\"", cmd.CommandPath()))
	}
	if err == nil {
		return console.ExitDone
	}
	report := console.NewReport(ctx, err)
	streams.Show(report)
	if flag := cmd.Flags().Lookup("json"); flag != nil && flag.Value.String() == "true" && !errors.Is(err, console.ErrPrinted) {
		_ = streams.ShowJSON(report) // out remembers an error, and the exit code says that something failed
	}
	return report.ExitCode
}

// NewCmd returns the tree of commands.
func NewCmd(streams console.IO) *cobra.Command { return newRoot(streams, new(bool)) }

// newRoot returns the tree of commands, which set started when one begins.
func newRoot(streams console.IO, started *bool) *cobra.Command {
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
		Version:       console.Version(),
		SilenceErrors: true, // Run reports them
		SilenceUsage:  true,
	}
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(help)
	root.SetVersionTemplate(versionLine())
	root.AddCommand(update.NewCmd(streams), apply.NewCmd(streams), auth.NewCmd(streams), newVersion(streams))
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		for _, shell := range cmd.Commands() {
			if cmd.Name() == "completion" {
				shell.Args = nil // cobra's own check repeats the arguments
			}
		}
	}
	prepare(root, started)
	return root
}

func newVersion(streams console.IO) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  "Print the version of oxgroups, of Go, and the platform.",
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(streams.Out, versionLine())
			return err
		},
	}
}

// versionLine returns what names the program in a report.
func versionLine() string {
	return fmt.Sprintf("oxgroups %s %s %s/%s\n", console.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
