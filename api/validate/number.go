package validate

import (
	"math"
	"strconv"
	"unsafe"
)

// number reads a number and returns its text, which shares memory with the document.
func (s *Scanner) number() (string, bool) {
	rest := s.data[s.pos:]
	n := numberLen(rest)
	if n == 0 || n < len(rest) && partOfNumber(rest[n]) {
		s.fail("invalid number")
		return "", false
	}
	s.pos += n
	return unsafe.String(unsafe.SliceData(rest), n), true
}

func partOfNumber(c byte) bool {
	return isDigit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

// Number reads a number and returns its text; a value of another type is a violation and skipped.
func (s *Scanner) Number() (text string, ok bool) {
	if s.Kind() != Number {
		s.WrongType("a number")
		return "", false
	}
	return s.number()
}

// Integer reads a number without a fractional part, however it is written (1, 1.0, 1e0), and returns its text. Any
// other value is a violation and skipped.
func (s *Scanner) Integer() (text string, ok bool) {
	if s.Kind() != Number {
		s.WrongType("an integer")
		return "", false
	}
	text, ok = s.number()
	if ok && !ParseDecimal(text).IsInteger() {
		s.Violation("type", "must be an integer")
		return "", false
	}
	return text, ok
}

// fastDigits is how many digits fit into an int64 whatever they are.
const fastDigits = 18

// Int64 reads an integer of 64 bits; any other value is a violation and skipped.
func (s *Scanner) Int64() (int64, bool) {
	s.space()
	i, n := s.pos, int64(0)
	for i < len(s.data) && isDigit(s.data[i]) {
		n = n*10 + int64(s.data[i]-'0')
		i++
	}
	size := i - s.pos
	plain := size > 0 && size <= fastDigits && (s.data[s.pos] != '0' || size == 1)
	if plain && (i == len(s.data) || !partOfNumber(s.data[i])) {
		s.pos = i
		return n, true
	}
	return s.slowInt64()
}

func (s *Scanner) slowInt64() (int64, bool) {
	text, ok := s.Integer()
	if !ok {
		return 0, false
	}
	n, ok := ParseDecimal(text).Int64()
	if !ok {
		s.Violation("format", "must be an integer of 64 bits")
		return 0, false
	}
	return n, true
}

// Int32 reads an integer of 32 bits; any other value is a violation and skipped.
func (s *Scanner) Int32() (int32, bool) {
	failed := s.failed
	n, ok := s.Int64()
	if s.failed > failed && !ok {
		return 0, false
	}
	if n < math.MinInt32 || n > math.MaxInt32 {
		s.Violation("format", "must be an integer of 32 bits")
		return 0, false
	}
	return int32(n), ok
}

// Float64 reads a number as the nearest float64; one out of range or a value of another type is a violation and skipped.
func (s *Scanner) Float64() (float64, bool) {
	return s.float(64)
}

// Float32 reads a number as the nearest float32; one out of range or a value of another type is a violation and skipped.
func (s *Scanner) Float32() (float32, bool) {
	f, ok := s.float(32)
	return float32(f), ok
}

func (s *Scanner) float(size int) (float64, bool) {
	text, ok := s.Number()
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, size)
	if err != nil {
		s.Violation("format", "must be in the range of a floating-point number of "+strconv.Itoa(size)+" bits")
		return 0, false
	}
	return f, true
}
