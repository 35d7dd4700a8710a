package validate_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/format"
)

// Each way of reading a value, given what others send: what is read, and the warning.
func TestLenientValues(t *testing.T) {
	text := func(s *validate.Scanner) (any, bool) { v, ok := s.String(); return v, ok }
	integer := func(s *validate.Scanner) (any, bool) { v, ok := s.Int64(); return v, ok }
	small := func(s *validate.Scanner) (any, bool) { v, ok := s.Int32(); return v, ok }
	number := func(s *validate.Scanner) (any, bool) { v, ok := s.Float64(); return v, ok }
	boolean := func(s *validate.Scanner) (any, bool) { v, ok := s.Bool(); return v, ok }
	date := func(s *validate.Scanner) (any, bool) {
		v, ok := format.ReadDate(s)
		return v.Format("2006-01-02"), ok
	}
	strs := func(s *validate.Scanner) (any, bool) {
		var v []string
		ok := validate.Strings(s, &v)
		return v, ok
	}
	for _, c := range []struct {
		name    string
		data    string
		read    func(*validate.Scanner) (any, bool)
		want    any // nil: nothing is read
		warning string
	}{
		{"text", `"a"`, text, "a", ""},
		{"an id as a number", `7`, text, "7", ""},
		{"a long id as a number keeps its digits", `12345678901234567890`, text, "12345678901234567890", ""},
		{"true for text", `true`, text, nil, "must be a string"},
		{"null for text", `null`, text, nil, "must be a string"},
		{"an object for text", `{"a":{"a":1,"a":2}}`, text, nil, "must be a string"},
		{"a lone high surrogate", `"a\ud800b"`, text, "a\ufffdb", "must not have a lone surrogate"},
		{"a lone low surrogate at the end", `"\udc00"`, text, "\ufffd", "must not have a lone surrogate"},
		{"a high surrogate before another character", `"\ud83d\u0041"`, text, "\ufffdA", "must not have a lone surrogate"},
		{"a pair of surrogates", `"\ud83d\ude00"`, text, "😀", ""},
		{"bytes that are not UTF-8", "\"a\xff\"", text, "a\ufffd", "must be UTF-8"},
		{"U+0000", `"\u0000"`, text, "\x00", ""},
		{"an integer", `7`, integer, int64(7), ""},
		{"an integer as text", `"7"`, integer, int64(7), ""},
		{"an integer as text in another form", `"7e1"`, integer, int64(70), ""},
		{"an integer with a point", `7.0`, integer, int64(7), ""},
		{"a fraction", `"7.5"`, integer, nil, "must be an integer"},
		{"text that is not a number", `"seven"`, integer, nil, "must be an integer"},
		{"no text", `""`, integer, nil, "must be an integer"},
		{"a number with white space", `" 7"`, integer, nil, "must be an integer"},
		{"an integer that is too large", `"9223372036854775808"`, integer, nil, "must be an integer of 64 bits"},
		{"an integer as text that is too large for 32 bits", `"2147483648"`, small, nil, "must be an integer of 32 bits"},
		{"a number as text", `"-1.5"`, number, -1.5, ""},
		{"NaN", `"NaN"`, number, nil, "must be a number"},
		{"a boolean", `true`, boolean, true, ""},
		{"a boolean as text", `"true"`, boolean, nil, "must be a boolean"},
		{"a date", `"2013-04-15"`, date, "2013-04-15", ""},
		{"a time for a date", `"2013-04-15T00:00:00-07:00"`, date, nil, "must be a date, as in 2006-01-02"},
		{"no date", `""`, date, nil, "must be a date, as in 2006-01-02"},
		{"a list", `["1",2]`, strs, []string{"1", "2"}, ""},
		{"an odd element", `["1",null,"3"]`, strs, []string{"1", "3"}, "/1: must be a string"},
		{"no list", `{"0":"1"}`, strs, nil, "must be an array"},
		{"a byte order mark", "\ufeff\"a\"", text, "a", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := validate.NewLenientScanner([]byte(c.data), validate.Options{RefuseNUL: true})
			got, ok := c.read(s)
			warnings, err := s.Warnings()
			if err != nil {
				t.Fatal(err)
			}
			if ok != (c.want != nil) || ok && !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s is read as %#v, %t, want %#v", c.data, got, ok, c.want)
			}
			if said := warnings.Error(); said != c.warning {
				t.Errorf("%s has the warnings %q, want %q", c.data, said, c.warning)
			}
		})
	}
}

// The last of equal keys counts, and every further one is a warning. Below unknown keys nothing is asked.
func TestLenientDuplicateKeys(t *testing.T) {
	s := validate.NewLenientScanner([]byte(`{"a":1,"b":2,"a":3,"x":{"y":1,"y":2},"\ud800":1,"x":5}`), validate.Options{})
	var seen uint64
	values := map[string]int64{}
	s.Begin(validate.Object)
	var m validate.Members
	for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
		mark := s.Mark()
		if key == "a" || key == "b" {
			s.Once(&seen, 1<<(key[0]-'a'))
			values[key], _ = s.Int64()
		} else {
			s.SkipUnknown(&m, key)
		}
		s.Within(mark, key)
	}
	warnings, err := s.Warnings()
	if err != nil || values["a"] != 3 || values["b"] != 2 {
		t.Errorf("read %v, %v", values, err)
	}
	if want := "/a: is there twice\nmust not have a lone surrogate\n/x: is there twice"; warnings.Error() != want {
		t.Errorf("got %q, want %q", warnings.Error(), want)
	}
}

// What is not JSON stays an error: no value could be trusted.
func TestLenientSyntax(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, c := range map[string]struct {
		data string
		ok   bool
	}{
		"1,000 levels":              {deep(1000), true},
		"1,001 levels":              {deep(1001), false},
		"nothing":                   {"", false},
		"a page of HTML":            {"<html>", false},
		"cut short":                 {`{"a":`, false},
		"data after the document":   {"{} {}", false},
		"a control character":       {"\"a\nb\"", false},
		"an escape that is none":    {`"\x41"`, false},
		"a byte order mark within":  {"[\ufeff1]", false},
		"two byte order marks":      {"\ufeff\ufeff1", false},
		"white space around":        {" \r\n{}\t", true},
		"a number with zeros first": {"007", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := validate.NewLenientScanner([]byte(c.data), validate.Options{})
			s.Skip()
			_, err := s.Warnings()
			if (err == nil) != c.ok || err != nil && !errors.As(err, new(*validate.SyntaxError)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func ExampleNewLenientScanner() {
	s := validate.NewLenientScanner([]byte(`{"id": 7, "notes": true}`), validate.Options{})
	s.Begin(validate.Object)
	var m validate.Members
	for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
		mark := s.Mark()
		if text, ok := s.String(); ok {
			fmt.Printf("%s is %q\n", key, text)
		}
		s.Within(mark, key)
	}
	fmt.Println(s.Warnings())
	// Output:
	// id is "7"
	// /notes: must be a string <nil>
}
