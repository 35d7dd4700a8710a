package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/validate/nearest"
)

// What is wrong with the arguments of a command is said without the arguments: one of them may be a token that was pasted.

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

// showHelp is what a command does that only has commands of its own.
func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// arguments returns a check for the number of arguments; what is how they are called in a usage line.
func arguments(count int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		words := []string{"true", "false", "yes", "no"}
		if len(args) > count {
			words = append(words, "1", "0") // these could be an id
		}
		if err := valueApart(cmd, args, words); err != nil || len(args) == count {
			return err
		}
		if count == 0 {
			return fmt.Errorf("%s takes no arguments, but %d were given", cmd.CommandPath(), len(args))
		}
		return fmt.Errorf("%s takes %s, but %d arguments were given", cmd.CommandPath(), what, len(args))
	}
}

// valueApart returns an error where the value of a boolean flag is an argument of its own, as in `--company false`. Such a
// flag is true without a value, so that false would be lost.
func valueApart(cmd *cobra.Command, args, words []string) error {
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

// notEmpty returns an error for a flag that was given nothing, as a shell does for a variable that is not set.
func notEmpty(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
			return usagef("--%s has no value", name)
		}
	}
	return nil
}
