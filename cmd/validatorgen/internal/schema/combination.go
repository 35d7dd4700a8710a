package schema

import (
	"slices"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// applies reports whether keywords of a schema look at the same value through other schemas.
func (c *Compiler) applies(n *spec.Node) bool {
	return slices.ContainsFunc([]string{"$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"}, func(key string) bool { return n.Get(key) != nil })
}

// A value has to match all of the Parts, at least one of them, or exactly one.
type (
	AllOf struct{ parts }
	AnyOf struct{ parts }
	OneOf struct{ parts }
	parts struct {
		anyRule
		Parts         []*Schema
		Discriminator Discriminator
	}
)

// Discriminator is the property that says which of several schemas is meant. It changes no verdict.
type Discriminator struct {
	Property string             // "" for none
	Names    map[string]*Schema // by the value of the property
}

// Exclusive returns the parts by the only values that they allow the property to have, or nil where a value could match several parts.
func (r parts) Exclusive() map[string]*Schema {
	names := map[string]*Schema{}
	for _, part := range r.Parts {
		p := part.Resolve()
		property := p.Property(r.Discriminator.Property)
		if r.Discriminator.Property == "" || property == nil || property.oneWay() || p.Types() != Object || !p.Requires(r.Discriminator.Property) || len(property.Resolve().Enum()) == 0 {
			return nil
		}
		for _, value := range property.Resolve().Enum() {
			if value.Kind != spec.String || names[value.Text] != nil {
				return nil
			}
			names[value.Text] = part
		}
	}
	return names
}

// oneWay reports whether a property is not part of requests, or none of responses.
func (s *Schema) oneWay() bool {
	r := s.Resolve()
	return s.ReadOnly || r.ReadOnly || s.WriteOnly || r.WriteOnly
}

// discriminator reads which of parts the values of a property name: by a mapping, or by the names of their components.
func (c *Compiler) discriminator(n *spec.Node, parts []*Schema) (d Discriminator) {
	if n.Str("propertyName") == "" {
		return d
	}
	d = Discriminator{n.Str("propertyName"), map[string]*Schema{}}
	for _, part := range parts {
		if part.Ref != nil && part.Ref.Component != "" {
			d.Names[part.Ref.Component] = part
		}
	}
	for _, m := range n.Entries("mapping") {
		part := d.Names[m.Value.Text]
		if target, err := c.doc.Resolve(m.Value); err == nil {
			i := slices.IndexFunc(parts, func(p *Schema) bool { return p.Ref != nil && p.Ref.Place.ID() == target.Place.ID() })
			if i >= 0 {
				part = parts[i]
			}
		}
		if part != nil {
			d.Names[m.Key] = part
		}
	}
	return d
}

func allOf(schemas []*Schema) AllOf { return AllOf{parts{Parts: schemas}} }

// combination reads a keyword whose value is an array of schemas.
func combination(rule func(p parts) Rule) reader {
	return func(c *Compiler, s *Schema, n *spec.Node) Rule {
		if n.Kind != spec.Sequence || len(n.Items) == 0 {
			c.refuse(n, "must be an array of schemas")
			return nil
		}
		var p parts
		for _, item := range n.Items {
			p.Parts = append(p.Parts, c.Compile(item))
		}
		if len(p.Parts) == 1 {
			return allOf(p.Parts) // one of one is all
		}
		if around := c.nodes[s]; around != nil {
			p.Discriminator = c.discriminator(around.Get("discriminator"), p.Parts)
		}
		return rule(p)
	}
}

// If is a schema that decides which of two others a value has to match; one that is nil asks for nothing.
type If struct {
	anyRule
	If, Then, Else *Schema
}

// Children returns the schemas that are there.
func (r If) Children() []*Schema {
	return slices.DeleteFunc([]*Schema{r.If, r.Then, r.Else}, func(s *Schema) bool { return s == nil })
}

func readIf(c *Compiler, s *Schema, n *spec.Node) Rule {
	r := If{If: c.Compile(n)}
	if then := c.nodes[s].Get("then"); then != nil {
		r.Then = c.Compile(then)
	}
	if otherwise := c.nodes[s].Get("else"); otherwise != nil {
		r.Else = c.Compile(otherwise)
	}
	if r.Then == nil && r.Else == nil {
		return nil
	}
	return r
}

// dependents reads what an object that has some property has to match.
func dependents(then func(c *Compiler, n *spec.Node) *Schema) reader {
	return func(c *Compiler, _ *Schema, n *spec.Node) Rule {
		if n.Kind != spec.Mapping {
			c.refuse(n, "must be an object")
			return nil
		}
		var parts []*Schema
		for _, m := range n.Members {
			with := &Schema{Place: m.Value.Place, Rules: []Rule{Type{Types: Object}, Required{Names: []string{m.Key}}}}
			parts = append(parts, &Schema{Place: m.Value.Place, Rules: []Rule{If{If: with, Then: then(c, m.Value)}}})
		}
		return allOf(parts)
	}
}

// Keyword returns "not", or "false" for the schema that no value matches.
func (r Not) Keyword() string {
	if len(r.Schema.Resolve().Rules) == 0 {
		return "false"
	}
	return "not"
}

// nothing is the rule that no value keeps: the schema false, or an enum without values.
func nothing(n *spec.Node) Rule { return Not{Schema: &Schema{Place: n.Place}} }

// Not is a schema that a value must not match.
type Not struct {
	anyRule
	Schema *Schema
}
