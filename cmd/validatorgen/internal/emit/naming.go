package emit

import (
	"strings"
	"unicode"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// exported returns a name of the spec as a name of Go that begins with a capital letter.
func exported(name string) string {
	var b strings.Builder
	upper := true
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			upper = true
			continue
		}
		if b.Len() == 0 && unicode.IsDigit(r) {
			b.WriteByte('N')
		}
		if upper {
			r = unicode.ToUpper(r)
		}
		upper = false
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return "X"
	}
	return b.String()
}

// nameOf returns what the functions of a schema are called after: its component, or its path below one.
func nameOf(s *schema.Schema) string {
	if s.Component != "" {
		return exported(s.Component)
	}
	var b strings.Builder
	for token := range strings.SplitSeq(s.Place.Pointer, "/") {
		switch token {
		case "", "components", "schemas", "properties", "paths", "content", "schema":
			continue
		case "items":
			token = "Item"
		case "additionalProperties":
			token = "Value"
		}
		b.WriteString(exported(strings.NewReplacer("~1", " ", "~0", " ").Replace(token)))
	}
	return b.String()
}
