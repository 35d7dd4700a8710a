// Package gotype reads the Go types that oapi-codegen wrote, from their source, so that decoders and encoders are written
// for them without a second copy of the rules by which they are named and shaped. It knows nothing of schemas.
//
// Start with load.go.
package gotype

// Kind is what a type is, as far as reading and writing JSON goes.
type Kind uint8

// The kinds of types. Other is what only encoding/json can read and write.
const (
	Other Kind = iota
	Any
	Bool
	Int
	Int32
	Int64
	SmallInt // the other integer types
	Float32
	Float64
	String
	Bytes
	Raw // json.RawMessage
	Time
	Date
	UUID
	Struct
	Slice
	Map // with keys of type string
	Pointer
	Nullable
)

// Type is a Go type.
type Type struct {
	Kind Kind
	// Expr is the type as another package writes it: "model.Pet", "[]string". It is "" for a struct without a name and what
	// is made of one.
	Expr string
	// Name is the name within the package, "" for a type without one.
	Name string
	// Basic is the predeclared type below a boolean, number or string.
	Basic  string
	Elem   *Type // of Slice, Map, Pointer and Nullable
	Fields []Field
	// Additional is the type of the properties that are kept in the field AdditionalProperties, nil where there is none.
	Additional *Type
	// Union says that a struct keeps the JSON of a oneOf or anyOf in a field of its own, besides its Fields.
	Union bool
	// Compact says that a Nullable is the one of this module, which package validate has functions for.
	Compact bool
}

// Field is a field of a struct that has a place in JSON.
type Field struct {
	Name string // in Go
	JSON string
	Type *Type
	// OmitEmpty and OmitZero are the options of the tag.
	OmitEmpty, OmitZero bool
}

// Field returns the field for a property, or nil.
func (t *Type) Field(property string) *Field {
	for i := range t.Fields {
		if t.Fields[i].JSON == property {
			return &t.Fields[i]
		}
	}
	return nil
}

// Value returns the type without the pointers and nullables around it.
func (t *Type) Value() *Type {
	for t.Kind == Pointer || t.Kind == Nullable {
		t = t.Elem
	}
	return t
}
