package client

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// maxErrorBody bounds Error.Body.
const maxErrorBody = 64 << 10

// Error is a reply that is not the result that was asked for. errors.Is tells which row of the API's error table it is;
// see ErrSyntax and the variables beside it.
//
// It prints what the API said is wrong, and never the body or the token. Should the API send the token back, it is
// replaced in all fields.
type Error struct {
	StatusCode int
	Errors     []Problem     // every reason the API gave, in its order
	RequestID  string        // X-Request-ID: what to tell those who run the API
	RetryAfter time.Duration // how long the API asks to wait; 0: it does not say
	Attempts   int           // how often the request was sent
	Throttled  bool          // one of the attempts was answered with 429
	Header     http.Header   `json:"-"` // of the reply
	// Body is the start of the reply, up to 64 KiB, where it is not what the API's description says: an HTML page of a
	// proxy, for example.
	Body []byte `json:"-"`
	// Err is why a reply could not be used, where that is not because of its status; else nil.
	Err error `json:"-"`

	received time.Time
}

// Problem is one reason.
type Problem struct {
	Type    string // "syntax", "validation", "oauth", "system"; new ones may come
	Message string // for people
	Field   string // dotted where it is nested; "" where the error is about no field
}

// String returns the field, if there is one, and the message.
func (p Problem) String() string {
	if p.Field == "" {
		return p.Message
	}
	return p.Field + ": " + p.Message
}

func joinProblems(problems []Problem) string {
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "; ")
}

// Error returns status, reasons and request id.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("client: the API answered " + strconv.Itoa(e.StatusCode))
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	if len(e.Errors) > 0 {
		b.WriteString(": " + joinProblems(e.Errors))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Format prints the error as Error does, whatever the verb, so that no verb prints the body.
func (e *Error) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// LogValue returns the error as a group without body and header.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("status", e.StatusCode),
		slog.String("request_id", e.RequestID),
		slog.Int("attempts", e.Attempts),
		slog.String("errors", joinProblems(e.Errors)),
	)
}

// RateLimit returns what the reply tells of the limit on requests; ok is false where it tells nothing.
func (e *Error) RateLimit() (limit RateLimit, ok bool) { return readRateLimit(e.Header, e.received) }

// requestID returns X-Request-Id without the token.
func (r *reply) requestID() string { return r.token.redact(r.header.Get("X-Request-Id")) }

// newError returns the Error for r; cause is why its body is not what it should be.
func newError(r *reply, cause error) *Error {
	e := &Error{
		StatusCode: r.status,
		RequestID:  r.requestID(),
		RetryAfter: retryAfter(r.header, r.received),
		Attempts:   r.attempts,
		Throttled:  r.throttled,
		Header:     redactHeader(r.header, r.token.redact),
		Err:        cause,
		received:   r.received,
	}
	if cause == nil {
		e.Errors = problems(r, r.token.redact)
	}
	if e.Errors == nil {
		e.Body = []byte(r.token.redact(string(r.body)))
		e.Body = bytes.Clone(e.Body[:min(len(e.Body), maxErrorBody)])
	}
	return e
}

func redactHeader(header http.Header, redact func(string) string) http.Header {
	out := make(http.Header, len(header))
	for key, values := range header {
		for _, value := range values {
			out[key] = append(out[key], redact(value))
		}
	}
	return out
}

// problems returns the reasons in the body, or nil where the body is not a list of reasons.
func problems(r *reply, redact func(string) string) []Problem {
	var doc model.Errors
	if err := validator.DecodeErrors(r.body, &doc); err != nil || len(doc.Errors) == 0 {
		return nil
	}
	out := make([]Problem, len(doc.Errors))
	for i, e := range doc.Errors {
		out[i] = Problem{Type: redact(e.Type), Message: redact(e.Message)}
		if e.Field != nil {
			out[i].Field = redact(*e.Field)
		}
	}
	return out
}
