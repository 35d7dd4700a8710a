package server

import (
	"net/http"
	"strings"
)

// canonical makes the forms of one path equal before they are routed: /7.json is /7, and so is /%37 (RFC 3986,
// section 6.2.2.2). An escaped slash stays escaped: it does not separate. r is not changed.
func canonical(r *http.Request) *http.Request {
	const suffix = ".json"
	if r.URL.RawPath == "" && !strings.HasSuffix(r.URL.Path, suffix) {
		return r
	}
	u := *r.URL
	if !strings.Contains(strings.ToLower(u.RawPath), "%2f") {
		u.RawPath = ""
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, suffix), strings.TrimSuffix(u.RawPath, suffix)
	c := *r
	c.URL = &u
	return &c
}
