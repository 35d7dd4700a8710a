package main

import (
	"fmt"

	"example.com/oxgroups/cmd/validatorgen/internal/lint"
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
	_, err = load(o)
	return err
}
