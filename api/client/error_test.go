package client_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"

	"example.com/oxgroups/api/client"
)

func TestErrorTable(t *testing.T) {
	body := func(kind, field string) string {
		return `{"errors":[{"type":"` + kind + `","message":"no","field":"` + field + `"}]}`
	}
	tests := []struct {
		name   string
		status int
		body   string
		want   error
	}{
		{"syntax", 400, body("syntax", ""), client.ErrSyntax},
		{"validation", 400, body("validation", "name"), client.ErrValidation},
		{"bad request without a reason", 400, "", client.ErrBadRequest},
		{"bad request of a proxy", 400, "<html>", client.ErrBadRequest},
		{"bad request with a reason of no type", 400, `{"errors":["no"]}`, client.ErrBadRequest},
		{"refused with 200", 200, body("system", ""), client.ErrRefused},
		{"unauthorised", 401, body("oauth", ""), client.ErrUnauthorized},
		{"forbidden", 403, body("oauth", ""), client.ErrForbidden},
		{"not found", 404, body("system", ""), client.ErrNotFound},
		{"method", 405, body("system", ""), client.ErrMethodNotAllowed},
		{"too large", 413, body("system", ""), client.ErrTooLarge},
		{"media type", 415, body("system", ""), client.ErrUnsupportedMediaType},
		{"refused", 422, body("validation", "name"), client.ErrRefused},
		{"too many", 429, body("system", ""), client.ErrTooManyRequests},
		{"header", 431, body("system", ""), client.ErrHeaderTooLarge},
		{"internal", 500, body("system", ""), client.ErrInternal},
		{"other 5xx", 507, "", client.ErrInternal},
		{"gateway", 502, "<html>", client.ErrUnavailable},
		{"unavailable", 503, body("system", ""), client.ErrUnavailable},
		{"gateway timeout", 504, "", client.ErrUnavailable},
		{"a host that Cloudflare cannot reach", 521, "<html>", client.ErrUnavailable},
		{"redirect", 302, "", client.ErrRedirect},
		{"unknown", 418, "", nil},
	}
	sentinels := map[error]bool{}
	for _, tt := range tests {
		if tt.want != nil {
			sentinels[tt.want] = true
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, newServer(t, answer(tt.status, tt.body)))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
			var e *client.Error
			if !errors.As(err, &e) || e.StatusCode != tt.status || e.RequestID != "req-1" {
				t.Fatalf("got %v, want an Error of status %d", err, tt.status)
			}
			for sentinel := range sentinels {
				if errors.Is(err, sentinel) != (sentinel == tt.want) {
					t.Errorf("errors.Is(%v, %v) is %v", err, sentinel, sentinel != tt.want)
				}
			}
			if strings.HasPrefix(tt.body, "{") == (len(e.Errors) == 0) || string(e.Body) != tt.body {
				t.Errorf("reasons %v, body %q", e.Errors, e.Body)
			}
		})
	}
}

func TestErrorListsEveryReason(t *testing.T) {
	s := newServer(t, answer(422, `{"errors":[
		{"type":"validation","message":"has already been taken","field":"name"},
		{"type":"validation","message":"cannot be used: 101","field":"add_workspace_ids"}]}`))
	_, err := newClient(t, s).UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
	want := "client: the API answered 422 Unprocessable Entity (request req-1): " +
		"name: has already been taken; add_workspace_ids: cannot be used: 101"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestGzipIsBounded(t *testing.T) {
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	for range 8 {
		_, _ = zip.Write(make([]byte, 1<<20))
	}
	_ = zip.Close()
	c := newClient(t, newServer(t, answer(200, bomb.String(), "Content-Encoding", "gzip")), client.WithMaxResponseBytes(1<<20))
	_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
	if !errors.Is(err, client.ErrResponseTooLarge) {
		t.Errorf("got %v, want ErrResponseTooLarge", err)
	}
}

// A redirect names the host that it leads to: it tells what the base URL should have been, or that a login is in between.
func TestRedirectNamesItsTarget(t *testing.T) {
	c := newClient(t, newServer(t, answer(302, "", "Location", "https://login.example/sign_in?token="+canary)))
	_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
	if !errors.Is(err, client.ErrRedirect) || !strings.Contains(err.Error(), "login.example") || strings.Contains(err.Error(), "sign_in") {
		t.Errorf("got %v", err)
	}
}

// The body of a reply that cannot be used is kept whole: there is no second chance to read it.
func TestBodyIsKeptWhole(t *testing.T) {
	page := "<html>" + strings.Repeat("x", 200<<10)
	_, err := newClient(t, newServer(t, answer(200, page))).UpdateWorkspaceGroup(t.Context(), 7, acme)
	var e *client.Error
	if !errors.As(err, &e) || string(e.Body) != page || !errors.Is(err, client.ErrBadResponse) || !strings.Contains(err.Error(), "may have been applied") {
		t.Errorf("got %v", err)
	}
}
