package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/validate"
)

// Errors by the status of a reply, for errors.Is. A reply is at most one of them; other statuses are none.
var (
	ErrSyntax               = errors.New("client: the API could not read the request")                   // 400 with a reason of type "syntax"
	ErrValidation           = errors.New("client: the update is not valid")                              // 400 with a reason of type "validation", or a *ValidationError
	ErrBadRequest           = errors.New("client: bad request, for a reason that the API does not give") // other 400: of something in front of the API
	ErrUnauthorized         = errors.New("client: not authorised")                                       // 401: the token is not known
	ErrForbidden            = errors.New("client: forbidden")                                            // 403: the token may not write
	ErrNotFound             = errors.New("client: not found")                                            // 404: no such group in the account, or a wrong base URL
	ErrMethodNotAllowed     = errors.New("client: method not allowed")                                   // 405: a wrong base URL, or a proxy changed the method
	ErrTooLarge             = errors.New("client: the request is too large")                             // 413
	ErrUnsupportedMediaType = errors.New("client: unsupported media type")                               // 415
	ErrRefused              = errors.New("client: the update was refused")                               // 422, or 200 with errors: the name is taken, for example
	ErrTooManyRequests      = errors.New("client: too many requests")                                    // 429
	ErrHeaderTooLarge       = errors.New("client: the request header is too large")                      // 431
	ErrUnavailable          = errors.New("client: the API is unavailable")                               // 502, 503, 504, 520 to 525, 530
	ErrInternal             = errors.New("client: the API failed")                                       // other 5xx
	ErrRedirect             = errors.New("client: the API redirects")                                    // 3xx: a wrong base URL, or a login in between
)

// sentinels has the statuses that mean one thing whatever the body says. Those above 511 are Cloudflare's.
var sentinels = map[int]error{
	401: ErrUnauthorized, 403: ErrForbidden, 404: ErrNotFound, 405: ErrMethodNotAllowed, 413: ErrTooLarge, 415: ErrUnsupportedMediaType,
	422: ErrRefused, 429: ErrTooManyRequests, 431: ErrHeaderTooLarge, 502: ErrUnavailable, 503: ErrUnavailable, 504: ErrUnavailable,
	520: ErrUnavailable, 521: ErrUnavailable, 522: ErrUnavailable, 523: ErrUnavailable, 524: ErrUnavailable, 525: ErrUnavailable, 530: ErrUnavailable,
}

// Errors of a call without a usable reply. Those of the second group come beside another one.
var (
	ErrBadResponse      = errors.New("client: the reply is not the API's answer; the update may have been applied") // 2xx that is not JSON or has no group
	ErrResponseTooLarge = errors.New("client: the reply is too large")                                              // longer than WithMaxResponseBytes
	ErrConnection       = errors.New("client: no reply from the API")                                               // the update may have been applied, unless Attempts is 0
	ErrLimiter          = errors.New("client: the rate limiter lets no request pass")                               // its Wait returned an error; nothing was sent

	ErrTimeout     = errors.New("client: no reply in time; the request was sent and may still be applied") // not repeated for that reason
	ErrRetryBudget = errors.New("client: not sent again: the retry budget is used up")
)

// Problem is one reason for a refusal.
type Problem struct {
	Type    string // "syntax", "validation", "oauth", "system", another one, or "" if the reply has none
	Message string // for people
	Field   string // dotted if nested; "" if the reason is about no field
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

// Error is a reply that is not the result of the update. errors.Is compares it with the errors by status, and with
// ErrBadResponse, ErrResponseTooLarge and ErrRetryBudget.
//
// It prints status and reasons, never the body. If the API sends the token back, it is replaced in all fields.
type Error struct {
	StatusCode int
	Errors     []Problem     // every reason found in the body
	RequestID  string        // X-Request-Id, to be told to those who run the API
	RetryAfter time.Duration // how long the API asks to wait; 0: it does not
	Header     http.Header   `json:"-"`
	Body       []byte        `json:"-"` // whole, up to WithMaxResponseBytes
	Err        error         `json:"-"` // why the reply could not be used, apart from its status; or nil
	Tries
}

// newError returns the Error for a reply. cause is why body could not be used, or nil.
func newError(resp *http.Response, body []byte, token string, cause error) *Error {
	e := &Error{
		StatusCode: resp.StatusCode, RequestID: resp.Header.Get("X-Request-Id"), Header: resp.Header, Body: []byte(redact(string(body), token)), Err: cause,
	}
	e.RetryAfter, _ = retryAfter(resp.Header, time.Now())
	for _, p := range reasons(resp.StatusCode, resp.Header.Get("Content-Type"), body) {
		e.Errors = append(e.Errors, Problem{redact(p.Type, token), redact(p.Message, token), redact(p.Field, token)})
	}
	return e
}

// Error returns status, reasons, request id and number of attempts.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("client: the API answered " + strings.TrimSpace(strconv.Itoa(e.StatusCode)+" "+http.StatusText(e.StatusCode)))
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	if e.StatusCode/100 == 2 && e.Err == nil {
		b.WriteString(", but refused the update")
	}
	if target, err := url.Parse(e.Header.Get("Location")); e.StatusCode/100 == 3 && err == nil && target.Host != "" {
		b.WriteString(", a redirect to " + target.Host + "; is the base URL that of the API?")
	}
	if len(e.Errors) > 0 {
		b.WriteString(": " + joinProblems(e.Errors))
	}
	if e.Err != nil {
		b.WriteString(": " + strings.TrimPrefix(e.Err.Error(), "client: "))
	}
	return b.String() + e.Tries.text()
}

// Unwrap returns Err and GaveUp.
func (e *Error) Unwrap() []error {
	return slices.DeleteFunc([]error{e.Err, e.GaveUp}, func(err error) bool { return err == nil })
}

// Is reports whether target is the error for the status of e.
func (e *Error) Is(target error) bool { return target == e.sentinel() }

func (e *Error) sentinel() error {
	if err := sentinels[e.StatusCode]; err != nil {
		return err
	}
	switch {
	case e.Err != nil:
		return nil // it says what it is itself
	case e.StatusCode == http.StatusBadRequest:
		for _, p := range e.Errors {
			if p.Type == "syntax" {
				return ErrSyntax
			} else if p.Type == "validation" {
				return ErrValidation
			}
		}
		return ErrBadRequest
	case e.StatusCode/100 == 2:
		return ErrRefused
	case e.StatusCode/100 == 3:
		return ErrRedirect
	case e.StatusCode >= 500:
		return ErrInternal
	}
	return nil
}

// Format prints the error as Error does for every verb, so that none prints the body.
func (e *Error) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// TransportError is a call that has no reply. errors.Is compares it with ErrConnection, ErrTimeout, ErrLimiter,
// ErrNoToken, ErrRetryBudget, and context.Canceled or context.DeadlineExceeded if the context ended. errors.As finds the
// error of the network or of the token source, and the *Error of the last attempt if the context ended after it.
//
// It does not print the token, nor what a token source put into its error beyond status and error code.
type TransportError struct {
	Tries
	text    string
	causes  []error
	passing bool // the same request may succeed later
}

// newTransportError returns the error that is all of causes. Its text is theirs.
func newTransportError(token string, causes ...error) *TransportError {
	texts := make([]string, len(causes))
	for i, cause := range causes {
		texts[i] = strings.TrimPrefix(cause.Error(), "client: ")
	}
	return &TransportError{text: redact("client: "+strings.Join(texts, ": "), token), causes: causes}
}

// noReply returns the error for an attempt that err ended. It tells a context that the caller ended from a fault of the
// network.
func noReply(ctx context.Context, token string, err error, sent bool) *TransportError {
	if ended := ctx.Err(); ended != nil {
		return newTransportError(token, contextCauses(ctx, ended, err)...)
	}
	e := newTransportError(token, ErrConnection, err)
	if sent && isTimeout(err) {
		e = newTransportError(token, ErrConnection, ErrTimeout, err)
	}
	e.passing = passing(err, sent)
	return e
}

// contextCauses returns why ctx ended, and err if it says more.
func contextCauses(ctx context.Context, ended, err error) []error {
	causes := []error{ended}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(ended, cause) {
		causes = append(causes, cause)
	}
	if err != nil && !errors.Is(ended, err) {
		causes = append(causes, err)
	}
	return causes
}

// Error returns the causes, without the token.
func (e *TransportError) Error() string { return e.text + e.Tries.text() }

// Unwrap returns the causes.
func (e *TransportError) Unwrap() []error {
	if e.GaveUp != nil {
		return append(slices.Clip(e.causes), e.GaveUp)
	}
	return e.causes
}

// Format prints the error as Error does for every verb.
func (e *TransportError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// Tries says how often a request was sent. Error and TransportError have it.
type Tries struct {
	Attempts  int   // 0: the request was not sent, so the update was not applied
	Throttled bool  // an attempt was answered with 429
	GaveUp    error `json:"-"` // why the request was not sent again although the error may pass; or nil
}

func (t *Tries) tries() *Tries { return t }

// text returns how often a request was sent, if more than once, and why not again.
func (t *Tries) text() (text string) {
	if t.Attempts > 1 {
		text = " (attempt " + strconv.Itoa(t.Attempts) + ")"
	}
	if t.GaveUp != nil {
		text += "; " + strings.TrimPrefix(t.GaveUp.Error(), "client: ")
	}
	return text
}

// triesOf returns the Tries of an error, or nil.
func triesOf(err error) *Tries {
	var e interface{ tries() *Tries }
	if !errors.As(err, &e) {
		return nil
	}
	return e.tries()
}

// Attempts returns how often the request of the call that ended with err was sent: 0 if the call ended before that, and
// for errors of other packages.
func Attempts(err error) int {
	if t := triesOf(err); t != nil {
		return t.Attempts
	}
	return 0
}

// stamp writes the tally into err and returns it.
func (n *tally) stamp(err error) error {
	if answer, ok := err.(*Error); ok && answer.StatusCode == http.StatusTooManyRequests {
		n.throttled = true
	}
	if t := triesOf(err); t != nil {
		t.Attempts, t.Throttled = n.attempts, n.throttled
	}
	return err
}

// ValidationError is an update that breaks rules of the API. It was not sent. errors.Is compares it with ErrValidation.
type ValidationError struct {
	// Violations are all that were found, with pointers relative to the update: "/external_reference/status".
	Violations validate.Violations
}

// Error returns the fields with the rules that they break, not their values.
func (e *ValidationError) Error() string {
	return "client: the update is not valid: " + joinProblems(e.Problems())
}

// Is reports whether target is ErrValidation.
func (e *ValidationError) Is(target error) bool { return target == ErrValidation }

// Unwrap returns the violations.
func (e *ValidationError) Unwrap() error { return e.Violations }

// Problems returns the violations as the API would list them.
func (e *ValidationError) Problems() []Problem {
	problems := make([]Problem, len(e.Violations))
	for i, v := range e.Violations {
		problems[i] = Problem{Type: "validation", Field: v.Field(), Message: v.Message}
	}
	return problems
}
