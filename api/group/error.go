package group

import (
	"errors"
	"strings"
)

// Code says what kind of error it is, for callers that decide on it.
type Code string

// The codes. An error without one is a defect: Internal.
const (
	Unauthorized Code = "unauthorized" // no such token
	Forbidden    Code = "forbidden"    // the token may not do this
	NotFound     Code = "not_found"    // no such record in the account
	Refused      Code = "refused"      // what is stored does not allow it; Problems say why
	Unavailable  Code = "unavailable"  // storage cannot serve now
	Internal     Code = "internal"     // a defect
)

// Problem is one reason of a refusal.
type Problem struct {
	Field   string // dotted
	Message string
}

// Error is an error of the domain.
type Error struct {
	Code     Code
	Problems []Problem // of Refused
	Err      error     // the cause, for the log; it never reaches a caller of the API
}

// Error describes the error for a log.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("group: ")
	b.WriteString(string(e.Code))
	for _, p := range e.Problems {
		b.WriteString("; " + p.Field + ": " + p.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Refusal returns an Error with Refused and the reasons, or nil where there are none.
func Refusal(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Code: Refused, Problems: problems}
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of err, Internal for an error of another type, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is makes errors.Is(err, &Error{Code: NotFound}) true for every error of that code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Problems == nil && t.Err == nil
}
