package server

import (
	"net/http"
	"strings"

	"example.com/oxgroups/api/group"
)

// authenticate finds out who asks and refuses those who may not write; every operation behind it writes.
func (s *Server) authenticate(x *exchange, r *http.Request) error {
	token, ok := bearerToken(r.Header)
	if !ok {
		return &refusal{status: http.StatusUnauthorized}
	}
	by, err := s.store.Authenticate(&x.lasting.ctx, token)
	switch {
	case group.CodeOf(err) == group.Unauthorized:
		return &refusal{status: http.StatusUnauthorized, header: [2]string{"WWW-Authenticate", `Bearer error="invalid_token"`}}
	case err != nil:
		return err
	case by.ReadOnly:
		return &refusal{status: http.StatusForbidden, header: [2]string{"WWW-Authenticate", `Bearer error="insufficient_scope"`}}
	}
	x.by = by
	return nil
}

// bearerToken returns the token of a request: one Authorization field, the scheme in any case (RFC 9110, section 11.1)
// and one token68 (RFC 6750, section 2.1). A token in the query or the body is not read: it would end up in logs.
func bearerToken(h http.Header) (token string, ok bool) {
	values := h["Authorization"]
	if len(values) != 1 {
		return "", false
	}
	scheme, token, found := strings.Cut(values[0], " ")
	token = strings.Trim(token, " ")
	return token, found && (scheme == "Bearer" || strings.EqualFold(scheme, "Bearer")) && isToken68(token)
}

func isToken68(s string) bool {
	s = strings.TrimRight(s, "=")
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && strings.IndexByte("-._~+/", c) < 0 {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
