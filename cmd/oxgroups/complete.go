package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/client"
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
func (u *updateCommand) completeFlags(cmd *cobra.Command) {
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
			complete = completeList(clearable("", u.fields))
		case "include":
			var all []candidate
			for _, include := range client.Includes() {
				all = append(all, candidate{word: string(include)})
			}
			complete = completeList(all)
		case "profile":
			complete = u.connect.completeProfile
		case "json", "dry-run", "curl":
			complete = completeOne(words("true", "false"))
		}
		must(cmd.RegisterFlagCompletionFunc(flag.Name, complete))
	})
}

// must stops the program at its start where a flag does not exist or is completed twice, which no input can bring about.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// completeField completes the values of a field that has only so many, and the names within an object.
func completeField(f *validate.Field) cobra.CompletionFunc {
	switch values := valuesOf(f); {
	case f.Kind == validate.Object && len(f.Fields) > 0:
		return completePairs(f.Fields)
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
func clearable(prefix string, fields []validate.Field) []candidate {
	var out []candidate
	for _, f := range fields {
		switch f.Kind {
		case validate.Object:
			out = append(out, clearable(prefix+f.Name+".", f.Fields)...)
		case validate.Array:
		default:
			if f.Nullable {
				out = append(out, candidate{prefix + f.Name, oneLine(f.Description)})
			}
		}
	}
	return out
}

// oneLine returns Markdown as one line of plain text.
func oneLine(markdown string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(markdown, "`", "'")), " ")
}

// completeProfile completes the name of a profile. It does not ask the keyring.
func (c *connection) completeProfile(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	profiles, err := c.profiles()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var all []candidate
	for _, p := range profiles {
		all = append(all, candidate{p.Name, p.URL})
	}
	return matching(all, "", ""), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
