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
func (s *Scanner) Number() (text string, ok bool) { return s.numberText("a number") }

// numberText reads a number, and leniently one inside of a string.
func (s *Scanner) numberText(want string) (text string, ok bool) {
	switch kind := s.Kind(); {
	case kind == Number:
		return s.number()
	case kind == String && !s.exact:
		start := s.pos
		if text, ok = s.text(); !ok || IsNumber(text) {
			return text, ok
		}
		s.pos = start
	}
	s.WrongType(want)
	return "", false
}

// Integer reads a number without a fractional part, however it is written (1, 1.0, 1e0), and returns its text. Any
// other value is a violation and skipped.
func (s *Scanner) Integer() (text string, ok bool) {
	text, ok = s.numberText("an integer")
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

// smallInteger is the integer types without a method of their own.
type smallInteger interface {
	~int8 | ~int16 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// ReadInteger reads an integer of type T; any other value is a violation and skipped.
func ReadInteger[T smallInteger](s *Scanner) (T, bool) {
	n, ok := s.Int64()
	if !ok {
		return 0, false
	}
	v := T(n)
	if int64(v) != n || v < 0 != (n < 0) {
		s.Violation("format", "must be an integer of "+strconv.Itoa(int(unsafe.Sizeof(v))*8)+" bits, without a sign where it has none")
		return 0, false
	}
	return v, true
}

// Float64 reads a number as the nearest float64; one out of range or a value of another type is a violation and skipped.
func (s *Scanner) Float64() (float64, bool) { return s.float(64) }

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

// NearestFloat64 is Float64 for numbers without a format: what is out of range becomes the nearest value in it.
func (s *Scanner) NearestFloat64() (float64, bool) {
	text, ok := s.Number()
	return NearestFloat(text, 64), ok
}

// NearestFloat32 is Float32 for numbers without a format: what is out of range becomes the nearest value in it.
func (s *Scanner) NearestFloat32() (float32, bool) {
	text, ok := s.Number()
	return float32(NearestFloat(text, 32)), ok
}

// NearestFloat returns the value of that many bits that is nearest to a number.
func NearestFloat(text string, size int) float64 {
	f, err := strconv.ParseFloat(text, size)
	limit := math.MaxFloat64
	if size == 32 {
		limit = math.MaxFloat32
	}
	if err != nil {
		f = max(-limit, min(limit, f))
	}
	return f
}

// IsFloat reports whether a number is in the range of floating-point numbers of that many bits.
func IsFloat(text string, size int) bool {
	_, err := strconv.ParseFloat(text, size)
	return err == nil
}
