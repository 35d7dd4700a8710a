package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// WithTokenSource takes the token of each call from source, such as one of golang.org/x/oauth2/clientcredentials. It wins
// over an earlier WithToken, and a later one over it.
//
// A token is used until 10 s before it expires, or until the API answers 401; one without an expiry for as long as the API
// knows it. Then source is asked again: once, however many calls wait for it. The call that got the 401 is not repeated.
// A call whose context ends does not wait for source any longer.
//
// What this remembers belongs to the Option: give it to New, or keep it for the calls that are to share a token.
func WithTokenSource(source oauth2.TokenSource) Option {
	if source == nil {
		return func(*settings) error { return errors.New("the token source is nil") }
	}
	cache := &tokenCache{ask: source.Token}
	return func(s *settings) error {
		s.source, s.token = cache, Token{}
		return nil
	}
}

// earlyBy is how long before its expiry a token is not used any more, as in package oauth2.
const earlyBy = 10 * time.Second

// tokenCache remembers the token of a source, and asks it once for all calls that wait.
type tokenCache struct {
	ask func() (*oauth2.Token, error)

	mu      sync.Mutex
	token   Token // the zero Token: there is none that is good
	expiry  time.Time
	pending *refresh
}

// refresh is one question to the source. What is in it may be read when done is closed.
type refresh struct {
	done  chan struct{}
	token Token
	err   error // what the source returned
}

// get returns a token that is good, or a *TokenError, or ctx.Err() when ctx ended first.
func (c *tokenCache) get(ctx context.Context) (Token, error) {
	c.mu.Lock()
	if !c.token.IsZero() && (c.expiry.IsZero() || time.Until(c.expiry) > earlyBy) {
		defer c.mu.Unlock()
		return c.token, nil
	}
	r := c.pending
	if r == nil {
		// In a goroutine, because a source knows no context. It lives as long as the question.
		r = &refresh{done: make(chan struct{})}
		c.pending = r
		go c.refresh(r)
	}
	c.mu.Unlock()
	select {
	case <-r.done:
		if r.err != nil {
			return Token{}, &TokenError{cause: func() error { return r.err }}
		}
		return r.token, nil
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
}

var (
	errSourcePanicked = errors.New("it panicked")
	errSourceEmpty    = errors.New("it returned no token")
	errTokenType      = errors.New("its token is not of the type Bearer")
)

// refresh asks the source and hands the answer to all that wait.
func (c *tokenCache) refresh(r *refresh) {
	var (
		answer *oauth2.Token
		expiry time.Time
	)
	r.err = errSourcePanicked // what with is not kept: it may be a secret
	defer func() {
		_ = recover()
		if r.err == nil {
			r.token, expiry, r.err = bearer(answer)
		}
		c.mu.Lock()
		c.token, c.expiry, c.pending = r.token, expiry, nil
		c.mu.Unlock()
		close(r.done)
	}()
	answer, r.err = c.ask()
}

// bearer returns what is in the token of a source.
func bearer(answer *oauth2.Token) (Token, time.Time, error) {
	if answer == nil || answer.AccessToken == "" {
		return Token{}, time.Time{}, errSourceEmpty
	}
	if answer.Type() != "Bearer" {
		return Token{}, time.Time{}, errTokenType
	}
	token := NewToken(answer.AccessToken)
	if err := checkToken(token); err != nil {
		return Token{}, time.Time{}, err
	}
	return token, answer.Expiry, nil
}

// drop forgets token, unless there is another one by now.
func (c *tokenCache) drop(token Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token.Reveal() == token.Reveal() {
		c.token = Token{}
	}
}

// TokenError says that the source of WithTokenSource gave no token. The attempt was not sent. It is ErrNoToken too.
//
// It prints of an *oauth2.RetrieveError status and error code, of a fault of the network what failed, and of any other
// cause its type only, because requests for a token and replies to them hold secrets. The whole cause can be unwrapped.
type TokenError struct {
	Attempts int // how often the request was sent before

	cause func() error
}

// Error returns what may be shown of the cause.
func (e *TokenError) Error() string {
	const what = "client: the token source gave no token: "
	cause := e.Unwrap()
	var (
		answer  *oauth2.RetrieveError
		network *net.OpError
	)
	switch {
	case errors.As(cause, &answer):
		return what + describeRetrieval(answer)
	case errors.As(cause, &network):
		return what + network.Error()
	}
	for _, known := range []error{errSourcePanicked, errSourceEmpty, errTokenType, errTokenText, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(cause, known) {
			return what + known.Error()
		}
	}
	return fmt.Sprintf("%sit returned a %T", what, cause)
}

// Is reports whether target is ErrNoToken.
func (e *TokenError) Is(target error) bool { return target == ErrNoToken }

// Unwrap returns what the source returned.
func (e *TokenError) Unwrap() error {
	if e.cause == nil {
		return nil
	}
	return e.cause()
}

// Format prints the error as Error does, whatever the verb.
func (e *TokenError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

func describeRetrieval(e *oauth2.RetrieveError) string {
	text := "its server refused"
	if e.Response != nil {
		text = "its server answered " + strconv.Itoa(e.Response.StatusCode)
	}
	notInCode := func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }
	if code := e.ErrorCode; code != "" && len(code) <= 32 && !strings.ContainsFunc(code, notInCode) {
		text += " (" + code + ")"
	}
	return text
}
