package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// limitHeader refuses a request whose first line and header are larger than the limit. net/http has a limit of its own,
// but it is not exact.
func (s *Server) limitHeader(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		size := len(r.Method) + len(r.RequestURI) + len(r.Host)
		for name, values := range r.Header {
			for _, v := range values {
				size += len(name) + len(v) + len(": \r\n")
			}
		}
		if size > s.maxHeader {
			return &refusal{status: http.StatusRequestHeaderFieldsTooLarge}
		}
		return next(c)
	}
}

// canonicalPath makes the forms of one path equal before next routes it: /7.json is /7, and so is /%37 (RFC 3986,
// section 6.2.2.2). An escaped slash stays escaped: it does not separate.
func canonicalPath(next http.Handler) http.Handler {
	const suffix = ".json"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawPath == "" && !strings.HasSuffix(r.URL.Path, suffix) {
			next.ServeHTTP(w, r)
			return
		}
		u := *r.URL
		if !strings.Contains(strings.ToLower(u.RawPath), "%2f") {
			u.RawPath = ""
		}
		u.Path, u.RawPath = strings.TrimSuffix(u.Path, suffix), strings.TrimSuffix(u.RawPath, suffix)
		r = r.WithContext(r.Context()) // a copy: the request is the caller's
		r.URL = &u
		next.ServeHTTP(w, r)
	})
}

// refuseMethod answers 405 where the path is known and the method is not. echo would answer OPTIONS by itself, and put
// it among the methods that are allowed.
func refuseMethod(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if allowed, ok := c.Get(echo.ContextKeyHeaderAllow).(string); ok {
			allowed = strings.TrimPrefix(allowed, http.MethodOptions+", ")
			return &refusal{status: http.StatusMethodNotAllowed, header: [2]string{"Allow", allowed}}
		}
		return next(c)
	}
}
