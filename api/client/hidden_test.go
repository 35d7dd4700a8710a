package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/oauth2"

	"example.com/oxgroups/api/client"
)

// Secrets of the tests beside canary: what is in the body of a request, and in that of a reply.
const private, page = "private-name", "private-page"

// TestSecretsStayHidden drives the token, and a name and a page that must not be printed, through every kind of error, and
// through the log.
func TestSecretsStayHidden(t *testing.T) {
	reason := `{"errors":[{"type":"x ` + canary + `","message":"y ` + canary + `","field":"` + canary + `"}]}`
	steps := map[string]step{
		"echoed in a reason":    respond(422, reason),
		"echoed in a page":      respond(502, page+canary),
		"echoed in a header":    respond(503, page, "X-Request-Id", canary, "X-Echo", canary),
		"echoed in a 200":       respond(200, page+canary),
		"echoed in a long one":  respond(200, strings.Repeat(page+canary, 1000)),
		"unauthorised":          respond(401, reason),
		"redirect":              respond(302, page, "Location", "https://evil.example/?token="+canary),
		"beyond the bound":      respond(429, page, "Retry-After", "999999", "X-Echo", canary),
		"no reply":              fail(errors.New("sent Bearer " + canary)),
		"cut short":             cutShort,
		"longer than the limit": respond(500, strings.Repeat(canary, 1000)),
	}
	tokens := map[string]client.Option{
		"static": client.WithToken(canary),
		"source": client.WithTokenSource(oauth2.ReuseTokenSource(nil, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: canary}))),
	}
	for kind, token := range tokens {
		for name, do := range steps {
			t.Run(kind+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var log bytes.Buffer
					handler := &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}
					c, _ := newScripted(t, []step{do}, token, client.WithLogger(slog.New(slog.NewTextHandler(&log, handler))), client.WithMaxResponseBytes(8000))
					_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: private})
					checkHidden(t, err, canary, private, page)
					checkHidden(t, c, canary, private, page)
					var e *client.Error
					if errors.As(err, &e) && (bytes.Contains(e.Body, []byte(canary)) || strings.Contains(fmt.Sprint(e.Header, e.Errors), canary)) {
						t.Errorf("the token is in a field: %q %v %v", e.Body, e.Header, e.Errors)
					}
					if log.Len() == 0 {
						t.Error("nothing was logged")
					}
					checkText(t, log.String(), canary, private, page, "evil.example", "api.example")
				})
			})
		}
	}
}

func TestSecretsStayHiddenLocally(t *testing.T) {
	c, _ := newScripted(t, []step{respond(200, document)})
	_, err := c.UpdateWorkspaceGroup(t.Context(), -1, client.Update{Name: private, Notes: client.Value(canary + "\x00")})
	checkHidden(t, err, canary, private)
	_, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithToken(canary+"\n"))
	checkHidden(t, err, canary)
	_, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithHeader("Authorization", canary))
	checkHidden(t, err, canary)
	_, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithBaseURL("https://"+canary+"@api.example"))
	checkHidden(t, err, canary)
}

func TestPanicTellsNothing(t *testing.T) {
	c, _ := newScripted(t, []step{respond(200, document)}, client.WithMiddleware(func(http.RoundTripper) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { panic("a defect of middleware") })
	}))
	defer func() {
		value := recover()
		if value == nil {
			t.Error("the panic was swallowed")
		}
		checkText(t, fmt.Sprintf("%v %+v %#v\n%s", value, value, value, debug.Stack()), canary, private)
	}()
	_, _ = c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: private})
}

// checkHidden prints value in every way.
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
	checkText(t, out.String(), secrets...)
}

func checkText(t *testing.T, text string, secrets ...string) {
	t.Helper()
	text = strings.ToLower(text)
	for _, secret := range secrets {
		if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
			t.Errorf("%q is printed:\n%s", secret, text)
		}
	}
}
