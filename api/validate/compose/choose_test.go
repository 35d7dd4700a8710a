package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
)

// pet returns a check of an object whose kind is a given one, and that has to have a property of type integer.
func pet(kind, property string) func(*validate.Scanner) {
	return func(s *validate.Scanner) {
		if !s.Begin(validate.Object) {
			return
		}
		seen := false
		var m validate.Members
		for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
			mark := s.Mark()
			switch key {
			case "kind":
				text, _ := s.String()
				s.Check(text == kind, "const", `"`+kind+`"`)
			case property:
				seen = true
				s.Integer()
			default:
				s.Skip()
			}
			s.Within(mark, key)
		}
		s.Require(seen, property)
	}
}

var (
	cat = pet("cat", "lives")
	dog = pet("dog", "tricks")
)

func TestNearest(t *testing.T) {
	for _, tc := range []struct{ data, want string }{
		{`{"kind":"cat","lives":9}`, ""},
		{`{"kind":"dog","tricks":"x"}`, "must match exactly one of 2 schemas; the nearest is Dog, where tricks must be an integer"},
		{`{"kind":"cat"}`, "must match exactly one of 2 schemas; the nearest is Cat, where lives is required"},
		{`{"lives":9,"tricks":1}`, "must match exactly one of 2 schemas"}, // both
		{`"secret"`, "must match exactly one of 2 schemas"},               // neither is an object
	} {
		s := validate.NewScanner([]byte(tc.data), validate.Options{})
		s.Skip()
		compose.OneOf(s, 0, "Cat|Dog", cat, dog)
		if got := text(s.End()); got != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.data, got, tc.want)
		}
	}
}

func TestAnyOf(t *testing.T) {
	for data, want := range map[string]string{`{"lives":9,"tricks":1}`: "", `{"tricks":1}`: "", `{}`: "must match at least one of 2 schemas; the nearest is Cat, where lives is required"} {
		s := validate.NewScanner([]byte(data), validate.Options{})
		s.Skip()
		compose.AnyOf(s, 0, "Cat|Dog", cat, dog)
		if got := text(s.End()); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", data, got, want)
		}
	}
}

// nested is a schema of which each level looks for the nearest branch.
func nested(s *validate.Scanner) {
	start := s.Offset()
	s.Skip()
	compose.OneOf(s, start, "all|not|empty", nestedAll, nestedNot, empty)
}

func nestedAll(s *validate.Scanner) {
	only(s, "all", func() {
		if s.Begin(validate.Array) {
			for i := (validate.Items{}); s.NextItem(&i); {
				nested(s)
			}
		}
	})
}

func nestedNot(s *validate.Scanner) { only(s, "not", func() { nested(s) }) }

// Looking for the nearest branch at each of 60 levels ends.
func TestNearestOfHostileDocuments(t *testing.T) {
	for _, data := range []string{
		strings.Repeat(`{"not":`, 60) + `{"x":1}` + strings.Repeat("}", 60),
		`{"all":[` + strings.Repeat(`{"all":[{"not":{"not":{}}}]},`, 2000) + `{"not":1}]}`,
		strings.Repeat(`{"all":[{"x":1},`, 30) + `{"x":1}` + strings.Repeat("]}", 30),
	} {
		s := validate.NewScanner([]byte(data), validate.Options{})
		nested(s)
		if s.Valid() {
			t.Errorf("accepted: %.40s", data)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprint(err)
}
