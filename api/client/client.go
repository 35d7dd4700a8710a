package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// The environment variables that New reads.
const (
	EnvURL   = "OXGROUPS_URL"
	EnvToken = "OXGROUPS_TOKEN"
)

// ErrNoToken reports that a call has no token: neither an option nor OXGROUPS_TOKEN gave one, or the token source failed.
// The request was not sent.
var ErrNoToken = errors.New("client: no token; set " + EnvToken + " or use WithToken")

// Updater is implemented by *Client. Programs can depend on it to use a fake in their tests; see ParseResult.
type Updater interface {
	UpdateWorkspaceGroup(ctx context.Context, id int64, update Update, opts ...Option) (*Result, error)
}

var _ Updater = (*Client)(nil)

// Client calls the API. It is safe for concurrent use. A program needs one: it reuses connections, and its calls share the
// token, the rate limiter and the retry budget.
type Client struct {
	settings settings
	retry    retrier // sends requests; clients made by With share what is inside of it
}

// New returns a client. Base URL and token come from OXGROUPS_URL and OXGROUPS_TOKEN unless options set them; without
// either the base URL is DefaultBaseURL. It returns an error for an option that makes no sense.
func New(opts ...Option) (*Client, error) {
	s := defaultSettings()
	if err := s.apply(opts...); err != nil {
		return nil, err
	}
	if s.token == "" && s.source == nil {
		if err := s.apply(WithToken(os.Getenv(EnvToken))); err != nil {
			return nil, fmt.Errorf("%w (from %s)", err, EnvToken)
		}
	}
	if s.baseURL == nil {
		if err := s.apply(WithBaseURL(cmp.Or(os.Getenv(EnvURL), DefaultBaseURL))); err != nil {
			return nil, fmt.Errorf("%w (from %s)", err, EnvURL)
		}
	}
	return newClient(s, nil)
}

// With returns a client with further options. It shares connections, limiter, retry budget and token source with c unless
// the options replace them.
func (c *Client) With(opts ...Option) (*Client, error) {
	if len(opts) == 0 {
		return c, nil
	}
	s := c.settings
	if err := s.apply(opts...); err != nil {
		return nil, err
	}
	return newClient(s, c.retry.next)
}

// newClient builds the client for s. It reuses chain unless s has asked for another one.
func newClient(s settings, chain http.RoundTripper) (*Client, error) {
	if chain == nil || s.rebuild {
		if err := s.checkTransport(); err != nil {
			return nil, err
		}
		chain, s.rebuild = s.newChain(), false
	}
	c := &Client{settings: s, retry: retrier{next: chain}}
	c.retry.settings = &c.settings
	return c, nil
}

// CloseIdleConnections closes connections that are kept for later calls. The client stays usable.
func (c *Client) CloseIdleConnections() { c.settings.httpClient.CloseIdleConnections() }

// Format prints the base URL for every verb, and no setting that could be secret.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "client for "+c.settings.baseURL.String())
}
