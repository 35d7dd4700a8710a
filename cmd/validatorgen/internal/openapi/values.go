package openapi

import (
	"fmt"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/lint"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// BadValues says, a line each, where an example or a default of the document breaks its schema. A default has a meaning in
// generated code; an example has none.
func (d *Document) BadValues() (examples, defaults []string) {
	check := func(lines *[]string, kind string, value, of *spec.Node, direction schema.Direction) {
		if value == nil || of == nil {
			return
		}
		s := d.Known(of)
		if s == nil {
			return
		}
		for _, v := range s.Evaluate(value, direction) {
			*lines = append(*lines, fmt.Sprintf("%s: the %s breaks %s: %s", v.Place, kind, v.Keyword, v.Message))
		}
	}
	lint.Walk(d.spec, func(n *spec.Node, object string) {
		switch {
		case n.Get("$ref") != nil: // what stands beside it is ignored
		case object == "Schema":
			check(&defaults, "default", n.Get("default"), n, schema.Either)
			check(&examples, "example", n.Get("example"), n, schema.Either)
		case object == "Parameter" || object == "Header" || object == "MediaType":
			values := []*spec.Node{n.Get("example")}
			for _, m := range n.Entries("examples") {
				values = append(values, d.deref(m.Value).Get("value"))
			}
			for _, value := range values {
				if value != nil && !isText(n, object, value) {
					check(&examples, "example", value, n.Get("schema"), direction(n, object))
				}
			}
		}
	})
	return examples, defaults
}

// isText reports whether an example is not the value but its text, as it is sent in a media type that is not JSON.
func isText(n *spec.Node, object string, example *spec.Node) bool {
	return object == "MediaType" && example.Kind == spec.String && !spec.IsJSON(n.Key()) && n.Key() != "*/*"
}

// direction tells requests from replies by the place of a media type or header.
func direction(n *spec.Node, object string) schema.Direction {
	pointer := n.Place.Pointer
	switch i, j := strings.LastIndex(pointer, "/request"), strings.LastIndex(pointer, "/responses/"); {
	case object == "Parameter" || i > j:
		return schema.Request
	case j >= 0 || object == "Header":
		return schema.Response
	}
	return schema.Either
}
