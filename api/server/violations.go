package server

import (
	"strings"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/wire"
	"example.com/oxgroups/gen/model"
)

// envelope is the property of a request that has the fields; the API names them without it.
const envelope = "/workspace_group"

// requestErrors returns the errors that the API has for all that is wrong with a request.
func requestErrors(request *wire.RequestError) []model.Error {
	errs := violationErrors(request.Violations)
	if request.Syntax != nil {
		errs = append(errs, model.Error{Type: typeSyntax, Message: request.Syntax.Error()})
	}
	return errs
}

// violationErrors returns the errors that the API has for violations.
func violationErrors(list validate.Violations) []model.Error {
	errs := make([]model.Error, len(list))
	for i, v := range list {
		if rest, ok := strings.CutPrefix(v.Pointer, envelope); ok && strings.HasPrefix(rest, "/") {
			v.Pointer = rest
		}
		errs[i] = violationError(v)
		if v.Rule == typeSyntax { // of a query
			errs[i].Type = typeSyntax
		}
	}
	return errs
}

// violationError names the list where the violation is in an element of one: clients put messages beside a field.
func violationError(v validate.Violation) model.Error {
	message := v.Message
	if list, index, rest, ok := splitIndex(v.Pointer); ok {
		if rest != "" {
			message = validate.Violation{Pointer: rest}.Field() + " " + message
		}
		message = "at index " + index + ": " + message
		v.Pointer = list
	}
	return fieldError(v.Field(), message)
}

// splitIndex splits a pointer at its first token that is the index of a list.
func splitIndex(pointer string) (list, index, rest string, ok bool) {
	for start := 0; start < len(pointer); {
		end := len(pointer)
		if i := strings.IndexByte(pointer[start+1:], '/'); i >= 0 {
			end = start + 1 + i
		}
		if token := pointer[start+1 : end]; start > 0 && isDigits(token) {
			return pointer[:start], token, pointer[end:], true
		}
		start = end
	}
	return "", "", "", false
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// problemErrors returns the errors that the API has for the reasons of a refusal.
func problemErrors(problems []group.Problem) []model.Error {
	errs := make([]model.Error, len(problems))
	for i, p := range problems {
		errs[i] = fieldError(p.Field, p.Message)
	}
	return errs
}

func fieldError(field, message string) model.Error {
	e := model.Error{Type: typeValidation, Message: message}
	if field != "" {
		e.Field = &field
	}
	return e
}
