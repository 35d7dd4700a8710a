package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"

	gen "example.com/oxgroups/gen/client"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// The environment variables that New looks at.
const (
	EnvURL   = "OXGROUPS_URL"
	EnvToken = "OXGROUPS_TOKEN"
)

// ErrNoToken says that a call has no token: none of WithToken, WithTokenSource and OXGROUPS_TOKEN gave one. Nothing was
// sent. A *TokenError is one too.
var ErrNoToken = errors.New("client: no token; set " + EnvToken + " or use WithToken")

// Updater is the seam for what updates workspace groups through the API. *Client is the implementation; programs that
// use it can put another one in its place in their tests.
type Updater interface {
	UpdateWorkspaceGroup(ctx context.Context, id int64, update Update, opts ...Option) (*Result, error)
}

var _ Updater = (*Client)(nil)

// Client talks to the API. It is safe for concurrent use, and one is enough for a program: it reuses connections, and its
// calls share the token, the rate limiter and the retry budget.
type Client struct {
	// settings is a function for the reason that the text of a Token is: connections keep what was sent on them, and
	// printers that use reflection shall not find it.
	settings func() *settings
}

// New returns a client. Where opts do not name the base URL or the token it takes them from OXGROUPS_URL and
// OXGROUPS_TOKEN; the base URL is DefaultBaseURL then. A token may also be given to each call.
// It returns an error for an option that makes no sense, such as a base URL with a password in it.
func New(opts ...Option) (*Client, error) {
	s, err := defaults().with(opts)
	if err != nil {
		return nil, err
	}
	if !s.hasToken() {
		if s, err = s.with([]Option{WithToken(NewToken(os.Getenv(EnvToken)))}); err != nil {
			return nil, fmt.Errorf("%w (from %s)", err, EnvToken)
		}
	}
	if s.baseURL == "" {
		base := cmp.Or(os.Getenv(EnvURL), DefaultBaseURL)
		if s, err = s.with([]Option{WithBaseURL(base)}); err != nil {
			return nil, fmt.Errorf("%w (from %s)", err, EnvURL)
		}
	}
	return &Client{settings: func() *settings { return s }}, nil
}

func defaults() *settings {
	return &settings{
		httpClient:    newHTTPClient(),
		timeout:       DefaultTimeout,
		userAgent:     "oxgroups-go (" + runtime.Version() + "; " + runtime.GOOS + "/" + runtime.GOARCH + ")",
		header:        http.Header{"Accept": {"application/json"}},
		maxResponse:   DefaultMaxResponseBytes,
		maxAttempts:   DefaultMaxAttempts,
		backoff:       backoff{base: DefaultBackoff, most: DefaultMaxBackoff},
		maxRetryAfter: DefaultMaxRetryAfter,
		budget:        NewRetryBudget(DefaultRetryBudget, DefaultRetryRatio),
	}
}

// CloseIdleConnections closes the connections that are kept for later calls. The client can still be used.
func (c *Client) CloseIdleConnections() { c.settings().httpClient.CloseIdleConnections() }

// UpdateWorkspaceGroup changes the named fields of the group id (1 to 2^63-1), all or none, and returns the group as it
// is then. It repeats a request that failed for a reason that may pass; see "Retries" in the package's description.
//
// It returns:
//   - ErrNoToken, a *TokenError or a *ValidationError, and nothing was sent;
//   - an *Error for a reply that is not what was asked for. After one that is ErrBadResponse or ErrResponseTooLarge and
//     has status 200 the update was applied, only its result is not known;
//   - a *CallError when there is no reply to return: it is ErrConnection, ErrLimiter or ErrResponseTooLarge, or wraps
//     ctx.Err(). The update may have been applied or not, unless CallError.Attempts is 0.
func (c *Client) UpdateWorkspaceGroup(ctx context.Context, id int64, update Update, opts ...Option) (*Result, error) {
	s, err := c.settings().with(opts)
	if err != nil {
		return nil, err
	}
	if !s.hasToken() {
		return nil, ErrNoToken
	}
	body, err := s.encode(id, &update)
	if err != nil {
		return nil, err
	}
	r, err := s.call(ctx, id, body)
	if err != nil {
		return nil, err
	}
	return newResult(r)
}

// Request returns the request that UpdateWorkspaceGroup would send for the same arguments, but without the token, to show
// or to record it. It returns a *ValidationError for an update that would not be sent.
func (c *Client) Request(ctx context.Context, id int64, update Update, opts ...Option) (*http.Request, error) {
	s, err := c.settings().with(opts)
	if err != nil {
		return nil, err
	}
	body, err := s.encode(id, &update)
	if err != nil {
		return nil, err
	}
	return s.request(ctx, id, body)
}

// encode returns the body of the request, which is checked unless the settings say otherwise.
func (s *settings) encode(id int64, update *Update) ([]byte, error) {
	request := model.WorkspaceGroupRequest{WorkspaceGroup: *update}
	body, err := validator.AppendWorkspaceGroupRequest(nil, &request)
	if err != nil {
		return nil, fmt.Errorf("encode the update: %w", err)
	}
	if s.unchecked {
		return body, nil
	}
	return body, checkRequest(id, &request, body)
}

// request builds the request without the token.
func (s *settings) request(ctx context.Context, id int64, body []byte) (*http.Request, error) {
	var params *model.UpdateWorkspaceGroupParams // nil spares the work of an empty query
	if include := joinIncludes(s.include); include != "" {
		params = &model.UpdateWorkspaceGroupParams{Include: &include}
	}
	// A bytes.Reader lets net/http send the body again on a new connection when the old one turns out to be closed.
	req, err := gen.NewUpdateWorkspaceGroupRequestWithBody(s.baseURL, id, params, "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("client: building the request: %w", err)
	}
	for key, values := range s.header {
		req.Header[key] = values
	}
	req.Header.Set("User-Agent", s.userAgent)
	return req.WithContext(ctx), nil
}
