package openapi

import (
	"fmt"

	"example.com/oxgroups/cmd/validatorgen/internal/lint"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// BadValues says, a line each, where an example or a default of the document breaks its schema. A default has a meaning in
// generated code; an example has none.
func (d *Document) BadValues() (examples, defaults []string) {
	directions := map[lint.Direction]schema.Direction{lint.Either: schema.Either, lint.Request: schema.Request, lint.Response: schema.Response}
	refused := d.Refused()
	for _, value := range lint.Values(d.spec) {
		s := d.Known(value.Schema)
		if s == nil || refused[s] != nil {
			continue // of a schema that cannot be compiled nothing is known
		}
		kind, lines := "example", &examples
		if value.Default {
			kind, lines = "default", &defaults
		}
		for _, v := range s.Evaluate(value.Node, directions[value.Direction]) {
			*lines = append(*lines, fmt.Sprintf("%s: the %s breaks %s: %s", v.Place, kind, v.Keyword, v.Message))
		}
	}
	return examples, defaults
}
