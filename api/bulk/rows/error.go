package rows

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
)

// Error says what is wrong with one row, or with the input as a whole. It repeats no value of the row.
type Error struct {
	Input    string // the name of the file
	Row      int64  // 0: the header, or the input as a whole
	Line     int64  // where the row begins; 0: the input as a whole
	ID       int64  // of the group, where it could be read
	Problems []Problem

	// Fatal says that what follows cannot be read.
	Fatal bool
}

// Problem is one broken rule.
type Problem struct {
	Line    int64  // 0: that of the row
	Column  int    // of a CSV, from 1; 0: there is no such column
	Field   string // dotted where it is nested; "" is the row as a whole
	Rule    string // the keyword of the schema ("required", "enum"), or "syntax", "unknown", "columns"
	Message string // what would be right, to be read after the name of the field
}

// maxProblems bounds how many problems of one row are listed.
const maxProblems = 10

// Error returns the problems, one a line, each with its place.
func (e *Error) Error() string {
	var lines []string
	for i, p := range e.Problems {
		place := e.Input
		if line := max(p.Line, e.Line); line > 0 {
			place += ":" + strconv.FormatInt(line, 10)
		}
		if i == maxProblems {
			lines = append(lines, fmt.Sprintf("%s: and %d more like these", place, len(e.Problems)-i))
			break
		}
		lines = append(lines, place+": "+p.String())
	}
	return strings.Join(lines, "\n")
}

// Reason returns the problems in one line, without the place of the row.
func (e *Error) Reason() string {
	parts := make([]string, min(len(e.Problems), maxProblems))
	for i := range parts {
		parts[i] = e.Problems[i].String()
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

// fatal returns the error for an input that cannot be read, or not further.
func fatal(name string, line int64, problems ...Problem) *Error {
	return &Error{Input: name, Line: line, Problems: problems, Fatal: true}
}

// violations returns what a validator found; a syntax error is one violation.
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

// problemsOf returns what the decoder found in an update. A violation in an element of a list is one of the list.
func problemsOf(err error, fields []validate.Field) []Problem {
	var out []Problem
	for _, v := range violations(err) {
		p := Problem{Field: v.Field(), Rule: v.Rule, Message: v.Message}
		list, index, _ := cutLast(v.Pointer)
		if n, err := strconv.Atoi(index); err == nil {
			name := validate.Violation{Pointer: list}.Field()
			if path := Find(fields, name); path != nil && path.Field().Kind == validate.Array {
				p.Field, p.Message = name, fmt.Sprintf("element %d %s", n+1, v.Message)
			}
		}
		out = append(out, p)
	}
	return out
}

func cutLast(pointer string) (before, after string, ok bool) {
	i := strings.LastIndexByte(pointer, '/')
	if i < 0 {
		return pointer, "", false
	}
	return pointer[:i], pointer[i+1:], true
}
