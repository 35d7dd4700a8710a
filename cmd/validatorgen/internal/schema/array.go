package schema

import (
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Items is the schema of the elements of an array.
type Items struct {
	arrayRule
	Schema *Schema
}

// UniqueItems allows no two equal elements.
type UniqueItems struct{ arrayRule }

func readUniqueItems(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if c.boolean(n) {
		return UniqueItems{}
	}
	return nil
}

// PrefixItems has the schemas of the first elements of an array; items has that of the others.
type PrefixItems struct {
	arrayRule
	Schemas []*Schema
}

// Children returns the schemas of the elements.
func (r PrefixItems) Children() []*Schema { return r.Schemas }

func readPrefixItems(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if n.Kind != spec.Sequence || len(n.Items) == 0 {
		c.refuse(n, "must be an array of schemas")
		return nil
	}
	var r PrefixItems
	for _, item := range n.Items {
		r.Schemas = append(r.Schemas, c.Compile(item))
	}
	return r
}

// Contains is a schema that some elements of an array match: from Min to Max, which is -1 for any number.
type Contains struct {
	arrayRule
	Schema   *Schema
	Min, Max int
}

// Children returns the schema.
func (r Contains) Children() []*Schema { return []*Schema{r.Schema} }

func readContains(c *Compiler, s *Schema, n *spec.Node) Rule {
	count := func(keyword string, without int) int {
		bound := c.nodes[s].Get(keyword)
		if bound == nil {
			return without
		}
		value, ok := validate.ParseDecimal(bound.Text).Int64()
		if bound.Kind != spec.Number || !ok || value < 0 {
			c.refuse(bound, "must be an integer of at least 0")
		}
		return int(value)
	}
	return Contains{Schema: c.Compile(n), Min: count("minContains", 1), Max: count("maxContains", -1)}
}

// readUnevaluatedItems reads the keyword as items, which it is where no other keyword looks at elements.
func readUnevaluatedItems(c *Compiler, s *Schema, n *spec.Node) Rule {
	switch at := c.nodes[s]; {
	case at.Get("items") != nil, n.Kind == spec.Boolean && n.Text == "true":
		return nil
	case c.applies(at) || at.Get("contains") != nil:
		c.refuse(n, "cannot be compiled beside allOf, anyOf, oneOf, if, contains and $ref")
		return nil
	}
	return Items{Schema: c.Compile(n)}
}
