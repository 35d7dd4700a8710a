package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// Errors of a call that are about its transport.
var (
	// ErrConnection says that no whole reply came: the API could not be reached, or the connection broke, or the timeout
	// of WithTimeout ran out. Whether the update was applied is not known. The cause can be unwrapped.
	ErrConnection = errors.New("client: no reply from the API")
	// ErrResponseTooLarge says that the reply was longer than WithMaxResponseBytes allows, or that its header was longer
	// than 1 MiB, or what the http.Client of WithHTTPClient allows.
	ErrResponseTooLarge = errors.New("client: the reply is too large")
)

// CallError is a call that ended without a reply to return. errors.Is tells why: it is ErrConnection, ErrLimiter or
// ErrResponseTooLarge (the header is meant then), or the error of the context, context.Canceled or context.DeadlineExceeded, and its cause. errors.As finds the *Error of
// the last attempt when the context ended while the call waited to try again, and the error of the network.
//
// It prints no token.
type CallError struct {
	Attempts  int  // how often the request was sent; after 0 the update was surely not applied
	Throttled bool // an attempt was answered with 429

	text string
	// causes is a function, like the text of a Token: what middleware or a source of tokens put into an error is not
	// found by printers that ignore methods.
	causes func() []error
}

// newCallError returns the error that is all of causes. They make up its text.
func newCallError(token Token, causes ...error) *CallError {
	texts := make([]string, len(causes))
	for i, cause := range causes {
		texts[i] = strings.TrimPrefix(cause.Error(), "client: ")
	}
	return &CallError{
		text:   token.redact("client: " + strings.Join(texts, ": ")),
		causes: func() []error { return causes },
	}
}

// Error returns what happened, without the token.
func (e *CallError) Error() string { return e.text }

// Unwrap returns the causes.
func (e *CallError) Unwrap() []error {
	if e.causes == nil {
		return nil
	}
	return e.causes()
}

// Format prints the error as Error does, whatever the verb.
func (e *CallError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// LogValue returns the error as a group.
func (e *CallError) LogValue() slog.Value {
	return slog.GroupValue(slog.String("error", e.text), slog.Int("attempts", e.Attempts))
}

// noReply returns the error for an attempt that err ended. It keeps a context that the caller ended apart from a fault of
// the network.
func noReply(ctx context.Context, token Token, err error) error {
	if ended := ctx.Err(); ended != nil {
		return newCallError(token, causes(ctx, ended, err)...)
	}
	if strings.Contains(innermost(err).Error(), "response headers exceeded") { // net/http has no type for it
		return newCallError(token, ErrResponseTooLarge, err)
	}
	return newCallError(token, ErrConnection, err)
}

// causes returns why ctx ended and what err says beside it.
func causes(ctx context.Context, ended, err error) []error {
	all := []error{ended}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(ended, cause) {
		all = append(all, cause)
	}
	if !errors.Is(ended, err) {
		all = append(all, err)
	}
	return all
}

// isFault reports whether err is a fault of the connection that may pass: not of two ends that do not understand or trust
// each other, and not an error that middleware made up.
func isFault(err error) bool {
	if !errors.Is(err, ErrConnection) || isLasting(err) {
		return false
	}
	var (
		marked    networkError
		inNet     net.Error
		inSystem  syscall.Errno
		located   *url.Error // a net.Error itself, whatever it wraps
		beneath   = err
		cutShort  = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		isClosing = errors.Is(err, net.ErrClosed)
	)
	if errors.As(err, &located) {
		beneath = located.Err
	}
	return cutShort || isClosing || errors.As(err, &marked) || errors.As(err, &inSystem) || errors.As(beneath, &inNet)
}

// isLasting reports whether the next attempt would fail alike.
func isLasting(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		address     *net.AddrError
		name        *net.DNSError
		operation   *net.OpError
	)
	switch {
	case errors.As(err, &certificate), errors.As(err, &record), errors.As(err, &authority), errors.As(err, &hostname),
		errors.As(err, &invalid), errors.As(err, &address), errors.Is(err, http.ErrSchemeMismatch):
		return true
	case errors.As(err, &name):
		return name.IsNotFound
	case errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error"):
		return true // an alert of TLS
	}
	// What is left has no type.
	text := innermost(err).Error()
	return strings.HasPrefix(text, "tls: ") || strings.HasPrefix(text, "unsupported protocol scheme")
}

// innermost follows the last of the errors that each error wraps.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			if list := many.Unwrap(); len(list) > 0 {
				next = list[len(list)-1]
			}
		}
		if next == nil {
			return err
		}
		err = next
	}
}
