// Package schema reads the schemas of an OpenAPI document as lists of rules, one type of rule per keyword, and refuses by
// name and place what cannot be compiled. It knows nothing of Go code. Start reading at Schema; rules.go has the keywords.
package schema

import (
	"slices"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Schema is one schema. Its rules are all that restricts values: without any, every value is valid.
type Schema struct {
	Place spec.Place
	// Ref is the schema that a $ref names; there is nothing else then, as OpenAPI 3.0 ignores
	// keywords beside a $ref, and one of 3.1 that has rules beside it is an allOf.
	Ref *Schema
	// Component is the name under components/schemas, or "" for a schema inside another one.
	Component string
	Rules     []Rule
	Annotations
}

// Annotations are keywords that restrict no value.
type Annotations struct {
	Description string
	Default     *spec.Node
	Deprecated  bool
	ReadOnly    bool
	WriteOnly   bool
	// Partial says that objects carry changes: a property that is left out stays as it is, so no default is set.
	Partial bool
	// GoName is the name that x-go-type-name or x-go-name asks for.
	GoName string

	nullable bool
}

// Types is a set of types of JSON Schema; 0 is every type.
type Types uint8

// The types. Integer is a part of Number.
const (
	Null Types = 1 << iota
	Boolean
	Integer
	Number
	String
	Array
	Object
)

// AnyType is the types of the rules that look at every value.
const AnyType Types = 0

var typeNames = map[string]Types{
	"null": Null, "boolean": Boolean, "integer": Integer, "number": Number, "string": String, "array": Array, "object": Object,
}

// Has reports whether t allows values of every type in u; a set without types allows all.
func (t Types) Has(u Types) bool { return t == 0 || t&u == u }

// Single reports whether exactly one type is allowed beside null.
func (t Types) Single() bool {
	t &^= Null
	return t != 0 && t&(t-1) == 0
}

// Resolve follows references to a schema that has rules.
func (s *Schema) Resolve() *Schema {
	for s.Ref != nil {
		s = s.Ref
	}
	return s
}

// Get returns the rule of type R, or its zero value.
func Get[R Rule](s *Schema) (rule R) {
	for _, r := range s.Rules {
		if r, ok := r.(R); ok {
			return r
		}
	}
	return rule
}

// Has reports whether s has a rule of type R.
func Has[R Rule](s *Schema) bool {
	return slices.ContainsFunc(s.Rules, func(r Rule) bool { _, ok := r.(R); return ok })
}

// Types returns the types that the keyword type allows, null among them where nullable adds it.
func (s *Schema) Types() Types { return Get[Type](s).Types }

// Enum returns the allowed values, nil for all.
func (s *Schema) Enum() []*spec.Node { return Get[Enum](s).Values }

// Properties returns the named properties in the order of the document.
func (s *Schema) Properties() []Property { return Get[Properties](s).List }

// AllProperties returns the properties that s and the schemas that look at the same value describe, each name once.
func (s *Schema) AllProperties() []Property {
	var list []Property
	names, seen := map[string]bool{}, map[*Schema]bool{}
	var add func(s *Schema)
	add = func(s *Schema) {
		if s = s.Resolve(); seen[s] {
			return
		}
		seen[s] = true
		for _, p := range s.Properties() {
			if !names[p.Name] {
				names[p.Name] = true
				list = append(list, p)
			}
		}
		for _, r := range s.Rules {
			if r.Applies() == AnyType {
				for _, part := range r.Children() {
					add(part)
				}
			}
		}
	}
	add(s)
	return list
}

// Items returns the schema of the elements of an array, or nil.
func (s *Schema) Items() *Schema { return Get[Items](s).Schema }

// Property returns the schema of a named property, or nil.
func (s *Schema) Property(name string) *Schema {
	for _, p := range s.Properties() {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}

// Requires reports whether a property has to be there.
func (s *Schema) Requires(name string) bool {
	return slices.Contains(Get[Required](s).Names, name)
}

// AllowsNull reports whether null is a valid value as far as type, nullable and enum say.
func (s *Schema) AllowsNull() bool {
	s = s.Resolve()
	if !s.Types().Has(Null) {
		return false
	}
	enum := s.Enum()
	return enum == nil || slices.ContainsFunc(enum, func(v *spec.Node) bool { return v.Kind == spec.Null })
}

// NullIsValid reports whether null is a valid value, also for the schemas of allOf, anyOf and oneOf. With not or if it is
// taken for invalid.
func (s *Schema) NullIsValid() bool {
	s = s.Resolve()
	if !s.AllowsNull() || Has[Not](s) || Has[If](s) {
		return false
	}
	valid := func(parts []*Schema) (n int) {
		for _, part := range parts {
			if part.NullIsValid() {
				n++
			}
		}
		return n
	}
	all, one := Get[AllOf](s).Parts, Get[OneOf](s).Parts
	return valid(all) == len(all) && (!Has[OneOf](s) || valid(one) == 1) && (!Has[AnyOf](s) || valid(Get[AnyOf](s).Parts) > 0)
}

// Combined reports whether rules look at the same value through other schemas.
func (s *Schema) Combined() bool {
	return Has[AllOf](s) || Has[AnyOf](s) || Has[OneOf](s) || Has[Not](s) || Has[If](s)
}

// Possible returns the types that a value can have as far as type says, also through combinations; 0 is every type.
func (s *Schema) Possible() Types {
	s = s.Resolve()
	types := s.Types()
	narrow := func(t Types) {
		switch {
		case types == 0:
			types = t
		case t != 0 && types&t != 0:
			types &= t
		}
	}
	for _, part := range Get[AllOf](s).Parts {
		narrow(part.Possible())
	}
	for _, branches := range [][]*Schema{Get[AnyOf](s).Parts, Get[OneOf](s).Parts} {
		union := Types(0)
		for _, branch := range branches {
			t := branch.Possible()
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

// Children returns the schemas directly below s.
func (s *Schema) Children() []*Schema {
	if s.Ref != nil {
		return []*Schema{s.Ref}
	}
	var all []*Schema
	for _, r := range s.Rules {
		all = append(all, r.Children()...)
	}
	return all
}
