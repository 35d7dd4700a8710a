package client_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/client"
)

// roundTrip is a RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// noting is middleware that notes that a request passed.
func noting(to *[]string, name string) client.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			*to = append(*to, name)
			return next.RoundTrip(r)
		})
	}
}

func TestMiddlewareIsAChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		c, _ := newScripted(t, []step{respond(503, ""), respond(200, document)},
			client.WithMiddleware(noting(&order, "a"), noting(&order, "b")), client.WithMiddleware(noting(&order, "c")))
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme, client.WithMiddleware(noting(&order, "call"))); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(order, " "); got != "a b c call a b c call" {
			t.Errorf("each attempt passes all, in order: got %s", got)
		}
		order = nil
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil || strings.Join(order, " ") != "a b c" {
			t.Errorf("the middleware of a call stays: %v %v", order, err)
		}
	})
}

func TestMiddlewareFails(t *testing.T) {
	tests := map[string]struct {
		err      error
		attempts int
	}{
		"of its own":     {errors.New("circuit open"), 1},
		"a network one":  {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, 4},
		"a system one":   {syscall.ECONNREFUSED, 4},
		"end of a reply": {io.ErrUnexpectedEOF, 4},
		"with a token":   {errors.New("sent Bearer " + canary), 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := newScripted(t, []step{respond(200, document)}, client.WithMiddleware(func(http.RoundTripper) http.RoundTripper {
					return roundTrip(func(*http.Request) (*http.Response, error) { return nil, tt.err })
				}))
				_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
				if !errors.Is(err, tt.err) || !errors.Is(err, client.ErrConnection) || client.Attempts(err) != tt.attempts {
					t.Errorf("got %v after %d attempts, want %d", err, client.Attempts(err), tt.attempts)
				}
				checkHidden(t, err, canary)
			})
		})
	}
}

// Middleware cannot take the token elsewhere, by mistake or by following redirects itself.
func TestMiddlewareCannotLeaveTheBaseURL(t *testing.T) {
	for name, target := range map[string]string{
		"another host":        "https://evil.example/api/v1/workspace_groups/7",
		"plain http":          "http://api.example/api/v1/workspace_groups/7",
		"another port":        "https://api.example:8443/api/v1/workspace_groups/7",
		"a longer host":       "https://api.example.evil/api/v1/workspace_groups/7",
		"above the base path": "https://api.example/elsewhere",
	} {
		t.Run(name, func(t *testing.T) {
			c, s := newScripted(t, []step{respond(200, document)}, client.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
				return roundTrip(func(r *http.Request) (*http.Response, error) {
					r = r.Clone(r.Context())
					r.URL, _ = url.Parse(target)
					r.Host = "api.example"
					return next.RoundTrip(r)
				})
			}))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
			if err == nil || !strings.Contains(err.Error(), "away from the base URL") || s.requests() != 0 {
				t.Errorf("got %v after %d requests", err, s.requests())
			}
		})
	}
}

// No redirect is followed, with whatever http.Client, and to whatever host.
func TestRedirectsAreNotFollowed(t *testing.T) {
	follow := func(*http.Request, []*http.Request) error { return nil }
	clients := map[string][]client.Option{
		"default":         nil,
		"of the caller":   {client.WithHTTPClient(&http.Client{Transport: transport(t), CheckRedirect: follow})},
		"with middleware": {client.WithMiddleware(followRedirects)},
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, opts := range clients {
			for _, same := range []bool{true, false} {
				t.Run(name+" "+strconv.Itoa(status)+" same="+strconv.FormatBool(same), func(t *testing.T) {
					var location string
					first := newServer(t, func(w http.ResponseWriter, r *http.Request) { answer(status, "", "Location", location)(w, r) })
					second := newServer(t, answer(200, document))
					location = second.url + "/workspace_groups/7"
					if same {
						location = strings.TrimSuffix(first.url, "/api/v1") + "/elsewhere"
					}
					_, err := newClient(t, first, opts...).UpdateWorkspaceGroup(t.Context(), 7, acme)
					if err == nil || name != "with middleware" && !errors.Is(err, client.ErrRedirect) {
						t.Errorf("got %v, want ErrRedirect", err)
					}
					if first.requests() != 1 || second.requests() != 0 {
						t.Errorf("%d and %d requests", first.requests(), second.requests())
					}
				})
			}
		}
	}
}

// followRedirects is middleware that does what it must not.
func followRedirects(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if err != nil || resp.StatusCode/100 != 3 {
			return resp, err
		}
		_ = resp.Body.Close()
		again := r.Clone(r.Context())
		if again.URL, err = resp.Location(); err != nil {
			return nil, err
		}
		if again.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
		return next.RoundTrip(again)
	})
}

func TestOldTLSIsRefused(t *testing.T) {
	tests := map[string]struct {
		config *tls.Config
		ok     bool
	}{
		"none":              {nil, true},
		"Go's default":      {&tls.Config{}, true},
		"at least 1.2":      {&tls.Config{MinVersion: tls.VersionTLS12}, true},
		"at least 1.3":      {&tls.Config{MinVersion: tls.VersionTLS13}, true},
		"1.0 too":           {&tls.Config{MinVersion: tls.VersionTLS10}, false},
		"1.1 at the most":   {&tls.Config{MaxVersion: tls.VersionTLS11}, false},
		"1.1 up to 1.3 too": {&tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS13}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := client.New(client.WithHTTPClient(&http.Client{Transport: &http.Transport{TLSClientConfig: tt.config}}))
			if (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A proxy would get the token in plain text where the base URL has http.
func TestProxyOfPlainHTTP(t *testing.T) {
	proxy := &url.URL{Scheme: "http", Host: "proxy.example:3128"}
	hc := client.WithHTTPClient(&http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}})
	plain, secure := client.WithBaseURL("http://127.0.0.1:8080"), client.WithBaseURL("https://api.example")
	for name, tt := range map[string]struct {
		opts []client.Option
		ok   bool
	}{
		"http":                        {[]client.Option{hc, plain}, false},
		"http, the other way round":   {[]client.Option{plain, hc}, false},
		"https":                       {[]client.Option{hc, secure}, true},
		"http without the proxy":      {[]client.Option{plain}, true},
		"the environment spares http": {[]client.Option{client.WithHTTPClient(&http.Client{}), plain}, true},
	} {
		if _, err := client.New(tt.opts...); (err == nil) != tt.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A base URL that is not in its shortest form is one all the same.
func TestUnusualBaseURLs(t *testing.T) {
	for base, path := range map[string]string{
		"https://api.example/a/../b/":   "/b/workspace_groups/7",
		"https://api.example/a%2Fb/":    "/a%2Fb/workspace_groups/7",
		"https://API.example:443/":      "/workspace_groups/7",
		"https://[fe80::1%25eth0]/api/": "/api/workspace_groups/7",
	} {
		var got string
		c, _ := newScripted(t, []step{{answer: func(r *http.Request) (*http.Response, error) {
			got = r.URL.EscapedPath()
			return respond(200, document).answer(r)
		}}}, client.WithBaseURL(base))
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil || got != path {
			t.Errorf("%s: got %s, %v", base, got, err)
		}
	}
}

// What a server and a client of TLS make of each other, for real.
func TestTLS(t *testing.T) {
	tests := map[string]struct {
		trusted  bool
		version  uint16
		attempts int
	}{
		"trusted":                    {true, tls.VersionTLS12, 1},
		"a certificate of who knows": {false, tls.VersionTLS13, 1},
		"TLS 1.1":                    {true, tls.VersionTLS11, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ts := newTLSServer(t, tt.version, answer(200, document))
			hc := &http.Client{Transport: &http.Transport{}}
			if tt.trusted {
				hc = ts.Client()
			}
			t.Cleanup(hc.CloseIdleConnections)
			c, err := client.New(client.WithBaseURL(ts.URL), client.WithToken(canary), client.WithHTTPClient(hc))
			if err != nil {
				t.Fatal(err)
			}
			r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
			if ok := tt.trusted && tt.version >= tls.VersionTLS12; (err == nil) != ok {
				t.Fatalf("got %v %v", r, err)
			}
			if err != nil && (client.Attempts(err) != tt.attempts || !errors.Is(err, client.ErrConnection)) {
				t.Errorf("got %v after %d attempts, want %d", err, client.Attempts(err), tt.attempts)
			}
		})
	}
}

// Faults of HTTP/2 have no types, and are faults of the connection.
func TestHTTP2(t *testing.T) {
	var n atomic.Int64
	ts := newTLSServer(t, tls.VersionTLS13, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the protocol is %s", r.Proto)
		}
		if n.Add(1) < 3 {
			panic(http.ErrAbortHandler) // resets the stream
		}
		answer(200, document)(w, r)
	})
	c, err := client.New(client.WithBaseURL(ts.URL), client.WithToken(canary), client.WithHTTPClient(ts.Client()),
		client.WithBackoff(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	if r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil || r.Attempts != 3 {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestNilOptions(t *testing.T) {
	for name, option := range map[string]client.Option{
		"option":       nil,
		"middleware":   client.WithMiddleware(nil),
		"token source": client.WithTokenSource(nil),
	} {
		if _, err := client.New(option); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if _, err := client.New(client.WithRateLimiter(nil), client.WithLogger(nil), client.WithRetryBudget(nil)); err != nil {
		t.Errorf("nil stands for none: %v", err)
	}
	if !slices.Contains(client.Includes(), client.IncludeWorkspaces) {
		t.Error("an include is missing")
	}
}

// A proxy that wants a password would want it of the next attempt too.
func TestProxyAuthenticationIsNotRepeated(t *testing.T) {
	var asked atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	tr := transport(t)
	tr.Proxy = http.ProxyURL(at)
	c, err := client.New(client.WithBaseURL("https://api.example"), client.WithToken(canary), client.WithHTTPClient(&http.Client{Transport: tr}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); !errors.Is(err, client.ErrConnection) || client.Attempts(err) != 1 || asked.Load() != 1 {
		t.Errorf("got %v after %d requests", err, asked.Load())
	}
}

// A handshake that gets no answer ends before the request is sent, so it is tried again.
func TestStalledHandshakeIsRepeated(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") // accepts in the kernel, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	tr := transport(t)
	c, err := client.New(client.WithBaseURL("https://"+ln.Addr().String()), client.WithToken(canary), client.WithHTTPClient(&http.Client{Transport: tr}),
		client.WithTimeout(10*time.Millisecond), client.WithMaxAttempts(2), client.WithBackoff(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); !errors.Is(err, client.ErrConnection) || errors.Is(err, client.ErrTimeout) || client.Attempts(err) != 2 {
		t.Errorf("got %v after %d attempts, want 2", err, client.Attempts(err))
	}
}
