package bulk

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/bulk/pace"
	"example.com/oxgroups/api/client"
)

// kind is what a reply means for the run.
type kind uint8

const (
	applied kind = iota
	refused      // the row cannot be applied
	again        // it may be applied later
	fatal        // no row can be applied
)

// verdict is what a reply means.
type verdict struct {
	kind       kind
	reply      pace.Reply
	err        error
	request    string
	retryAfter time.Duration
	waits      bool // retryAfter was in the reply, 0 too
	defect     bool // the API answered, but failed
}

// reason returns why a row was not applied, in one line without anything of its content.
func (v verdict) reason() string {
	var answer *client.Error
	if !errors.As(v.err, &answer) {
		return strings.TrimPrefix(v.err.Error(), "client: ")
	}
	parts := make([]string, len(answer.Errors))
	for i, p := range answer.Errors {
		parts[i] = p.String()
	}
	text := strconv.Itoa(answer.StatusCode)
	if len(parts) == 0 {
		parts = []string{http.StatusText(answer.StatusCode)}
		if answer.Err != nil {
			parts = []string{answer.Err.Error()}
		}
	}
	return text + " " + strings.Join(parts, "; ")
}

// judge says what the result of a call means.
func judge(result *client.Result, err error) verdict {
	if err == nil {
		return verdict{kind: applied, request: result.RequestID}
	}
	v := verdict{kind: fatal, err: err}
	var answer *client.Error
	switch {
	case errors.As(err, &answer):
		v.request, v.retryAfter = answer.RequestID, answer.RetryAfter
		_, v.waits = answer.Header["Retry-After"]
		v.judge(answer)
	case errors.Is(err, client.ErrConnection):
		v.kind, v.reply = again, pace.Unavailable
	case errors.Is(err, client.ErrValidation):
		v.kind = refused
	}
	return v
}

// fatalErrors would be the answer to every row: the token is wrong, or the URL.
var fatalErrors = []error{
	client.ErrUnauthorized, client.ErrForbidden, client.ErrRedirect, client.ErrMethodNotAllowed, client.ErrUnsupportedMediaType,
}

func (v *verdict) judge(answer *client.Error) {
	for _, target := range fatalErrors {
		if errors.Is(answer, target) {
			return
		}
	}
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		v.kind, v.reply = again, pace.Throttled
	case answer.StatusCode >= http.StatusInternalServerError, answer.StatusCode == http.StatusRequestTimeout:
		v.kind, v.reply = again, pace.Unavailable
		v.defect = errors.Is(answer, client.ErrInternal)
	case answer.StatusCode == http.StatusNotFound && len(answer.Errors) == 0:
		// not the API's own 404: the URL is wrong
	case answer.StatusCode < http.StatusBadRequest:
		// Applied, or what answers 200 is not the API. Sending it again changes nothing more.
		v.kind, v.reply, v.defect = again, pace.Unavailable, true
	default:
		v.kind = refused
	}
}
