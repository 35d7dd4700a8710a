package format

import (
	"strings"
)

// uri is the grammar of RFC 3986, appendix A; the address in brackets is the only group, and checked by itself.
var uri = pattern(`^[A-Za-z][A-Za-z0-9+.-]*:(?://` + authority + `(?:/` + path + `)?|/?(?:` + first + path + `)?)(?:\?` + query + `)?(?:#` + query + `)?$`)

const (
	escape    = `%[0-9A-Fa-f]{2}`
	name      = `(?:[A-Za-z0-9._~!$&'()*+,;=-]|` + escape + `)*`
	user      = `(?:[A-Za-z0-9._~!$&'()*+,;=:-]|` + escape + `)*`
	first     = `(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|` + escape + `)`
	path      = `(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|` + escape + `)*`
	query     = `(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|` + escape + `)*`
	authority = `(?:` + user + `@)?(?:\[([^\]]*)\]|` + name + `)(?::[0-9]*)?`
)

// futureIP is an IPvFuture of RFC 3986.
var futureIP = pattern(`^[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+$`)

// IsURI reports whether text is a URI of RFC 3986: with a scheme.
func IsURI(text string) bool {
	parts := uri().FindStringSubmatch(text)
	if parts == nil {
		return false
	}
	address := parts[1]
	return address == "" && !strings.Contains(text, "[") || IsIPv6(address) || futureIP().MatchString(address)
}
