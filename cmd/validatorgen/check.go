package main

import (
	"fmt"
	"maps"
	"slices"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/validatorgen/internal/lint"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	loader "example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// check prints the mistakes of a document and the notices, each with its place. Its error counts the mistakes, or lists the keywords
// that cannot be compiled.
func check(o options) error {
	doc, err := loader.Load(o.spec)
	if err != nil {
		return err
	}
	mistakes := 0
	for _, p := range lint.Check(doc) {
		kind := "notice: "
		if !p.Notice {
			kind = ""
			mistakes++
		}
		fmt.Fprintf(o.stderr, "%s: %s%s\n", p.Place, kind, p.Message)
	}
	if mistakes > 0 {
		return fmt.Errorf("mistakes in %s: %d", o.spec, mistakes)
	}
	read, err := load(o)
	if err != nil {
		return err
	}
	for _, line := range read.Idle() {
		fmt.Fprintln(o.stderr, line)
	}
	for _, name := range slices.Sorted(maps.Keys(read.UnknownFormats)) {
		if hint := nearest.Hint(name, schema.Formats()); hint != "" {
			fmt.Fprintf(o.stderr, "%s: notice: format %q is not checked%s\n", read.UnknownFormats[name], name, hint)
		}
	}
	return nil
}
