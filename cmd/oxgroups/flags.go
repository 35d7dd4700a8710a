package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
)

// addFieldFlags adds a flag for each field. A field whose name a flag in own has, or another field, gets another name.
func addFieldFlags(flags, own *pflag.FlagSet, fields []validate.Field, to *assignments) {
	taken := func(name string) bool {
		return name == "" || name == "help" || flags.Lookup(name) != nil || own.Lookup(name) != nil
	}
	for i := range fields {
		f := &fields[i]
		flag := flags.VarPF(&fieldFlag{field: f, to: to}, freeName(taken, f), "", usage(f))
		if f.Kind == validate.Boolean {
			flag.NoOptDefVal = "true"
		}
	}
}

// freeName returns the name of the flag for f: that of the field with hyphens, for an array without "_ids" at its end
// ("add_workspace_ids" is --add-workspace). Where that is taken it is the whole name, or one that begins with "field-".
func freeName(taken func(string) bool, f *validate.Field) string {
	whole := strings.ReplaceAll(f.Name, "_", "-")
	name := whole
	if f.Kind == validate.Array {
		name = strings.TrimSuffix(whole, "-ids")
	}
	for _, candidate := range []string{name, whole} {
		if !taken(candidate) {
			return candidate
		}
	}
	return "field-" + whole
}

// usage returns the help text of a field in one line, as completion shows it.
func usage(f *validate.Field) string {
	if f.Required {
		return oneLine(f.Description + " (required)")
	}
	return oneLine(f.Description)
}

// clearFields gives null to the fields called names, dotted where they are nested.
func clearFields(clear []string, fields []validate.Field, to *assignments) error {
	known := validate.DottedNames("", fields)
	given := slices.Clone(*to)
	for _, name := range clear {
		name = strings.ReplaceAll(strings.TrimSpace(name), "-", "_")
		switch {
		case !slices.Contains(known, name):
			return &usageError{fmt.Errorf("--clear: %w", nearest.Unknown("field", name, known))}
		case given.has(name):
			return usagef("--clear: %s is given a value too", name)
		}
		to.put([]byte("null"), strings.Split(name, ".")...)
	}
	return nil
}

// clearsNothing returns the names in clear for which the API takes null as no change: lists and objects.
func clearsNothing(clear []string, fields []validate.Field) []string {
	var out []string
	for _, name := range clear {
		if f := validate.FindField(fields, strings.ReplaceAll(name, "-", "_")); f != nil && (f.Kind == validate.Array || f.Kind == validate.Object) {
			out = append(out, f.Name)
		}
	}
	return out
}

// parseIncludes checks the names, which the API would ignore where it does not know them.
func parseIncludes(list []string) ([]client.Include, error) {
	var known []string
	for _, include := range client.Includes() {
		known = append(known, string(include))
	}
	var out []client.Include
	for _, name := range list {
		if name = strings.TrimSpace(name); !slices.Contains(known, name) {
			return nil, &usageError{fmt.Errorf("--include: %w", nearest.Unknown("association", name, known))}
		}
		out = append(out, client.Include(name))
	}
	return out, nil
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
