// Package schema turns the schemas of an OpenAPI 3.0 document into rules that can be compiled, and refuses by name and
// place what cannot. It knows nothing of Go code.
package schema

import (
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Schema is one schema with its keywords read. The zero value allows everything.
type Schema struct {
	Place spec.Place
	// Ref is the schema that a $ref names; nothing else is set then, as keywords beside a $ref are ignored.
	Ref *Schema
	// Component is the name under components/schemas, or "" for a schema inside another one.
	Component string

	Description string
	Types       Types // what is allowed; 0 is everything
	Nullable    bool  // null is allowed beside Types
	Enum        []*spec.Node
	Default     *spec.Node
	ReadOnly    bool
	WriteOnly   bool

	Properties    []Property
	Required      []string
	Additional    *Schema // of the properties that are not named; nil with NoAdditional unset allows all
	NoAdditional  bool    // additionalProperties: false
	MinProperties *int
	MaxProperties *int

	Items    *Schema
	MinItems *int
	MaxItems *int
	Unique   bool

	MinLength *int
	MaxLength *int
	Patterns  []Pattern
	Format    string

	Minimum    *Bound
	Maximum    *Bound
	MultipleOf []Number

	AllOf []*Schema
	AnyOf []*Schema
	OneOf []*Schema
	Not   *Schema
}

// Number is a number of the spec: as it is written, and by its value.
type Number struct {
	Text  string
	Value validate.Decimal
}

// Bound is a minimum or maximum.
type Bound struct {
	Number
	Exclusive bool
}

// Pattern is a regular expression: as it is written, and in the syntax of package regexp.
type Pattern struct {
	Source string
	Go     string
}

// Property is a named property of an object.
type Property struct {
	Name   string
	Schema *Schema
}

// Types is a set of types of JSON Schema.
type Types uint8

// The types. Integer is a part of Number.
const (
	Null Types = 1 << iota
	Boolean
	Integer
	NumberType
	String
	Array
	Object
)

var typeNames = map[string]Types{
	"null": Null, "boolean": Boolean, "integer": Integer, "number": NumberType, "string": String, "array": Array, "object": Object,
}

// Has reports whether t allows values of every type in u; a set without types allows all.
func (t Types) Has(u Types) bool { return t == 0 || t&u == u }

// Resolve follows references to a schema that has keywords.
func (s *Schema) Resolve() *Schema {
	for s.Ref != nil {
		s = s.Ref
	}
	return s
}

// AllowsNull reports whether null is a valid value as far as type, nullable and enum say.
func (s *Schema) AllowsNull() bool {
	s = s.Resolve()
	typed := s.Types == 0 || s.Types&Null != 0 || s.Nullable
	if !typed || len(s.Enum) == 0 {
		return typed
	}
	for _, v := range s.Enum {
		if v.Kind == spec.Null {
			return true
		}
	}
	return false
}

// Combined reports whether the schema has keywords that look at the same value through other schemas.
func (s *Schema) Combined() bool {
	return len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0 || s.Not != nil
}

// Possible returns the types that a value can have as far as type says, also through combinations; 0 is every type.
func (s *Schema) Possible() Types {
	s = s.Resolve()
	types := s.Types
	narrow := func(t Types) {
		switch {
		case types == 0:
			types = t
		case t != 0 && types&t != 0:
			types &= t
		}
	}
	for _, part := range s.AllOf {
		narrow(part.Possible())
	}
	for _, list := range [][]*Schema{s.AnyOf, s.OneOf} {
		union := Types(0)
		for _, part := range list {
			t := part.Possible()
			if t == 0 {
				union = 0
				break
			}
			union |= t
		}
		narrow(union)
	}
	return types
}

// Property returns the schema of a named property, or nil.
func (s *Schema) Property(name string) *Schema {
	for _, p := range s.Properties {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}

// Requires reports whether a property has to be there.
func (s *Schema) Requires(name string) bool {
	for _, r := range s.Required {
		if r == name {
			return true
		}
	}
	return false
}

// Children returns the schemas right below s.
func (s *Schema) Children() []*Schema {
	var all []*Schema
	add := func(list ...*Schema) {
		for _, c := range list {
			if c != nil {
				all = append(all, c)
			}
		}
	}
	add(s.Ref)
	for _, p := range s.Properties {
		add(p.Schema)
	}
	add(s.Additional, s.Items, s.Not)
	add(s.AllOf...)
	add(s.AnyOf...)
	add(s.OneOf...)
	return all
}
