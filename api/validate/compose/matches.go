package compose

import (
	"reflect"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
)

// Matches reads the value at offset once with each of checks and returns how many found nothing wrong. What they find is
// forgotten. Text is told from numbers here even where s is lenient: a value that is valid must match as many schemas as it does strictly.
func Matches(s *validate.Scanner, offset int, checks ...func(*validate.Scanner)) int {
	defer s.Exact(s.Exact(true))
	return try(s, offset, false, checks)
}

// All reads the value at offset once with each of checks and keeps what they find.
func All(s *validate.Scanner, offset int, checks ...func(*validate.Scanner)) {
	try(s, offset, true, checks)
}

// OneOf checks that the value at offset matches exactly one of checks, the schemas that names has, with "|" between them. Where it
// matches none, the violation names the nearest one.
func OneOf(s *validate.Scanner, offset int, names string, checks ...func(*validate.Scanner)) {
	choose(s, offset, "oneOf", names, checks)
}

// AnyOf is OneOf for at least one of checks. It stops at the first that matches.
func AnyOf(s *validate.Scanner, offset int, names string, checks ...func(*validate.Scanner)) {
	choose(s, offset, "anyOf", names, checks)
}

func choose(s *validate.Scanner, offset int, rule, names string, checks []func(*validate.Scanner)) {
	m, end := memoOf(s)
	defer end()
	passed, nearest, least := 0, 0, 0
	before := s.Exact(true)
	for i, check := range checks {
		if s.Stopped() {
			break
		}
		m.passes(s, offset, false, check)
		switch r := m.results[keyOf(s, offset, check)]; {
		case r.passed:
			passed++
		case i == 0 || r.distance < least:
			nearest, least = i, r.distance
		}
		if passed > 0 && rule == "anyOf" {
			break
		}
	}
	s.Exact(before)
	v := validate.Violation{Rule: rule, Limit: strconv.Itoa(len(checks))}
	switch {
	case s.Stopped() || passed == 1 || passed > 0 && rule == "anyOf":
	case passed == 0 && least < wrongType && m.trials == 0:
		v.Nearest, v.Cause = strings.Split(names, "|")[nearest], m.cause(s, offset, checks[nearest])
		s.Report(v)
	default:
		s.Report(v)
	}
}

// cause returns the first violation that check finds in the value at offset.
func (m *memo) cause(s *validate.Scanner, offset int, check func(*validate.Scanner)) *validate.Violation {
	defer s.Exact(s.Exact(true))
	before := s.Findings()
	s.Rewind(offset)
	m.trials++
	check(s)
	m.trials--
	defer s.Forget(before)
	if found := s.ListedSince(before); len(found) > 0 {
		first := found[0]
		return &first
	}
	return nil
}

// wrongType is the distance of values of another type.
const wrongType = 1000

// distance says how far a value is from a schema by what was found wrong: a wrong type counts most, then a value that tells schemas
// apart, then a property that is missing.
func distance(found validate.Violations) (sum int) {
	for _, v := range found {
		switch {
		case v.Rule == "type" && v.Pointer == "":
			sum += wrongType
		case v.Rule == "const" || v.Rule == "enum":
			sum += 5
		case v.Rule == "required":
			sum += 2
		default:
			sum++
		}
	}
	return sum
}

// memo keeps results while one Matches or All runs inside another, so that recursive schemas cost no more than one check
// of each value by each function.
type memo struct {
	trials  int // how many Matches run, one inside the other
	results map[memoKey]memoResult
}

type memoKey struct {
	offset int
	check  uintptr
	exact  bool
}

func keyOf(s *validate.Scanner, offset int, check func(*validate.Scanner)) memoKey {
	exact := s.Exact(true)
	s.Exact(exact)
	return memoKey{offset, reflect.ValueOf(check).Pointer(), exact}
}

type memoResult struct {
	end      int
	passed   bool
	reported bool // what it found is listed
	distance int  // of the value from the schema
}

// try reads the value at offset with each of checks and returns how many found nothing wrong. What they find is kept, or forgotten.
func try(s *validate.Scanner, offset int, keep bool, checks []func(*validate.Scanner)) (passed int) {
	m, end := memoOf(s)
	defer end()
	for _, check := range checks {
		if !s.Stopped() && m.passes(s, offset, keep, check) {
			passed++
		}
	}
	return passed
}

// memoOf returns the memory of s, and what ends its use.
func memoOf(s *validate.Scanner) (m *memo, end func()) {
	scratch := s.Scratch()
	if m, ok := (*scratch).(*memo); ok {
		return m, func() {}
	}
	m = &memo{results: map[memoKey]memoResult{}}
	*scratch = m
	return m, func() { *scratch = nil }
}

func (m *memo) passes(s *validate.Scanner, offset int, keep bool, check func(*validate.Scanner)) bool {
	key := keyOf(s, offset, check)
	known, ok := m.results[key]
	if ok && (known.passed || known.reported || !keep || m.trials > 0) {
		s.Jump(known.end)
		if keep && !known.passed {
			s.CountFailure()
		}
		return known.passed
	}
	before := s.Findings()
	s.Rewind(offset)
	if keep {
		check(s)
	} else {
		m.trials++
		check(s)
		m.trials--
	}
	passed := !s.Since(before)
	far := distance(s.ListedSince(before))
	if !keep {
		s.Forget(before)
	}
	m.results[key] = memoResult{s.Offset(), passed, keep && m.trials == 0, far}
	return passed
}

// IsName reports whether the name of a property is a string that check finds nothing wrong with.
func IsName(name string, check func(*validate.Scanner)) bool {
	s := validate.NewScanner(validate.AppendString(nil, name), validate.Options{})
	check(s)
	return s.End() == nil
}
