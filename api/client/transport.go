package client

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Middleware puts something around a transport: it returns a RoundTripper that hands requests to next, or answers them
// itself. As with every RoundTripper it must not change the request it is given, but a clone of it, and must be safe for
// concurrent use.
type Middleware func(next http.RoundTripper) http.RoundTripper

// WithMiddleware puts middleware around what sends requests, inside of those that are there already; the first sees a
// request first. Each attempt passes through it on its own, with the token in its header: do not log that.
//
// A request that it turns away from the base URL, to another host for example, is not sent, because the token would go
// along.
// An error of its own is not retried, unless it wraps one of the network (net.Error, io.EOF, syscall.Errno).
func WithMiddleware(middleware ...Middleware) Option {
	return func(s *settings) error {
		if slices.ContainsFunc(middleware, func(m Middleware) bool { return m == nil }) {
			return errors.New("a middleware is nil")
		}
		s.middleware = slices.Concat(s.middleware, middleware)
		s.sender = nil
		return nil
	}
}

// WithHTTPClient makes hc send the requests. Its transport, timeout and cookies are used; redirects are not followed
// whatever its CheckRedirect says, because token and body would go along. hc itself is not changed.
//
// One whose *http.Transport allows TLS below 1.2 is refused, and one that has a proxy for a base URL with http. What another kind of transport does with TLS, and with the
// token that it is handed, cannot be seen and is the caller's to answer for.
func WithHTTPClient(hc *http.Client) Option {
	return func(s *settings) error {
		if hc == nil {
			return errors.New("the http.Client is nil")
		}
		if t, ok := transportOf(hc).(*http.Transport); ok && allowsOldTLS(t.TLSClientConfig) {
			return errors.New("the http.Client allows TLS below 1.2")
		}
		s.httpClient, s.sender = hc, nil
		return nil
	}
}

func transportOf(hc *http.Client) http.RoundTripper {
	if hc.Transport == nil {
		return http.DefaultTransport
	}
	return hc.Transport
}

func allowsOldTLS(c *tls.Config) bool {
	old := func(version uint16) bool { return version != 0 && version < tls.VersionTLS12 }
	return c != nil && (old(c.MinVersion) || old(c.MaxVersion))
}

// newHTTPClient returns what sends requests unless WithHTTPClient says otherwise. It shares nothing with
// http.DefaultTransport, which belongs to the program.
func newHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		ForceAttemptHTTP2:   true,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		// All calls go to one host; the default of 2 would close most connections, and make them anew, where many calls run
		// at a time.
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    512,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}}
}

// newSender returns a copy of the http.Client that hands a redirect back as it came, behind the middleware.
func (s *settings) newSender() (*http.Client, error) {
	base, err := url.Parse(s.baseURL)
	if err == nil {
		base, err = base.Parse("./") // as requests are resolved against it
	}
	if err != nil {
		return nil, errors.New("client: the base URL is not a URL")
	}
	c := *s.httpClient
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Transport = transport{next: transportOf(&c), base: base}
	if isProxied(s.httpClient, base) {
		return nil, errors.New("client: the http.Client has a proxy for a base URL with http, which would see the token")
	}
	for _, m := range slices.Backward(s.middleware) {
		c.Transport = m(c.Transport)
	}
	return &c, nil
}

// isProxied reports whether requests to base, which has http and is this machine, would leave it in plain text.
func isProxied(hc *http.Client, base *url.URL) bool {
	t, ok := transportOf(hc).(*http.Transport)
	if !ok || t.Proxy == nil || base.Scheme != "http" {
		return false
	}
	proxy, err := t.Proxy(&http.Request{Method: http.MethodPut, URL: base, Host: base.Host, Header: http.Header{}})
	return err == nil && proxy != nil
}

// transport is the innermost link of the chain. It sends what is for the base URL only, and marks the errors of the
// network, to tell them from those of middleware.
type transport struct {
	next http.RoundTripper
	base *url.URL // with a slash at its end
}

// errElsewhere says that middleware changed where a request goes to.
var errElsewhere = errors.New("middleware turned the request away from the base URL; it was not sent")

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != t.base.Scheme || r.URL.Host != t.base.Host || !strings.HasPrefix(r.URL.EscapedPath(), t.base.EscapedPath()) {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, errElsewhere
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, networkError{err}
	}
	return resp, nil
}

// networkError marks what came from the transport.
type networkError struct{ error }

func (e networkError) Unwrap() error { return e.error }
