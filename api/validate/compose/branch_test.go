package compose_test

import (
	"errors"
	"testing"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
)

func TestSelected(t *testing.T) {
	refuse := func(rule string) func(*validate.Scanner) {
		return func(s *validate.Scanner) {
			s.Skip()
			s.Violation(rule, "is refused")
		}
	}
	for document, want := range map[string]string{
		`{"kind":"cat"}`: "cat", `{"a":{"kind":"cat"},"kind":"dog"}`: "dog", `{"k\u0069nd":"d\u006fg"}`: "dog",
		`{"kind":"cow"}`: "none", `{"kind":1}`: "none", `{}`: "none", `[]`: "none", `"cat"`: "none", `null`: "none",
	} {
		s := validate.NewScanner([]byte(document), validate.Options{})
		start := s.Offset()
		s.Skip()
		check := compose.Selected(s, start, "kind", compose.Branch{Name: "cat", Check: refuse("cat")}, compose.Branch{Name: "dog", Check: refuse("dog")})
		got := "none"
		if check != nil {
			compose.All(s, start, check)
			var list validate.Violations
			if errors.As(s.End(), &list) && len(list) == 1 {
				got = list[0].Rule
			}
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", document, got, want)
		}
	}
}
