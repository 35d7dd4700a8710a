package compose

import (
	"reflect"

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
}

// try reads the value at offset with each of checks and returns how many found nothing wrong. What they find is kept, or forgotten.
func try(s *validate.Scanner, offset int, keep bool, checks []func(*validate.Scanner)) (passed int) {
	scratch := s.Scratch()
	m, ok := (*scratch).(*memo)
	if !ok {
		m = &memo{results: map[memoKey]memoResult{}}
		*scratch = m
		defer func() { *scratch = nil }()
	}
	for _, check := range checks {
		if !s.Stopped() && m.passes(s, offset, keep, check) {
			passed++
		}
	}
	return passed
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
	if !keep {
		s.Forget(before)
	}
	m.results[key] = memoResult{s.Offset(), passed, keep && m.trials == 0}
	return passed
}

// IsName reports whether the name of a property is a string that check finds nothing wrong with.
func IsName(name string, check func(*validate.Scanner)) bool {
	s := validate.NewScanner(validate.AppendString(nil, name), validate.Options{})
	check(s)
	return s.End() == nil
}
