// Package field has the type of the tables in which generated code lists the fields of a schema, and the one rule by
// which text (a command-line flag, a CSV cell, a form value) becomes the JSON of a field. The tables themselves are
// generated; so is the validation of what comes out.
package field

import (
	"encoding/json"
	"strconv"

	"example.com/oxgroups/api/jsonscan"
)

// Kind is the type of a field's value, as OpenAPI names it.
type Kind uint8

// The kinds of values. Any is a value of more than one type.
const (
	Any Kind = iota
	String
	Integer
	Number
	Boolean
	Array
	Object
)

var kindNames = [...]string{"any", "string", "integer", "number", "boolean", "array", "object"}

// String returns the name that OpenAPI has for the kind.
func (k Kind) String() string { return kindNames[k] }

// Field describes one property of a schema.
type Field struct {
	Name        string // as in JSON
	Kind        Kind
	Items       Kind     // of the elements, for an Array
	Format      string   // as in the spec: "int64", "date", ...
	Required    bool     // it has to be there
	Nullable    bool     // null is one of its values
	Enum        []string // the allowed values as text without null, in the order of the spec
	Description string   // Markdown
	Fields      []Field  // of an Object; empty where the schema refers to itself
}

// Find returns the field called name, or nil.
func Find(fields []Field, name string) *Field {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}

// AppendText appends the JSON value of kind k that text stands for. Text that does not fit, such as "many" for an
// integer, becomes a JSON string, so that the validator names the rule it breaks.
func AppendText(dst []byte, k Kind, text string) []byte {
	switch k {
	case Boolean:
		if v, ok := parseBool(text); ok {
			return strconv.AppendBool(dst, v)
		}
	case Integer, Number:
		if jsonscan.IsNumber(text) {
			return append(dst, text...)
		}
	}
	return jsonscan.AppendString(dst, text)
}

// AppendValue is AppendText for any kind: a value that has no plain text (an array or an object in one flag or cell) is
// given as JSON.
func AppendValue(dst []byte, k Kind, text string) []byte {
	switch k {
	case Any, Array, Object:
		if json.Valid([]byte(text)) {
			return append(dst, text...)
		}
	}
	return AppendText(dst, k, text)
}

// Dotted returns the names of fields and of those within them, with prefix in front: "external_reference",
// "external_reference.status".
func Dotted(prefix string, fields []Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, prefix+f.Name)
		out = append(out, Dotted(prefix+f.Name+".", f.Fields)...)
	}
	return out
}

// parseBool takes the words of JSON and the digits that Rails and HTML forms send.
func parseBool(text string) (value, ok bool) {
	switch text {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}
