package jsonscan

import "bytes"

// Members is the state of reading one object.
type Members struct {
	Key     string // of the member whose value is next
	started bool
	unknown keySet
}

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
func (s *Scanner) NextMember(m *Members) bool {
	if !s.next(&m.started, '}') {
		return false
	}
	if s.pos >= len(s.data) || s.data[s.pos] != '"' {
		s.unexpected("a key")
		return false
	}
	key, ok := s.text()
	if !ok {
		return false
	}
	m.Key = key
	s.space()
	if s.pos >= len(s.data) || s.data[s.pos] != ':' {
		s.unexpected("a colon")
		return false
	}
	s.pos++
	return true
}

// Once marks a known key as seen. A key that was seen before is a syntax error.
func (s *Scanner) Once(seen *uint64, bit uint64) {
	if *seen&bit != 0 {
		s.fail("duplicate key")
	}
	*seen |= bit
}

// Unknown marks a key that the schema does not name as seen. A key that was seen before is a syntax error.
func (s *Scanner) Unknown(m *Members) {
	if !m.unknown.add(m.Key) {
		s.fail("duplicate key")
	}
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
		if s.data[s.pos] == 't' {
			s.literal("true")
		} else {
			s.literal("false")
		}
	case Number:
		s.number()
	case String:
		s.text()
	case Array:
		if s.open() {
			for i := (Items{}); s.NextItem(&i); {
				s.Skip()
			}
		}
	case Object:
		if s.open() {
			for m := (Members{}); s.NextMember(&m); {
				s.Unknown(&m)
				s.Skip()
			}
		}
	default:
		s.unexpected("a value")
	}
}

// keySet is a set of keys: a list while it is short.
type keySet struct {
	list []string
	set  map[string]struct{}
}

const listedKeys = 16

// add reports whether key was not in the set.
func (k *keySet) add(key string) bool {
	if k.set != nil {
		before := len(k.set)
		k.set[key] = struct{}{}
		return len(k.set) > before
	}
	for _, other := range k.list {
		if other == key {
			return false
		}
	}
	k.list = append(k.list, key)
	if len(k.list) > listedKeys {
		k.set = make(map[string]struct{}, 2*len(k.list))
		for _, other := range k.list {
			k.set[other] = struct{}{}
		}
	}
	return true
}
