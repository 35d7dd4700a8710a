package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// helpWidth is the width of help texts, in columns.
const helpWidth = 80

// help writes what a command is for, how it is called, and its flags, those that set fields of the spec apart from the others.
func help(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(cmp.Or(cmd.Long, cmd.Short)) + "\n")
	section := func(title, text string) {
		if text != "" {
			b.WriteString("\n" + title + ":\n" + strings.TrimRight(text, "\n") + "\n")
		}
	}
	use := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		use = cmd.CommandPath() + " COMMAND"
	}
	section("Usage", "  "+use)
	section("Examples", cmd.Example)
	var commands, fields strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(&commands, "  %-*s  %s\n", cmd.NamePadding(), sub.Name(), sub.Short)
		}
	}
	section("Commands", commands.String())
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags = false
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if value, ok := flag.Value.(interface{ Term() string }); ok {
			define(&fields, "--"+flag.Name+value.Term(), flag.Usage)
		} else {
			own.AddFlag(flag)
		}
	})
	section("Fields", fields.String())
	section("Flags", own.FlagUsagesWrapped(helpWidth))
	_, _ = io.WriteString(cmd.OutOrStdout(), b.String()) // stdout remembers an error
}

// define writes a term and below it the lines of text, broken between words. A line keeps the blanks that it begins with.
func define(b *strings.Builder, term, text string) {
	b.WriteString("  " + term + "\n")
	for line := range strings.Lines(text) {
		margin := strings.Repeat(" ", 6+len(line)-len(strings.TrimLeft(line, " ")))
		column := 0
		for _, word := range strings.Fields(line) {
			wide := console.Width.StringWidth(word)
			switch {
			case column == 0:
				b.WriteString(margin)
				column = len(margin)
			case column+1+wide > helpWidth:
				b.WriteString("\n" + margin)
				column = len(margin)
			default:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += wide
		}
		b.WriteByte('\n')
	}
}
