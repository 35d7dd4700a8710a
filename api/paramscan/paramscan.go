// Package paramscan is the runtime under generated parsers of path and query parameters. It turns the text of a parameter
// into the JSON that it stands for, so that the rules of its schema are checked by the same code as those of a body. Text
// that does not fit becomes a JSON string, which the schema refuses by name.
//
// It knows the styles simple, form, spaceDelimited and pipeDelimited of OpenAPI 3.0, for primitive values and arrays.
package paramscan

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	"example.com/oxgroups/api/jsonscan"
	"example.com/oxgroups/api/violation"
)

// Kind is how the text of a value is read.
type Kind uint8

// The kinds of values. Integers have one way of being written: no sign but the minus, no leading zero, no point.
const (
	String Kind = iota
	Integer
	Number
	Boolean
)

// Append appends the JSON that text stands for. Text that is not UTF-8 is appended as it is, and refused when it is read.
// Where dst is nil the result may share memory with text and must not be changed.
func Append(dst []byte, kind Kind, text string) []byte {
	if fits(kind, text) {
		if dst == nil {
			return unsafe.Slice(unsafe.StringData(text), len(text)) // its own JSON, and no scanner writes to it
		}
		return append(dst, text...)
	}
	if !utf8.ValidString(text) {
		return append(append(append(dst, '"'), text...), '"')
	}
	return jsonscan.AppendString(dst, text)
}

func fits(kind Kind, text string) bool {
	switch kind {
	case Integer:
		return isCanonicalInteger(text)
	case Number:
		return jsonscan.IsNumber(text)
	case Boolean:
		return text == "true" || text == "false"
	default:
		return false
	}
}

func isCanonicalInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || digits[0] == '0' && text != "0" {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}

// AppendList appends the JSON array of values.
func AppendList(dst []byte, kind Kind, values []string) []byte {
	dst = append(dst, '[')
	for i, value := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = Append(dst, kind, value)
	}
	return append(dst, ']')
}

// Split returns the elements of an array that stands in one value; the empty value is the empty array.
func Split(value, separator string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, separator)
}

// Errors collects what is wrong with the parameters of a request.
type Errors struct{ list violation.List }

// Add ends the reading of the parameter called name, and keeps what s found.
func (e *Errors) Add(name string, s *jsonscan.Scanner) {
	mark := len(e.list)
	switch err := s.End().(type) {
	case violation.List:
		e.list = append(e.list, err...)
	case *jsonscan.SyntaxError:
		e.list = append(e.list, violation.Violation{Rule: "type", Message: "must be text: " + err.Message})
	}
	for i := mark; i < len(e.list); i++ {
		e.list[i].Pointer = "/" + violation.Token(name) + e.list[i].Pointer
	}
}

// Missing records that the parameter called name is required and not there.
func (e *Errors) Missing(name string) {
	e.list = append(e.list, violation.Violation{Pointer: "/" + violation.Token(name), Rule: "required", Message: "is required"})
}

// Repeated records that the parameter called name has one value and was given more than one.
func (e *Errors) Repeated(name string) {
	e.list = append(e.list, violation.Violation{Pointer: "/" + violation.Token(name), Rule: "style", Message: "must be given once"})
}

// Err returns the violations, or nil if there are none.
func (e *Errors) Err() error {
	if len(e.list) == 0 {
		return nil
	}
	return e.list
}
