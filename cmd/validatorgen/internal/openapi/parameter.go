package openapi

import (
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/lint"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Parameter is one parameter of an operation.
type Parameter struct {
	Name        string
	In          string // "path", "query", "header" or "cookie"
	Style       string // "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject"; "content" for one that is JSON
	Explode     bool
	Required    bool
	AllowEmpty  bool
	Description string
	Schema      *schema.Schema
	Node        *spec.Node
}

// ignoredHeaders are not parameters by the text of OpenAPI: other keywords describe them.
var ignoredHeaders = []string{"accept", "content-type", "authorization"}

// parameter reads one parameter. What cannot be read is refused, or noticed, and nil.
func (d *Document) parameter(op *Operation, n *spec.Node) *Parameter {
	p := &Parameter{
		Name: n.Str("name"), In: n.Str("in"), Style: n.Str("style"), Required: n.True("required"),
		AllowEmpty: n.True("allowEmptyValue"), Description: n.Str("description"), Node: n,
	}
	switch styles := lint.Styles[p.In]; {
	case styles == nil:
		return nil // it is refused already
	case p.In == "header" && slices.Contains(ignoredHeaders, strings.ToLower(p.Name)):
		d.Notice(op, n.Place, "header %s is not a parameter by the text of OpenAPI: it is not read", p.Name)
		return nil
	case p.Style == "":
		p.Style = styles[0]
	}
	if p.Explode = p.Style == "form"; n.Get("explode") != nil {
		p.Explode = n.True("explode")
	}
	s := n.Get("schema")
	if content := n.Get("content"); content != nil {
		if len(content.Members) == 1 && spec.IsJSON(content.Members[0].Key) {
			s = content.Members[0].Value.Get("schema")
		}
		if p.Style = "content"; s == nil {
			d.refuse(content, "content", "the content of a parameter must be one media type, which is JSON with a schema")
		}
	}
	if s == nil {
		return nil // it is refused already
	}
	p.Schema = d.Compile(s)
	return p
}

// checkParameters refuses deepObject for what is not an object, and notices what no style has a form for. It runs when all schemas are read.
func (d *Document) checkParameters() {
	for _, op := range d.Operations {
		for _, p := range op.Parameters {
			if p.Style == "content" {
				continue
			}
			parts := []*schema.Schema{p.Schema.Resolve().Items()}
			switch possible := p.Schema.Possible() &^ schema.Null; {
			case possible == schema.Object, p.Style == "deepObject" && possible.Has(schema.Object):
				for _, property := range p.Schema.AllProperties() {
					parts = append(parts, property.Schema)
				}
			case p.Style == "deepObject":
				d.refuse(p.Node.Get("style"), "style", "deepObject is for objects")
			}
			for _, part := range parts {
				if part != nil && part.Possible()&^schema.Null == schema.Object {
					d.Notice(op, part.Place, "an object inside of the parameter %s has no form in the style %s: every value is refused", p.Name, p.Style)
				}
			}
		}
	}
}
