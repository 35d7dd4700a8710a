package validate_test

import (
	"fmt"
	"testing"

	"example.com/oxgroups/api/validate"
)

func TestAppend(t *testing.T) {
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
		for _, before := range []string{"", "x"} { // without and with something in front, which are written in two ways
			var dst []byte
			if before != "" {
				dst = []byte(before)
			}
			if got := string(validate.AppendParameter(dst, c.kind, c.text)); got != before+c.want {
				t.Errorf("kind %d, %q is %s, want %s", c.kind, c.text, got, before+c.want)
			}
		}
	}
}

func TestLists(t *testing.T) {
	for _, c := range []struct{ value, separator, want string }{
		{"", ",", "[]"}, {"1", ",", "[1]"}, {"1,2", ",", "[1,2]"}, {"1,,2", ",", `[1,"",2]`}, {",", ",", `["",""]`}, {"1|x", "|", `[1,"x"]`},
		{"1 2", " ", "[1,2]"}, {"1, 2", ",", `[1," 2"]`},
	} {
		if got := string(validate.AppendParameterList(nil, validate.Integer, validate.SplitParameter(c.value, c.separator))); got != c.want {
			t.Errorf("%q is %s, want %s", c.value, got, c.want)
		}
	}
}

func TestTextThatIsNotUTF8IsRefused(t *testing.T) {
	for _, kind := range []validate.Kind{validate.String, validate.Integer} {
		var errs validate.ParameterErrors
		s := validate.NewScanner(validate.AppendParameter(nil, kind, "a\xff\"b"), validate.Options{})
		s.String()
		errs.Add("q", s)
		if err := errs.Err(); err == nil || err.Error() != "/q: must be text: invalid UTF-8" {
			t.Errorf("kind %d: %v", kind, err)
		}
	}
}

func TestParameterErrors(t *testing.T) {
	var errs validate.ParameterErrors
	fine := validate.NewScanner([]byte("1"), validate.Options{})
	fine.Int64()
	errs.Add("fine", fine)
	if err := errs.Err(); err != nil {
		t.Errorf("nothing is wrong: %v", err)
	}
	wrong := validate.NewScanner([]byte(`"x"`), validate.Options{})
	wrong.Int64()
	errs.Add("a/b~", wrong)
	errs.Missing("c")
	errs.Repeated("d")
	want := "/a~1b~0: must be an integer\n/c: is required\n/d: must be given once"
	if err := errs.Err(); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func ExampleAppend() {
	fmt.Printf("%s %s\n", validate.AppendParameter(nil, validate.Integer, "42"), validate.AppendParameter(nil, validate.Integer, "forty-two"))
	// Output: 42 "forty-two"
}

func ExampleParameterErrors() {
	var errs validate.ParameterErrors
	errs.Missing("id")
	fmt.Println(errs.Err())
	// Output: /id: is required
}
