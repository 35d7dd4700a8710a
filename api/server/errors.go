package server

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/wire"
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

// statuses has the type and the message of each status that is answered without a list of fields.
var statuses = map[int]model.Error{
	http.StatusBadRequest:            {Type: typeSyntax, Message: "The body could not be read to its end"},
	http.StatusUnauthorized:          {Type: typeOAuth, Message: "Invalid OAuth 2 Request"},
	http.StatusForbidden:             {Type: typeOAuth, Message: "This token may only read"},
	http.StatusNotFound:              {Type: typeSystem, Message: "Record not found"},
	http.StatusMethodNotAllowed:      {Type: typeSystem, Message: "Method not allowed"},
	http.StatusRequestTimeout:        {Type: typeSystem, Message: "The body did not come in time"},
	http.StatusRequestEntityTooLarge: {Type: typeSystem, Message: "The request body is too large"},
	http.StatusUnsupportedMediaType:  {Type: typeSystem, Message: "Content-Type must be application/json (UTF-8) or application/x-www-form-urlencoded"},
	http.StatusTooManyRequests:       {Type: typeSystem, Message: "Too many requests"},
	http.StatusInternalServerError:   {Type: typeSystem, Message: "Internal server error"},
	http.StatusServiceUnavailable:    {Type: typeSystem, Message: "Service unavailable"},
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

// refusal is a request that gets the reply of a status.
type refusal struct {
	status  int
	message string    // "": that of the status
	header  [2]string // name and value of one field
}

// Error describes the refusal for a log.
func (r *refusal) Error() string { return strconv.Itoa(r.status) + " " + http.StatusText(r.status) }

// reply is what a caller gets for an error.
type reply struct {
	status     int
	errors     []model.Error
	header     [2]string     // name and value of one field; none where the name is ""
	retryAfter time.Duration // 0: not said
	bodyRead   bool          // the error came after the whole body was read
	why        reasons       // for metrics, log and journal
}

// replyTo is the one table from errors to replies. No message has anything of the request or of the inside.
func replyTo(err error) reply {
	var (
		request *wire.RequestError
		body    *wire.BodyError
		bounds  *boundsError
		limited *limitError
		refused *refusal
		domain  *group.Error
		routing *echo.HTTPError
	)
	switch {
	case errors.As(err, &request):
		why := reasons{syntax: request.Syntax, violations: request.Violations}
		return reply{status: http.StatusBadRequest, errors: requestErrors(request), bodyRead: true, why: why}
	case errors.As(err, &bounds):
		list := validate.Violations{bounds.violation}
		return reply{status: http.StatusBadRequest, errors: violationErrors(list), why: reasons{violations: list}}
	case errors.As(err, &body):
		return replyWith(body.Status(), body.Error())
	case errors.As(err, &limited):
		r := replyWith(limited.status, "")
		r.retryAfter, r.why.limit = limited.retryAfter, limited.limit
		return r
	case errors.As(err, &refused):
		r := replyWith(refused.status, refused.message)
		r.header = refused.header
		return r
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return replyWith(http.StatusServiceUnavailable, "")
	case errors.As(err, &domain) && len(domain.Problems) > 0:
		return reply{status: codes[domain.Code], errors: problemErrors(domain.Problems), why: reasons{refused: domain.Problems}}
	case errors.As(err, &domain):
		return replyWith(codes[domain.Code], "")
	case errors.As(err, &routing) && routing.Code == http.StatusNotFound:
		return replyWith(http.StatusNotFound, "No such path")
	case errors.As(err, &routing):
		return replyWith(routing.Code, "")
	}
	return replyWith(http.StatusInternalServerError, "")
}

// replyWith returns the reply of a status, with a message in place of its own if there is one. A status that is not in the
// table is a defect.
func replyWith(status int, message string) reply {
	e, ok := statuses[status]
	if !ok {
		status, message = http.StatusInternalServerError, ""
		e = statuses[status]
	}
	e.Message = cmp.Or(message, e.Message)
	r := reply{status: status, errors: []model.Error{e}}
	if status == http.StatusServiceUnavailable {
		r.retryAfter = retrySoon
	}
	return r
}

// recoverPanics answers panics of what is inside.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				s.refuse(w.(*call), r, newPanicError(v))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// refuseRouted answers the errors of routing, of the wiring and of operations.
func (s *Server) refuseRouted(err error, c echo.Context) {
	x := callOf(c)
	if !errors.Is(err, echo.ErrNotFound) {
		x.route = c.Path()
	}
	if errors.Is(err, echo.ErrMethodNotAllowed) { // echo names OPTIONS too, which the spec does not have
		x.Header().Set("Allow", strings.ReplaceAll(x.Header().Get("Allow"), "OPTIONS, ", ""))
	}
	s.refuse(x, c.Request(), err)
}

// refuse answers with the reply to an error, unless another one has begun.
func (s *Server) refuse(x *call, r *http.Request, err error) {
	reply := replyTo(err)
	x.err, x.why = err, reply.why
	if x.status != 0 {
		x.broken = true
		return
	}
	h := x.Header()
	if reply.header[0] != "" {
		h.Set(reply.header[0], reply.header[1])
	}
	if reply.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(reply.retryAfter.Seconds()))))
	}
	if reply.status < http.StatusInternalServerError {
		s.limiter.slowDown(r.Context(), x.refusedKey())
	}
	if !reply.bodyRead && !x.bodyRead && r.ContentLength != 0 {
		x.closeAfter(r, reply.status)
	}
	body, err := validator.AppendErrors(nil, &model.Errors{Errors: reply.errors})
	if err != nil {
		x.broken = true // it fails on values that these types cannot have
		return
	}
	h.Set("Content-Type", echo.MIMEApplicationJSON)
	x.WriteHeader(reply.status)
	_, _ = x.Write(body) // where it fails the caller is gone
}

// closeAfter ends a connection of HTTP/1 after the reply: the rest of a body that was not read is not a request.
func (x *call) closeAfter(r *http.Request, status int) {
	if r.ProtoMajor == 1 {
		x.Header().Set("Connection", "close")
	}
	if status != http.StatusRequestTimeout { // which has waited enough
		x.limitRead(lingering)
	}
}

// ErrorBody returns the JSON that says no more of an error than its status, for what answers in the server's place.
func ErrorBody(status int) []byte {
	e, ok := statuses[status]
	if !ok {
		e = model.Error{Type: typeSystem, Message: cmp.Or(http.StatusText(status), "Status "+strconv.Itoa(status))}
	}
	body, _ := validator.AppendErrors(nil, &model.Errors{Errors: []model.Error{e}}) // fails on values that these types cannot have
	return body
}
