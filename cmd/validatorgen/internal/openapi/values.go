package openapi

import (
	"fmt"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/validatorgen/internal/lint"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// BadValues says, a line each, where an example or a default of the document breaks its schema. A default has a meaning in
// generated code; an example has none, and neither has the default null where null is not allowed.
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
			*lines = append(*lines, fmt.Sprintf("%s: the %s breaks %s: %s%s", v.Place, kind, v.Keyword, v.Message, quotes(s, value, direction)))
		}
	}
	lint.Walk(d.spec, func(n *spec.Node, object string) {
		switch {
		case n.Get("$ref") != nil: // what is next to it is ignored
		case object == "Schema":
			if value := n.Get("default"); value != nil && value.Kind == spec.Null {
				check(&examples, "default", value, n, schema.Either) // which the compiler takes as none
			} else {
				check(&defaults, "default", value, n, schema.Either)
			}
			for _, value := range append(n.List("examples"), n.Get("example")) {
				check(&examples, "example", value, n, schema.Either)
			}
			for _, value := range append(n.List("enum"), n.Get("const")) {
				check(&examples, "value of the enum", value, n, schema.Either)
			}
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

// Idle says, a line each, which keywords have no effect, as no value is of their type.
func (d *Document) Idle() []string {
	var lines []string
	lint.Walk(d.spec, func(n *spec.Node, object string) {
		s := d.Known(n)
		if object != "Schema" || s == nil || s.Ref != nil {
			return
		}
		types := s.Types()
		if types&(schema.Integer|schema.Number) != 0 {
			types |= schema.Integer | schema.Number
		}
		for _, r := range s.Rules {
			if at := n.Get(r.Keyword()); at != nil && types != 0 && r.Applies() != schema.AnyType && r.Applies()&types == 0 {
				lines = append(lines, fmt.Sprintf("%s: notice: has no effect, as the value is %s", at.Place, s.Types()))
			}
		}
	})
	return lines
}

// quotes says what would make a scalar right: its quotes, or that it has none.
func quotes(s *schema.Schema, value *spec.Node, direction schema.Direction) string {
	fits := func(kind spec.Kind) bool {
		return len(s.Evaluate(&spec.Node{Kind: kind, Text: value.Text}, direction)) == 0
	}
	switch isBool := value.Text == "true" || value.Text == "false"; {
	case value.Kind == spec.Null:
		return "; leave it out where there is none"
	case value.Kind == spec.String && (validate.IsNumber(value.Text) && fits(spec.Number) || isBool && fits(spec.Boolean)):
		return "; write " + value.Text + " without quotes"
	case (value.Kind == spec.Number || value.Kind == spec.Boolean) && fits(spec.String):
		return "; write it in quotes"
	}
	return ""
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
