package validate_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"example.com/oxgroups/api/validate"
	"pgregory.net/rapid"
)

func TestAppendString(t *testing.T) {
	for text, want := range map[string]string{
		"":                     `""`,
		`a"b\c/d`:              `"a\"b\\c/d"`,
		"\b\f\n\r\t\x00\x1f":   `"\b\f\n\r\t\u0000\u001f"`,
		"<é>&\u2028😀\x7f":      "\"<é>&\u2028😀\x7f\"",
		"a\xff\xfeb\xe2\x82":   "\"a\ufffd\ufffdb\ufffd\ufffd\"",
		"the end\n":            `"the end\n"`,
		"a replacement \ufffd": "\"a replacement \ufffd\"",
	} {
		if got := string(validate.AppendString(nil, text)); got != want {
			t.Errorf("%q is written as %s, want %s", text, got, want)
		}
	}
}

func TestAppendFloat(t *testing.T) {
	for _, c := range []struct {
		f    float64
		size int
		want string
	}{{0.1, 64, "0.1"}, {float64(float32(0.1)), 32, "0.1"}, {1e21, 64, "1e+21"}, {-2, 64, "-2"}, {math.NaN(), 64, "null"}, {math.Inf(-1), 64, "null"}} {
		if got := string(validate.AppendFloat(nil, c.f, c.size)); got != c.want {
			t.Errorf("%v is written as %s, want %s", c.f, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		text := validate.AppendFloat(nil, f, 64)
		s := validate.NewScanner(text, validate.Options{})
		if got, _ := s.Float64(); s.End() != nil || got != f {
			t.Fatalf("%v is written as %s and read as %v", f, text, got)
		}
	})
}

func TestAppendAny(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{{map[string]int{"b": 1, "a": 2}, `{"a":2,"b":1}`}, {nil, "null"}, {json.RawMessage("{}"), "{}"}, {func() {}, "null"}} {
		if got := string(validate.AppendAny([]byte{}, c.v)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestEndObject(t *testing.T) {
	if got := string(validate.EndObject([]byte("x"), 1)); got != "x{}" {
		t.Error(got)
	}
	if got := string(validate.EndObject([]byte(`x,"a":1`), 1)); got != `x{"a":1}` {
		t.Error(got)
	}
}

func TestSortedKeys(t *testing.T) {
	got := validate.SortedKeys(map[string]bool{"10": true, "9": true, "b": true, "a": true, "": true, "100": true})
	if want := []string{"", "9", "a", "b", "10", "100"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestIsNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "-1.50e-7": true, "1E5": true, "": false, "-": false, "01": false, "1.": false, ".1": false, "+1": false, "1 ": false, "1e": false, "0x1": false, "NaN": false,
	} {
		if validate.IsNumber(text) != want {
			t.Errorf("%q is a number: %t", text, !want)
		}
	}
}

func TestCanonicalTellsValuesApart(t *testing.T) {
	classes := [][]string{
		{`1`, `1.0`, `10e-1`, `0.1E1`},
		{`0`, `-0`, `0.00e7`},
		{`"1"`, `"\u0031"`},
		{`"a/b"`, `"a\/b"`},
		{`true`}, {`false`}, {`null`}, {`""`}, {`[]`}, {`{}`}, {`[1,2]`, ` [ 1.0 , 2 ] `}, {`[2,1]`}, {`[[1],2]`}, {`[1,[2]]`}, {`["1",2]`}, {`"[1,2]"`}, {`"null"`},
		{`{"a":1,"b":2}`, `{"b":2.0,"\u0061":1}`}, {`{"a":2,"b":1}`}, {`{"a":null}`}, {`{"a":{"b":1}}`}, {`{"a,b":1}`}, {`{"a":"b,c"}`}, {`9007199254740993`}, {`9007199254740992`, `9007199254740992.0`},
	}
	for i, class := range classes {
		for j, other := range classes {
			for _, a := range class {
				for _, b := range other {
					if equal := validate.Canonical([]byte(a)) == validate.Canonical([]byte(b)); equal != (i == j) {
						t.Errorf("%s equals %s: %t", a, b, equal)
					}
				}
			}
		}
	}
}

func TestDistinct(t *testing.T) {
	var d validate.Distinct
	for i, want := range []bool{true, true, false, true, false} {
		raw := []string{`1`, `"1"`, `1.0`, `{"a":[1,{}]}`, `{ "a" : [ 1e0, {} ] }`}[i]
		if got := d.Add([]byte(raw)); got != want {
			t.Errorf("%s is new: %t", raw, got)
		}
	}
}

func ExampleAppendString() {
	fmt.Printf("%s\n", validate.AppendString(nil, "a \"quote\"\n"))
	// Output: "a \"quote\"\n"
}

func ExampleCanonical() {
	fmt.Println(validate.Canonical([]byte(`{"b": 1.0, "a": "\u0041"}`)) == validate.Canonical([]byte(`{"a":"A","b":10e-1}`)))
	// Output: true
}
