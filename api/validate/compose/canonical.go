package compose

import (
	"slices"
	"strings"

	"example.com/oxgroups/api/validate"
)

// Canonical returns one text for all documents that JSON Schema calls equal: keys in order, numbers by value, strings
// unescaped as far as possible. raw is a valid document that a scanner has read; otherwise the text is useless.
func Canonical(raw []byte) string {
	s := validate.NewScanner(raw, validate.Options{MaxDepth: len(raw) + 1})
	return string(appendCanonical(nil, s))
}

func appendCanonical(dst []byte, s *validate.Scanner) []byte {
	switch s.Kind() {
	case validate.Number:
		text, _ := s.Number()
		return validate.ParseDecimal(text).Append(dst)
	case validate.String:
		text, _ := s.String()
		return validate.AppendString(dst, text)
	case validate.Array:
		s.Begin(validate.Array)
		dst = append(dst, '[')
		for i := (validate.Items{}); s.NextItem(&i); {
			if i.Index > 0 {
				dst = append(dst, ',')
			}
			dst = appendCanonical(dst, s)
		}
		return append(dst, ']')
	case validate.Object:
		return appendObject(dst, s)
	default:
		start := s.Offset()
		s.Skip()
		return append(dst, s.Raw(start)...)
	}
}

func appendObject(dst []byte, s *validate.Scanner) []byte {
	type member struct{ key, value string }
	var members []member
	s.Begin(validate.Object)
	var m validate.Members
	for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
		members = append(members, member{key, string(appendCanonical(nil, s))})
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(validate.AppendString(dst, m.key), ':')
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
