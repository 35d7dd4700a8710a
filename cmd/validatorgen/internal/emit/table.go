package emit

import (
	"fmt"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Table asks for the list of the fields of a schema.
type Table struct {
	Name   string
	Schema *schema.Schema
}

func (g *Generator) tables(tables []Table) string {
	var c code
	for _, t := range tables {
		name := g.unique(t.Name + "Fields")
		c.line("// %s lists the fields of %s, in the order of the spec.", name, g.place(t.Schema.Resolve()))
		c.line("var %s = []field.Field{", name)
		fields(&c, t.Schema.Resolve(), map[*schema.Schema]bool{})
		c.line("}\n")
	}
	return c.String()
}

var kinds = map[schema.Types]string{
	schema.String: "String", schema.Integer: "Integer", schema.NumberType: "Number", schema.Boolean: "Boolean",
	schema.Array: "Array", schema.Object: "Object",
}

func kindOf(s *schema.Schema) string {
	if k := kinds[s.Resolve().Types&^schema.Null]; k != "" {
		return "field." + k
	}
	return "field.Any"
}

// fields writes the entries for the properties of s. above has the schemas around it, so that recursion ends.
func fields(c *code, s *schema.Schema, above map[*schema.Schema]bool) {
	above[s] = true
	defer delete(above, s)
	for _, p := range s.Properties {
		r := p.Schema.Resolve()
		if r.ReadOnly {
			continue
		}
		var parts []string
		add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
		add("Name: %q, Kind: %s", p.Name, kindOf(r))
		if r.Items != nil {
			add("Items: %s", kindOf(r.Items))
		}
		if r.Format != "" {
			add("Format: %q", r.Format)
		}
		if s.Requires(p.Name) {
			add("Required: true")
		}
		if r.AllowsNull() {
			add("Nullable: true")
		}
		if values := enumTexts(r); len(values) > 0 {
			add("Enum: []string{%s}", strings.Join(values, ", "))
		}
		if r.Description != "" {
			add("Description: %q", strings.TrimSpace(r.Description))
		}
		c.WriteString("{" + strings.Join(parts, ",\n"))
		if len(r.Properties) > 0 && !above[r] {
			c.line(",\nFields: []field.Field{")
			fields(c, r, above)
			c.WriteString("}")
		}
		c.line("},")
	}
}

func enumTexts(s *schema.Schema) []string {
	var values []string
	for _, v := range s.Enum {
		switch v.Kind {
		case spec.String, spec.Number, spec.Boolean:
			values = append(values, fmt.Sprintf("%q", v.Text))
		}
	}
	return values
}
