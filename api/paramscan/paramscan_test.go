package paramscan_test

import (
	"fmt"
	"testing"

	"example.com/oxgroups/api/jsonscan"
	"example.com/oxgroups/api/paramscan"
)

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		kind       paramscan.Kind
		text, want string
	}{
		{paramscan.Integer, "0", "0"}, {paramscan.Integer, "-12", "-12"}, {paramscan.Integer, "123456789012345678901234567890", "123456789012345678901234567890"},
		{paramscan.Integer, "+7", `"+7"`}, {paramscan.Integer, "007", `"007"`}, {paramscan.Integer, "-0", `"-0"`}, {paramscan.Integer, "7.0", `"7.0"`},
		{paramscan.Integer, "1e2", `"1e2"`}, {paramscan.Integer, "0x7", `"0x7"`}, {paramscan.Integer, " 7", `" 7"`}, {paramscan.Integer, "৭", `"৭"`},
		{paramscan.Integer, "-", `"-"`}, {paramscan.Integer, "", `""`},
		{paramscan.Number, "-1.5e+3", "-1.5e+3"}, {paramscan.Number, "NaN", `"NaN"`}, {paramscan.Number, ".5", `".5"`}, {paramscan.Number, "1 ", `"1 "`},
		{paramscan.Boolean, "true", "true"}, {paramscan.Boolean, "false", "false"}, {paramscan.Boolean, "True", `"True"`}, {paramscan.Boolean, "1", `"1"`},
		{paramscan.String, "7", `"7"`}, {paramscan.String, "null", `"null"`}, {paramscan.String, "a\"\n", `"a\"\n"`},
	} {
		for _, before := range []string{"", "x"} { // without and with something in front, which are written in two ways
			var dst []byte
			if before != "" {
				dst = []byte(before)
			}
			if got := string(paramscan.Append(dst, c.kind, c.text)); got != before+c.want {
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
		if got := string(paramscan.AppendList(nil, paramscan.Integer, paramscan.Split(c.value, c.separator))); got != c.want {
			t.Errorf("%q is %s, want %s", c.value, got, c.want)
		}
	}
}

func TestTextThatIsNotUTF8IsRefused(t *testing.T) {
	for _, kind := range []paramscan.Kind{paramscan.String, paramscan.Integer} {
		var errs paramscan.Errors
		s := jsonscan.New(paramscan.Append(nil, kind, "a\xff\"b"), jsonscan.Options{})
		s.String()
		errs.Add("q", s)
		if err := errs.Err(); err == nil || err.Error() != "/q: must be text: invalid UTF-8" {
			t.Errorf("kind %d: %v", kind, err)
		}
	}
}

func TestErrors(t *testing.T) {
	var errs paramscan.Errors
	fine := jsonscan.New([]byte("1"), jsonscan.Options{})
	fine.Int64()
	errs.Add("fine", fine)
	if err := errs.Err(); err != nil {
		t.Errorf("nothing is wrong: %v", err)
	}
	wrong := jsonscan.New([]byte(`"x"`), jsonscan.Options{})
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
	fmt.Printf("%s %s\n", paramscan.Append(nil, paramscan.Integer, "42"), paramscan.Append(nil, paramscan.Integer, "forty-two"))
	// Output: 42 "forty-two"
}

func ExampleErrors() {
	var errs paramscan.Errors
	errs.Missing("id")
	fmt.Println(errs.Err())
	// Output: /id: is required
}
