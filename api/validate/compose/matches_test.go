package compose_test

import (
	"strings"
	"testing"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
)

// query is a schema as generated code has it: an object with "all", a list of queries, or with "not", a query, and nothing else.
func query(s *validate.Scanner) {
	start := s.Offset()
	s.Skip()
	if compose.Matches(s, start, all, not, empty) != 1 {
		s.Violation("oneOf", "must match exactly one of 3 schemas")
	}
}

func all(s *validate.Scanner) {
	only(s, "all", func() {
		if s.Begin(validate.Array) {
			for i := (validate.Items{}); s.NextItem(&i); {
				query(s)
			}
		}
	})
}

func not(s *validate.Scanner) { only(s, "not", func() { query(s) }) }

func empty(s *validate.Scanner) { only(s, "", nil) }

// only reads an object that has to have exactly the member key, or none where key is "".
func only(s *validate.Scanner, key string, value func()) {
	if !s.Begin(validate.Object) {
		return
	}
	found := key == ""
	var m validate.Members
	for k, ok := s.NextMember(&m); ok; k, ok = s.NextMember(&m) {
		if k == key && value != nil {
			found = true
			value()
			continue
		}
		s.Skip()
		s.Violation("additionalProperties", "is not a property of this object")
	}
	if !found {
		s.Missing(key)
	}
}

func TestMatches(t *testing.T) {
	for data, want := range map[string]string{
		`{}`:                           "",
		`{"not":{}}`:                   "",
		`{"all":[{},{"not":{}}]}`:      "",
		` { "all" : [ ] } `:            "",
		`{"all":[{"x":1}]}`:            "oneOf",
		`{"not":1}`:                    "oneOf",
		`{"not":{},"all":[]}`:          "oneOf",
		`[]`:                           "oneOf",
		`{"not":{}} x`:                 "syntax",
		`{"not":{"not":{"not":{}},}}`:  "syntax",
		`{"all":[{"not":1},{"not":1}`:  "syntax",
		`{"all":[{"all":1,"all":[]}]}`: "syntax",
	} {
		s := validate.NewScanner([]byte(data), validate.Options{})
		query(s)
		if got := ruleOf(s.End()); got != want {
			t.Errorf("%s: %q, want %q", data, got, want)
		}
	}
}

// A lenient scanner takes text for numbers and numbers for text, but not where matches are counted: 7 is an integer and no string.
func TestMatchesOfALenientScanner(t *testing.T) {
	text := func(s *validate.Scanner) { s.String() }
	integer := func(s *validate.Scanner) { s.Int64() }
	for data, want := range map[string]int{`7`: 1, `"7"`: 1, `"a"`: 1, `true`: 0} {
		s := validate.NewLenientScanner([]byte(data), validate.Options{})
		start := s.Offset()
		s.Skip()
		if got := compose.Matches(s, start, text, integer); got != want {
			t.Errorf("%s matches %d schemas, want %d", data, got, want)
		}
		s.Rewind(start)
		if compose.All(s, start, integer); (data == "7" || data == `"7"`) != s.Valid() {
			t.Errorf("%s is an integer: %t", data, s.Valid())
		}
	}
}

// TestMatchesOfHostileDocuments has documents that make each level of a recursive schema try every branch: without memory of
// what was tried, the time doubles with each of 60 levels, and the test does not end.
func TestMatchesOfHostileDocuments(t *testing.T) {
	deep := strings.Repeat(`{"not":`, 60) + `{"x":1}` + strings.Repeat("}", 60)
	wide := `{"all":[` + strings.Repeat(`{"all":[{"not":{"not":{}}}]},`, 2000) + `{"not":1}]}`
	both := `{"all":[` + strings.Repeat(strings.Repeat(`{"all":[{},`, 20)+`{"not":{}}`+strings.Repeat("]}", 20)+",", 100) + `{}]}`
	for name, data := range map[string]string{"deep": deep, "wide": wide, "both": both} {
		s := validate.NewScanner([]byte(data), validate.Options{})
		query(s)
		err := s.End()
		if wantOK := name == "both"; (err == nil) != wantOK {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRewindIsBounded has a rule that looks at a value again and again, as no sensible schema does.
func TestRewindIsBounded(t *testing.T) {
	s := validate.NewScanner([]byte(`[1,2,3]`), validate.Options{})
	for i := 0; s.Valid(); i++ {
		if i > 4_000_000 {
			t.Fatal("there is no end")
		}
		start := s.Offset()
		s.Skip()
		s.Rewind(start)
	}
	if rule := ruleOf(s.End()); rule != "syntax" {
		t.Errorf("got %q", rule)
	}
}
