package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/oxgroups/api/client"
)

func transport(t testing.TB) *http.Transport {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := errors.Join(json.Unmarshal([]byte(a), &x), json.Unmarshal([]byte(b), &y)); err != nil {
		t.Fatalf("%s, %s: %v", a, b, err)
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}

func TestBaseURL(t *testing.T) {
	tests := map[string]struct{ base, refusal string }{
		"https":               {"https://api.example/api/v1", ""},
		"a slash at its end":  {"https://api.example/api/v1/", ""},
		"no path":             {"https://api.example", ""},
		"http to 127.0.0.1":   {"http://127.0.0.1:8080/api/v1", ""},
		"http to 127.9.9.9":   {"http://127.9.9.9", ""},
		"http to ::1":         {"http://[::1]:8080", ""},
		"http to mapped":      {"http://[::ffff:127.0.0.1]:8080", ""},
		"http to localhost":   {"http://localhost:8080", ""},
		"http elsewhere":      {"http://api.example", "over plain http"},
		"http to a lookalike": {"http://127.0.0.1.example", "over plain http"},
		"another scheme":      {"ftp://api.example", "must begin with"},
		"no scheme":           {"api.example/api/v1", "must begin with"},
		"no host":             {"https:///api/v1", "no host"},
		"userinfo":            {"https://user:secret@api.example", "user or password"},
		"query":               {"https://api.example?x=1", "query or fragment"},
		"empty query":         {"https://api.example?", "query or fragment"},
		"fragment":            {"https://api.example#x", "query or fragment"},
		"no URL":              {"https://secret\x7f", "not a URL"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := client.New(client.WithBaseURL(tt.base))
			if tt.refusal != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refusal) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v, want %q", err, tt.refusal)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			req, err := c.Request(t.Context(), 7, client.Update{Name: "Acme"})
			if want := strings.TrimSuffix(tt.base, "/") + "/workspace_groups/7"; err != nil || req.URL.String() != want {
				t.Errorf("got %v %v, want %s", req, err, want)
			}
		})
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	tests := map[string]client.Option{
		"no attempt":            client.WithMaxAttempts(0),
		"negative backoff":      client.WithBackoff(-1, time.Second),
		"backoff beyond most":   client.WithBackoff(time.Second, time.Millisecond),
		"negative Retry-After":  client.WithMaxRetryAfter(-1),
		"a budget of nothing":   client.WithRetryBudget(client.NewRetryBudget(0, 0)),
		"Host":                  client.WithHeader("Host", "api.example"),
		"a user agent's break":  client.WithUserAgent("a\r\nX-B: b"),
		"no http.Client":        client.WithHTTPClient(nil),
		"negative timeout":      client.WithTimeout(-time.Second),
		"no response at all":    client.WithMaxResponseBytes(0),
		"Authorization":         client.WithHeader("authorization", "Bearer x"),
		"Content-Type":          client.WithHeader("Content-Type", "text/plain"),
		"a header with a break": client.WithHeader("X-A", "a\r\nX-B: b"),
		"a name with a colon":   client.WithHeader("X:A", "a"),
		"a token with a break":  client.WithToken(client.NewToken("secret\n")),
	}
	s := newServer(t, answer(200, document))
	c := newClient(t, s)
	for name, option := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := client.New(option); err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("New: got %v", err)
			}
			if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}, option); err == nil || s.requests() != 0 {
				t.Errorf("a call: got %v after %d requests", err, s.requests())
			}
		})
	}
}

func TestOptionsOfACallEndWithIt(t *testing.T) {
	s := newServer(t, answer(200, document))
	c := newClient(t, s, client.WithHeader("X-Client", "all"), client.WithUserAgent("all/1"))
	update := func(opts ...client.Option) http.Header {
		t.Helper()
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}, opts...); err != nil {
			t.Fatal(err)
		}
		return (<-s.seen).header
	}
	one := update(client.WithHeader("X-Call", "one"), client.WithHeader("X-Client", ""), client.WithUserAgent("one/1"),
		client.WithToken(client.NewToken("another")))
	if one.Get("X-Call") != "one" || one.Get("X-Client") != "" || one.Get("User-Agent") != "one/1" || one.Get("Authorization") != "Bearer another" {
		t.Errorf("the call with options: %v", one)
	}
	next := update()
	if next.Get("X-Call") != "" || next.Get("X-Client") != "all" || next.Get("User-Agent") != "all/1" || next.Get("Authorization") != "Bearer "+canary {
		t.Errorf("the call after it: %v", next)
	}
}

// What serves a client serves a call.
func TestEveryOptionServesACall(t *testing.T) {
	first, second := newServer(t, answer(200, document)), newServer(t, answer(200, document))
	var passed, logged bytes.Buffer
	note := func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			passed.WriteString("x")
			return next.RoundTrip(r)
		})
	}
	c := newClient(t, first)
	for name, option := range map[string]client.Option{
		"base URL":     client.WithBaseURL(second.url),
		"http.Client":  client.WithHTTPClient(&http.Client{Transport: note(transport(t))}),
		"middleware":   client.WithMiddleware(note),
		"logger":       client.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		"limiter":      client.WithRateLimiter(&onceLimiter{}),
		"attempts":     client.WithMaxAttempts(3),
		"backoff":      client.WithBackoff(0, 0),
		"Retry-After":  client.WithMaxRetryAfter(0),
		"budget":       client.WithRetryBudget(nil),
		"timeout":      client.WithTimeout(time.Minute),
		"response":     client.WithMaxResponseBytes(1 << 20),
		"token source": client.WithTokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "x"})),
		"validation":   client.WithoutValidation(),
	} {
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme, option); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if passed.String() != "xx" || strings.Count(logged.String(), "\n") != 1 || second.requests() != 1 || first.requests() != 12 {
		t.Errorf("an option was not used, or stayed: %q %q, %d and %d requests", passed.String(), logged.String(), first.requests(), second.requests())
	}
}

func TestEnvironment(t *testing.T) {
	s := newServer(t, answer(200, document))
	other := newServer(t, answer(200, document))
	t.Setenv(client.EnvURL, s.url)
	t.Setenv(client.EnvToken, "from-env")
	call := func(opts ...client.Option) {
		t.Helper()
		c, err := client.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseIdleConnections()
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}); err != nil {
			t.Fatal(err)
		}
	}
	call()
	if got := (<-s.seen).header.Get("Authorization"); got != "Bearer from-env" {
		t.Errorf("the environment is not used: %q", got)
	}
	call(client.WithBaseURL(other.url), client.WithToken(client.NewToken("from-option")))
	if got := (<-other.seen).header.Get("Authorization"); got != "Bearer from-option" {
		t.Errorf("an option does not win: %q", got)
	}
	t.Setenv(client.EnvURL, "http://api.example")
	if _, err := client.New(); err == nil || !strings.Contains(err.Error(), client.EnvURL) {
		t.Errorf("got %v, want an error that names %s", err, client.EnvURL)
	}
	t.Setenv(client.EnvURL, "")
	t.Setenv(client.EnvToken, "")
	c, err := client.New()
	if err != nil {
		t.Fatal(err)
	}
	if req, err := c.Request(t.Context(), 7, client.Update{Name: "Acme"}); err != nil || req.URL.Host != "api.mavenlink.com" {
		t.Errorf("the default: got %v %v", req, err)
	}
	if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}); !errors.Is(err, client.ErrNoToken) {
		t.Errorf("got %v, want ErrNoToken", err)
	}
}

func TestTokenStaysHidden(t *testing.T) {
	type holder struct {
		Public  client.Token
		private client.Token
	}
	token := client.NewToken(canary)
	for name, value := range map[string]any{
		"itself": token, "pointer": &token, "in a struct": holder{token, token}, "in a map": map[string]any{"token": token},
	} {
		t.Run(name, func(t *testing.T) { checkHidden(t, value, canary) })
	}
	if token.Reveal() != canary || token.IsZero() || !client.NewToken("").IsZero() {
		t.Error("the token is lost")
	}
	var config struct{ Token client.Token }
	if err := json.Unmarshal([]byte(`{"Token":"abc"}`), &config); err != nil || config.Token.Reveal() != "abc" {
		t.Errorf("from a configuration: %q %v", config.Token.Reveal(), err)
	}
}
