package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// ValidationError says that an update breaks rules of the API's description. Nothing was sent. errors.Is finds it equal
// to ErrValidation.
type ValidationError struct {
	// Violations are all that was found, with pointers relative to the update: "/external_reference/status".
	Violations validate.Violations
}

// Error returns the fields with the rules that they break. It does not repeat their values.
func (e *ValidationError) Error() string {
	return "client: the update is not valid: " + joinProblems(e.Problems())
}

// Is reports whether target is ErrValidation.
func (e *ValidationError) Is(target error) bool { return target == ErrValidation }

// Unwrap returns the violations.
func (e *ValidationError) Unwrap() error { return e.Violations }

// Problems returns the violations in the form in which the API would have listed them.
func (e *ValidationError) Problems() []Problem {
	problems := make([]Problem, len(e.Violations))
	for i, v := range e.Violations {
		problems[i] = Problem{Type: "validation", Field: v.Field(), Message: v.Message}
	}
	return problems
}

// Format prints the error as Error does, whatever the verb.
func (e *ValidationError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// checkRequest returns a *ValidationError unless id and body, which is the encoded request, keep the rules.
func checkRequest(id int64, request *model.WorkspaceGroupRequest, body []byte) error {
	idText := func(string) string { return strconv.FormatInt(id, 10) }
	_, _, err := validator.ParseUpdateWorkspaceGroupParameters(validate.Parameters{Path: idText})
	found := violations(err)
	if !isUTF8(request, body) {
		found = append(found, validate.Violation{Rule: "type", Message: "a string of the update is not UTF-8"})
	}
	found = append(found, violations(validator.DecodeWorkspaceGroupRequest(body, new(model.WorkspaceGroupRequest)))...)
	if len(found) == 0 {
		return nil
	}
	return &ValidationError{Violations: found}
}

// violations returns what a validator found.
func violations(err error) validate.Violations {
	if err == nil {
		return nil
	}
	if list := (validate.Violations)(nil); errors.As(err, &list) {
		return list.Strip("/workspace_group")
	}
	// The encoder writes JSON, so what is left are strings that the API takes from nobody, such as one with U+0000.
	return validate.Violations{{Rule: "syntax", Message: err.Error()}}
}

// isUTF8 reports whether the encoder kept every string. It puts U+FFFD where one is not UTF-8, which would be stored
// without a word; a body without it is fine, and one with it is looked at more closely.
func isUTF8(request *model.WorkspaceGroupRequest, body []byte) bool {
	if !bytes.Contains(body, []byte("\ufffd")) && !bytes.Contains(body, []byte(`\ufffd`)) {
		return true
	}
	return utf8.Valid(fmt.Appendf(nil, "%v", *request)) // %v writes the bytes of strings as they are
}
