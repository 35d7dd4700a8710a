package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
	gen "example.com/oxgroups/gen/server"
)

// operations are the handlers of the spec's operations. Each is a call of the domain and its result as a reply.
type operations struct{ s *Server }

var _ gen.Handler = operations{}

// UpdateWorkspaceGroup answers with the group as it is after the update. Its errors are those of group.Updater and of the
// limits.
func (o operations) UpdateWorkspaceGroup(c echo.Context, id int64, params model.UpdateWorkspaceGroupParams, body *model.WorkspaceGroupRequest) error {
	x, in := callOf(c), includes(params.Include, body)
	o.s.bodyWasRead(x)
	x.entry.sawUpdate(body, in)
	ctx, cancel := context.WithTimeout(c.Request().Context(), o.s.timeouts.Work)
	defer cancel()
	if err := o.s.limiter.admit(ctx, x.by, id); err != nil {
		return err
	}
	defer func() { o.s.limiter.release(ctx, x.by, id, x.read+x.size) }()
	snapshot, err := o.s.store.Update(ctx, x.by, id, body.WorkspaceGroup, in)
	if err != nil {
		return err
	}
	if snapshot.JSON != nil { // something stored does not fit the spec any more; it is returned as it is
		return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, snapshot.JSON)
	}
	document := snapshot.Document()
	return gen.ReplyUpdateWorkspaceGroup200(c, &document)
}

// includes returns what the query asks for, and what the body does where the query has no such parameter.
func includes(query *string, body *model.WorkspaceGroupRequest) group.Includes {
	if query != nil {
		return group.ParseIncludes(*query)
	}
	if list, ok := body.Include.Value(); ok {
		return group.ParseIncludes(list)
	}
	return group.Includes{}
}

// authenticate finds out who asks, refuses those who may not do what they ask for, and admits the body. The generated
// wiring calls it for every operation whose security asks for a bearer token, before it reads the body.
func (s *Server) authenticate(c echo.Context, _ []string) error {
	x, r := callOf(c), c.Request()
	x.route = c.Path()
	token, ok := BearerToken(r.Header)
	if !ok {
		return unauthorized(s.auth.fail(x.remote), "Bearer")
	}
	by, err := s.auth.caller(r.Context(), token, x.remote)
	if err != nil {
		return unauthorized(err, `Bearer error="invalid_token"`)
	}
	x.by, x.known = by, true
	if by.ReadOnly && r.Method != http.MethodGet && r.Method != http.MethodHead {
		return &refusal{status: http.StatusForbidden, header: [2]string{"WWW-Authenticate", `Bearer error="insufficient_scope"`}}
	}
	if err := s.limiter.admitRate(by); err != nil {
		return err
	}
	return s.admitBody(c, x)
}

// unauthorized adds the challenge of RFC 6750, section 3, where err is that a token is not good.
func unauthorized(err error, challenge string) error {
	if group.CodeOf(err) != group.Unauthorized {
		return err
	}
	return &refusal{status: http.StatusUnauthorized, header: [2]string{"WWW-Authenticate", challenge}}
}

// BearerToken returns the token of a request: one Authorization field, the scheme in any case (RFC 9110, section 11.1)
// and one token68 (RFC 6750, section 2.1). A token in the query or the body is not read: it would end up in logs.
func BearerToken(h http.Header) (token string, ok bool) {
	values := h["Authorization"]
	if len(values) != 1 {
		return "", false
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if token = strings.Trim(token, " "); !strings.EqualFold(scheme, "Bearer") || !isToken68(token) {
		return "", false
	}
	return token, true
}

func isToken68(s string) bool {
	s = strings.TrimRight(s, "=")
	return s != "" && consistsOf(s, "-._~+/")
}

// consistsOf reports whether s has only ASCII letters, digits and characters of others.
func consistsOf(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return true
}
