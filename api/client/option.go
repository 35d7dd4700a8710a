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

// Defaults of the options of similar names.
const (
	DefaultBaseURL          = "https://api.mavenlink.com/api/v1" // the vendor's API
	DefaultTimeout          = 180 * time.Second                  // of an attempt; the vendor documents three minutes
	DefaultMaxResponseBytes = 32 << 20
	DefaultMaxAttempts      = 4
	DefaultBackoff          = 250 * time.Millisecond
	DefaultMaxBackoff       = 8 * time.Second
	DefaultMaxRetryAfter    = time.Minute
	DefaultRetryBudget      = 20
	DefaultRetryRatio       = 0.2
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
	rebuild     bool        // an option changed what the chain is made of
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
		httpClient: newHTTPClient(),
		header: http.Header{
			"Accept":     {"application/json"},
			"User-Agent": {"oxgroups-go (" + runtime.Version() + "; " + runtime.GOOS + "/" + runtime.GOARCH + ")"},
		},
		maxResponse:   DefaultMaxResponseBytes,
		timeout:       DefaultTimeout,
		maxAttempts:   DefaultMaxAttempts,
		backoff:       backoff{base: DefaultBackoff, most: DefaultMaxBackoff},
		maxRetryAfter: DefaultMaxRetryAfter,
		budget:        NewRetryBudget(DefaultRetryBudget, DefaultRetryRatio),
	}
}

// option returns an Option that sets something, or refuses it.
func option(ok bool, refusal string, set func(*settings)) Option {
	return func(s *settings) error {
		if !ok {
			return errors.New(refusal)
		}
		set(s)
		return nil
	}
}

// apply applies the options, and then checks the ones that depend on each other.
func (s *settings) apply(opts ...Option) error {
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
		if s.baseURL, err = parseBaseURL(base); err == nil {
			s.server, s.rebuild = s.baseURL.String(), true
		}
		return err
	}
}

// WithPlainHTTP allows a base URL with http for every host, such as a stand-in in another container. Everyone on the
// network path can then read the token and the data.
func WithPlainHTTP() Option {
	return option(true, "", func(s *settings) { s.plainHTTP, s.rebuild = true, true })
}

// WithToken sets the OAuth 2 access token: visible ASCII characters (RFC 6750), without the line feed that files end with.
func WithToken(token string) Option {
	return func(s *settings) error {
		s.token, s.source = token, nil
		return checkToken(token)
	}
}

// WithTokenSource takes tokens from source, for example one of golang.org/x/oauth2/clientcredentials. A token is used
// until ten seconds before it expires or until the API answers 401; a call is then repeated once with another token.
// Concurrent calls share one request to the source. Clients that get the same Option share the token.
func WithTokenSource(source oauth2.TokenSource) Option {
	cache := &tokenCache{source: source}
	return option(source != nil, "the token source is nil", func(s *settings) { s.source, s.token = cache, "" })
}

// WithHTTPClient sends requests through the Transport of hc. Its Timeout bounds an attempt if it is shorter than that of
// WithTimeout. Redirects are never followed, and cookies are not kept. A *http.Transport that allows TLS below 1.2 is
// refused, and one with a proxy for a base URL with http.
func WithHTTPClient(hc *http.Client) Option {
	return option(hc != nil, "the http.Client is nil", func(s *settings) { s.httpClient, s.rebuild = hc, true })
}

// WithMiddleware wraps the transport, inside of middleware that is there already. Each attempt passes through it, with
// the token in its header: do not log that. A request that it directs away from the base URL is not sent. An error of
// middleware is repeated only if it wraps one of the network, such as io.EOF or a syscall.Errno.
func WithMiddleware(middleware ...Middleware) Option {
	isNil := func(m Middleware) bool { return m == nil }
	return option(!slices.ContainsFunc(middleware, isNil), "a middleware is nil", func(s *settings) {
		s.middleware, s.rebuild = slices.Concat(s.middleware, middleware), true
	})
}

// WithTimeout bounds one attempt, from dialling to the last byte of the reply; 0 is no bound but the context's.
func WithTimeout(d time.Duration) Option {
	return option(d >= 0, "the timeout is negative", func(s *settings) { s.timeout = d })
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(agent string) Option { return WithHeader("User-Agent", agent) }

// WithHeader sets a header of the request; an empty value removes it. Authorization, Host and the headers that describe
// the body are refused.
func WithHeader(key, value string) Option {
	key = textproto.CanonicalMIMEHeaderKey(key)
	reserved := []string{"", "Accept-Encoding", "Authorization", "Content-Length", "Content-Type", "Host"}
	ok := !slices.Contains(reserved, key) && !strings.ContainsFunc(key, notInName) && !strings.ContainsFunc(value, notInValue)
	return option(ok, "a header is set by the client alone, or has a character that HTTP does not allow", func(s *settings) {
		s.header = s.header.Clone()
		if s.header.Del(key); value != "" {
			s.header.Set(key, value)
		}
	})
}

// notInName and notInValue follow RFC 9110, sections 5.1 and 5.5.
func notInName(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

func notInValue(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// WithMaxResponseBytes bounds a reply after decompression.
func WithMaxResponseBytes(n int64) Option {
	return option(n > 0, "the bound of the response must be at least one byte", func(s *settings) {
		s.maxResponse = min(n, math.MaxInt64-1) // one byte more is read, to see whether there is more
	})
}

// WithInclude asks for associations beside the group, in addition to those asked for before.
func WithInclude(includes ...Include) Option {
	return option(true, "", func(s *settings) { s.include = slices.Concat(s.include, includes) })
}

// WithParams sets the query and header parameters of the operation. WithInclude adds to its Include.
func WithParams(params Params) Option {
	return option(true, "", func(s *settings) { s.params = params })
}

// WithoutValidation sends an update without checking it first.
func WithoutValidation() Option {
	return option(true, "", func(s *settings) { s.unchecked = true })
}

// WithStrictReplies turns warnings about a reply into an error, ErrBadResponse. It is for tests of an API: the update was
// applied all the same.
func WithStrictReplies() Option {
	return option(true, "", func(s *settings) { s.strict = true })
}

// WithLogger writes a line at level debug for each attempt: method, route, status, request_id, attempt, duration, and if
// they apply error (a label such as "connection"), retry_in and gave_up. Nothing else is logged: no URL, header, body,
// token or error text. Nil is no log.
func WithLogger(l *slog.Logger) Option {
	return option(true, "", func(s *settings) { s.log = l })
}

// WithMaxAttempts sets how often a request is sent at most, including the first time.
func WithMaxAttempts(n int) Option {
	return option(n > 0, "there must be at least one attempt", func(s *settings) { s.maxAttempts = n })
}

// WithoutRetries sends a request once. It is for programs that repeat calls themselves: retries of retries multiply.
func WithoutRetries() Option { return WithMaxAttempts(1) }

// WithBackoff sets the wait before a request is repeated: a random time up to base, then up to twice as much, and so on up
// to most. After a 429 without Retry-After it is at least 4 x base, then 8 x, 16 x. A base of 0 does not wait.
func WithBackoff(base, most time.Duration) Option {
	return option(base >= 0 && most >= base, "the backoff is negative, or its bound is less than where it starts", func(s *settings) {
		s.backoff = backoff{base, most}
	})
}

// WithMaxRetryAfter sets the longest Retry-After that is waited for. If the API asks for more, the *Error is returned at
// once, with the time in RetryAfter.
func WithMaxRetryAfter(d time.Duration) Option {
	return option(d >= 0, "the bound of Retry-After is negative", func(s *settings) { s.maxRetryAfter = d })
}

// WithRetryBudget makes calls share b, for example those of several clients of one API. Nil is no bound.
func WithRetryBudget(b *RetryBudget) Option {
	return option(b == nil || b.size+b.ratio > 0, "the retry budget never has a retry; use WithoutRetries", func(s *settings) { s.budget = b })
}

// WithRetryNotify calls notify before each wait for another attempt, in the goroutine of the call.
func WithRetryNotify(notify func(Retry)) Option {
	return option(true, "", func(s *settings) { s.notify = notify })
}

// WithRateLimiter makes each attempt wait for l first. Calls share it, so it must be safe for concurrent use. Nil is no
// limit. See Observer for limiters that adapt to replies.
func WithRateLimiter(l Limiter) Option {
	return option(true, "", func(s *settings) { s.limiter = l })
}
