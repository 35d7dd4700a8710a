package server

import (
	"net/http"
	"net/url"
	"strings"
)

// headerTooLarge reports whether the first line and the header of a request are larger than limit. net/http has a limit of
// its own, but it is not exact.
func headerTooLarge(r *http.Request, limit int) bool {
	size := len(r.Method) + len(r.RequestURI) + len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v) + len(": \r\n")
		}
	}
	return size > limit
}

// canonicalPath makes the forms of one path equal before they are routed: /7.json is /7, and so is /%37 (RFC 3986,
// section 6.2.2.2). An escaped slash stays escaped: it does not separate. r is changed, its URL is not.
func canonicalPath(r *http.Request) {
	const suffix = ".json"
	if r.URL.RawPath == "" && !strings.HasSuffix(r.URL.Path, suffix) {
		return
	}
	u := *r.URL
	if !strings.Contains(strings.ToLower(u.RawPath), "%2f") {
		u.RawPath = ""
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, suffix), strings.TrimSuffix(u.RawPath, suffix)
	r.URL = &u
}

// unescaped returns the value of a path parameter. Only a path with an escaped slash is escaped here.
func unescaped(r *http.Request, value string) string {
	if r.URL.RawPath == "" {
		return value
	}
	if plain, err := url.PathUnescape(value); err == nil {
		return plain
	}
	return value
}
