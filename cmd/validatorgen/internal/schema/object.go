package schema

import (
	"slices"
	"strconv"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Property is a named property of an object.
type Property struct {
	Name   string
	Schema *Schema
}

// Properties has the schemas of named properties.
type Properties struct {
	objectRule
	List []Property
}

// Children returns the schemas of the properties.
func (r Properties) Children() []*Schema {
	all := make([]*Schema, len(r.List))
	for i, p := range r.List {
		all[i] = p.Schema
	}
	return all
}

func readProperties(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if n.Kind != spec.Mapping {
		c.refuse(n, "must be an object")
		return nil
	}
	var r Properties
	for _, m := range n.Members {
		r.List = append(r.List, Property{m.Key, c.Compile(m.Value)})
	}
	return r
}

// Required names the properties that have to be there.
type Required struct {
	objectRule
	Names []string
}

func readRequired(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if n.Kind != spec.Sequence {
		c.refuse(n, "must be an array of names of properties")
		return nil
	}
	var r Required
	for _, item := range n.Items {
		if item.Kind != spec.String {
			c.refuse(item, "must be the name of a property")
			continue
		}
		if !slices.Contains(r.Names, item.Text) {
			r.Names = append(r.Names, item.Text)
		}
	}
	return r
}

// AdditionalProperties is the schema of the properties that are not named; nil allows none.
type AdditionalProperties struct {
	objectRule
	Schema *Schema
}

// Children returns the schema, if there is one.
func (r AdditionalProperties) Children() []*Schema {
	if r.Schema == nil {
		return nil
	}
	return []*Schema{r.Schema}
}

func readAdditionalProperties(c *Compiler, _ *Schema, n *spec.Node) Rule {
	switch {
	case n.Kind != spec.Boolean:
		return AdditionalProperties{Schema: c.Compile(n)}
	case n.Text == "false":
		return AdditionalProperties{}
	default:
		return nil
	}
}

// readUnevaluatedProperties reads the keyword as additionalProperties, which it is where no other schema looks at properties.
func readUnevaluatedProperties(c *Compiler, s *Schema, n *spec.Node) Rule {
	switch at := c.nodes[s]; {
	case at.Get("additionalProperties") != nil, n.Kind == spec.Boolean && n.Text == "true":
		return nil
	case c.applies(at):
		c.refuse(n, "cannot be compiled beside allOf, anyOf, oneOf, if and $ref")
		return nil
	}
	return readAdditionalProperties(c, s, n)
}

// PropertyNames is a schema that the names of all properties match.
type PropertyNames struct {
	objectRule
	Schema *Schema
}

// Children returns the schema.
func (r PropertyNames) Children() []*Schema { return []*Schema{r.Schema} }

// PatternProperties has schemas of the properties whose names match a pattern.
type PatternProperties struct {
	objectRule
	List []PatternProperty
}

// PatternProperty is the schema of the properties whose names match a pattern.
type PatternProperty struct {
	Pattern
	Schema *Schema
}

// Children returns the schemas of the properties.
func (r PatternProperties) Children() []*Schema {
	all := make([]*Schema, len(r.List))
	for i, p := range r.List {
		all[i] = p.Schema
	}
	return all
}

func readPatternProperties(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if n.Kind != spec.Mapping {
		c.refuse(n, "must be an object")
		return nil
	}
	var r PatternProperties
	for _, m := range n.Members {
		translated, err := translate(m.Key)
		if err != nil {
			c.refuse(n, "%s cannot be compiled for package regexp: %v", strconv.Quote(m.Key), err)
			continue
		}
		r.List = append(r.List, PatternProperty{Pattern{Source: m.Key, Go: translated}, c.Compile(m.Value)})
	}
	return r
}
