package validate

import (
	"encoding/json"
	"strconv"
)

// Field describes one property of a schema.
type Field struct {
	Name        string // as in JSON
	Kind        Kind
	Items       Kind     // of the elements, for an Array
	Format      string   // as in the spec: "int64", "date", ...
	Required    bool     // it has to be there
	Nullable    bool     // null is one of its values
	Deprecated  bool     // it should not be used any more
	Enum        []string // the allowed values as text without null, in the order of the spec; of an Array, those of its elements
	Rules       []string // what else a value has to be, in words: "must have at most 3 characters"
	Default     string   // JSON; "" where there is none
	Description string   // Markdown
	Fields      []Field  // of an Object; empty where the schema refers to itself
}

// FindField returns the field called name, or nil.
func FindField(fields []Field, name string) *Field {
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
	switch {
	case k == Boolean && (text == "1" || text == "0"): // as Rails and HTML forms send it
		return strconv.AppendBool(dst, text == "1")
	case fits(k, text), k == Integer && IsNumber(text):
		return append(dst, text...)
	}
	return AppendString(dst, text)
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

// DottedNames returns the names of fields and of those within them, with prefix in front: "external_reference",
// "external_reference.status".
func DottedNames(prefix string, fields []Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, prefix+f.Name)
		out = append(out, DottedNames(prefix+f.Name+".", f.Fields)...)
	}
	return out
}
