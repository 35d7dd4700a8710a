package compose

import (
	"math/big"

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
	m := new(big.Int).SetUint64(divisor)
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), m)
	return power.Mul(power, new(big.Int).SetUint64(rest)).Mod(power, m).Sign() == 0
}
