package validate

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// Decimal is the exact value of a number: digits, with the point in front of them, times ten to the power of exponent.
// Equal values have equal Decimals. Its cost is that of its text, however large the exponent is.
type Decimal struct {
	negative bool
	digits   string // neither first nor last is 0; "" is zero
	exponent int64
}

// maxExponent bounds exponents, so that sums of them cannot overflow: numbers of more than 10^18 digits are taken for ones
// of so many digits.
const maxExponent = math.MaxInt64 / 4

// ParseDecimal returns the value of a number in the grammar of RFC 8259; text that is not a number gives a useless value.
func ParseDecimal(text string) Decimal {
	var d Decimal
	text, d.negative = strings.CutPrefix(text, "-")
	mantissa := text
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa = text[:i]
		d.exponent, _ = strconv.ParseInt(text[i+1:], 10, 64) // the nearest value where it is out of range
		d.exponent = max(-maxExponent, min(maxExponent, d.exponent))
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	d.exponent += int64(len(whole))
	trimmed := strings.TrimLeft(digits, "0")
	d.exponent -= int64(len(digits) - len(trimmed))
	d.digits = strings.TrimRight(trimmed, "0")
	if d.digits == "" {
		return Decimal{}
	}
	return d
}

// Digits returns d in parts: digits without zeros at either end, "" for zero, and the power of ten of the last one.
func (d Decimal) Digits() (negative bool, digits string, exponent int64) {
	return d.negative, d.digits, d.exponent - int64(len(d.digits))
}

// IsInteger reports whether there is no fractional part.
func (d Decimal) IsInteger() bool { return d.exponent >= int64(len(d.digits)) || d.digits == "" }

// Int64 returns the value where it is an integer of 64 bits.
func (d Decimal) Int64() (int64, bool) {
	if !d.IsInteger() || d.exponent > 19 {
		return 0, false
	}
	if d.digits == "" {
		return 0, true
	}
	text := d.digits + strings.Repeat("0", int(d.exponent)-len(d.digits))
	if d.negative {
		text = "-" + text
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// Compare returns -1, 0 or +1 as d is less than, equal to or greater than e.
func (d Decimal) Compare(e Decimal) int {
	if c := cmp.Compare(d.sign(), e.sign()); c != 0 {
		return c
	}
	c := cmp.Compare(d.exponent, e.exponent)
	if c == 0 {
		c = strings.Compare(d.digits, e.digits)
	}
	return c * d.sign()
}

func (d Decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	default:
		return 1
	}
}

// MaxDivisor bounds the digits of multipleOf.
const MaxDivisor = math.MaxUint64 / 10

// Divisor returns d as MultipleOf wants it, and false where it has too many digits or is not above zero.
func (d Decimal) Divisor() (divisor uint64, exponent int64, ok bool) {
	if d.sign() <= 0 {
		return 0, 0, false
	}
	_, digits, exponent := d.Digits()
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, exponent, err == nil && n < MaxDivisor
}

// Append appends the canonical text of d, a number of JSON: the same for equal values.
func (d Decimal) Append(dst []byte) []byte {
	negative, digits, exponent := d.Digits()
	if digits == "" {
		return append(dst, '0')
	}
	if negative {
		dst = append(dst, '-')
	}
	dst = append(append(dst, digits...), 'e')
	return strconv.AppendInt(dst, exponent, 10)
}
