package validate

import "reflect"

// Matches reads the value at offset once with each of checks and returns how many found nothing wrong. What they find is
// forgotten.
func (s *Scanner) Matches(offset int, checks ...func(*Scanner)) int {
	defer s.remember()()
	count := 0
	for _, check := range checks {
		if s.err == nil && s.matches(offset, check) {
			count++
		}
	}
	return count
}

// All reads the value at offset once with each of checks and keeps what they find.
func (s *Scanner) All(offset int, checks ...func(*Scanner)) {
	defer s.remember()()
	for _, check := range checks {
		if s.err != nil {
			return
		}
		key := memoKey{offset, reflect.ValueOf(check).Pointer()}
		known, ok := s.memo[key]
		if ok && (known.passed || known.reported || s.trials > 0) {
			s.pos = known.end
			if !known.passed {
				s.failed++
			}
			continue
		}
		failed := s.failed
		s.Rewind(offset)
		check(s)
		s.memo[key] = memoValue{s.pos, s.failed == failed && s.err == nil, s.trials == 0}
	}
}

// remember keeps results while one Matches or All runs inside another, so that recursive schemas cost no more than one check
// of each value by each function. It returns what ends that.
func (s *Scanner) remember() (end func()) {
	if s.memo != nil {
		return func() {}
	}
	s.memo = map[memoKey]memoValue{}
	return func() { s.memo = nil }
}

type memoKey struct {
	offset int
	check  uintptr
}

type memoValue struct {
	end      int
	passed   bool
	reported bool // what it found is listed
}

func (s *Scanner) matches(offset int, check func(*Scanner)) bool {
	key := memoKey{offset, reflect.ValueOf(check).Pointer()}
	if known, ok := s.memo[key]; ok {
		s.pos = known.end
		return known.passed
	}
	listed, failed, unlisted := len(s.violations), s.failed, s.unlisted
	s.trials++
	s.Rewind(offset)
	check(s)
	s.trials--
	passed := s.failed == failed && s.err == nil
	s.violations, s.failed, s.unlisted = s.violations[:listed], failed, unlisted
	s.memo[key] = memoValue{s.pos, passed, false}
	return passed
}
