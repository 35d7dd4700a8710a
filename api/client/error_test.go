package client_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

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
		{"bad request without a reason", 400, "", client.ErrValidation},
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
			if strings.HasPrefix(tt.body, "{") == (len(e.Errors) == 0) || (len(e.Errors) == 0) != (string(e.Body) == tt.body) {
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

func TestRetryAfter(t *testing.T) {
	tests := map[string]struct{ header, least, most string }{
		"none":          {"", "0s", "0s"},
		"seconds":       {"17", "17s", "17s"},
		"a date":        {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), "59m0s", "60m0s"},
		"a past date":   {"Mon, 15 Apr 2013 23:48:48 GMT", "0s", "0s"},
		"negative":      {"-5", "0s", "0s"},
		"years":         {strconv.Itoa(484289 * 3600), "484289h0m0s", "484289h0m0s"},
		"beyond time":   {"9223372036854775807", "2562047h0m0s", "2562047h47m16.854775807s"},
		"no such thing": {"soon", "0s", "0s"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, newServer(t, answer(429, "{}", "Retry-After", tt.header)))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
			var e *client.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			least, _ := time.ParseDuration(tt.least)
			most, _ := time.ParseDuration(tt.most)
			if e.RetryAfter < least || e.RetryAfter > most {
				t.Errorf("got %v, want %v to %v", e.RetryAfter, least, most)
			}
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			second := newServer(t, answer(200, document))
			first := newServer(t, answer(status, "", "Location", second.url+"/workspace_groups/7"))
			c := newClient(t, first, client.WithHTTPClient(&http.Client{Transport: transport(t)}))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
			if !errors.Is(err, client.ErrRedirect) || second.requests() != 0 {
				t.Errorf("got %v with %d requests at the second host", err, second.requests())
			}
		})
	}
}

func TestGzipIsBounded(t *testing.T) {
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	for range 64 {
		_, _ = zip.Write(make([]byte, 1<<20))
	}
	_ = zip.Close()
	c := newClient(t, newServer(t, answer(200, bomb.String(), "Content-Encoding", "gzip")), client.WithMaxResponseBytes(1<<20))
	_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
	if !errors.Is(err, client.ErrResponseTooLarge) {
		t.Errorf("got %v, want ErrResponseTooLarge", err)
	}
}

// TestSecretsStayHidden drives the token, and a name and a page that must not be printed, through every kind of error.
func TestSecretsStayHidden(t *testing.T) {
	const private, page = "private-name", "private-page"
	tests := map[string]http.HandlerFunc{
		"echoed in a reason": answer(422, `{"errors":[{"type":"x `+canary+`","message":"y `+canary+`","field":"`+canary+`"}]}`),
		"echoed in a page":   answer(502, page+canary),
		"echoed in a header": answer(503, page, "X-Request-Id", canary, "X-Echo", canary),
		"echoed in a 200":    answer(200, page+canary),
		"no reply":           func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, newServer(t, handler))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: private})
			checkHidden(t, err, canary, private, page)
			var e *client.Error
			if errors.As(err, &e) && (bytes.Contains(e.Body, []byte(canary)) || strings.Contains(fmt.Sprint(e.Header, e.Errors), canary)) {
				t.Errorf("the token is in a field: %q %v %v", e.Body, e.Header, e.Errors)
			}
		})
	}
	t.Run("local validation", func(t *testing.T) {
		c := newClient(t, newServer(t, answer(200, document)))
		_, err := c.UpdateWorkspaceGroup(t.Context(), -1, client.Update{Name: private, Notes: client.Value(canary + "\x00")})
		checkHidden(t, err, canary, private)
	})
	t.Run("the client itself", func(t *testing.T) {
		checkHidden(t, newClient(t, newServer(t, answer(200, document))), canary)
	})
}

func checkHidden(t *testing.T, value any, secrets ...string) {
	t.Helper()
	if value == nil {
		t.Fatal("there is nothing to check")
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+"\n", value)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", value)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", value)
	if text, err := json.Marshal(value); err == nil {
		out.Write(text)
	}
	for _, secret := range secrets {
		hex := fmt.Sprintf("%x", secret)
		if text := strings.ToLower(out.String()); strings.Contains(text, secret) || strings.Contains(text, hex) {
			t.Errorf("%q is printed:\n%s", secret, out.String())
		}
	}
}
