package format

import "strings"

// What may stand in the parts of a URI beside letters, digits and escapes (RFC 3986, section 2 and appendix A).
const (
	unreserved = "-._~"
	subDelims  = "!$&'()*+,;="
	inPath     = unreserved + subDelims + ":@/"
	inQuery    = inPath + "?"
	inUserInfo = unreserved + subDelims + ":"
	inRegName  = unreserved + subDelims
)

// IsURI reports whether text is a URI of RFC 3986: with a scheme.
func IsURI(text string) bool {
	scheme, rest, found := strings.Cut(text, ":")
	if !found || !isScheme(scheme) {
		return false
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	if !consists(fragment, inQuery) || !consists(query, inQuery) {
		return false
	}
	authority, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return consists(rest, inPath)
	}
	path := ""
	if i := strings.IndexByte(authority, '/'); i >= 0 {
		authority, path = authority[:i], authority[i:]
	}
	return isAuthority(authority) && consists(path, inPath)
}

func isScheme(scheme string) bool {
	if scheme == "" || '0' <= scheme[0] && scheme[0] <= '9' || !isAlnum(scheme[0]) {
		return false
	}
	for i := range len(scheme) {
		if c := scheme[i]; !isAlnum(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func isAuthority(authority string) bool {
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		if !consists(authority[:at], inUserInfo) {
			return false
		}
		authority = authority[at+1:]
	}
	host, port := authority, ""
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		host, port = authority[:colon], authority[colon+1:]
	}
	if _, ok := number(port); !ok {
		return false
	}
	if literal, ok := strings.CutPrefix(host, "["); ok {
		literal, ok = strings.CutSuffix(literal, "]")
		return ok && (IsIPv6(literal) || isFutureIP(literal))
	}
	return consists(host, inRegName)
}

// isFutureIP reports whether text is an IPvFuture: "v", hexadecimal digits, a point, and the rest.
func isFutureIP(text string) bool {
	version, rest, found := strings.Cut(text, ".")
	if !found || rest == "" || len(version) < 2 || version[0]|0x20 != 'v' {
		return false
	}
	for i := 1; i < len(version); i++ {
		if _, ok := hexDigit(version[i]); !ok {
			return false
		}
	}
	return consists(rest, inUserInfo) && !strings.Contains(rest, "%")
}

// consists reports whether text has only letters, digits, characters of allowed, and escapes that are complete.
func consists(text, allowed string) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' {
			if i+2 >= len(text) {
				return false
			}
			_, high := hexDigit(text[i+1])
			_, low := hexDigit(text[i+2])
			if !high || !low {
				return false
			}
			i += 2
			continue
		}
		if !isAlnum(c) && strings.IndexByte(allowed, c) < 0 {
			return false
		}
	}
	return true
}
