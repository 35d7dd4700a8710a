package compose

import (
	"encoding/json"

	"example.com/oxgroups/api/validate"
)

// Canonical returns one text for all documents that JSON Schema calls equal: keys in order, numbers by value, strings
// unescaped as far as possible. raw is a valid document that a scanner has read; otherwise the text is useless.
func Canonical(raw []byte) string {
	s := validate.NewScanner(raw, validate.Options{MaxDepth: len(raw) + 1})
	text, err := json.Marshal(s.AnyNumber(func(text string) any {
		return json.Number(validate.ParseDecimal(text).Append(nil))
	}))
	if err != nil {
		return ""
	}
	return string(text)
}

// Distinct is the state of checking that the elements of an array differ.
type Distinct struct{ seen map[string]struct{} }

// Add reports whether the value raw was not there yet.
func (d *Distinct) Add(raw []byte) bool {
	if d.seen == nil {
		d.seen = map[string]struct{}{}
	}
	before := len(d.seen)
	d.seen[Canonical(raw)] = struct{}{}
	return len(d.seen) > before
}
