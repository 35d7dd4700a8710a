package validate_test

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
	"pgregory.net/rapid"
)

// numbers draws numbers in the grammar of RFC 8259, small exponents and large ones.
func numbers() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?`),
		rapid.StringMatching(`-?(0|[1-9]0{0,18})(\.0{1,5}[0-9]?)?([eE][+-]?[0-3]?[0-9])?`),
		rapid.Map(rapid.Int64(), func(i int64) string { return strconv.FormatInt(i, 10) }),
	)
}

func rat(t *rapid.T, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%s is not a number", text)
	}
	return r
}

func TestDecimalAgainstBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := numbers().Draw(t, "x"), numbers().Draw(t, "y")
		a, b := validate.ParseDecimal(x), validate.ParseDecimal(y)
		ra, rb := rat(t, x), rat(t, y)
		if got, want := a.Compare(b), ra.Cmp(rb); got != want {
			t.Fatalf("%s compared with %s is %d, want %d", x, y, got, want)
		}
		if equal := a == b; equal != (ra.Cmp(rb) == 0) {
			t.Fatalf("%s == %s is %t", x, y, equal)
		}
		if equal := compose.Canonical([]byte(x)) == compose.Canonical([]byte(y)); equal != (ra.Cmp(rb) == 0) {
			t.Fatalf("the canonical texts of %s and %s are equal: %t", x, y, equal)
		}
		if a.IsInteger() != ra.IsInt() {
			t.Fatalf("IsInteger of %s is %t", x, a.IsInteger())
		}
		n, ok := a.Int64()
		if want := ra.IsInt() && ra.Num().IsInt64(); ok != want || ok && n != ra.Num().Int64() {
			t.Fatalf("Int64 of %s is %d, %t", x, n, ok)
		}
		if divisor, exponent, ok := b.Divisor(); ok {
			want := new(big.Rat).Quo(ra, rb).IsInt()
			if got := compose.IsMultiple(a, divisor, exponent); got != want {
				t.Fatalf("%s is a multiple of %s: %t", x, y, got)
			}
		} else if rb.Sign() > 0 && len(strings.TrimRight(rb.Num().String(), "0")) <= 18 && rb.IsInt() {
			t.Fatalf("%s is not a divisor", y)
		}
	})
}

func TestDecimalsWithLargeExponents(t *testing.T) {
	const most, least = "1e9223372036854775807", "1e-9223372036854775808"
	d := validate.ParseDecimal
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"most is an integer", d(most).IsInteger()},
		{"least is not", !d(least).IsInteger()},
		{"most is above least", d(most).Compare(d(least)) > 0},
		{"minus most is below", d("-"+most).Compare(d(least)) < 0},
		{"most is a multiple of 7 times a power of 10: no", !compose.IsMultiple(d(most), 7, 0)},
		{"most is a multiple of 8", compose.IsMultiple(d(most), 8, 0)},
		{"zero with an exponent is zero", d("0e999999999999") == d("-0.0")},
		{"most does not fit into an int64", second(d(most).Int64()) == false},
		{"an exponent of 400 digits", d("1e" + strings.Repeat("9", 400)).IsInteger()},
		{"a fraction of 400 digits", !d("0." + strings.Repeat("0", 399) + "1").IsInteger()},
	} {
		if !c.ok {
			t.Error(c.name)
		}
	}
}

func second[A, B any](_ A, b B) B { return b }

func TestDivisor(t *testing.T) {
	for text, want := range map[string]bool{
		"0": false, "-1": false, "0.01": true, "1e300": true, "123456789012345678": true, "1844674407370955160": true,
		"1844674407370955161": false, "12345678901234567891": false,
	} {
		if _, _, ok := validate.ParseDecimal(text).Divisor(); ok != want {
			t.Errorf("%s is a divisor: %t", text, ok)
		}
	}
}

func TestNumbersAreRead(t *testing.T) {
	type reading struct {
		value any
		rule  string // "" if it is accepted, "syntax" for a syntax error
	}
	read := map[string]func(*validate.Scanner) any{
		"int64":   func(s *validate.Scanner) any { v, _ := s.Int64(); return v },
		"int32":   func(s *validate.Scanner) any { v, _ := s.Int32(); return v },
		"integer": func(s *validate.Scanner) any { v, _ := s.Integer(); return v },
		"number":  func(s *validate.Scanner) any { v, _ := s.Number(); return v },
		"float64": func(s *validate.Scanner) any { v, _ := s.Float64(); return v },
		"float32": func(s *validate.Scanner) any { v, _ := s.Float32(); return v },
	}
	for _, c := range []struct {
		as, text string
		want     reading
	}{
		{"int64", "0", reading{int64(0), ""}},
		{"int64", " 42 ", reading{int64(42), ""}},
		{"int64", "-0", reading{int64(0), ""}},
		{"int64", "9007199254740993", reading{int64(9007199254740993), ""}},
		{"int64", "9223372036854775807", reading{int64(math.MaxInt64), ""}},
		{"int64", "-9223372036854775808", reading{int64(math.MinInt64), ""}},
		{"int64", "9223372036854775808", reading{int64(0), "format"}},
		{"int64", "-9223372036854775809", reading{int64(0), "format"}},
		{"int64", "1.0", reading{int64(1), ""}},
		{"int64", "1e2", reading{int64(100), ""}},
		{"int64", "1.20e1", reading{int64(12), ""}},
		{"int64", "100e-2", reading{int64(1), ""}},
		{"int64", "9223372036854775807.0", reading{int64(math.MaxInt64), ""}},
		{"int64", "1.5", reading{int64(0), "type"}},
		{"int64", "1e-1", reading{int64(0), "type"}},
		{"int64", "1e999999999", reading{int64(0), "format"}},
		{"int64", `"1"`, reading{int64(0), "type"}},
		{"int64", "null", reading{int64(0), "type"}},
		{"int64", "[1]", reading{int64(0), "type"}},
		{"int64", "01", reading{int64(0), "syntax"}},
		{"int64", "1.", reading{int64(0), "syntax"}},
		{"int64", "1e", reading{int64(0), "syntax"}},
		{"int64", "-", reading{int64(0), "syntax"}},
		{"int64", "+1", reading{int64(0), "syntax"}},
		{"int64", "1x", reading{int64(1), "syntax"}},
		{"int64", "", reading{int64(0), "syntax"}},
		{"int32", "2147483647", reading{int32(math.MaxInt32), ""}},
		{"int32", "2147483648", reading{int32(0), "format"}},
		{"int32", "-2147483648", reading{int32(math.MinInt32), ""}},
		{"int32", "-2147483649", reading{int32(0), "format"}},
		{"int32", "99999999999999999999", reading{int32(0), "format"}},
		{"integer", "123456789012345678901234567890", reading{"123456789012345678901234567890", ""}},
		{"integer", "1e400", reading{"1e400", ""}},
		{"integer", "0.1", reading{"", "type"}},
		{"number", "-1.5E+3", reading{"-1.5E+3", ""}},
		{"number", "true", reading{"", "type"}},
		{"float64", "0.1", reading{0.1, ""}},
		{"float64", "1e400", reading{0.0, "format"}},
		{"float64", "1e-400", reading{0.0, ""}},
		{"float32", "0.1", reading{float32(0.1), ""}},
		{"float32", "1e39", reading{float32(0), "format"}},
	} {
		s := validate.NewScanner([]byte(c.text), validate.Options{})
		got := reading{read[c.as](s), ruleOf(s.End())}
		if got != c.want {
			t.Errorf("%s %q is %v, want %v", c.as, c.text, got, c.want)
		}
	}
}

// A number that was quoted is told apart from other text, without repeating it.
func TestQuotedNumbers(t *testing.T) {
	for text, want := range map[string]string{
		`"10"`:  `must be an integer, without quotes: 10 and not "10"`,
		`"-7"`:  `must be an integer, without quotes: 10 and not "10"`,
		`"007"`: "must be an integer",
		`"1.5"`: "must be an integer",
		`"ten"`: "must be an integer",
		`true`:  "must be an integer",
	} {
		s := validate.NewScanner([]byte(text), validate.Options{})
		s.Int64()
		if err := s.End(); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
