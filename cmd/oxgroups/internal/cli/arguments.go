package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/validate/nearest"
)

// What is wrong with the arguments of a command is said without the arguments: one of them may be a token that was pasted.

// prepare gives each command a check of its arguments, none unless it says otherwise, and makes it set started when it
// begins. A command that only has commands of its own shows its help.
func prepare(cmd *cobra.Command, started *bool) {
	for _, sub := range cmd.Commands() {
		prepare(sub, started)
	}
	if cmd.HasSubCommands() {
		cmd.Args = noSuchCommand
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		return
	}
	count := cmd.Args
	if count == nil {
		count = cobra.ExactArgs(0)
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		wrong := count(cmd, args)
		return cmp.Or(valueApart(cmd, args, wrong != nil), wrong)
	}
	work := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		*started = true
		return work(cmd, args)
	}
}

// noSuchCommand refuses what a command that only has commands of its own is given.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			known = append(known, sub.Name())
		}
	}
	return fmt.Errorf("%s has no such command%s", cmd.CommandPath(), nearest.HintOrAll(args[0], known))
}

// valueApart returns an error where the value of a boolean flag is an argument of its own, as in `--company false`. Such a
// flag is true without a value, so that false would be lost. 1 and 0 are such values only where they are not an id.
func valueApart(cmd *cobra.Command, args []string, digits bool) error {
	words := []string{"true", "false", "yes", "no"}
	if digits {
		words = append(words, "1", "0")
	}
	at := slices.IndexFunc(args, func(arg string) bool { return slices.Contains(words, strings.ToLower(arg)) })
	if at < 0 {
		return nil
	}
	value := slices.Contains([]string{"true", "yes", "1"}, strings.ToLower(args[at]))
	var right []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.NoOptDefVal != "" {
			right = append(right, fmt.Sprintf("--%s=%t", f.Name, value))
		}
	})
	if len(right) == 0 {
		return nil
	}
	return errors.New(`a flag for yes or no takes its value with "=": ` + strings.Join(right, " or "))
}

// flagError words what pflag found in the arguments, without the value, which is part of a request.
func flagError(cmd *cobra.Command, err error) error {
	var (
		invalid *pflag.InvalidValueError
		unknown *pflag.NotExistError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case cmd.HasSubCommands() && cmd.Flags().NArg() > 0: // a flag of a command that does not exist
		return noSuchCommand(cmd, cmd.Flags().Args())
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s: %w", invalid.GetFlag().Name, invalid.Unwrap())
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &syntax):
		return errors.New("a flag is of the form --name or --name=value")
	}
	return err
}

func unknownFlag(cmd *cobra.Command, unknown *pflag.NotExistError) error {
	name := unknown.GetSpecifiedName()
	switch {
	case unknown.GetSpecifiedShortnames() != "":
		return fmt.Errorf("unknown flag: -%s", name) // alone, without what is glued to it
	case name == "token" || name == "with-token":
		return errors.New("a token is never taken from an argument, where other users can see it; set " + client.EnvToken +
			` or run "oxgroups auth login", which reads it from stdin`)
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
	return errors.New(unknown.Error() + nearest.Hint("--"+name, known))
}
