package validate

import (
	"slices"
	"strings"
)

// Canonical returns one text for all documents that JSON Schema calls equal: keys in order, numbers by value, strings
// unescaped as far as they can be. raw is a valid document that a scanner has read; otherwise the text is useless.
func Canonical(raw []byte) string {
	s := NewScanner(raw, Options{MaxDepth: len(raw) + 1})
	return string(s.canonical(nil))
}

func (s *Scanner) canonical(dst []byte) []byte {
	switch s.Kind() {
	case Number:
		text, _ := s.number()
		return ParseDecimal(text).append(dst)
	case String:
		text, _ := s.text()
		return AppendString(dst, text)
	case Array:
		s.open()
		dst = append(dst, '[')
		for i := (Items{}); s.NextItem(&i); {
			if i.Index > 0 {
				dst = append(dst, ',')
			}
			dst = s.canonical(dst)
		}
		return append(dst, ']')
	case Object:
		return s.canonicalObject(dst)
	default:
		start := s.Offset()
		s.Skip()
		return append(dst, s.Raw(start)...)
	}
}

func (s *Scanner) canonicalObject(dst []byte) []byte {
	type member struct{ key, value string }
	var members []member
	s.open()
	var m Members
	for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
		members = append(members, member{key, string(s.canonical(nil))})
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, m.key), ':')
		dst = append(dst, m.value...)
	}
	return append(dst, '}')
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
