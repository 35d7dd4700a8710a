package compose

import (
	"reflect"

	"example.com/oxgroups/api/validate"
)

// Matches reads the value at offset once with each of checks and returns how many found nothing wrong. What they find is
// forgotten. Text is told from numbers here even where s is lenient: a value that is valid must match as many schemas as it does strictly.
func Matches(s *validate.Scanner, offset int, checks ...func(*validate.Scanner)) int {
	defer s.Exact(s.Exact(true))
	m, done := memoOf(s)
	defer done()
	count := 0
	for _, check := range checks {
		if !s.Stopped() && m.matches(s, offset, check) {
			count++
		}
	}
	return count
}

// All reads the value at offset once with each of checks and keeps what they find.
func All(s *validate.Scanner, offset int, checks ...func(*validate.Scanner)) {
	m, done := memoOf(s)
	defer done()
	for _, check := range checks {
		if s.Stopped() {
			return
		}
		key := keyOf(s, offset, check)
		known, ok := m.results[key]
		if ok && (known.passed || known.reported || m.trials > 0) {
			s.Jump(known.end)
			if !known.passed {
				s.CountFailure()
			}
			continue
		}
		before := s.Findings()
		s.Rewind(offset)
		check(s)
		m.results[key] = memoResult{s.Position(), !s.Since(before), m.trials == 0}
	}
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

// memoOf returns the memo of s; done drops it where it was made by this call.
func memoOf(s *validate.Scanner) (m *memo, done func()) {
	scratch := s.Scratch()
	if m, ok := (*scratch).(*memo); ok {
		return m, func() {}
	}
	m = &memo{results: map[memoKey]memoResult{}}
	*scratch = m
	return m, func() { *scratch = nil }
}

func (m *memo) matches(s *validate.Scanner, offset int, check func(*validate.Scanner)) bool {
	key := keyOf(s, offset, check)
	if known, ok := m.results[key]; ok {
		s.Jump(known.end)
		return known.passed
	}
	before := s.Findings()
	m.trials++
	s.Rewind(offset)
	check(s)
	m.trials--
	passed := !s.Since(before)
	s.Forget(before)
	m.results[key] = memoResult{s.Position(), passed, false}
	return passed
}
