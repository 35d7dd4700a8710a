package validate

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// String reads a string; a value of another type is a violation and skipped.
func (s *Scanner) String() (string, bool) {
	s.space()
	if s.pos >= len(s.data) || s.data[s.pos] != '"' {
		return s.notText()
	}
	return s.text()
}

// notText is String for a value of another type. Leniently a number is its text.
func (s *Scanner) notText() (string, bool) {
	if !s.exact && s.Kind() == Number {
		return s.number()
	}
	s.WrongType("a string")
	return "", false
}

// plain returns where the first quote, backslash or control character of data stands from i on, the length of data where
// there is none, and a word that has a bit of tops set where a byte before it is not ASCII.
func plain(data []byte, i int) (end int, high uint64) {
	for len(data)-i >= 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		if stop := special(w); stop != 0 {
			n := bits.TrailingZeros64(stop) & 0o70
			return i + n/8, high | w&(1<<n-1)
		}
		high |= w
		i += 8
	}
	for ; i < len(data) && data[i] >= 0x20 && data[i] != '"' && data[i] != '\\'; i++ {
		high |= uint64(data[i])
	}
	return i, high
}

// Masks that treat a word as eight bytes.
const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080
)

// special returns a word in which the lowest set bit belongs to the first byte of w that is a quote, a backslash or a
// control character; it is 0 where there is none.
func special(w uint64) uint64 {
	quote, backslash := w^(ones*'"'), w^(ones*'\\')
	return ((quote - ones) | (backslash - ones) | (w - ones*0x20)) &^ w & tops // what is not ASCII is none of them
}

// text reads a string whose opening quote is next. Without escapes it shares memory with the document.
func (s *Scanner) text() (string, bool) {
	start := s.pos + 1
	i, high := plain(s.data, start)
	if i < len(s.data) && s.data[i] == '"' {
		part := s.data[start:i]
		if high&tops != 0 && !utf8.Valid(part) {
			return s.invalidUTF8(part, i+1)
		}
		s.pos = i + 1
		return unsafe.String(unsafe.SliceData(part), len(part)), true
	}
	return s.escapedText(start, i)
}

// escapedText goes on with a string at i, where the first byte stands that cannot be taken as it is.
func (s *Scanner) escapedText(start, i int) (string, bool) {
	// Up to the next quote is as much as the text can need, unless that quote is escaped.
	rest := max(bytes.IndexByte(s.data[i:], '"'), 0)
	text := append(make([]byte, 0, i-start+rest), s.data[start:i]...)
	for {
		s.pos = i
		if i >= len(s.data) {
			s.unexpected("the end of a string")
			return "", false
		}
		switch c := s.data[i]; {
		case c == '"':
			if !utf8.Valid(text) {
				return s.invalidUTF8(text, i+1)
			}
			s.pos = i + 1
			return unsafe.String(unsafe.SliceData(text), len(text)), true
		case c == '\\':
			var ok bool
			if text, ok = s.escape(text); !ok {
				return "", false
			}
			i = s.pos
		case c < 0x20:
			s.fail("control character in a string")
			return "", false
		default:
			end, _ := plain(s.data, i)
			text = append(text, s.data[i:end]...)
			i = end
		}
	}
}

// invalidUTF8 is a syntax error; leniently U+FFFD stands for what is not UTF-8, and reading goes on at end.
func (s *Scanner) invalidUTF8(text []byte, end int) (string, bool) {
	if !s.options.Lenient {
		s.fail("invalid UTF-8")
		return "", false
	}
	s.Violation("encoding", "UTF-8")
	s.pos = end
	return strings.ToValidUTF8(string(text), "\ufffd"), true
}

// loneSurrogate is a syntax error; leniently U+FFFD stands for it.
func (s *Scanner) loneSurrogate(text []byte) ([]byte, bool) {
	if !s.options.Lenient {
		s.fail("lone surrogate")
		return nil, false
	}
	s.Violation("encoding", "surrogate pairs")
	s.pos += 6
	return append(text, "\ufffd"...), true
}

// unescaped is what stands for the character after a backslash, 0 where none may stand there.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads the escape at s.pos and appends what it stands for.
func (s *Scanner) escape(text []byte) ([]byte, bool) {
	if s.pos+1 >= len(s.data) {
		s.unexpected("an escape")
		return nil, false
	}
	if c := s.data[s.pos+1]; c != 'u' {
		if unescaped[c] == 0 {
			s.fail("invalid escape")
			return nil, false
		}
		s.pos += 2
		return append(text, unescaped[c]), true
	}
	r, ok := s.codeUnit(s.pos)
	if !ok {
		return nil, false
	}
	size := 6
	switch {
	case r == 0 && s.options.RefuseNUL:
		s.fail("U+0000 in a string")
		return nil, false
	case utf16.IsSurrogate(r):
		if s.pos+7 >= len(s.data) || s.data[s.pos+6] != '\\' || s.data[s.pos+7] != 'u' {
			return s.loneSurrogate(text)
		}
		low, ok := s.codeUnit(s.pos + 6)
		if !ok {
			return nil, false
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return s.loneSurrogate(text)
		}
		size = 12
	}
	s.pos += size
	return utf8.AppendRune(text, r), true
}

// codeUnit returns the value of the \uXXXX at i.
func (s *Scanner) codeUnit(i int) (rune, bool) {
	if i+6 > len(s.data) {
		s.fail("incomplete escape")
		return 0, false
	}
	r, err := strconv.ParseUint(string(s.data[i+2:i+6]), 16, 16)
	if err != nil {
		s.fail("invalid escape")
		return 0, false
	}
	return rune(r), true
}
