// Package format has the checks behind the keyword format of OpenAPI, each by the RFC that defines the form. It is used by
// generated validators and knows no schema.
//
// The functions that take text (IsEmail, ParseDateTime, ...) and AppendDateTime are stable, and of use to code by hand. Those that
// take a scanner or an encoder (ReadDate, EncodeDateTime, ...) are called by generated code alone, and may change together with
// the generator.
package format

import (
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/google/uuid"
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
func ParseUUID(text string) ([16]byte, bool) {
	id, err := uuid.Parse(text)
	return id, err == nil && len(text) == len(id.String()) // Parse takes other forms too
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

const label = `[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`

// pattern compiles an expression when it is first asked for: most programs need few of them.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

var (
	hostname  = pattern(`^` + label + `(?:\.` + label + `)*$`)
	dotAtom   = pattern("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	quoted    = pattern(`^"(?:[ !#-\[\]-~]|\\[ -~])*"$`)
	ipLiteral = pattern(`^\[(?:(?i:IPv6:)([0-9A-Fa-f:.]+)|([0-9.]+))\]$`)
)

// IsHostname reports whether text is a host name of RFC 1123, section 2.1: labels of letters, digits and hyphens.
func IsHostname(text string) bool { return len(text) <= 253 && hostname().MatchString(text) }

// maxEmail is the longest path of RFC 5321, section 4.5.3.1.3, without its angle brackets.
const maxEmail = 254

// IsEmail reports whether text is a Mailbox of RFC 5321, section 4.1.2, without comments and folding.
func IsEmail(text string) bool {
	at := strings.LastIndexByte(text, '@')
	if at < 1 || at > 64 || len(text) > maxEmail {
		return false
	}
	local, domain := text[:at], text[at+1:]
	if !dotAtom().MatchString(local) && !quoted().MatchString(local) {
		return false
	}
	if literal := ipLiteral().FindStringSubmatch(domain); literal != nil {
		return IsIPv6(literal[1]) || IsIPv4(literal[2])
	}
	return IsHostname(domain)
}
