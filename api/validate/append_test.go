package validate_test

import (
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

// encode returns what write appends.
func encode(write func(e *validate.Encoder)) (string, error) {
	e := validate.NewEncoder(nil)
	write(e)
	text, err := e.Result()
	return string(text), err
}

func TestEncoderFloats(t *testing.T) {
	for _, c := range []struct {
		f    float64
		size int
		want string
	}{{0.1, 64, "0.1"}, {float64(float32(0.1)), 32, "0.1"}, {1e21, 64, "1e+21"}, {-2, 64, "-2"}} {
		if got, err := encode(func(e *validate.Encoder) { e.Float(c.f, c.size) }); got != c.want || err != nil {
			t.Errorf("%v is written as %s, %v, want %s", c.f, got, err, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		text, err := encode(func(e *validate.Encoder) { e.Float(f, 64) })
		s := validate.NewScanner([]byte(text), validate.Options{})
		if got, _ := s.Float64(); err != nil || s.End() != nil || got != f {
			t.Fatalf("%v is written as %s and read as %v: %v", f, text, got, err)
		}
	})
}

// What JSON has no value for is an error, never null.
func TestEncoderErrors(t *testing.T) {
	for name, write := range map[string]func(e *validate.Encoder){
		"NaN":                   func(e *validate.Encoder) { e.Float(math.NaN(), 64) },
		"an infinity":           func(e *validate.Encoder) { e.Float(math.Inf(-1), 32) },
		"a function":            func(e *validate.Encoder) { e.Any(func() {}) },
		"raw text, not JSON":    func(e *validate.Encoder) { e.RawValue([]byte("{")) },
		"in the middle of more": func(e *validate.Encoder) { e.Open('['); e.Float(math.NaN(), 64); e.Next(); e.Int(1); e.Close(']') },
	} {
		if text, err := encode(write); err == nil || text != "" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func TestEncoderValues(t *testing.T) {
	got, err := encode(func(e *validate.Encoder) {
		e.Open('{')
		e.Key(`"a":`)
		e.Open('[')
		for _, v := range []bool{true, false} {
			e.Next()
			e.Bool(v)
		}
		e.Close(']')
		e.Name(`b"c`)
		e.Open('{')
		e.Close('}')
		e.Key(`"d":`)
		e.Any(map[string]int{"b": 1, "a": 2})
		e.Key(`"e":`)
		e.RawValue(nil)
		e.Key(`"f":`)
		e.Base64([]byte{0xff, 1})
		e.Key(`"g":`)
		e.Uint(math.MaxUint64)
		e.Close('}')
	})
	if want := `{"a":[true,false],"b\"c":{},"d":{"a":2,"b":1},"e":null,"f":"/wE=","g":18446744073709551615}`; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
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

func ExampleAppendString() {
	fmt.Printf("%s\n", validate.AppendString(nil, "a \"quote\"\n"))
	// Output: "a \"quote\"\n"
}
