package jsonscan

import "reflect"

// Matches reads the value at offset once with each of checks and returns how many found nothing wrong. What they find is
// forgotten. Results are remembered while one Matches runs inside another, so that recursive schemas cost no more than
// one check of each value by each function.
func (s *Scanner) Matches(offset int, checks ...func(*Scanner)) int {
	if s.err != nil {
		return 0
	}
	outer := s.memo == nil
	if outer {
		s.memo = map[memoKey]memoValue{}
	}
	count := 0
	for _, check := range checks {
		if s.matches(offset, check) {
			count++
		}
	}
	if outer {
		s.memo = nil
	}
	return count
}

type memoKey struct {
	offset int
	check  uintptr
}

type memoValue struct {
	end    int
	passed bool
}

func (s *Scanner) matches(offset int, check func(*Scanner)) bool {
	key := memoKey{offset, reflect.ValueOf(check).Pointer()}
	if known, ok := s.memo[key]; ok {
		s.pos = known.end
		return known.passed
	}
	listed, failed := len(s.violations), s.failed
	s.Rewind(offset)
	check(s)
	passed := s.failed == failed && s.err == nil
	s.violations, s.failed = s.violations[:listed], failed
	s.memo[key] = memoValue{s.pos, passed}
	return passed
}
