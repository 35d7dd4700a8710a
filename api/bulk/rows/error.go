package rows

import (
	"errors"
	"fmt"
	"strings"

	"example.com/oxgroups/api/validate"
)

// errTooLarge says that a row has more than MaxSize bytes.
var errTooLarge = fmt.Errorf("the row is larger than %d bytes; is a quote or a bracket not closed?", MaxSize)

// Error says what is wrong with one row, or with the header of a CSV. It repeats no value of the row.
type Error struct {
	Input    string // the name of the file
	Row      int64  // 0: the header, or the input as a whole
	Line     int64  // where the row begins
	ID       int64  // of the group, where it could be read
	Problems []Problem

	// Fatal says that what follows cannot be read.
	Fatal bool
}

// Problem is one broken rule.
type Problem struct {
	Line    int64  // 0: that of the row
	Column  int    // of a CSV, from 1; 0: there is no such column
	Field   string // dotted where it is nested; of a document, a JSON Pointer; "" is the row as a whole
	Rule    string // the keyword of the schema ("required", "enum"), or "syntax", "unknown"
	Message string // what would be right, to be read after the name of the field
}

// Error returns the problems, one a line, each with its place.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		line := p.Line
		if line == 0 {
			line = e.Line
		}
		place := e.Input
		if line > 0 {
			place = fmt.Sprintf("%s:%d", e.Input, line)
		}
		lines[i] = place + ": " + p.String()
	}
	return strings.Join(lines, "\n")
}

// Reason returns the problems in one line, without the place of the row.
func (e *Error) Reason() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.String()
	}
	return strings.Join(parts, "; ")
}

// String returns the column, the field, the message and the rule.
func (p Problem) String() string {
	var b strings.Builder
	switch {
	case p.Column > 0 && p.Field != "":
		fmt.Fprintf(&b, "column %d (%s): ", p.Column, p.Field)
	case p.Column > 0:
		fmt.Fprintf(&b, "column %d: ", p.Column)
	case p.Field != "":
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Message)
	if p.Rule != "" {
		b.WriteString(" (rule: " + p.Rule + ")")
	}
	return b.String()
}

// violations returns what a validator found as a list; a syntax error is one of them.
func violations(err error) validate.Violations {
	var list validate.Violations
	var bad *validate.SyntaxError
	switch {
	case errors.As(err, &list):
		return list
	case errors.As(err, &bad):
		return validate.Violations{{Rule: "syntax", Message: bad.Message}}
	}
	return validate.Violations{{Rule: "syntax", Message: err.Error()}}
}

// element splits the path of a violation into the field that known finds and what is said of an element of it.
func element(path, message string, known func(string) bool) (name, text string) {
	parent, index, ok := cutLast(path)
	if known(path) || !ok || !known(parent) {
		return path, message
	}
	var n int
	if _, err := fmt.Sscanf(index, "%d", &n); err != nil {
		return path, message
	}
	return parent, fmt.Sprintf("element %d %s", n+1, message)
}

func cutLast(path string) (before, after string, ok bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return path, "", false
	}
	return path[:i], path[i+1:], true
}
