package wire

import (
	"errors"
	"fmt"
	"net/http"

	"example.com/oxgroups/api/validate"
)

// BodyError says why a body was not taken. It was not read to its end, so the reply should say "Connection: close".
type BodyError struct {
	status  int
	message string
	cause   error
}

// Error returns the reason. It never repeats what the body says.
func (e *BodyError) Error() string { return e.message }

// Status returns the status that fits: 400 for a broken connection or broken chunks, 408 for a body that came too slowly, 413 for one
// that is too large, 415 for one of another media type, charset or encoding.
func (e *BodyError) Status() int { return e.status }

// Unwrap returns the error of the connection, if there was one.
func (e *BodyError) Unwrap() error { return e.cause }

func tooLarge(limit int64) *BodyError {
	return &BodyError{status: http.StatusRequestEntityTooLarge, message: fmt.Sprintf("the body must have at most %d bytes", limit)}
}

// RequestError is a request whose parameters or body break the spec. errors.As finds a *validate.SyntaxError and a
// validate.Violations in it.
type RequestError struct {
	Syntax     *validate.SyntaxError // why the body is not JSON, or no form; nil where it is
	Violations validate.Violations   // of the parameters, then of the body
}

// Error returns what is wrong, a line each.
func (e *RequestError) Error() string { return errors.Join(e.Unwrap()...).Error() }

// Unwrap returns the syntax error and the violations, as far as there are any.
func (e *RequestError) Unwrap() (list []error) {
	if e.Syntax != nil {
		list = append(list, e.Syntax)
	}
	if len(e.Violations) > 0 {
		list = append(list, e.Violations)
	}
	return list
}

// Problems collects what is wrong with the parts of a request. The zero value has none.
type Problems struct {
	found RequestError
	other error
}

// Add adds what the reading of a part returned: nil, a *validate.SyntaxError, a validate.Violations, or another error, which Err
// then returns as it is.
func (p *Problems) Add(err error) {
	if err == nil {
		return
	}
	if syntax, ok := errors.AsType[*validate.SyntaxError](err); ok {
		p.found.Syntax = syntax
	} else if violations, ok := errors.AsType[validate.Violations](err); ok {
		p.found.Violations = append(p.found.Violations, violations...)
	} else {
		p.other = errors.Join(p.other, err)
	}
}

// Err returns a *RequestError with all problems, or nil if there are none.
func (p *Problems) Err() error {
	if p.other != nil || len(p.found.Unwrap()) == 0 {
		return p.other
	}
	found := p.found
	return &found
}

// StatusError is an error with the status that it is answered with: what an authenticator or a handler of net/http returns.
type StatusError struct {
	Code    int
	Message string // for the client
}

// Error returns the message.
func (e *StatusError) Error() string { return e.Message }

// Status returns the status.
func (e *StatusError) Status() int { return e.Code }

// WriteError answers an error in plain text: 400 with what is wrong for a *RequestError, the status of a *BodyError or a *StatusError, and
// 500 for all others, of which it tells nothing. It is for servers of net/http that have no error handler of their own.
func WriteError(w http.ResponseWriter, _ *http.Request, err error) {
	status, message := http.StatusInternalServerError, http.StatusText(http.StatusInternalServerError)
	var body *BodyError
	var request *RequestError
	var other *StatusError
	switch {
	case errors.As(err, &request):
		status, message = http.StatusBadRequest, request.Error()
	case errors.As(err, &body):
		status, message = body.Status(), body.Error()
		w.Header().Set("Connection", "close")
	case errors.As(err, &other):
		status, message = other.Code, other.Message
	}
	http.Error(w, message, status)
}
