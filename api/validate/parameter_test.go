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

// object returns a parameter of type object.
func object(in, style string, explode bool) validate.Parameter {
	p := parameter(in, style, explode, validate.Object, validate.Any)
	p.Fields = []validate.Field{
		{Name: "R", Kind: validate.Integer}, {Name: "G", Kind: validate.String}, {Name: "L", Kind: validate.Array, Items: validate.Integer},
	}
	return p
}

// open returns an object with other properties too, beside other parameters.
func open(p validate.Parameter, others ...string) validate.Parameter {
	p.Open, p.Others = true, others
	return p
}

// either returns an object or something else.
func either(p validate.Parameter) validate.Parameter {
	p.Kind = validate.Any
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

		{"label", parameter("path", "label", false, number, 0), ".7", `7`},
		{"label, dots in a value", parameter("path", "label", false, text, 0), ".a.b", `"a.b"`},
		{"label, array", parameter("path", "label", false, array, number), ".3,4,5", `[3,4,5]`},
		{"label, array exploded", parameter("path", "label", true, array, text), ".3.4%2E.5", `["3","4.","5"]`},
		{"label, empty array", parameter("path", "label", true, array, text), ".", `[]`},
		{"matrix", parameter("path", "matrix", false, number, 0), ";q=7", `7`},
		{"matrix, empty", parameter("path", "matrix", false, text, 0), ";q", `""`},
		{"matrix, array", parameter("path", "matrix", false, array, number), ";q=3,4,5", `[3,4,5]`},
		{"matrix, array exploded", parameter("path", "matrix", true, array, number), ";q=3;q=4;q=5", `[3,4,5]`},
		{"matrix, empty array", parameter("path", "matrix", true, array, number), ";q", `[]`},

		{"simple object", object("path", "simple", false), "R,100,G,a%2Cb", `{"R":100,"G":"a,b"}`},
		{"simple object exploded", object("path", "simple", true), "R=100,G=b%3D", `{"R":100,"G":"b="}`},
		{"simple object, empty", object("path", "simple", false), "", `{}`},
		{"label object", object("path", "label", false), ".R,100,G,b", `{"R":100,"G":"b"}`},
		{"label object exploded", object("path", "label", true), ".R=100.G=b", `{"R":100,"G":"b"}`},
		{"matrix object", object("path", "matrix", false), ";q=R,100,G,b", `{"R":100,"G":"b"}`},
		{"matrix object exploded", object("path", "matrix", true), ";R=100;G=b", `{"R":100,"G":"b"}`},
		{"header object", object("header", "simple", false), "R, 100, G, b", `{"R":100,"G":"b"}`},
		{"header object exploded", object("header", "simple", true), "R=100, G=b", `{"R":100,"G":"b"}`},
		{"form object", object("query", "form", false), "q=R,100,G,b%2Cc,other,1", `{"R":100,"G":"b,c","other":"1"}`},
		{"form object, empty", object("query", "form", false), "q=", `{}`},
		{"form object exploded", object("query", "form", true), "%52=100&G=b&page=2&L=1&L=2", `{"R":100,"G":"b","L":[1,2]}`},
		{"form object exploded, absent", object("query", "form", true), "page=2", ""},
		{"open form object exploded", open(object("query", "form", true), "page"), "R=100&page=2&page[size]=3&more=1&more=2", `{"R":100,"more":["1","2"]}`},
		{"space delimited object", object("query", "spaceDelimited", false), "q=R%20100+G%20b", `{"R":100,"G":"b"}`},
		{"pipe delimited object", object("query", "pipeDelimited", false), "q=R|100%7CG|b", `{"R":100,"G":"b"}`},
		{"deep object", object("query", "deepObject", true), "q[R]=100&q%5BG%5D=b&q[L]=1&q[L]=2&q[a][b]=1", `{"R":100,"G":"b","L":[1,2]}`},
		{"deep object or text: an object", either(object("query", "deepObject", true)), "q[R]=100", `{"R":100}`},
		{"deep object or text: text", either(object("query", "deepObject", true)), "q=100", `"100"`},
		{"deep object or text: neither", either(object("query", "deepObject", true)), "p=100", ""},
		{"cookie object", object("cookie", "form", false), "q=R,100,G,b", `{"R":100,"G":"b"}`},
		{"cookie object exploded", object("cookie", "form", true), "R=100; G=b; other=1", `{"R":100,"G":"b"}`},
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
		r := validate.ReadParameters(validate.Parameters{Path: func(string) string { return "100%25" }}, validate.Options{})
		if got, _ := r.Value(&p, nil).String(); got != "100%25" {
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
		{"an object with a name alone", "q=R", object("query", "form", false), "query /q style"},
		{"an object twice", "q=R,1&q=G,b", object("query", "form", false), "query /q style"},
		{"a property twice", "R=1&R=2", object("query", "form", true), "query /q/R style"},
		{"an object, of another name", "qq[a]=1&x]=2", validate.Parameter{In: "query", Style: "deepObject", Field: validate.Field{Name: "q", Kind: validate.Object}}, ""},
		{"an object, required", "", validate.Parameter{In: "query", Style: "deepObject", Field: validate.Field{Name: "q", Kind: validate.Object, Required: true}}, "query /q required"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := validate.ReadParameters(validate.Parameters{Query: tc.query}, validate.Options{})
			if s := r.Value(&tc.p, nil); s != nil {
				if tc.p.Kind == validate.Object {
					s.Skip()
				} else {
					integer(s)
				}
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

// A value of the path that does not begin as its style has it is refused.
func TestPathStyleViolations(t *testing.T) {
	for _, tc := range []struct {
		p     validate.Parameter
		value string
		want  string
	}{
		{parameter("path", "label", false, validate.Integer, 0), "7", "must begin with ."},
		{parameter("path", "matrix", false, validate.Integer, 0), ";id=7", "must begin with ;q"},
		{parameter("path", "matrix", true, validate.Array, validate.Integer), "7", "must begin with ;q"},
		{object("path", "matrix", true), ";R", "must be an object in the style matrix"},
		{object("path", "simple", false), "R", "must be an object in the style simple"},
		{object("path", "label", false), "R,1", "must be an object in the style label"},
	} {
		r := validate.ReadParameters(validate.Parameters{Path: func(string) string { return tc.value }}, validate.Options{})
		s := r.Value(&tc.p, nil)
		list, _ := r.Err().(validate.Violations)
		if s != nil || len(list) != 1 || list[0].Rule != "style" || list[0].Message != tc.want || list[0].In != "path" {
			t.Errorf("%s %s: got %v, want %s", tc.p.Style, tc.value, list, tc.want)
		}
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
