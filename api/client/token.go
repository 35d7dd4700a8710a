package client

import (
	"fmt"
	"io"
	"log/slog"
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
