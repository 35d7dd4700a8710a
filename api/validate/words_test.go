package validate_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/oxgroups/api/validate"
)

// german words the violations of a signup form anew.
func german(v validate.Violation) string {
	switch v.Rule {
	case "required":
		return "fehlt"
	case "minLength":
		return "braucht mindestens " + v.Limit + " Zeichen"
	case "enum":
		return "muss eines hiervon sein: " + strings.ReplaceAll(v.Limit, `"`, "")
	case "type":
		return "muss " + map[string]string{"an integer": "eine ganze Zahl", "a string": "ein Text"}[v.Limit] + " sein"
	case "format":
		return "muss " + map[string]string{"date": "ein Datum"}[v.Limit] + " sein"
	case "oneOf":
		return "passt zu keinem von " + v.Limit + "; am nächsten ist " + v.Nearest
	}
	return validate.Words(v)
}

func TestFormatTranslates(t *testing.T) {
	s := validate.NewScanner([]byte(`"secret"`), validate.Options{})
	s.Integer()
	s.Missing("name")
	s.Check(false, "minLength", "3")
	s.Violation("enum", `"red", "green"`)
	s.Violation("format", "date")
	s.Report(validate.Violation{Pointer: "/pet", Rule: "oneOf", Limit: "2", Nearest: "Cat"})
	s.Violation("multipleOf", "5")
	var list validate.Violations
	if !errors.As(s.End(), &list) {
		t.Fatal("no violations")
	}
	english := `must be an integer
/name: is required
must have at least 3 characters
must be one of "red", "green"
must be a date, as in 2006-01-02
/pet: must match exactly one of 2 schemas; the nearest is Cat
must be a multiple of 5`
	translated := `muss eine ganze Zahl sein
/name: fehlt
braucht mindestens 3 Zeichen
muss eines hiervon sein: red, green
muss ein Datum sein
/pet: passt zu keinem von 2; am nächsten ist Cat
must be a multiple of 5`
	if got := list.Format(german).Error(); got != translated {
		t.Errorf("got\n%s\nwant\n%s", got, translated)
	}
	if got := list.Error(); got != english {
		t.Errorf("the list itself says\n%s\nwant\n%s", got, english)
	}
}

func TestWords(t *testing.T) {
	for want, v := range map[string]validate.Violation{
		"must have at least 1 character":                                {Rule: "minLength", Limit: "1"},
		"must have at most 2 properties":                                {Rule: "maxProperties", Limit: "2"},
		"must have at least 1 item of the schema under contains":        {Rule: "contains", Limit: "1"},
		"must be greater than 0":                                        {Rule: "exclusiveMinimum", Limit: "0"},
		"must not be blank":                                             {Rule: "pattern", Limit: `\S`},
		"must match ^a$":                                                {Rule: "pattern", Limit: "^a$"},
		"must be an integer of 8 bits without a sign":                   {Rule: "format", Limit: "uint8"},
		"must be in the range of a floating-point number of 32 bits":    {Rule: "format", Limit: "float"},
		`must be "cat"`:                                                 {Rule: "const", Limit: `"cat"`},
		"must match at least one of 2 schemas; the nearest is schema 2": {Rule: "anyOf", Limit: "2", Nearest: "schema 2"},
		"is not allowed":                                                {Rule: "false"},
		"must be given once":                                            {Rule: "style", Limit: "must be given once"},
	} {
		if got := validate.Words(v); got != want {
			t.Errorf("%s: %q, want %q", v.Rule, got, want)
		}
	}
}

func ExampleViolations_Format() {
	list := validate.Violations{{Pointer: "/age", Rule: "minimum", Limit: "18"}}
	fmt.Println(list.Format(func(v validate.Violation) string {
		if v.Rule == "minimum" {
			return "moet minstens " + v.Limit + " zijn"
		}
		return validate.Words(v)
	}))
	// Output: /age: moet minstens 18 zijn
}

// A valid value that a type has no room for is named as one, in a union that has properties as elsewhere.
func TestNotHeld(t *testing.T) {
	for name, read := range map[string]func(*validate.Scanner) bool{
		"a union with properties": func(s *validate.Scanner) bool { return s.UnmarshalUnionObject(0, new(json.RawMessage)) },
		"another type":            func(s *validate.Scanner) bool { return s.Unmarshal(0, new(json.Number)) },
	} {
		text := map[string]string{"a union with properties": "null", "another type": "true"}[name]
		s := validate.NewScanner([]byte(text), validate.Options{})
		s.Skip()
		var list validate.Violations
		if held := read(s); held || !errors.As(s.End(), &list) || list[0].Message != "must be a value that the field can hold" {
			t.Errorf("%s: held %t, %v", name, held, list)
		}
	}
}
