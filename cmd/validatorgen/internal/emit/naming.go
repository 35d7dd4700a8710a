package emit

import (
	"path/filepath"
	"strings"
	"unicode"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
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
	at, pointer := s.Place, s.Place.Pointer
	for {
		if label, ok := g.labels[at.ID()]; ok {
			return label + pathName(pointer[len(at.Pointer):], false)
		}
		if at.Pointer == "" {
			return fileName(s.Place) + pathName(pointer, true)
		}
		at.Pointer = at.Pointer[:strings.LastIndexByte(at.Pointer, '/')]
	}
}

// fileOf returns the name of the file of a schema that stands where an OpenAPI document has none, and so is in another file; "" for
// one of the document.
func fileOf(p spec.Place) string {
	section, _, _ := strings.Cut(strings.TrimPrefix(p.Pointer, "/"), "/")
	if section == "components" || section == "paths" || strings.HasPrefix(section, "x-") {
		return ""
	}
	return filepath.Base(p.File)
}

// fileName returns it as a part of a name.
func fileName(p spec.Place) string {
	if file := fileOf(p); file != "" {
		return exported(strings.TrimSuffix(file, filepath.Ext(file)))
	}
	return ""
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
