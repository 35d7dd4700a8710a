package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
		"static": client.WithToken(client.NewToken(canary)),
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
	_, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithToken(client.NewToken(canary+"\n")))
	checkHidden(t, err, canary)
	_, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithHeader("Authorization", canary))
	checkHidden(t, err, canary)
	_, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithBaseURL("https://"+canary+"@api.example"))
	checkHidden(t, err, canary)
}

// A client keeps connections, whose buffers have what was sent.
func TestUsedClientIsHidden(t *testing.T) {
	c := newClient(t, newServer(t, answer(200, document)))
	r, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: private})
	if err != nil {
		t.Fatal(err)
	}
	checkHidden(t, c, canary, private)
	checkHidden(t, r, canary, private)
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

// checkHidden prints value in every way, and looks through its memory for the first of the secrets.
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
	var dump strings.Builder
	dumpStrings(&dump, reflect.ValueOf(value), map[any]bool{})
	checkText(t, dump.String(), secrets[0])
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

// dumpStrings writes every string and slice of bytes that can be reached from v, as printers do that ignore methods.
func dumpStrings(to *strings.Builder, v reflect.Value, seen map[any]bool) {
	switch v.Kind() {
	case reflect.String:
		to.WriteString(v.String() + "\n")
	case reflect.Pointer, reflect.Map:
		key := [2]any{v.Type(), v.Pointer()}
		if v.IsNil() || seen[key] {
			return
		}
		seen[key] = true
		if v.Kind() == reflect.Pointer {
			dumpStrings(to, v.Elem(), seen)
			return
		}
		for entry := v.MapRange(); entry.Next(); {
			dumpStrings(to, entry.Key(), seen)
			dumpStrings(to, entry.Value(), seen)
		}
	case reflect.Interface:
		if !v.IsNil() {
			dumpStrings(to, v.Elem(), seen)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Location]() {
			return
		}
		for i := range v.NumField() {
			dumpStrings(to, v.Field(i), seen)
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			to.Write(v.Bytes())
			to.WriteString("\n")
			return
		}
		for i := range v.Len() {
			dumpStrings(to, v.Index(i), seen)
		}
	}
}

// The check finds what it is there to find.
func TestDumpFindsSecrets(t *testing.T) {
	value := struct{ any }{map[int]*bytes.Buffer{1: bytes.NewBufferString(canary)}}
	var out strings.Builder
	dumpStrings(&out, reflect.ValueOf(value), map[any]bool{})
	if !strings.Contains(out.String(), canary) {
		t.Error("it does not")
	}
}
