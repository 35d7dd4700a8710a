package client

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/textproto"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// Defaults of the options.
const (
	// DefaultBaseURL is the vendor's API.
	DefaultBaseURL = "https://api.mavenlink.com/api/v1"
	// DefaultTimeout bounds one attempt. The vendor documents three minutes for a request.
	DefaultTimeout = 180 * time.Second
	// DefaultMaxResponseBytes bounds a reply after decompression.
	DefaultMaxResponseBytes = 32 << 20
	// DefaultMaxAttempts is how often a request is sent at most.
	DefaultMaxAttempts = 4
	// DefaultBackoff and DefaultMaxBackoff bound the wait before an attempt is repeated.
	DefaultBackoff    = 250 * time.Millisecond
	DefaultMaxBackoff = 8 * time.Second
	// DefaultMaxRetryAfter is the longest Retry-After that is waited for.
	DefaultMaxRetryAfter = time.Minute
	// DefaultRetryBudget and DefaultRetryRatio size the retry budget of a client.
	DefaultRetryBudget = 20
	DefaultRetryRatio  = 0.2
)

// Option changes a setting: of a client (New, With) or of one call. Of two options for one setting the later one wins;
// WithHeader, WithInclude and WithMiddleware add to what is there.
type Option func(*settings) error

// settings are the values of the options. They are copied before they are changed.
type settings struct {
	baseURL     *url.URL // with a slash at its end
	server      string   // baseURL as text
	plainHTTP   bool
	token       string
	source      *tokenCache // wins over token
	httpClient  *http.Client
	middleware  []Middleware
	rebuild     bool // an option changed what the chain is made of
	userAgent   string
	header      http.Header // shared by copies, never changed in place
	maxResponse int64
	params      Params
	include     []Include
	unchecked   bool
	strict      bool
	log         *slog.Logger

	timeout       time.Duration
	maxAttempts   int
	backoff       backoff
	maxRetryAfter time.Duration
	budget        *RetryBudget // nil: unbounded
	limiter       Limiter
	notify        func(Retry)
}

func defaultSettings() settings {
	return settings{
		httpClient:    newHTTPClient(),
		userAgent:     "oxgroups-go (" + runtime.Version() + "; " + runtime.GOOS + "/" + runtime.GOARCH + ")",
		header:        http.Header{"Accept": {"application/json"}},
		maxResponse:   DefaultMaxResponseBytes,
		timeout:       DefaultTimeout,
		maxAttempts:   DefaultMaxAttempts,
		backoff:       backoff{base: DefaultBackoff, most: DefaultMaxBackoff},
		maxRetryAfter: DefaultMaxRetryAfter,
		budget:        NewRetryBudget(DefaultRetryBudget, DefaultRetryRatio),
	}
}

// apply applies the options, and then checks the ones that depend on each other.
func (s *settings) apply(opts []Option) error {
	for _, opt := range opts {
		if opt == nil {
			return errors.New("client: an option is nil")
		}
		if err := opt(s); err != nil {
			return fmt.Errorf("client: %w", err)
		}
	}
	if u := s.baseURL; u != nil && u.Scheme == "http" && !s.plainHTTP && !isLoopback(u.Hostname()) {
		return errors.New(`client: the base URL must begin with "https://": over plain http the token goes to this machine only, unless WithPlainHTTP allows more`)
	}
	return nil
}

// WithBaseURL sets where the API is: the part before "/workspace_groups". It must be https, or http to a loopback address
// (see WithPlainHTTP), without user, query and fragment.
func WithBaseURL(base string) Option {
	return func(s *settings) (err error) {
		if s.baseURL, err = parseBaseURL(base); err != nil {
			return err
		}
		s.server, s.rebuild = s.baseURL.String(), true
		return nil
	}
}

// WithPlainHTTP allows a base URL with http for every host, such as a stand-in in another container. Everyone on the
// network path can then read the token and the data.
func WithPlainHTTP() Option {
	return func(s *settings) error {
		s.plainHTTP, s.rebuild = true, true
		return nil
	}
}

// WithToken sets the OAuth 2 access token. It must consist of visible ASCII characters (RFC 6750); a trailing line feed,
// as files have it, is refused.
func WithToken(token string) Option {
	return func(s *settings) error {
		s.token, s.source = token, nil
		return checkToken(token)
	}
}

// WithTokenSource takes tokens from source, for example one of golang.org/x/oauth2/clientcredentials.
//
// A token is used until ten seconds before it expires or until the API answers 401. Concurrent calls share one request to
// the source, and a call whose context ends does not wait for it. After a 401 a call is repeated once if the source gives
// another token. The token is cached in the Option: pass the same Option to clients that are to share it.
func WithTokenSource(source oauth2.TokenSource) Option {
	if source == nil {
		return func(*settings) error { return errors.New("the token source is nil") }
	}
	cache := &tokenCache{ask: source.Token}
	return func(s *settings) error {
		s.source, s.token = cache, ""
		return nil
	}
}

// WithHTTPClient sends requests through the Transport of hc; its Timeout bounds an attempt if it is shorter than that of
// WithTimeout. Redirects are never followed, and cookies are not kept. hc is not changed.
//
// A *http.Transport that allows TLS below 1.2 is refused, and so is one with a proxy for a base URL with http.
func WithHTTPClient(hc *http.Client) Option {
	return func(s *settings) error {
		if hc == nil {
			return errors.New("the http.Client is nil")
		}
		s.httpClient, s.rebuild = hc, true
		return nil
	}
}

// WithMiddleware wraps the transport, inside of middleware that is there already; the first one sees a request first. Each
// attempt passes through it, with the token in its header: do not log that.
//
// A request that middleware directs away from the base URL is not sent. An error of middleware is repeated only if it
// wraps one of the network (net.OpError, io.EOF, syscall.Errno).
func WithMiddleware(middleware ...Middleware) Option {
	return func(s *settings) error {
		if slices.ContainsFunc(middleware, func(m Middleware) bool { return m == nil }) {
			return errors.New("a middleware is nil")
		}
		s.middleware, s.rebuild = slices.Concat(s.middleware, middleware), true
		return nil
	}
}

// WithTimeout bounds one attempt, from dialling to the last byte of the reply; 0 is no bound but the context's. A request
// whose time ran out after it was sent is not repeated. The default is DefaultTimeout.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return errors.New("the timeout is negative")
		}
		s.timeout = d
		return nil
	}
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(agent string) Option {
	return func(s *settings) error {
		if strings.ContainsFunc(agent, notInValue) {
			return errors.New("the user agent has a character that HTTP does not allow")
		}
		s.userAgent = agent
		return nil
	}
}

// reservedHeaders are set by the client alone.
var reservedHeaders = []string{"Accept-Encoding", "Authorization", "Content-Length", "Content-Type", "Host", "User-Agent"}

// WithHeader sets a header of the request; an empty value removes it. Authorization, Host and the headers that describe
// the body are refused.
func WithHeader(key, value string) Option {
	return func(s *settings) error {
		key := textproto.CanonicalMIMEHeaderKey(key)
		if slices.Contains(reservedHeaders, key) {
			return fmt.Errorf("the header %s is set by the client", key)
		}
		if key == "" || strings.ContainsFunc(key, notInName) || strings.ContainsFunc(value, notInValue) {
			return errors.New("a header has a name or value that HTTP does not allow")
		}
		s.header = s.header.Clone()
		if value == "" {
			s.header.Del(key)
		} else {
			s.header.Set(key, value)
		}
		return nil
	}
}

// notInName and notInValue follow RFC 9110, sections 5.1 and 5.5.
func notInName(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

func notInValue(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// WithMaxResponseBytes bounds a reply after decompression. The default is DefaultMaxResponseBytes.
func WithMaxResponseBytes(n int64) Option {
	return func(s *settings) error {
		if n <= 0 {
			return errors.New("the bound of the response must be at least one byte")
		}
		s.maxResponse = min(n, math.MaxInt64-1) // one byte more is read, to see whether there is more
		return nil
	}
}

// WithInclude asks for associations beside the group, in addition to those asked for before. The API ignores names that it
// does not know.
func WithInclude(includes ...Include) Option {
	return func(s *settings) error {
		s.include = slices.Concat(s.include, includes)
		return nil
	}
}

// WithParams sets the query and header parameters of the operation. Associations of WithInclude are added to its Include.
func WithParams(params Params) Option {
	return func(s *settings) error {
		s.params = params
		return nil
	}
}

// WithoutValidation sends an update without checking it first.
func WithoutValidation() Option {
	return func(s *settings) error {
		s.unchecked = true
		return nil
	}
}

// WithStrictReplies turns every warning about a reply into an error (ErrBadResponse). It is for tests of an API: the
// update was applied all the same.
func WithStrictReplies() Option {
	return func(s *settings) error {
		s.strict = true
		return nil
	}
}

// WithLogger writes a line at level debug for each attempt: method, route, status, request_id, attempt, duration, and if
// they apply error (a label such as "connection"), retry_in and gave_up. Nothing else is logged: no URL, header, body,
// token or error text. Nil, the default, is no log.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) error {
		s.log = l
		return nil
	}
}

// WithMaxAttempts sets how often a request is sent at most, including the first time. The default is DefaultMaxAttempts.
func WithMaxAttempts(n int) Option {
	return func(s *settings) error {
		if n < 1 {
			return errors.New("there must be at least one attempt")
		}
		s.maxAttempts = n
		return nil
	}
}

// WithoutRetries sends a request once. It is for programs that repeat calls themselves: retries of retries multiply.
func WithoutRetries() Option { return WithMaxAttempts(1) }

// WithBackoff sets the wait before a request is repeated: a random time up to base, then up to twice as much, and so on up
// to most. After a 429 without Retry-After it is at least 4 x base, then 8 x, 16 x. A base of 0 does not wait.
// The defaults are DefaultBackoff and DefaultMaxBackoff.
func WithBackoff(base, most time.Duration) Option {
	return func(s *settings) error {
		if base < 0 || most < base {
			return errors.New("the backoff is negative, or its bound is less than where it starts")
		}
		s.backoff = backoff{base, most}
		return nil
	}
}

// WithMaxRetryAfter sets the longest Retry-After that is waited for. If the API asks for more, the *Error is returned at
// once, with the time in RetryAfter. The default is DefaultMaxRetryAfter.
func WithMaxRetryAfter(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return errors.New("the bound of Retry-After is negative")
		}
		s.maxRetryAfter = d
		return nil
	}
}

// WithRetryBudget makes calls share b, for example those of several clients of one API. Nil is no bound. By default each
// client has one of DefaultRetryBudget and DefaultRetryRatio.
func WithRetryBudget(b *RetryBudget) Option {
	return func(s *settings) error {
		if b != nil && b.size == 0 && b.ratio == 0 {
			return errors.New("the retry budget never has a retry; use WithoutRetries")
		}
		s.budget = b
		return nil
	}
}

// WithRetryNotify calls notify before each wait for another attempt, in the goroutine of the call.
func WithRetryNotify(notify func(Retry)) Option {
	return func(s *settings) error {
		s.notify = notify
		return nil
	}
}

// WithRateLimiter makes each attempt wait for l first. Calls share it, so it must be safe for concurrent use. Nil, the
// default, is no limit. See Observer for limiters that adapt to replies.
func WithRateLimiter(l Limiter) Option {
	return func(s *settings) error {
		s.limiter = l
		return nil
	}
}
