package rows

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// jsonReader reads JSON objects, one after the other or in one array: the id of the group, and beside it the fields of the
// update or, as in the body of a request, an object called workspace_group that has them. The API ignores a key that it does
// not know; here it is an error, because a typing error would lose the value without a word.
type jsonReader struct {
	in     *Input
	bound  *bounded
	dec    *json.Decoder
	lines  *lines
	number int64
	raw    json.RawMessage
	ended  error
}

var _ Reader = (*jsonReader)(nil)

func newJSON(in *Input) *jsonReader {
	r := &jsonReader{in: in, bound: &bounded{from: in.from(0), left: bufferSize}}
	r.dec = json.NewDecoder(r.bound)
	r.lines = &lines{text: bufio.NewReaderSize(in.from(0), bufferSize), line: 1}
	if in.array {
		_, r.ended = r.dec.Token()
	}
	return r
}

// Next reads the next object.
func (r *jsonReader) Next(row *Row) error {
	row.reset()
	if r.ended == nil {
		r.ended = r.value()
	}
	if r.ended != nil {
		return r.ended
	}
	r.number++
	row.Number = r.number
	start := r.dec.InputOffset() - int64(len(r.raw))
	var err error
	if row.Line, err = r.lines.at(start); err != nil {
		r.ended = fmt.Errorf("read %s: %w", r.in.Name, err)
		return r.ended
	}
	row.body = append(row.body, r.raw...)
	problems := r.read(row)
	if len(problems) == 0 {
		row.seal()
		return nil
	}
	return &Error{Input: r.in.Name, Row: row.Number, Line: row.Line, ID: row.ID, Problems: problems}
}

// value reads the next value into raw. It returns io.EOF after the last one.
func (r *jsonReader) value() error {
	r.bound.left = MaxSize + bufferSize
	r.raw = r.raw[:0]
	if r.in.array && !r.dec.More() {
		if _, err := r.dec.Token(); err != nil { // the end of the array
			return r.failed(err)
		}
		if err := r.dec.Decode(&r.raw); !errors.Is(err, io.EOF) {
			return r.failed(errors.New("there is data after the array"))
		}
		return io.EOF
	}
	if err := r.dec.Decode(&r.raw); err != nil {
		return r.failed(err)
	}
	return nil
}

// failed puts an error of encoding/json into words.
func (r *jsonReader) failed(err error) error {
	var bad *json.SyntaxError
	offset, message := r.dec.InputOffset(), ""
	switch {
	case errors.Is(err, io.EOF) && !r.in.array:
		return io.EOF
	case errors.Is(err, errTooLarge):
		message = errTooLarge.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		message, offset = "the input ends in the middle of the JSON", r.in.size
	case errors.As(err, &bad):
		message, offset = "not JSON: "+bad.Error()+"; objects come one after the other, or in one array, with keys in double quotes and no comments", bad.Offset-1
	default:
		message = err.Error()
	}
	line, err := r.lines.at(offset)
	if err != nil {
		return fmt.Errorf("read %s: %w", r.in.Name, err)
	}
	return fatal(r.in.Name, line, Problem{Rule: "syntax", Message: message})
}

// read reads the id and the update out of the row's body and returns what breaks a rule.
func (r *jsonReader) read(row *Row) []Problem {
	var members map[string]json.RawMessage
	object := json.Unmarshal(row.body, &members) == nil && members != nil
	nested := members[updateName] != nil
	fields := Fields()
	var err error
	if nested {
		fields = validator.WorkspaceGroupRequestFields
		var request model.WorkspaceGroupRequest
		err = validator.DecodeWorkspaceGroupRequest(row.body, &request)
		row.Update = request.WorkspaceGroup
	} else {
		err = validator.DecodeWorkspaceGroupUpdate(row.body, &row.Update)
	}
	switch {
	case errors.As(err, new(*validate.SyntaxError)):
		return problemsOf(err, fields)
	case !object:
		return []Problem{{Rule: "type", Message: `must be a JSON object, {"id": 7, "name": "Acme"}`}}
	case members[group.GroupsKey] != nil:
		return []Problem{{Message: documentRemedy}}
	case !nested && members[idName] == nil:
		for _, key := range slices.Sorted(maps.Keys(members)) {
			if rowsWithin.Match(members[key]) && key != "errors" {
				return []Problem{{Message: fmt.Sprintf("has rows in %q; to apply them: jq -c '.[%q][]' FILE | oxgroups apply -", key, key)}}
			}
		}
	}
	var problems []Problem
	if !r.in.options.IgnoreUnknown {
		problems = unknownKeys(row.body, members, nested)
	}
	if raw := members[idName]; raw == nil {
		problems = append(problems, Problem{Field: idName, Rule: "required", Message: "is required; it names the group"})
	} else if id, problem := ParseID(strings.Trim(string(raw), `"`)); problem != nil { // the API writes ids as strings
		problems = append(problems, *problem)
	} else {
		row.ID = id
	}
	if err != nil {
		problems = append(problems, problemsOf(err, fields)...)
	}
	return problems
}

// rowsWithin finds an array of objects.
var rowsWithin = regexp.MustCompile(`^\[\s*\{`)

// unknownKeys returns a problem for each key of a row that would be lost.
func unknownKeys(body []byte, members map[string]json.RawMessage, nested bool) []Problem {
	var problems []Problem
	add := func(errs []error) {
		for _, err := range errs {
			problems = append(problems, Problem{Rule: "unknown", Message: err.Error()})
		}
	}
	if !nested {
		add(nearest.UnknownKeys(body, append([]validate.Field{{Name: idName}, {Name: ReasonName}}, Fields()...), ""))
		return problems
	}
	add(nearest.UnknownKeys(members[updateName], Fields(), updateName+"."))
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if key != updateName && key != idName && key != ReasonName {
			problems = append(problems, Problem{Field: key, Rule: "unknown", Message: "stands beside " + updateName + "; fields belong into it"})
		}
	}
	return problems
}

// Warnings returns nothing: JSON has a null of its own.
func (r *jsonReader) Warnings() []string { return nil }

// Rejected returns a writer of JSON objects, one a line.
func (r *jsonReader) Rejected(out io.Writer) Rejected { return &rejectedJSON{out: out} }

type rejectedJSON struct{ out io.Writer }

// Write writes the object of a row with the reason as a member, in place of one that it has. What is not an object is written as
// it is: it has to be corrected first.
func (w *rejectedJSON) Write(row *Row, reason string) error {
	var line any = json.RawMessage(row.body)
	var members map[string]json.RawMessage
	if json.Unmarshal(row.body, &members) == nil && members != nil {
		members[ReasonName] = validate.AppendString(nil, reason)
		line = members
	}
	out := json.NewEncoder(w.out)
	out.SetEscapeHTML(false)
	return out.Encode(line)
}

// lines counts the lines of a text up to places that only move forward.
type lines struct {
	text   *bufio.Reader
	offset int64
	line   int64
}

// at returns the line that the byte at offset is in.
func (l *lines) at(offset int64) (int64, error) {
	for l.offset < offset {
		part, err := l.text.Peek(int(min(offset-l.offset, bufferSize)))
		if len(part) == 0 {
			if errors.Is(err, io.EOF) {
				return l.line, nil
			}
			return 0, err
		}
		l.line += int64(bytes.Count(part, []byte{'\n'}))
		l.offset += int64(len(part))
		_, _ = l.text.Discard(len(part))
	}
	return l.line, nil
}
