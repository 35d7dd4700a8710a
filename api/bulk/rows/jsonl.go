package rows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/oxgroups/api/validate"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// jsonlReader reads a JSON object in each line: the id of the group, and beside it the fields of the update or, as in the
// body of a request, an object called workspace_group that has them. The API ignores a key that it does not know; here it
// is an error, because a typing error would lose the value without a word.
type jsonlReader struct {
	name   string
	in     *bufio.Reader
	line   int64
	number int64
	ended  error
}

var _ Reader = (*jsonlReader)(nil)

// Next reads the next line that is not empty.
func (r *jsonlReader) Next(row *Row) error {
	if r.ended != nil {
		return r.ended
	}
	row.reset()
	for len(row.body) == 0 {
		var err error
		row.body, err = appendLine(row.body[:0], r.in)
		if err != nil {
			r.ended = r.fatal(err)
			return r.ended
		}
		r.line++
		row.body = bytes.TrimSpace(row.body)
	}
	r.number++
	row.Number, row.Line = r.number, r.line
	row.text = append(row.text, row.body...)
	if problems := readLine(row); len(problems) > 0 {
		return &Error{Input: r.name, Row: row.Number, Line: row.Line, ID: row.ID, Problems: problems}
	}
	row.seal()
	return nil
}

func (r *jsonlReader) fatal(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.Is(err, errTooLarge):
		return &Error{Input: r.name, Line: r.line + 1, Fatal: true, Problems: []Problem{{Rule: "syntax", Message: err.Error()}}}
	}
	return fmt.Errorf("%s: %w", r.name, err)
}

// readLine reads the id and the update out of the row's body and returns what breaks a rule.
func readLine(row *Row) []Problem {
	var members lineMembers
	if err := members.read(row.body); err != nil {
		return []Problem{{Rule: "syntax", Message: err.Error()}}
	}
	if members.notObject {
		return []Problem{{Rule: "type", Message: `must be a JSON object, {"id": 7, "name": "Acme"}`}}
	}
	problems := members.problems
	if id, problem := members.group(); problem != nil {
		problems = append(problems, *problem)
	} else {
		row.ID = id
	}
	var err error
	if members.nested {
		request := model.WorkspaceGroupRequest{}
		err = validator.DecodeWorkspaceGroupRequest(row.body, &request)
		row.Update = request.WorkspaceGroup
	} else {
		err = validator.DecodeWorkspaceGroupUpdate(row.body, &row.Update)
	}
	if err == nil {
		return problems
	}
	return append(problems, updateProblems(err)...)
}

// updateProblems returns what the decoder found in an update, alone or in the body of a request.
func updateProblems(err error) []Problem {
	names := validate.DottedNames("", updateFields())
	known := func(name string) bool { return slices.Contains(names, strings.TrimPrefix(name, updateName+".")) }
	var problems []Problem
	for _, v := range violations(err) {
		name, message := element(v.Field(), v.Message, known)
		problems = append(problems, Problem{Field: name, Rule: v.Rule, Message: message})
	}
	return problems
}

// lineMembers are what stands in a line, before the update itself is decoded.
type lineMembers struct {
	notObject bool
	nested    bool   // the update is an object of its own
	id        string // as text; "" where there is none
	beside    []string
	problems  []Problem
}

// read goes through the line.
func (m *lineMembers) read(line []byte) error {
	s := validate.NewScanner(line, validate.Options{RefuseNUL: true})
	if s.Kind() != validate.Object {
		m.notObject = true
		s.Skip()
		return s.End()
	}
	s.Begin(validate.Object)
	var beside []Problem // of keys in the line itself
	var members validate.Members
	for key, more := s.NextMember(&members); more; key, more = s.NextMember(&members) {
		s.Unknown(&members, key) // a key that is there twice ends the scan
		if key == idName {
			m.id = idText(s)
			continue
		}
		start := s.Offset()
		s.Skip()
		switch value := s.Raw(start); key {
		case reasonName:
		case updateName:
			m.nested = true
			m.problems = unknownKeys(nearest.UnknownKeys(value, updateFields(), updateName+"."))
		default:
			m.beside = append(m.beside, key)
			beside = append(beside, flatMember(key, value)...)
		}
	}
	if !m.nested {
		m.problems = beside
	}
	for _, key := range m.beside {
		if m.nested {
			m.problems = append(m.problems, Problem{Field: key, Rule: "unknown", Message: "stands beside " + updateName + "; fields belong into it"})
		}
	}
	return s.End()
}

// flatMember returns what is wrong with a key that stands in the line itself.
func flatMember(key string, value []byte) []Problem {
	fields := updateFields()
	f := validate.FindField(fields, key)
	if f == nil {
		known := append([]string{idName, updateName}, validate.DottedNames("", fields)...)
		return unknownKeys([]error{nearest.Unknown("field", key, known)})
	}
	if len(f.Fields) == 0 {
		return nil
	}
	return unknownKeys(nearest.UnknownKeys(value, f.Fields, key+"."))
}

func unknownKeys(errs []error) []Problem {
	var problems []Problem
	for _, err := range errs {
		problems = append(problems, Problem{Rule: "unknown", Message: err.Error()})
	}
	return problems
}

// idText returns the id as text: a number as it is written, or a string, which is how the API writes ids.
func idText(s *validate.Scanner) string {
	if s.Kind() == validate.String {
		text, _ := s.String()
		return text
	}
	start := s.Offset()
	s.Skip()
	return string(s.Raw(start))
}

func (m *lineMembers) group() (int64, *Problem) {
	if m.id == "" {
		return 0, &Problem{Field: idName, Rule: "required", Message: "is required; it names the group"}
	}
	return parseID(m.id)
}
