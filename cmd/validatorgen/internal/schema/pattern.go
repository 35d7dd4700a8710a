package schema

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What ECMA 262 counts as white space, as ranges of a character class of package regexp, and everything else.
const (
	spaceRanges    = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	nonSpaceRanges = `\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}` +
		`\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`
)

// translate returns a regular expression of ECMA 262 in the syntax of package regexp, with the same meaning. It returns an
// error where that cannot be done: lookaround, backreferences, and escapes that only one of the two has.
func translate(source string) (string, error) {
	t := translator{in: source}
	if err := t.run(); err != nil {
		return "", err
	}
	if _, err := regexp.Compile(t.out.String()); err != nil {
		if e := (*syntax.Error)(nil); errors.As(err, &e) && e.Code == syntax.ErrInvalidRepeatSize {
			return "", fmt.Errorf("package regexp repeats at most 1000 times, not %s", e.Expr)
		}
		return "", err
	}
	return t.out.String(), nil
}

type translator struct {
	in      string
	pos     int
	out     strings.Builder
	inClass bool
}

func (t *translator) run() error {
	for t.pos < len(t.in) {
		c := t.in[t.pos]
		switch {
		case c == '\\':
			if err := t.escape(); err != nil {
				return err
			}
			continue
		case t.inClass:
			t.inClassByte(c)
		case c == '.':
			t.out.WriteString(`[^\n\r\x{2028}\x{2029}]`)
		case c == '[':
			t.class()
			continue
		default:
			t.out.WriteByte(c)
		}
		t.pos++
	}
	return nil
}

// class begins a character class; an empty one, which package regexp has not, is written out.
func (t *translator) class() {
	rest := t.in[t.pos:]
	switch {
	case strings.HasPrefix(rest, "[^]"):
		t.out.WriteString(`(?s:.)`)
		t.pos += 3
	case strings.HasPrefix(rest, "[]"):
		t.out.WriteString(`[^\x{0}-\x{10ffff}]`)
		t.pos += 2
	case strings.HasPrefix(rest, "[^"):
		t.out.WriteString("[^")
		t.pos += 2
		t.inClass = true
	default:
		t.out.WriteByte('[')
		t.pos++
		t.inClass = true
	}
}

func (t *translator) inClassByte(c byte) {
	switch c {
	case ']':
		t.inClass = false
		t.out.WriteByte(c)
	case '[':
		t.out.WriteString(`\[`)
	default:
		t.out.WriteByte(c)
	}
}

func (t *translator) escape() error {
	if t.pos+1 >= len(t.in) {
		return errors.New("a backslash at the end")
	}
	c := t.in[t.pos+1]
	t.pos += 2
	switch c {
	case 's', 'S':
		t.space(c == 's')
	case 'd', 'D', 'w', 'W', 't', 'n', 'r', 'f', 'v', 'p', 'P':
		t.out.WriteByte('\\')
		t.out.WriteByte(c)
	case 'b', 'B':
		t.boundary(c)
	case '0':
		t.out.WriteString(`\x00`)
	case 'c':
		return t.control()
	case 'u', 'x':
		return t.codePoint(c)
	default:
		return t.identity(c)
	}
	return nil
}

func (t *translator) space(is bool) {
	ranges := nonSpaceRanges
	if is {
		ranges = spaceRanges
	}
	if t.inClass {
		t.out.WriteString(ranges)
		return
	}
	t.out.WriteString("[" + ranges + "]")
}

func (t *translator) boundary(c byte) {
	if t.inClass && c == 'b' {
		t.out.WriteString(`\x08`)
		return
	}
	t.out.WriteByte('\\')
	t.out.WriteByte(c)
}

func (t *translator) control() error {
	if t.pos >= len(t.in) || !isLetter(t.in[t.pos]) {
		return errors.New(`\c without a letter`)
	}
	fmt.Fprintf(&t.out, `\x%02x`, t.in[t.pos]&31)
	t.pos++
	return nil
}

// codePoint reads \xHH, \uHHHH and \u{H...}.
func (t *translator) codePoint(c byte) error {
	rest, size := t.in[t.pos:], 2
	if c == 'u' {
		size = 4
	}
	digits := ""
	if c == 'u' && strings.HasPrefix(rest, "{") {
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return errors.New(`\u{ without an end`)
		}
		digits = rest[1:end]
		t.pos += end + 1
	} else if len(rest) >= size {
		digits = rest[:size]
		t.pos += size
	}
	if digits == "" || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		return fmt.Errorf(`\%c without its hexadecimal digits`, c)
	}
	value, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return fmt.Errorf(`\%c: no code point`, c)
	}
	r := rune(value)
	if utf16.IsSurrogate(r) {
		if r, err = t.pair(r); err != nil {
			return err
		}
	}
	fmt.Fprintf(&t.out, `\x{%x}`, r)
	return nil
}

// pair reads the second half of a code point that is written as two surrogates. One alone is not a code point, and there is
// none in valid UTF-8.
func (t *translator) pair(high rune) (rune, error) {
	if rest := t.in[t.pos:]; len(rest) >= 6 && strings.HasPrefix(rest, `\u`) {
		if low, err := strconv.ParseUint(rest[2:6], 16, 32); err == nil {
			if r := utf16.DecodeRune(high, rune(low)); r != utf8.RuneError {
				t.pos += 6
				return r, nil
			}
		}
	}
	return 0, errors.New("a lone surrogate")
}

// identity reads an escaped character that stands for itself.
func (t *translator) identity(c byte) error {
	switch {
	case '1' <= c && c <= '9', c == 'k':
		return errors.New("a backreference")
	case isLetter(c):
		return fmt.Errorf(`\%c is not an escape of ECMA 262`, c)
	case c < 0x80:
		t.out.WriteByte('\\')
		t.out.WriteByte(c)
	default:
		t.out.WriteByte(c)
	}
	return nil
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
