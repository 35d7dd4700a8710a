package client

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const redacted = "[redacted]"

// Token is an OAuth 2 access token that does not show itself: fmt with every verb, encoding/json, encoding and log/slog
// give "[redacted]". The zero Token is no token.
//
// The text is held by a function, so that printers that use reflection and ignore methods do not find it either.
type Token struct {
	reveal func() string
}

var (
	_ fmt.Formatter  = Token{}
	_ fmt.GoStringer = Token{}
	_ slog.LogValuer = Token{}
)

// NewToken returns text as a Token.
func NewToken(text string) Token {
	if text == "" {
		return Token{}
	}
	return Token{reveal: func() string { return text }}
}

// Reveal returns the text of the token, or "" for the zero Token.
func (t Token) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// IsZero reports whether there is no token.
func (t Token) IsZero() bool { return t.reveal == nil }

// String returns "[redacted]".
func (t Token) String() string { return redacted }

// GoString returns "[redacted]".
func (t Token) GoString() string { return redacted }

// Format writes "[redacted]" for every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns "[redacted]".
func (t Token) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]"; encoding/json uses it.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText makes text the token, so that a Token can be a field of a configuration.
func (t *Token) UnmarshalText(text []byte) error {
	*t = NewToken(string(text))
	return nil
}

// redact returns text with the token replaced.
func (t Token) redact(text string) string {
	if secret := t.Reveal(); secret != "" {
		return strings.ReplaceAll(text, secret, redacted)
	}
	return text
}

var errTokenText = errors.New("the token has a character that a token cannot have, such as a space or a line feed")

func checkToken(t Token) error {
	if strings.ContainsFunc(t.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errTokenText
	}
	return nil
}
