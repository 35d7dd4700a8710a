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
		return reply{status: http.StatusBadRequest, errors: requestErrors(request), bodyRead: true}
	case errors.As(err, &bounds):
		return boundsReply(bounds)
	case errors.As(err, &body):
		return replyWith(body.Status(), body.Error())
	case errors.As(err, &limited):
		r := replyWith(limited.status, "")
		r.retryAfter = limited.retryAfter
		return r
	case errors.As(err, &refused):
		r := replyWith(refused.status, refused.message)
		r.header = refused.header
		return r
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		r := replyWith(http.StatusServiceUnavailable, "")
		r.retryAfter = retrySoon
		return r
	case errors.As(err, &domain):
		status := codes[domain.Code]
		r := reply{status: status, errors: problemErrors(domain.Problems)}
		if len(domain.Problems) == 0 {
			r = replyWith(status, "")
		}
		if r.status == http.StatusServiceUnavailable {
			r.retryAfter = retrySoon
		}
		return r
	case errors.As(err, &routing):
		if routing.Code == http.StatusNotFound {
			return replyWith(http.StatusNotFound, "No such path")
		}
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
	return reply{status: status, errors: []model.Error{e}}
}

// answer answers the errors of routing, of the wiring and of operations, and panics.
func (s *Server) answer(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = newPanicError(v)
			}
			if err != nil {
				err = s.refuse(c, err)
			}
		}()
		return next(c)
	}
}

// refuse answers with the reply to an error, unless another one has begun.
func (s *Server) refuse(c echo.Context, err error) error {
	x, w := callOf(c), c.Response()
	x.err = err
	if w.Committed {
		return errHalfReply
	}
	r := replyTo(err)
	h := w.Header()
	if r.header[0] != "" {
		h.Set(r.header[0], r.header[1])
	}
	if r.status == http.StatusMethodNotAllowed { // echo adds OPTIONS, which the spec does not have
		methods, _ := c.Get(echo.ContextKeyHeaderAllow).(string)
		h.Set("Allow", strings.ReplaceAll(methods, "OPTIONS, ", ""))
	}
	if r.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(r.retryAfter.Seconds()))))
	}
	if r.status < http.StatusInternalServerError {
		s.limiter.slowDown(c.Request().Context(), x.refusedKey())
	}
	if !r.bodyRead && !x.bodyRead && c.Request().ContentLength != 0 {
		x.closeAfter(c.Request(), r.status)
	}
	body, err := validator.AppendErrors(nil, &model.Errors{Errors: r.errors})
	if err != nil {
		return err
	}
	return c.JSONBlob(r.status, body)
}

// errHalfReply ends a connection: a reply that broke off must not look like a whole one.
var errHalfReply = errors.New("the reply had begun")

// closeAfter ends a connection of HTTP/1 after the reply: the rest of a body that was not read is no request.
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
