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

// What a client has where no option says otherwise.
const (
	// DefaultTimeout bounds one attempt.
	DefaultTimeout = 30 * time.Second
	// DefaultMaxResponseBytes bounds a reply, after decompression.
	DefaultMaxResponseBytes = 32 << 20
)

// Option changes a setting, for all calls when it is given to New, and for one when it is given to a call. The later of
// two options wins.
type Option func(*settings) error

// settings are what a call needs to know. A call has its own copy.
type settings struct {
	baseURL     string // with a slash at its end
	token       Token
	httpClient  *http.Client // follows no redirect
	timeout     time.Duration
	userAgent   string
	header      http.Header // never changed in place: calls share it
	maxResponse int64
	include     []Include
	unchecked   bool
}

// with returns a copy of s with the options applied.
func (s settings) with(opts []Option) (settings, error) {
	for _, opt := range opts {
		if err := opt(&s); err != nil {
			return s, fmt.Errorf("client: %w", err)
		}
	}
	return s, nil
}

// WithBaseURL sets where the API is: what comes before "/workspace_groups". It must be https, or http on the loopback
// interface of this machine, and have no user, query or fragment.
func WithBaseURL(base string) Option {
	return func(s *settings) (err error) {
		s.baseURL, err = parseBaseURL(base)
		return err
	}
}

// WithToken sets the token that calls are made with. It must consist of visible ASCII characters, as in RFC 6750; a line
// feed at its end, left there by a file, is refused too.
func WithToken(t Token) Option {
	return func(s *settings) error {
		if strings.ContainsFunc(t.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("the token has a character that a token cannot have, such as a space or a line feed")
		}
		s.token = t
		return nil
	}
}

// WithHTTPClient makes hc send the requests. Its transport, timeout and cookies are used; redirects are not followed
// whatever its CheckRedirect says, because token and body would go along. hc itself is not changed.
func WithHTTPClient(hc *http.Client) Option {
	return func(s *settings) error {
		if hc == nil {
			return errors.New("the http.Client is nil")
		}
		s.httpClient = withoutRedirects(hc)
		return nil
	}
}

// WithTimeout bounds one attempt, from dialling to the last byte of the reply. 0 is no bound but the context's.
// The default is DefaultTimeout.
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
		s.userAgent = agent
		return nil
	}
}

// reservedHeaders are set by the client alone.
var reservedHeaders = []string{"Accept-Encoding", "Authorization", "Content-Length", "Content-Type", "Host", "User-Agent"}

// WithHeader sets a header of the request; an empty value removes it. Authorization and what describes the body cannot
// be set.
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

// WithInclude asks for associations beside the group. Names that the API does not know are ignored by it.
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
