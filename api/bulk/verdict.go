package bulk

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/client"
)

// kind is what a reply means for the run.
type kind uint8

const (
	applied kind = iota
	refused      // the row cannot be applied
	failed       // whether it was applied is not known, and it is not sent again
	again        // it may be applied later
	foreign      // what answers may not be the API
	fatal        // no row can be applied
)

// verdict is what the result of a call means.
type verdict struct {
	kind      kind
	err       error
	request   string
	throttled bool // too many requests
	defect    bool // status 500: about this row, while others are answered
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
	if len(parts) == 0 {
		parts = []string{http.StatusText(answer.StatusCode)}
		if answer.Err != nil {
			parts = []string{strings.TrimPrefix(answer.Err.Error(), "client: ")}
		}
	}
	return strconv.Itoa(answer.StatusCode) + " " + strings.Join(parts, "; ")
}

// takenName reports whether nothing but a name that another group has stands against the row.
func (v verdict) takenName() bool {
	var answer *client.Error
	return v.kind == refused && errors.As(v.err, &answer) && len(answer.Errors) > 0 &&
		!slices.ContainsFunc(answer.Errors, func(p client.Problem) bool { return !strings.Contains(p.Message, "already been taken") })
}

// fatalErrors would be the answer to every row: the token is wrong, or the URL.
var fatalErrors = []error{
	client.ErrUnauthorized, client.ErrForbidden, client.ErrRedirect, client.ErrMethodNotAllowed, client.ErrUnsupportedMediaType, client.ErrNoToken,
}

// judge says what the result of a call means.
func judge(result *client.Result, err error) verdict {
	if err == nil {
		return verdict{kind: applied, request: result.RequestID}
	}
	v := verdict{kind: fatal, err: err}
	if slices.ContainsFunc(fatalErrors, func(target error) bool { return errors.Is(err, target) }) {
		return v
	}
	var answer *client.Error
	switch {
	case errors.As(err, &answer):
		v.request = answer.RequestID
		v.kind, v.throttled, v.defect = kindOf(answer), answer.StatusCode == http.StatusTooManyRequests, errors.Is(answer, client.ErrInternal)
	case errors.Is(err, client.ErrTimeout):
		v.kind = failed
	case errors.Is(err, client.ErrLimiter), errors.Is(err, client.ErrConnection) && client.Attempts(err) >= client.DefaultMaxAttempts:
		v.kind = again
	case errors.Is(err, client.ErrConnection):
		// The client does not repeat it: the host is not known, or cannot be trusted.
	case errors.Is(err, client.ErrValidation):
		v.kind = refused
	}
	return v
}

func kindOf(answer *client.Error) kind {
	switch status := answer.StatusCode; {
	case errors.Is(answer, client.ErrRefused):
		return refused
	case errors.Is(answer, client.ErrBadRequest), status < http.StatusBadRequest, errors.Is(answer, client.ErrNotFound) && noSuchPath(answer):
		return foreign
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= http.StatusInternalServerError:
		return again
	}
	return refused
}

// noSuchPath reports whether a reply of status 404 is about the path, not about a group.
func noSuchPath(answer *client.Error) bool {
	return !slices.ContainsFunc(answer.Errors, func(p client.Problem) bool {
		return !strings.EqualFold(p.Message, "no such path") && !strings.EqualFold(p.Message, http.StatusText(http.StatusNotFound))
	})
}

// notTheAPI wraps the reply of something else.
func notTheAPI(err error) error { return fmt.Errorf("%w: %w", ErrNotTheAPI, err) }
