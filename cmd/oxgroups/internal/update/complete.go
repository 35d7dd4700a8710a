package update

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/validate"
)

// candidate is a word that a shell may complete to, and what it means.
type candidate struct{ word, about string }

// asLine returns the form that cobra's scripts read, with before, which is on the command line already. The script for bash
// does not find a word that has a comma in it and comes with its meaning.
func (c candidate) asLine(before string) string {
	if c.about == "" || before != "" {
		return before + c.word
	}
	return before + c.word + "\t" + c.about
}

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
			complete = completeList(words(strings.Split(includeNames(","), ",")...))
		case "profile":
			complete = o.CompleteProfile
		case "debug":
			complete = completeOne(words("body"))
		case "json", "dry-run", "curl", "plain-http":
			complete = completeOne(words("true", "false"))
		}
		_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete) // it fails for a flag that is not there, or twice
	})
}

// completeField completes the values of a field that has only so many, and the names within an object.
func completeField(f *validate.Field) cobra.CompletionFunc {
	switch values := valuesOf(f); {
	case f.Kind == validate.Object && len(f.Fields) > 0:
		return completePairs(f.Fields)
	case f.Kind == validate.Array && len(values) > 0:
		return completeList(values)
	case len(values) > 0:
		return completeOne(values)
	}
	return cobra.NoFileCompletions
}

// valuesOf returns all values of a field that has only so many.
func valuesOf(f *validate.Field) []candidate {
	if f.Kind == validate.Boolean {
		return words("true", "false")
	}
	return words(f.Enum...)
}

func words(list ...string) []candidate {
	out := make([]candidate, len(list))
	for i, word := range list {
		out[i].word = word
	}
	return out
}

func completeOne(all []candidate) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, text string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return matching(all, "", text), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// completeList completes the last of words that are separated by commas to one that is not among the others.
func completeList(all []candidate) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, text string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before, last := cutLast(text, ",")
		used := strings.Split(before, ",")
		left := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return slices.Contains(used, c.word) })
		return matching(left, before, last), listDirective
	}
}

// listDirective leaves out the space behind a word, because another may follow.
const listDirective = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder | cobra.ShellCompDirectiveNoSpace

// completePairs completes name=value,name=value.
func completePairs(fields []validate.Field) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, text string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before, last := cutLast(text, ",")
		if name, value, ok := strings.Cut(last, "="); ok {
			f := validate.FindField(fields, name)
			if f == nil {
				return nil, listDirective
			}
			return matching(valuesOf(f), before+name+"=", value), listDirective
		}
		var left []candidate
		for _, f := range fields {
			if !strings.Contains(","+before, ","+f.Name+"=") {
				left = append(left, candidate{f.Name + "=", oneLine(f.Description)})
			}
		}
		return matching(left, before, last), listDirective
	}
}

// matching returns the words that begin with text, each behind before.
func matching(all []candidate, before, text string) []cobra.Completion {
	var out []cobra.Completion
	for _, c := range all {
		if strings.HasPrefix(c.word, text) {
			out = append(out, c.asLine(before))
		}
	}
	return out
}

// cutLast cuts text behind the last sep.
func cutLast(text, sep string) (before, last string) {
	at := strings.LastIndex(text, sep) + 1
	return text[:at], text[at:]
}

// clearable returns the fields that null clears, dotted where they are nested.
func clearable(fields []validate.Field) []candidate {
	var out []candidate
	for _, path := range rows.Leaves(fields) {
		if f := path.Field(); f.Nullable && stays(path) {
			out = append(out, candidate{path.String(), oneLine(f.Description)})
		}
	}
	return out
}
