package compose

import (
	"math/bits"

	"example.com/oxgroups/api/validate"
)

// IsMultiple reports whether d is an integer multiple of divisor times ten to the power of exponent, exactly.
// The divisor is less than validate.MaxDivisor and not a multiple of 10.
func IsMultiple(d validate.Decimal, divisor uint64, exponent int64) bool {
	_, digits, last := d.Digits()
	if digits == "" {
		return true
	}
	shift := last - exponent
	if shift < 0 {
		return false // the last digit of d is not 0, so there is a remainder
	}
	rest := uint64(0)
	for i := range len(digits) {
		rest = (rest*10 + uint64(digits[i]-'0')) % divisor
	}
	return mulMod(rest, powMod(10, uint64(shift), divisor), divisor) == 0
}

func mulMod(a, b, m uint64) uint64 {
	high, low := bits.Mul64(a%m, b%m)
	_, rest := bits.Div64(high, low, m)
	return rest
}

func powMod(base, power, m uint64) uint64 {
	result := 1 % m
	for base %= m; power > 0; power >>= 1 {
		if power&1 == 1 {
			result = mulMod(result, base, m)
		}
		base = mulMod(base, base, m)
	}
	return result
}
