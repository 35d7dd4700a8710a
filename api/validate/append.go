package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
	"unsafe"
)

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
	if i := strings.IndexByte("\"\\\n\r\t\b\f", c); i >= 0 {
		return append(dst, '\\', `"\nrtbf`[i])
	}
	return fmt.Appendf(dst, `\u%04x`, c)
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
