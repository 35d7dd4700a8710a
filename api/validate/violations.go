package validate

import (
	"cmp"
	"strconv"
)

// Violation records that the value being read breaks a rule, which has a limit. Its pointer is completed by Within as the callers return.
func (s *Scanner) Violation(rule, limit string) { s.Report(Violation{Rule: rule, Limit: limit}) }

// Check records a violation unless ok.
func (s *Scanner) Check(ok bool, rule, limit string) {
	if !ok {
		s.Violation(rule, limit)
	}
}

// Report is Violation for one with a pointer, or other facts.
func (s *Scanner) Report(v Violation) {
	v.Message = Words(v)
	s.add(v)
}

// Require records that the object being read has no property called name, unless it was present.
func (s *Scanner) Require(present bool, name string) {
	if !present {
		s.Missing(name)
	}
}

// Missing records that the object being read has no property called name.
func (s *Scanner) Missing(name string) {
	s.Report(Violation{Pointer: "/" + PointerToken(name), Rule: "required"})
}

// WrongType records that the next value is not what it should be, "a string" for example, and skips it.
func (s *Scanner) WrongType(want string) {
	s.Skip()
	if s.err == nil {
		s.Violation("type", want)
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

// Findings is what a scanner found wrong up to some point.
type Findings struct{ listed, failed, unlisted int }

// Findings returns what was found so far, for Forget and Since.
func (s *Scanner) Findings() Findings { return Findings{len(s.violations), s.failed, s.unlisted} }

// Forget drops what was found after f, for values that are read twice.
func (s *Scanner) Forget(f Findings) {
	s.violations, s.failed, s.unlisted = s.violations[:f.listed], f.failed, f.unlisted
}

// Since reports whether anything was found wrong after f. A syntax error counts.
func (s *Scanner) Since(f Findings) bool { return s.failed > f.failed || s.err != nil }

// ListedSince returns the violations that were listed after f.
func (s *Scanner) ListedSince(f Findings) Violations { return s.violations[f.listed:] }

// Stopped reports whether a syntax error ended the document.
func (s *Scanner) Stopped() bool { return s.err != nil }

// CountFailure counts a violation that is listed already.
func (s *Scanner) CountFailure() { s.failed++ }

// Exact sets whether text and numbers are told apart by a lenient scanner, too, and returns what was set before.
func (s *Scanner) Exact(on bool) (before bool) {
	before, s.exact = s.exact, on
	return before
}

// Scratch is a place for the state of package compose.
func (s *Scanner) Scratch() *any { return &s.scratch }

// Mark returns how many violations are listed now, for Within and WithinItem.
func (s *Scanner) Mark() int { return len(s.violations) }

// Within puts the property called name in front of the pointers of the violations listed since mark.
func (s *Scanner) Within(mark int, name string) {
	if len(s.violations) > mark {
		s.prefix(mark, name)
	}
}

// WithinItem is Within for an element of an array.
func (s *Scanner) WithinItem(mark, index int) {
	if len(s.violations) > mark {
		s.prefix(mark, strconv.Itoa(index))
	}
}

func (s *Scanner) prefix(mark int, name string) {
	token := "/" + PointerToken(name)
	for i := mark; i < len(s.violations); i++ {
		s.violations[i].Pointer = token + s.violations[i].Pointer
	}
}
