package client

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// What a client has where no option says otherwise. What there is about retries is beside WithMaxAttempts.
const (
	// DefaultTimeout bounds one attempt.
	DefaultTimeout = 30 * time.Second
	// DefaultMaxResponseBytes bounds a reply, after decompression.
	DefaultMaxResponseBytes = 32 << 20
)

// Option changes a setting, for all calls when it is given to New, and for one when it is given to a call. The later of
// two options wins; those that add, WithHeader, WithInclude and WithMiddleware, say so.
type Option func(*settings) error

// settings are what a call needs to know. They are not changed once they are in use; with makes a copy.
type settings struct {
	baseURL     string // with a slash at its end
	token       Token
	source      *tokenCache // wins over token where it is set
	httpClient  *http.Client
	middleware  []Middleware
	sender      *http.Client // httpClient behind middleware; follows no redirect
	timeout     time.Duration
	userAgent   string
	header      http.Header // never changed in place: calls share it
	maxResponse int64
	include     []Include
	unchecked   bool
	limiter     Limiter
	log         logger

	maxAttempts   int
	backoff       backoff
	maxRetryAfter time.Duration
	budget        *RetryBudget // nil: there is always one more
}

// with returns s with the options applied, or s itself where there are none.
func (s *settings) with(opts []Option) (*settings, error) {
	if len(opts) == 0 && s.sender != nil {
		return s, nil
	}
	t := *s
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("client: an option is nil")
		}
		if err := opt(&t); err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
	}
	if t.sender == nil {
		var err error
		if t.sender, err = t.newSender(); err != nil {
			return nil, err
		}
	}
	return &t, nil
}

func (s *settings) hasToken() bool { return s.source != nil || !s.token.IsZero() }

// WithBaseURL sets where the API is: what comes before "/workspace_groups". It must be https, or http on the loopback
// interface of this machine, and have no user, query or fragment.
func WithBaseURL(base string) Option {
	return func(s *settings) (err error) {
		s.baseURL, err = parseBaseURL(base)
		s.sender = nil
		return err
	}
}

// WithToken sets the token that calls are made with. It must consist of visible ASCII characters, as in RFC 6750; a line
// feed at its end, left there by a file, is refused too.
func WithToken(t Token) Option {
	return func(s *settings) error {
		s.token, s.source = t, nil
		return checkToken(t)
	}
}

// WithTimeout bounds one attempt, from dialling to the last byte of the reply. 0 is no bound but the context's, which
// bounds the call with all its attempts. The default is DefaultTimeout.
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

// WithHeader sets a header of the request beside those that are set; an empty value removes it. Authorization, Host and
// what describes the body cannot be set.
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

// WithMaxResponseBytes bounds the reply, after decompression. The default is DefaultMaxResponseBytes.
func WithMaxResponseBytes(n int64) Option {
	return func(s *settings) error {
		if n <= 0 {
			return errors.New("the bound of the response must be at least one byte")
		}
		s.maxResponse = min(n, math.MaxInt64-1) // one more is read, to see whether there is more
		return nil
	}
}

// WithInclude asks for associations beside the group, in addition to those that are asked for already. Names that the API
// does not know are ignored by it.
func WithInclude(includes ...Include) Option {
	return func(s *settings) error {
		s.include = slices.Concat(s.include, includes)
		return nil
	}
}

// WithoutValidation sends an update without checking it first; the API answers for it then.
func WithoutValidation() Option {
	return func(s *settings) error {
		s.unchecked = true
		return nil
	}
}
