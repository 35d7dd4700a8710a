// Package gotype reads the Go types that oapi-codegen wrote, from their source, so that decoders and encoders can be written
// for them without a second copy of the rules by which they were named. It knows nothing of schemas.
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
	Float32
	Float64
	String
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
	Name   string
	Elem   *Type // of Slice, Map, Pointer and Nullable
	Fields []Field
	// Additional is the type of the properties that are kept in the field AdditionalProperties, nil where there is none.
	Additional *Type
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
