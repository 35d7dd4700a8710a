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

// nameOf returns what the functions of a schema are called after: its component, the operation it belongs to, or its path
// below one of them.
func (g *Generator) nameOf(s *schema.Schema) string {
	if s.Component != "" {
		return exported(s.Component)
	}
	pointer, name := s.Place.Pointer, ""
	for at := pointer; at != ""; at = at[:strings.LastIndexByte(at, '/')] {
		if label, ok := g.labels[at]; ok {
			name, pointer = label, pointer[len(at):]
			break
		}
	}
	return name + pathName(pointer, name == "")
}

func pathName(pointer string, first bool) string {
	var b strings.Builder
	for token := range strings.SplitSeq(pointer, "/") {
		switch token {
		case "", "components", "schemas", "properties", "paths", "content", "schema":
			continue
		case "items":
			token = "Item"
		case "additionalProperties":
			token = "Value"
		}
		part := exported(strings.NewReplacer("~1", " ", "~0", " ").Replace(token))
		if (!first || b.Len() > 0) && unicode.IsDigit(rune(token[0])) {
			part = strings.TrimPrefix(part, "N")
		}
		b.WriteString(part)
	}
	return b.String()
}
