package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"

	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// The types of errors that the API has.
const (
	typeSyntax     = "syntax"
	typeValidation = "validation"
	typeOAuth      = "oauth"
	typeSystem     = "system"
)

// statuses has the type and the message of each status that is answered without a list of fields, and the statuses with
// which net/http refuses what is not a request.
var statuses = map[int]model.Error{
	http.StatusBadRequest:                  {Type: typeSyntax, Message: "The request is malformed"},
	http.StatusUnauthorized:                {Type: typeOAuth, Message: "Invalid OAuth 2 Request"},
	http.StatusForbidden:                   {Type: typeOAuth, Message: "This token may only read"},
	http.StatusNotFound:                    {Type: typeSystem, Message: "Record not found"},
	http.StatusMethodNotAllowed:            {Type: typeSystem, Message: "Method not allowed"},
	http.StatusRequestEntityTooLarge:       {Type: typeSystem, Message: "The request body is too large"},
	http.StatusUnsupportedMediaType:        {Type: typeSystem, Message: "Content-Type must be application/json (UTF-8) or application/x-www-form-urlencoded"},
	http.StatusExpectationFailed:           {Type: typeSystem, Message: "The only expectation that can be met is 100-continue"},
	http.StatusTooManyRequests:             {Type: typeSystem, Message: "Too many requests"},
	http.StatusRequestHeaderFieldsTooLarge: {Type: typeSystem, Message: "Request header fields too large"},
	http.StatusInternalServerError:         {Type: typeSystem, Message: "Internal server error"},
	http.StatusNotImplemented:              {Type: typeSystem, Message: "The transfer coding is not supported"},
	http.StatusServiceUnavailable:          {Type: typeSystem, Message: "Service unavailable"},
	http.StatusHTTPVersionNotSupported:     {Type: typeSystem, Message: "The HTTP version is not supported"},
}

// codes has the status of each error of the domain. Refused always comes with its reasons.
var codes = map[group.Code]int{
	group.Unauthorized: http.StatusUnauthorized,
	group.Forbidden:    http.StatusForbidden,
	group.NotFound:     http.StatusNotFound,
	group.Refused:      http.StatusUnprocessableEntity,
	group.Unavailable:  http.StatusServiceUnavailable,
	group.Internal:     http.StatusInternalServerError,
}

// headers has what a status asks for: RFC 9110, sections 11.6.1 and 10.2.3.
var headers = map[int][2]string{
	http.StatusUnauthorized:       {"WWW-Authenticate", "Bearer"},
	http.StatusTooManyRequests:    {"Retry-After", "1"},
	http.StatusServiceUnavailable: {"Retry-After", "1"},
}

// refusal is a request that gets the reply of a status.
type refusal struct {
	status  int
	message string    // "": that of the status
	header  [2]string // name and value of one field beside that of the status
}

// Error describes the refusal for a log.
func (r *refusal) Error() string { return strconv.Itoa(r.status) + " " + http.StatusText(r.status) }

// reply is what a caller gets for an error.
type reply struct {
	status int
	errors []model.Error
	header [2]string
}

// replyTo is the one table from errors to replies. No message has anything of the request or of the inside.
func replyTo(err error) reply {
	if list, ok := badRequest(err); ok {
		return reply{status: http.StatusBadRequest, errors: list}
	}
	var (
		refused *refusal
		domain  *group.Error
		tooLong *http.MaxBytesError
		routing *echo.HTTPError
	)
	switch {
	case errors.As(err, &refused):
		r := replyWith(refused.status)
		r.header = refused.header
		if refused.message != "" {
			r.errors[0].Message = refused.message
		}
		return r
	case errors.As(err, &tooLong):
		r := replyWith(http.StatusRequestEntityTooLarge)
		r.errors[0].Message = "The request body is larger than " + strconv.FormatInt(tooLong.Limit, 10) + " bytes"
		return r
	case errors.As(err, &domain):
		status := codes[domain.Code]
		if len(domain.Problems) > 0 {
			return reply{status: status, errors: problemErrors(domain.Problems)}
		}
		return replyWith(status)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return replyWith(http.StatusServiceUnavailable)
	case errors.As(err, &routing):
		return replyWith(routing.Code)
	}
	return replyWith(http.StatusInternalServerError)
}

// badRequest returns the errors of a request that the spec or the syntax forbids; all parts of it together.
func badRequest(err error) (list []model.Error, ok bool) {
	switch err := err.(type) {
	case validate.Violations:
		return violationErrors(err), true
	case *validate.SyntaxError:
		return []model.Error{{Type: typeSyntax, Message: err.Error()}}, true
	case interface{ Unwrap() []error }:
		for _, part := range err.Unwrap() {
			errs, ok := badRequest(part)
			if !ok {
				return nil, false
			}
			list = append(list, errs...)
		}
		return list, true
	}
	return nil, false
}

// replyWith returns the reply that a status has by itself. A status that is not in the table is a defect.
func replyWith(status int) reply {
	e, ok := statuses[status]
	if !ok {
		status = http.StatusInternalServerError
		e = statuses[status]
	}
	return reply{status: status, errors: []model.Error{e}}
}

// ErrorBody returns the JSON that says no more of an error than its status, for what answers in the server's place.
func ErrorBody(status int) []byte {
	e, ok := statuses[status]
	if !ok {
		e = model.Error{Type: typeSystem, Message: cmp.Or(http.StatusText(status), "Status "+strconv.Itoa(status))}
	}
	return reply{errors: []model.Error{e}}.appendBody(nil)
}

// appendBody appends the JSON of the reply.
func (r reply) appendBody(b []byte) []byte {
	return encoded(validator.AppendErrors(b, &model.Errors{Errors: r.errors}))
}
