package validate

import (
	"bytes"
	"slices"
	"unsafe"
)

// Members is the state of reading one object.
type Members struct {
	started bool
	first   []string            // unknown keys
	others  map[string]struct{} // unknown keys beyond the first ones
}

// listedKeys is how many unknown keys are kept in a list, which is faster than a map for a few.
const listedKeys = 16

// Begin reads the opening brace of an object, or the bracket of an array, and reports whether the next value was that;
// a value of another type is a violation and skipped.
func (s *Scanner) Begin(k Kind) bool {
	if s.Kind() != k {
		if k == Object {
			s.WrongType("an object")
		} else {
			s.WrongType("an array")
		}
		return false
	}
	return s.open()
}

func (s *Scanner) open() bool {
	if s.depth == 0 {
		s.fail("nested too deeply")
		return false
	}
	s.depth--
	s.pos++
	return true
}

// NextMember reads the next key of an object and its colon. It returns false at the end of the object, which it reads.
func (s *Scanner) NextMember(m *Members) (key string, ok bool) {
	if key, ok = s.compactMember(m); ok {
		return key, true
	}
	if !s.next(&m.started, '}') {
		return "", false
	}
	if s.pos >= len(s.data) || s.data[s.pos] != '"' {
		s.unexpected("a key")
		return "", false
	}
	if key, ok = s.text(); !ok {
		return "", false
	}
	s.space()
	if s.pos >= len(s.data) || s.data[s.pos] != ':' {
		s.unexpected("a colon")
		return "", false
	}
	s.pos++
	return key, true
}

// compactMember is NextMember for the usual form of a member: no white space before the colon, at most one space behind the
// comma, and a key of ASCII without escapes; it saves 15 % of a decode. Where it returns false nothing was read.
func (s *Scanner) compactMember(m *Members) (key string, ok bool) {
	data, i := s.data, s.pos
	if m.started {
		if i >= len(data) || data[i] != ',' {
			return "", false
		}
		if i++; i < len(data) && data[i] == ' ' {
			i++
		}
	}
	if i >= len(data) || data[i] != '"' {
		return "", false
	}
	start := i + 1
	end, high := plain(data, start)
	if end+1 >= len(data) || data[end] != '"' || data[end+1] != ':' || high&tops != 0 {
		return "", false
	}
	m.started, s.pos = true, end+2
	return unsafe.String(&data[start], end-start), true
}

// Once marks a known key as seen. A key that was seen before is a syntax error.
func (s *Scanner) Once(seen *uint64, bit uint64) {
	if *seen&bit != 0 {
		s.duplicate()
	}
	*seen |= bit
}

// duplicate is a syntax error, or a warning: the last of the members counts then.
func (s *Scanner) duplicate() {
	if s.options.Lenient {
		s.Violation("duplicate", "")
		return
	}
	s.fail("duplicate key")
}

// Unknown marks a key that the schema does not name as seen. A key that was seen before is a syntax error.
func (s *Scanner) Unknown(m *Members, key string) {
	_, seen := m.others[key]
	if seen || slices.Contains(m.first, key) {
		s.duplicate()
	}
	switch {
	case len(m.first) < listedKeys:
		m.first = append(m.first, key)
	case m.others == nil:
		m.others = map[string]struct{}{key: {}}
	default:
		m.others[key] = struct{}{}
	}
}

// SkipUnknown is Unknown for a property of which nothing is asked, and skips its value.
func (s *Scanner) SkipUnknown(m *Members, key string) {
	s.Unknown(m, key)
	s.Skip()
}

// Items is the state of reading one array.
type Items struct {
	Index   int // of the element that is next
	started bool
}

// NextItem goes to the next element of an array. It returns false at the end of the array, which it reads.
func (s *Scanner) NextItem(i *Items) bool {
	if i.started {
		i.Index++
	}
	return s.next(&i.started, ']')
}

// maxCounted bounds what CountItems says, so that a short document cannot ask for much memory.
const maxCounted = 1 << 16

// CountItems returns about how many elements the array that was begun has: exactly where they are numbers, and a guess
// where they are not.
func (s *Scanner) CountItems() int {
	end := bytes.IndexByte(s.data[s.pos:], ']')
	if end <= 0 {
		return 0
	}
	return min(bytes.Count(s.data[s.pos:s.pos+end], []byte{','})+1, maxCounted)
}

// next reads what stands between two members or elements.
func (s *Scanner) next(started *bool, end byte) bool {
	s.space()
	if s.pos >= len(s.data) {
		s.unexpected("more")
		return false
	}
	if s.data[s.pos] == end {
		s.pos++
		s.depth++
		return false
	}
	if !*started {
		*started = true
		return true
	}
	if s.data[s.pos] != ',' {
		s.unexpected("a comma")
		return false
	}
	s.pos++
	s.space()
	return true
}

// Skip reads one value of any type and checks that it is JSON.
func (s *Scanner) Skip() {
	switch s.Kind() {
	case Null:
		s.literal("null")
	case Boolean:
		s.Bool()
	case Number:
		s.number()
	case String:
		s.text()
	case Array:
		s.open()
		for i := (Items{}); s.NextItem(&i); {
			s.Skip()
		}
	case Object:
		s.open()
		var m Members
		for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
			if !s.options.Lenient {
				s.Unknown(&m, key)
			}
			s.Skip()
		}
	default:
		s.unexpected("a value")
	}
}
