// Package format has the checks behind the keyword format of OpenAPI, each by the RFC that defines the form. It is used by
// generated validators and knows no schema.
//
// The functions that take text (IsEmail, ParseDateTime, ...) and AppendDateTime are stable, and of use to code by hand. Those that
// take a scanner or an encoder (ReadDate, EncodeDateTime, ...) are called by generated code alone, and may change together with
// the generator.
package format

import (
	"net/netip"
	"strings"
	"unicode"
)

// IsBlank reports whether text has nothing but white space, as ECMA 262 has it.
func IsBlank(text string) bool {
	for i := range len(text) {
		if c := text[i]; c > ' ' && c < 0x7f {
			return false
		}
	}
	return strings.IndexFunc(text, func(r rune) bool { return !isSpace(r) }) < 0
}

// isSpace is \s of ECMA 262.
func isSpace(r rune) bool {
	return r == '\ufeff' || r == '\u2028' || r == '\u2029' || '\t' <= r && r <= '\r' || unicode.Is(unicode.Zs, r)
}

// IsUUID reports whether text is a UUID in the form of RFC 9562, in any case.
func IsUUID(text string) bool {
	_, ok := ParseUUID(text)
	return ok
}

// ParseUUID returns the bytes of a UUID in the form of RFC 9562.
func ParseUUID(text string) (uuid [16]byte, ok bool) {
	if len(text) != 36 {
		return uuid, false
	}
	n := 0
	for i := 0; i < 36; i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if text[i] != '-' {
				return uuid, false
			}
			continue
		}
		digit, ok := hexDigit(text[i])
		if !ok {
			return uuid, false
		}
		uuid[n/2] = uuid[n/2]<<4 | digit
		n++
	}
	return uuid, true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// IsIPv4 reports whether text is an address in dotted decimal (RFC 2673, section 3.2).
func IsIPv4(text string) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && a.Is4()
}

// IsIPv6 reports whether text is an address of RFC 4291, section 2.2, without a zone.
func IsIPv6(text string) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && a.Is6() && a.Zone() == ""
}

// IsHostname reports whether text is a host name of RFC 1123, section 2.1: labels of letters, digits and hyphens.
func IsHostname(text string) bool {
	if text == "" || len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

func isLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		if c := label[i]; !isAlnum(c) && c != '-' {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// maxEmail is the longest path of RFC 5321, section 4.5.3.1.3, without its angle brackets.
const maxEmail = 254

// IsEmail reports whether text is a Mailbox of RFC 5321, section 4.1.2, without comments and folding.
func IsEmail(text string) bool {
	at := strings.LastIndexByte(text, '@')
	if at < 1 || at > 64 || len(text) > maxEmail {
		return false
	}
	return isLocalPart(text[:at]) && isMailDomain(text[at+1:])
}

func isLocalPart(local string) bool {
	if len(local) >= 2 && local[0] == '"' && local[len(local)-1] == '"' {
		return isQuoted(local[1 : len(local)-1])
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			if c := atom[i]; !isAlnum(c) && strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) < 0 {
				return false
			}
		}
	}
	return true
}

func isQuoted(inside string) bool {
	for i := 0; i < len(inside); i++ {
		switch c := inside[i]; {
		case c == '\\' && i+1 < len(inside) && ' ' <= inside[i+1] && inside[i+1] <= '~':
			i++
		case c < ' ' || c > '~' || c == '"' || c == '\\':
			return false
		}
	}
	return true
}

func isMailDomain(domain string) bool {
	literal, ok := strings.CutPrefix(domain, "[")
	if !ok {
		return IsHostname(domain)
	}
	literal, ok = strings.CutSuffix(literal, "]")
	const tag = "IPv6:"
	if len(literal) > len(tag) && strings.EqualFold(literal[:len(tag)], tag) {
		return ok && IsIPv6(literal[len(tag):])
	}
	return ok && IsIPv4(literal)
}
