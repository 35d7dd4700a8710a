package update

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/validate"
)

// completeFlags says how the values of the flags are completed.
func (o *Options) completeFlags(cmd *cobra.Command) {
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		complete := cobra.NoFileCompletions
		if value, ok := flag.Value.(*fieldFlag); ok {
			complete = completeField(value.field)
		}
		switch flag.Name {
		case "from":
			return // a file
		case "clear":
			complete = completeList(clearable(o.fields))
		case "include":
			complete = completeList(strings.Split(includeNames(","), ","))
		case "profile":
			complete = o.CompleteProfile
		case "debug":
			complete = completeOne("body")
		case "json", "dry-run", "plain-http":
			complete = completeOne("true", "false")
		}
		_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete) // it fails for a flag that is not there, or twice
	})
}

// completeField completes the values of a field that has only so many.
func completeField(f *validate.Field) cobra.CompletionFunc {
	switch {
	case f.Kind == validate.Boolean:
		return completeOne("true", "false")
	case f.Kind == validate.Array && len(f.Enum) > 0:
		return completeList(f.Enum)
	case len(f.Enum) > 0:
		return completeOne(f.Enum...)
	}
	return cobra.NoFileCompletions
}

func completeOne(all ...cobra.Completion) cobra.CompletionFunc {
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
}

// completeList completes the last of words that are separated by commas to one that is not among the others. The script for
// bash does not find a word that has a comma in it and comes with its meaning.
func completeList(all []cobra.Completion) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, text string) ([]cobra.Completion, cobra.ShellCompDirective) {
		at := strings.LastIndexByte(text, ',') + 1
		used := strings.Split(text[:at], ",")
		var left []cobra.Completion
		for _, c := range all {
			word, _, _ := strings.Cut(c, "\t")
			switch {
			case !strings.HasPrefix(word, text[at:]) || slices.Contains(used, word):
			case at == 0:
				left = append(left, c)
			default:
				left = append(left, text[:at]+word)
			}
		}
		return left, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder | cobra.ShellCompDirectiveNoSpace
	}
}

// clearable returns the fields that null clears, dotted where they are nested.
func clearable(fields []validate.Field) []cobra.Completion {
	var out []cobra.Completion
	for _, path := range rows.Leaves(fields) {
		if f := path.Field(); f.Nullable && stays(path) {
			out = append(out, cobra.CompletionWithDesc(path.String(), oneLine(f.Description)))
		}
	}
	return out
}
