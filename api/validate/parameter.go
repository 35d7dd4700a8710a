package validate

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// AppendParameter appends the JSON that text stands for. Text that is not UTF-8 is appended as it is, and refused when it is read.
// Where dst is nil the result may share memory with text and must not be changed.
func AppendParameter(dst []byte, kind Kind, text string) []byte {
	if fits(kind, text) {
		if dst == nil {
			return unsafe.Slice(unsafe.StringData(text), len(text)) // its own JSON, and no scanner writes to it
		}
		return append(dst, text...)
	}
	if !utf8.ValidString(text) {
		return append(append(append(dst, '"'), text...), '"')
	}
	return AppendString(dst, text)
}

func fits(kind Kind, text string) bool {
	switch kind {
	case Integer:
		return isCanonicalInteger(text)
	case Number:
		return IsNumber(text)
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

// AppendParameterList appends the JSON array of values.
func AppendParameterList(dst []byte, kind Kind, values []string) []byte {
	dst = append(dst, '[')
	for i, value := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendParameter(dst, kind, value)
	}
	return append(dst, ']')
}

// SplitParameter returns the elements of an array that stands in one value; the empty value is the empty array.
func SplitParameter(value, separator string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, separator)
}

// ParameterErrors collects what is wrong with the parameters of a request.
type ParameterErrors struct{ list Violations }

// Add ends the reading of the parameter called name, and keeps what s found.
func (e *ParameterErrors) Add(name string, s *Scanner) {
	mark := len(e.list)
	switch err := s.End().(type) {
	case Violations:
		e.list = append(e.list, err...)
	case *SyntaxError:
		e.list = append(e.list, Violation{Rule: "type", Message: "must be text: " + err.Message})
	}
	for i := mark; i < len(e.list); i++ {
		e.list[i].Pointer = "/" + PointerToken(name) + e.list[i].Pointer
	}
}

// Missing records that the parameter called name is required and not there.
func (e *ParameterErrors) Missing(name string) {
	e.list = append(e.list, Violation{Pointer: "/" + PointerToken(name), Rule: "required", Message: "is required"})
}

// Repeated records that the parameter called name has one value and was given more than one.
func (e *ParameterErrors) Repeated(name string) {
	e.list = append(e.list, Violation{Pointer: "/" + PointerToken(name), Rule: "style", Message: "must be given once"})
}

// Err returns the violations, or nil if there are none.
func (e *ParameterErrors) Err() error {
	if len(e.list) == 0 {
		return nil
	}
	return e.list
}
