package client

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Middleware wraps a transport: it returns a RoundTripper that passes requests on to next, or answers them itself. The
// rules of http.RoundTripper hold: do not change the request but a clone of it, and be safe for concurrent use.
type Middleware func(next http.RoundTripper) http.RoundTripper

// newHTTPClient returns the default http.Client. It shares nothing with http.DefaultTransport, which is the program's.
func newHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		ForceAttemptHTTP2:   true,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		// All calls go to one host; the default of 2 would close most connections of concurrent calls.
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    512,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}}
}

// transport returns the RoundTripper of the http.Client in use.
func (s *settings) transport() http.RoundTripper {
	if s.httpClient.Transport == nil {
		return http.DefaultTransport
	}
	return s.httpClient.Transport
}

// checkTransport refuses a transport that would weaken TLS, or show the token to a proxy in plain text.
func (s *settings) checkTransport() error {
	t, ok := s.transport().(*http.Transport)
	if !ok {
		return nil
	}
	isOld := func(version uint16) bool { return version != 0 && version < tls.VersionTLS12 }
	if c := t.TLSClientConfig; c != nil && (isOld(c.MinVersion) || isOld(c.MaxVersion)) {
		return errors.New("client: the http.Client allows TLS below 1.2")
	}
	if t.Proxy == nil || s.baseURL.Scheme != "http" || s.plainHTTP {
		return nil
	}
	proxy, err := t.Proxy(&http.Request{Method: http.MethodPut, URL: s.baseURL, Host: s.baseURL.Host, Header: http.Header{}})
	if err == nil && proxy != nil {
		return errors.New("client: the http.Client has a proxy for a base URL with http, which would see the token")
	}
	return nil
}

// newChain returns the middleware around the guarded transport.
func (s *settings) newChain() http.RoundTripper {
	var chain http.RoundTripper = guard{next: s.transport(), base: s.baseURL}
	for _, m := range slices.Backward(s.middleware) {
		chain = m(chain)
	}
	return chain
}

// guard is the innermost link of the chain. It sends only requests below the base URL, and marks errors of the network to
// tell them from those of middleware.
type guard struct {
	next http.RoundTripper
	base *url.URL // with a slash at its end
}

var errElsewhere = errors.New("middleware directed the request away from the base URL; it was not sent")

// RoundTrip implements http.RoundTripper.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != g.base.Scheme || r.URL.Host != g.base.Host || !strings.HasPrefix(r.URL.EscapedPath(), g.base.EscapedPath()) {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, errElsewhere
	}
	if n, ok := r.Context().Value(tallyKey{}).(*tally); ok {
		r = r.WithContext(n.trace(r.Context()))
	}
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, networkError{err}
	}
	return resp, nil
}

// networkError marks an error of the transport.
type networkError struct{ error }

func (e networkError) Unwrap() error { return e.error }

// parseBaseURL returns text with a slash at its end. Its errors do not repeat text, which may contain a password.
func parseBaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("the base URL is not a URL")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New(`the base URL must begin with "https://" or "http://"`)
	case u.Hostname() == "":
		return nil, errors.New("the base URL has no host")
	case u.User != nil:
		return nil, errors.New("the base URL must not have a user or password; the token is set apart from it")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(text, "#"):
		return nil, errors.New("the base URL must not have a query or fragment")
	}
	u.Host = strings.TrimSuffix(u.Host, ":") // an empty port is the default one
	if !strings.HasSuffix(u.Path, "/") {
		u = u.JoinPath("/")
	}
	return u.Parse("./") // without dot segments, as requests are resolved against it
}

// isLoopback reports whether host is this machine. Names other than localhost do not count: what they resolve to can
// change between the check and the call.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// readAll reads the body of a reply, up to limit bytes.
// It returns ErrResponseTooLarge with the first bytes of a longer one, and ErrBadResponse if it cannot be decompressed.
func readAll(resp *http.Response, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	// Content-Length is only a hint; preallocate at most 1 MiB.
	if announced := min(resp.ContentLength, limit, 1<<20); announced > 0 {
		buf.Grow(int(announced) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(resp.Body, limit+1))
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return buf.Bytes(), fmt.Errorf("%w: %w", ErrBadResponse, err)
	case err != nil:
		return nil, err
	case n > limit:
		return buf.Bytes()[:limit], fmt.Errorf("%w: more than %d bytes", ErrResponseTooLarge, limit)
	}
	return buf.Bytes(), nil
}
