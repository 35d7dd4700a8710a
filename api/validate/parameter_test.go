package validate_test

import (
	"fmt"
	"testing"

	"example.com/oxgroups/api/validate"
)

func TestAppendParameter(t *testing.T) {
	for _, c := range []struct {
		kind       validate.Kind
		text, want string
	}{
		{validate.Integer, "0", "0"}, {validate.Integer, "-12", "-12"}, {validate.Integer, "123456789012345678901234567890", "123456789012345678901234567890"},
		{validate.Integer, "+7", `"+7"`}, {validate.Integer, "007", `"007"`}, {validate.Integer, "-0", `"-0"`}, {validate.Integer, "7.0", `"7.0"`},
		{validate.Integer, "1e2", `"1e2"`}, {validate.Integer, "0x7", `"0x7"`}, {validate.Integer, " 7", `" 7"`}, {validate.Integer, "৭", `"৭"`},
		{validate.Integer, "-", `"-"`}, {validate.Integer, "", `""`},
		{validate.Number, "-1.5e+3", "-1.5e+3"}, {validate.Number, "NaN", `"NaN"`}, {validate.Number, ".5", `".5"`}, {validate.Number, "1 ", `"1 "`},
		{validate.Boolean, "true", "true"}, {validate.Boolean, "false", "false"}, {validate.Boolean, "True", `"True"`}, {validate.Boolean, "1", `"1"`},
		{validate.String, "7", `"7"`}, {validate.String, "null", `"null"`}, {validate.String, "a\"\n", `"a\"\n"`},
	} {
		if got := string(validate.AppendParameter([]byte("x"), c.kind, c.text)); got != "x"+c.want {
			t.Errorf("kind %d, %q is %s, want %s", c.kind, c.text, got, c.want)
		}
	}
}

// parameter returns a parameter called q, or id for one of a path.
func parameter(in, style string, explode bool, kind, items validate.Kind) validate.Parameter {
	p := validate.Parameter{In: in, Style: style, Explode: explode, Field: validate.Field{Name: "q", Kind: kind, Items: items}}
	if in == "header" {
		p.Name = "x-q"
	}
	return p
}

// The JSON that a parameter stands for, by place and style.
func TestParameterStyles(t *testing.T) {
	const text, number, array = validate.String, validate.Integer, validate.Array
	for _, tc := range []struct {
		name  string
		p     validate.Parameter
		value string // of the path, the query, X-Q, or the Cookie field
		want  string // "" where there is none
	}{
		{"path, one value", parameter("path", "simple", false, text, 0), "a,b%20c", `"a,b c"`},
		{"path, array", parameter("path", "simple", false, array, number), "1,x,%2C", `[1,"x",","]`},
		{"path, array exploded", parameter("path", "simple", true, array, number), "1,2", `[1,2]`},
		{"query, one value", parameter("query", "form", true, text, 0), "q=a+b%2B", `"a b+"`},
		{"query, another name", parameter("query", "form", true, text, 0), "Q=a&qq=b", ""},
		{"query, a name alone", parameter("query", "form", true, text, 0), "q", `""`},
		{"query, form exploded", parameter("query", "form", true, array, text), "q=a&b=x&q=c,d", `["a","c,d"]`},
		{"query, form", parameter("query", "form", false, array, text), "q=a%2Cb,c", `["a,b","c"]`},
		{"query, form, empty", parameter("query", "form", false, array, text), "q=", `[]`},
		{"query, form, empty elements", parameter("query", "form", false, array, text), "q=,", `["",""]`},
		{"query, pipes", parameter("query", "pipeDelimited", false, array, number), "q=1%7c2|3%7C4", `[1,2,3,4]`},
		{"query, pipes exploded", parameter("query", "pipeDelimited", true, array, number), "q=1&q=2", `[1,2]`},
		{"query, spaces", parameter("query", "spaceDelimited", false, array, text), "q=a+b%20c%2B", `["a","b","c+"]`},
		{"header", parameter("header", "simple", false, text, 0), "a,%20", `"a,%20"`},
		{"header, array", parameter("header", "simple", false, array, number), "1, 2 ,3", `[1,2,3]`},
		{"cookie", parameter("cookie", "form", true, text, 0), "a=1; q=b%20c;r=2", `"b%20c"`},
		{"cookie, quoted", parameter("cookie", "form", true, text, 0), `q="b"`, `"b"`},
		{"cookie, absent", parameter("cookie", "form", true, text, 0), `qq=1; Q=2`, ""},
		{"cookie, array", parameter("cookie", "form", false, array, number), "q=1,2", `[1,2]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := validate.Parameters{Path: func(string) string { return tc.value }, Escaped: true, Header: map[string][]string{}}
			switch tc.p.In {
			case "query":
				in.Query = tc.value
			case "header":
				in.Header["X-Q"] = []string{tc.value}
			case "cookie":
				in.Header["Cookie"] = []string{tc.value}
			}
			r := validate.ReadParameters(in, validate.Options{})
			got := ""
			if s := r.Value(&tc.p, nil); s != nil {
				start := s.Offset()
				s.Skip()
				got = string(s.Raw(start))
				r.End(&tc.p, s)
			}
			if err := r.Err(); got != tc.want || err != nil {
				t.Errorf("got %s, %v, want %s", got, err, tc.want)
			}
		})
	}
	t.Run("a path without escapes", func(t *testing.T) {
		p := parameter("path", "simple", false, text, 0)
		s := validate.ReadParameters(validate.Parameters{Path: func(string) string { return "100%25" }}, validate.Options{}).Value(&p, nil)
		if got, _ := s.String(); got != "100%25" {
			t.Errorf("got %s", got)
		}
	})
}

func TestParameterViolations(t *testing.T) {
	integer := func(s *validate.Scanner) { s.Int64() }
	for _, tc := range []struct {
		name, query string
		p           validate.Parameter
		want        string
	}{
		{"fine", "q=1", parameter("query", "form", true, validate.Integer, 0), ""},
		{"absent", "", parameter("query", "form", true, validate.Integer, 0), ""},
		{"no integer", "q=x", parameter("query", "form", true, validate.Integer, 0), "query /q type"},
		{"twice", "q=1&q=2", parameter("query", "form", true, validate.Integer, 0), "query /q style"},
		{"not UTF-8", "q=a%ff", parameter("query", "form", true, validate.Integer, 0), "query /q type"},
		{"a broken escape", "a=%4", parameter("query", "form", true, validate.Integer, 0), "query  syntax"},
		{"required", "", validate.Parameter{In: "query", Style: "form", Field: validate.Field{Name: "a/b", Required: true}}, "query /a~1b required"},
		{"an object, of another name", "qq[a]=1&x]=2", validate.Parameter{In: "query", Style: "deepObject", Field: validate.Field{Name: "q"}}, ""},
		{"an object, required", "", validate.Parameter{In: "query", Style: "deepObject", Field: validate.Field{Name: "q", Required: true}}, "query /q required"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := validate.ReadParameters(validate.Parameters{Query: tc.query}, validate.Options{})
			if s := r.Value(&tc.p, nil); s != nil {
				integer(s)
				r.End(&tc.p, s)
			}
			got := ""
			if list, ok := r.Err().(validate.Violations); ok {
				got = fmt.Sprint(list[0].In, " ", list[0].Pointer, " ", list[0].Rule)
				if len(list) > 1 {
					t.Errorf("more than one: %v", list)
				}
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func ExampleAppendParameter() {
	fmt.Printf("%s %s\n", validate.AppendParameter(nil, validate.Integer, "42"), validate.AppendParameter(nil, validate.Integer, "forty-two"))
	// Output: 42 "forty-two"
}

func ExampleReadParameters() {
	page := validate.Parameter{In: "query", Style: "form", Field: validate.Field{Name: "page", Kind: validate.Integer, Required: true}}
	r := validate.ReadParameters(validate.Parameters{Query: "size=20"}, validate.Options{})
	if s := r.Value(&page, nil); s != nil {
		n, _ := s.Int64()
		fmt.Println(n)
		r.End(&page, s)
	}
	fmt.Println(r.Err())
	// Output: /page: is required
}
