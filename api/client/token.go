package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

const redacted = "[redacted]"

// longToken is the length from which a token is not part of other text by accident.
const longToken = 8

// redact replaces the token in text; a short one only where it stands alone, so that "demo" does not spoil "demolition".
func redact(text, token string) string {
	switch {
	case token == "" || !strings.Contains(text, token):
		return text
	case len(token) >= longToken:
		return strings.ReplaceAll(text, token, redacted)
	}
	return regexp.MustCompile(`\b`+regexp.QuoteMeta(token)+`\b`).ReplaceAllLiteralString(text, redacted)
}

func redactHeader(header http.Header, token string) {
	for _, values := range header {
		for i, value := range values {
			values[i] = redact(value, token)
		}
	}
}

func checkToken(token string) error {
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return sourceFault("the token has a character that a token cannot have, such as a space or a line feed")
	}
	return nil
}

// earlyBy is how long before its expiry a token is no longer used, as in package oauth2.
const earlyBy = 10 * time.Second

// tokenCache remembers the token of a source, and asks for a new one once for all calls that wait.
type tokenCache struct {
	source oauth2.TokenSource

	mu      sync.Mutex
	token   string // "": none, or one that the API refused
	expiry  time.Time
	pending *refresh
}

// refresh is one request to the source. Its result may be read when done is closed.
type refresh struct {
	done  chan struct{}
	token string
	err   error
}

// get returns a token that is good, the error of the source, or ctx.Err() if ctx ends first.
func (c *tokenCache) get(ctx context.Context) (string, error) {
	c.mu.Lock()
	if c.token != "" && (c.expiry.IsZero() || time.Until(c.expiry) > earlyBy) {
		defer c.mu.Unlock()
		return c.token, nil
	}
	r := c.pending
	if r == nil {
		// In a goroutine, because a source takes no context. It ends when the source answers.
		r = &refresh{done: make(chan struct{})}
		c.pending = r
		go c.refresh(r)
	}
	c.mu.Unlock()
	select {
	case <-r.done:
		return r.token, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// sourceFault is what can be wrong with the answer of a token source.
type sourceFault string

func (f sourceFault) Error() string { return string(f) }

// refresh asks the source and hands the answer to all calls that wait.
func (c *tokenCache) refresh(r *refresh) {
	var expiry time.Time
	r.err = sourceFault("it panicked") // the value of the panic is dropped: it may be a secret
	defer func() {
		_ = recover()
		c.mu.Lock()
		c.token, c.expiry, c.pending = r.token, expiry, nil
		c.mu.Unlock()
		close(r.done)
	}()
	answer, err := c.source.Token()
	switch {
	case err != nil:
		r.err = err
	case answer == nil || answer.AccessToken == "":
		r.err = sourceFault("it returned no token")
	case answer.Type() != "Bearer":
		r.err = sourceFault("its token is not of the type Bearer")
	default:
		if r.err = checkToken(answer.AccessToken); r.err == nil {
			r.token, expiry = answer.AccessToken, answer.Expiry
		}
	}
}

// drop forgets token, unless it was replaced meanwhile.
func (c *tokenCache) drop(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token = ""
	}
}

// sourceError is an error of a token source. Requests for tokens and their replies contain secrets, so of an error that is
// not known it prints only the type, and of an *oauth2.RetrieveError the status.
type sourceError struct{ error }

func (e sourceError) Unwrap() error { return e.error }

// Error returns what may be shown of the error.
func (e sourceError) Error() string {
	var (
		answer  *oauth2.RetrieveError
		network *net.OpError
		fault   sourceFault
		text    = fmt.Sprintf("it returned a %T", e.error)
	)
	switch {
	case errors.As(e.error, &answer) && answer.Response != nil:
		text = "its server answered " + strconv.Itoa(answer.Response.StatusCode)
	case errors.As(e.error, &network):
		text = network.Error()
	case errors.As(e.error, &fault):
		text = string(fault)
	case errors.Is(e.error, context.DeadlineExceeded):
		text = context.DeadlineExceeded.Error()
	}
	return "the token source gave no token: " + text
}
