package validate

import (
	"cmp"
	"slices"
	"unicode/utf8"
	"unsafe"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD, as in encoding/json; nothing else is
// changed, and only what RFC 8259 asks for is escaped.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	data := unsafe.Slice(unsafe.StringData(s), len(s))
	for i := 0; ; i++ {
		end, high := plain(data, i)
		if part := data[i:end]; high&tops == 0 || utf8.Valid(part) {
			dst = append(dst, part...)
		} else {
			for _, r := range string(part) {
				dst = utf8.AppendRune(dst, r)
			}
		}
		if end == len(data) {
			return append(dst, '"')
		}
		dst = appendEscape(dst, data[end])
		i = end
	}
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	default:
		return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
}

// EndObject ends an object whose members were appended from start on, each with a comma in front.
func EndObject(dst []byte, start int) []byte {
	if len(dst) == start {
		return append(dst, "{}"...)
	}
	dst[start] = '{'
	return append(dst, '}')
}

// SortedKeys returns the keys of m, shorter ones first, so that decimal ids are in numeric order.
func SortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return keys
}

// IsNumber reports whether s is a number in the grammar of RFC 8259.
func IsNumber(s string) bool {
	return s != "" && numberLen(s) == len(s)
}

// numberLen returns the length of the longest prefix of s that is a number, or 0.
func numberLen[T string | []byte](s T) int {
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i >= len(s):
		return 0
	case s[i] == '0':
		i++
	case '1' <= s[i] && s[i] <= '9':
		i = digits(s, i)
	default:
		return 0
	}
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		i = digits(s, i+1)
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			i = digits(s, j)
		}
	}
	return i
}

func digits[T string | []byte](s T, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
