package validate

import (
	"cmp"
	"strconv"
)

// Violation records that the value being read breaks a rule. Its pointer is completed by Within as the callers return.
func (s *Scanner) Violation(rule, message string) {
	s.add(Violation{Rule: rule, Message: message})
}

// Missing records that the object being read has no property called name.
func (s *Scanner) Missing(name string) {
	s.add(Violation{Pointer: "/" + PointerToken(name), Rule: "required", Message: "is required"})
}

// WrongType records that the next value is not what it should be, "a string" for example, and skips it.
func (s *Scanner) WrongType(want string) {
	s.Skip()
	if s.err == nil {
		s.Violation("type", "must be "+want)
	}
}

func (s *Scanner) add(v Violation) {
	s.failed++
	if len(s.violations) < cmp.Or(s.options.MaxViolations, DefaultMaxViolations) {
		s.violations = append(s.violations, v)
	} else {
		s.unlisted++
	}
}

// Mark returns how many violations are listed now, for Within and WithinItem.
func (s *Scanner) Mark() int { return len(s.violations) }

// Within puts the property called name in front of the pointers of the violations listed since mark.
func (s *Scanner) Within(mark int, name string) {
	if len(s.violations) > mark {
		s.within(mark, name)
	}
}

// WithinItem is Within for an element of an array.
func (s *Scanner) WithinItem(mark, index int) {
	if len(s.violations) > mark {
		s.prefix(mark, "/"+strconv.Itoa(index))
	}
}

// within is apart so that Within is inlined.
func (s *Scanner) within(mark int, name string) { s.prefix(mark, "/"+PointerToken(name)) }

func (s *Scanner) prefix(mark int, token string) {
	for i := mark; i < len(s.violations); i++ {
		s.violations[i].Pointer = token + s.violations[i].Pointer
	}
}
