package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// helpWidth is the width of help texts, in columns.
const helpWidth = 80

// help writes what a command is for, how it is called, and its flags: those of the spec's fields apart from the others.
func help(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(cmp.Or(cmd.Long, cmd.Short)) + "\n")
	section := func(title, text string) {
		if text != "" {
			b.WriteString("\n" + title + ":\n" + strings.TrimRight(text, "\n") + "\n")
		}
	}
	section("Usage", "  "+useLine(cmd))
	section("Examples", cmd.Example)
	section("Commands", commandList(cmd))
	fields, own := splitFlags(cmd)
	section("Fields", fieldList(fields))
	section("Flags", own.FlagUsagesWrapped(helpWidth))
	_, _ = io.WriteString(cmd.OutOrStdout(), b.String()) // stdout remembers an error
}

func useLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND"
	}
	return cmd.UseLine()
}

func commandList(cmd *cobra.Command) string {
	var b strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(&b, "  %-*s  %s\n", cmd.NamePadding(), sub.Name(), sub.Short)
		}
	}
	return b.String()
}

// fieldValue is the value of a flag that sets a field of the spec.
type fieldValue interface{ Field() *validate.Field }

// splitFlags returns the flags of cmd that set fields, and the others.
func splitFlags(cmd *cobra.Command) (fields []*pflag.Flag, own *pflag.FlagSet) {
	own = pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags = false
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if _, ok := flag.Value.(fieldValue); ok {
			fields = append(fields, flag)
		} else {
			own.AddFlag(flag)
		}
	})
	return fields, own
}

// fieldList describes the flags of fields in the words of the spec.
func fieldList(flags []*pflag.Flag) string {
	var b strings.Builder
	for _, flag := range flags {
		f := flag.Value.(fieldValue).Field()
		term := "--" + flag.Name + " " + flag.Value.Type()
		if f.Kind == validate.Boolean {
			term = "--" + flag.Name + "[=false]"
		}
		define(&b, 2, term, f)
		for i := range f.Fields {
			define(&b, 8, pair(&f.Fields[i]), &f.Fields[i])
		}
	}
	return b.String()
}

// define writes a term, and below it the description of its field.
func define(b *strings.Builder, indent int, term string, f *validate.Field) {
	if f.Required {
		term += " (required)"
	}
	b.WriteString(strings.Repeat(" ", indent) + term + "\n")
	text := strings.Join(strings.Fields(strings.ReplaceAll(f.Description, "`", "'")), " ")
	if facts := facts(f); facts != "" {
		text = strings.TrimSpace(text + " (" + facts + ")")
	}
	if text != "" {
		margin := strings.Repeat(" ", indent+4)
		b.WriteString(margin + strings.ReplaceAll(wrapWords(text, helpWidth-len(margin)), "\n", "\n"+margin) + "\n")
	}
}

// facts returns what the spec says of the values of a field, beside its description.
func facts(f *validate.Field) string {
	var out []string
	if f.Deprecated {
		out = append(out, "deprecated")
	}
	if f.Format != "" {
		out = append(out, "format "+f.Format)
	}
	if f.Kind == validate.Array && len(f.Enum) > 0 {
		out = append(out, "values "+strings.Join(f.Enum, ", "))
	}
	out = append(out, f.Rules...)
	if f.Default != "" {
		out = append(out, "default "+f.Default)
	}
	return strings.Join(out, "; ")
}

// pair returns how a field within an object is set.
func pair(f *validate.Field) string {
	switch {
	case f.Kind == validate.Boolean:
		return f.Name + "=true|false"
	case len(f.Enum) > 0:
		return f.Name + "=" + strings.Join(f.Enum, "|")
	}
	return f.Name + "=" + f.Kind.String()
}

// wrapWords breaks text between words, so that its lines are no wider than room where its words allow it.
func wrapWords(text string, room int) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		wide := console.Width.StringWidth(word)
		switch {
		case used == 0:
		case used+1+wide > room:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += wide
	}
	return b.String()
}
