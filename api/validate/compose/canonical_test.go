package compose_test

import (
	"errors"
	"fmt"
	"testing"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
)

// ruleOf returns the rule of the one violation in err, "syntax" for a syntax error, "" for none.
func ruleOf(err error) string {
	var list validate.Violations
	if errors.As(err, new(*validate.SyntaxError)) {
		return "syntax"
	}
	if errors.As(err, &list) && len(list) == 1 {
		return list[0].Rule
	}
	if err != nil {
		return err.Error()
	}
	return ""
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
					if equal := compose.Canonical([]byte(a)) == compose.Canonical([]byte(b)); equal != (i == j) {
						t.Errorf("%s equals %s: %t", a, b, equal)
					}
				}
			}
		}
	}
}

func TestDistinct(t *testing.T) {
	var d compose.Distinct
	for i, want := range []bool{true, true, false, true, false} {
		raw := []string{`1`, `"1"`, `1.0`, `{"a":[1,{}]}`, `{ "a" : [ 1e0, {} ] }`}[i]
		if got := d.Add([]byte(raw)); got != want {
			t.Errorf("%s is new: %t", raw, got)
		}
	}
}

func ExampleCanonical() {
	fmt.Println(compose.Canonical([]byte(`{"b": 1.0, "a": "\u0041"}`)) == compose.Canonical([]byte(`{"a":"A","b":10e-1}`)))
	// Output: true
}

func ExampleIsMultiple() {
	divisor, exponent, _ := validate.ParseDecimal("0.01").Divisor()
	fmt.Println(compose.IsMultiple(validate.ParseDecimal("4.35"), divisor, exponent), compose.IsMultiple(validate.ParseDecimal("4.355"), divisor, exponent))
	// Output: true false
}
