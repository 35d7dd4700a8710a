package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
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
		"an empty port":       {"https://api.example:/api/v1", ""},
		"upper case":          {"HTTPS://api.example/api/v1", ""},
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
			if want := strings.TrimSuffix(strings.Replace(strings.Replace(tt.base, "HTTPS", "https", 1), "example:/", "example/", 1), "/") + "/workspace_groups/7"; err != nil || req.URL.String() != want {
				t.Errorf("got %v %v, want %s", req, err, want)
			}
		})
	}
}

// Plain http to another host has to be allowed by name, in whatever order the options come.
func TestPlainHTTP(t *testing.T) {
	base := client.WithBaseURL("http://oxgroupsd:8080/api/v1")
	for _, opts := range [][]client.Option{{base, client.WithPlainHTTP()}, {client.WithPlainHTTP(), base}} {
		c, s := newScripted(t, []step{respond(200, document)}, opts...)
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil || s.requests() != 1 {
			t.Errorf("got %v", err)
		}
	}
	c, _ := newScripted(t, []step{respond(200, document)})
	if _, err := c.With(base); err == nil {
		t.Error("it is allowed without the option")
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
		"a token with a break":  client.WithToken("secret\n"),
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
		client.WithToken("another"))
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
	call(client.WithBaseURL(other.url), client.WithToken("from-option"))
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

// A short token is replaced where it stands alone, a long one everywhere.
func TestTokenIsRedacted(t *testing.T) {
	long := strings.Repeat("t", 8)
	for name, tt := range map[string]struct{ token, text, want string }{
		"short, inside a word":  {"demo", "demolition of a democracy", "demolition of a democracy"},
		"short, alone":          {"demo", "the token demo, demo.", "the token [redacted], [redacted]."},
		"short, in a parameter": {"demo", "?token=demo&x=1", "?token=[redacted]&x=1"},
		"long, inside a word":   {long, "x" + long + "x", "x[redacted]x"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := newScripted(t, []step{respond(422, `{"errors":"`+tt.text+`"}`, "X-Echo", tt.text)}, client.WithToken(tt.token))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
			var e *client.Error
			if !errors.As(err, &e) || len(e.Errors) != 1 || e.Errors[0].Message != tt.want || e.Header.Get("X-Echo") != tt.want {
				t.Errorf("got %v, %v", err, e.Header)
			}
		})
	}
	c, _ := newScripted(t, []step{respond(200, document, "X-Echo", canary)})
	if r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil || r.Header.Get("X-Echo") != "[redacted]" {
		t.Errorf("the header of a result: %v, %v", r.Header, err)
	}
}

func TestWithSharesTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newScripted(t, []step{respond(503, "")}, client.WithRetryBudget(client.NewRetryBudget(1, 0)))
		derived, err := c.With(client.WithMaxAttempts(2))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*client.Client{derived, c, derived} {
			_, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme)
		}
		if s.requests() != 4 {
			t.Errorf("%d requests, want 3 and one retry", s.requests())
		}
		if !errors.Is(err, client.ErrRetryBudget) || !errors.Is(err, client.ErrUnavailable) || !strings.Contains(err.Error(), "retry budget") {
			t.Errorf("got %v, want an error that names the budget", err)
		}
	})
}

// Each middleware is built once for a client, and not again for clients and calls with other options.
func TestMiddlewareIsBuiltOnce(t *testing.T) {
	built := 0
	c, _ := newScripted(t, []step{respond(200, document)}, client.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		built++
		return next
	}))
	if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithTimeout(time.Second), client.WithInclude(client.IncludeWorkspaces)); err != nil || built != 1 {
		t.Errorf("built %d times, %v", built, err)
	}
}

func TestParams(t *testing.T) {
	c, _ := newScripted(t, []step{respond(200, document)}, client.WithParams(client.Params{Include: new("rate_card_sets")}))
	req, err := c.Request(t.Context(), 7, acme, client.WithInclude(client.IncludeWorkspaces))
	if err != nil || req.URL.Query().Get("include") != "rate_card_sets,workspaces" {
		t.Errorf("got %v, %v", req.URL, err)
	}
}
