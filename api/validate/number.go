package validate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unsafe"
)

// number reads a number and returns its text, which shares memory with the document.
func (s *Scanner) number() (string, bool) {
	i := s.pos
	for i < len(s.data) && partOfNumber(s.data[i]) {
		i++
	}
	text := unsafe.String(unsafe.SliceData(s.data[s.pos:]), i-s.pos)
	if !IsNumber(text) {
		s.fail("invalid number")
		return "", false
	}
	s.pos = i
	return text, true
}

func partOfNumber(c byte) bool {
	return isDigit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// IsNumber reports whether s is a number in the grammar of RFC 8259.
func IsNumber(s string) bool {
	whole, s := digits(strings.TrimPrefix(s, "-"))
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return false
	}
	if after, ok := strings.CutPrefix(s, "."); ok {
		if whole, s = digits(after); whole == "" {
			return false
		}
	}
	if s == "" || s[0]|0x20 != 'e' {
		return s == ""
	}
	if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	whole, s = digits(s)
	return whole != "" && s == ""
}

// digits splits s after the digits that it begins with.
func digits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i], s[i:]
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
	case kind == String:
		start := s.pos
		if text, ok = s.text(); !ok || fits(Integer, text) { // an id as clients hand it back that read it in a reply
			s.Violation("type", want+`, without quotes: 10 and not "10"`)
			return "", false
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
		s.Violation("type", "an integer")
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
	text, ok := s.Integer()
	if !ok {
		return 0, false
	}
	n, ok = ParseDecimal(text).Int64()
	if !ok {
		s.Violation("format", "int64")
		return 0, false
	}
	return n, true
}

// Int32 reads an integer of 32 bits; any other value is a violation and skipped.
func (s *Scanner) Int32() (int32, bool) { return ReadInteger[int32](s) }

// ReadInteger reads an integer of type T; any other value is a violation and skipped.
func ReadInteger[T ~int8 | ~int16 | ~int32 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64](s *Scanner) (T, bool) {
	n, ok := s.Int64()
	if !ok {
		return 0, false
	}
	v := T(n)
	if int64(v) != n || v < 0 != (n < 0) {
		format := fmt.Sprintf("int%d", unsafe.Sizeof(v)*8)
		if v = 0; v-1 > 0 {
			format = "u" + format
		}
		s.Violation("format", format)
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
		s.Violation("format", map[int]string{32: "float", 64: "double"}[size])
		return 0, false
	}
	return f, true
}

// NearestFloat returns the value of that many bits that is nearest to a number.
func NearestFloat(text string, size int) float64 {
	f, _ := strconv.ParseFloat(text, size) // an infinity where it is out of range
	limit := math.MaxFloat64
	if size == 32 {
		limit = math.MaxFloat32
	}
	return max(-limit, min(limit, f))
}

// IsFloat reports whether a number is in the range of floating-point numbers of that many bits.
func IsFloat(text string, size int) bool {
	_, err := strconv.ParseFloat(text, size)
	return err == nil
}
