package rows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/validator"
)

// documentReader reads documents as the API returns them, one behind the other. Each group is a row, and each external
// reference of a group is one more behind it, because an update carries one. A document is never in memory as a whole:
// what is kept is where each group is, because a reference needs the name of its group.
type documentReader struct {
	name   string
	at     io.ReaderAt
	size   int64
	in     *counter
	dec    *json.Decoder
	begun  bool   // a document is open
	open   string // the map that is being read; "" is none
	groups places
	later  []place // references that came before their group
	number int64
	raw    json.RawMessage
	ended  error
}

var _ Reader = (*documentReader)(nil)

func newDocument(name string, at io.ReaderAt, size int64) *documentReader {
	r := &documentReader{name: name, at: at, size: size, in: &counter{from: io.NewSectionReader(at, 0, size)}}
	r.dec = json.NewDecoder(r.in)
	r.mark()
	return r
}

// mark lets the decoder read as much as one more object may have.
func (r *documentReader) mark() { r.in.limit = r.dec.InputOffset() + MaxSize + 64<<10 }

// Next reads the next group or reference.
func (r *documentReader) Next(row *Row) error {
	for r.ended == nil {
		row.reset()
		found, err := r.step(row)
		switch {
		case err != nil:
			r.ended = r.fatal(err)
		case found != nil:
			return r.finish(row, found)
		}
	}
	return r.ended
}

// step reads one token or object. It returns the update in an object that has one.
func (r *documentReader) step(row *Row) (*found, error) {
	r.mark()
	switch {
	case !r.begun:
		return r.between(row)
	case r.open == "":
		return nil, r.member()
	case !r.dec.More():
		r.open = ""
		_, err := r.dec.Token()
		return nil, err
	}
	key, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	where, err := r.value()
	if err != nil {
		return nil, err
	}
	id, _ := key.(string)
	if r.open == group.GroupsKey {
		return r.group(row, id, where), nil
	}
	return r.reference(row, id, where)
}

// between begins the next document, or, behind the last one, goes on with the references that were left.
func (r *documentReader) between(row *Row) (*found, error) {
	switch token, err := r.dec.Token(); {
	case errors.Is(err, io.EOF) && len(r.later) > 0:
		where := r.later[0]
		r.later = r.later[1:]
		if err := r.read(where); err != nil {
			return nil, err
		}
		return r.reference(row, strconv.FormatInt(where.id, 10), where)
	case err != nil:
		return nil, err
	case token != json.Delim('{'):
		return nil, errors.New("a document is a JSON object")
	}
	r.begun = true
	return nil, nil
}

// member begins a map whose objects are rows and reads over everything else.
func (r *documentReader) member() error {
	token, err := r.dec.Token()
	if err != nil {
		return err
	}
	if token == json.Delim('}') {
		r.begun = false
		return nil
	}
	key, _ := token.(string)
	wanted := key == group.GroupsKey || key == group.ExternalReferences
	token, err = r.dec.Token()
	switch {
	case err != nil:
		return err
	case wanted && token == json.Delim('{'):
		r.open = key
		return nil
	case wanted && token != nil:
		return fmt.Errorf("/%s must be an object", key)
	}
	return r.skip(token)
}

// skip reads what is left of the value that began with token, one element at a time.
func (r *documentReader) skip(token json.Token) error {
	object := token == json.Delim('{')
	if !object && token != json.Delim('[') {
		return nil
	}
	for r.dec.More() {
		r.mark()
		if object {
			if _, err := r.dec.Token(); err != nil {
				return err
			}
		}
		if _, err := r.value(); err != nil {
			return err
		}
	}
	_, err := r.dec.Token()
	return err
}

// value reads the next value into raw and returns where it is.
func (r *documentReader) value() (place, error) {
	r.raw = r.raw[:0]
	if err := r.dec.Decode(&r.raw); err != nil {
		return place{}, err
	}
	end := r.dec.InputOffset()
	return place{offset: end - int64(len(r.raw)), size: int64(len(r.raw))}, nil
}

// read reads the value at a place into raw.
func (r *documentReader) read(where place) error {
	r.raw = append(r.raw[:0], make([]byte, where.size)...)
	_, err := r.at.ReadAt(r.raw, where.offset)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return err
}

// found is an object that stands for an update.
type found struct {
	pointer  string
	where    place
	problems []Problem
}

func (r *documentReader) group(row *Row, id string, where place) *found {
	f := &found{pointer: pointerTo(group.GroupsKey, id), where: where}
	row.body, f.problems = appendGroup(row.body[:0], r.raw)
	var problem *Problem
	if row.ID, problem = parseID(id); problem != nil {
		f.problems = append(f.problems, *problem)
		return f
	}
	where.id = row.ID
	r.groups.add(where)
	return f
}

// reference returns nil for a reference of something else, and for one that has to wait for its group.
func (r *documentReader) reference(row *Row, id string, where place) (*found, error) {
	f := &found{pointer: pointerTo(group.ExternalReferences, id), where: where}
	ref, problems := readReference(r.raw)
	if len(problems) > 0 {
		f.problems = problems
		return f, nil
	}
	if !ref.ofGroup {
		return nil, nil
	}
	subject, problem := parseID(ref.subject)
	if problem != nil {
		problem.Field = "subject_id"
		f.problems = append(f.problems, *problem)
		return f, nil
	}
	owner, ok := r.groups.find(subject)
	switch number, _ := strconv.ParseInt(id, 10, 64); {
	case !ok && r.begun:
		where.id = number
		r.later = append(r.later, where)
		return nil, nil
	case !ok:
		f.problems = []Problem{{Field: "subject_id", Rule: "required", Message: "the group of the reference is not in the document, so its name is not known"}}
		return f, nil
	}
	reference := bytes.Clone(ref.body)
	if err := r.read(owner); err != nil {
		return nil, err
	}
	row.ID = subject
	row.body = appendReference(row.body[:0], nameOf(r.raw), reference)
	return f, nil
}

// finish decodes the update in row's body.
func (r *documentReader) finish(row *Row, f *found) error {
	r.number++
	row.Number = r.number
	problems := f.problems
	if len(problems) == 0 {
		if err := validator.DecodeWorkspaceGroupUpdate(row.body, &row.Update); err != nil {
			problems = updateProblems(err)
		}
	}
	if len(problems) > 0 {
		for i, p := range problems {
			problems[i].Field = f.pointer
			if p.Field != "" {
				problems[i].Field += "/" + p.Field
			}
		}
		line, err := lineAt(r.at, f.where.offset)
		if err != nil {
			return err
		}
		row.Line = line
		row.text = append(row.text[:0], r.raw...)
		if json.Valid(row.body) {
			row.text = appendLineOf(row.text[:0], row.ID, row.body)
		}
		return &Error{Input: r.name, Row: row.Number, Line: line, ID: row.ID, Problems: problems}
	}
	row.text = appendLineOf(row.text[:0], row.ID, row.body)
	row.seal()
	return nil
}

// fatal puts an error of the decoder into words.
func (r *documentReader) fatal(err error) error {
	if errors.Is(err, io.EOF) && !r.begun {
		return io.EOF
	}
	var bad *json.SyntaxError
	offset, message := r.dec.InputOffset(), err.Error()
	switch {
	case errors.As(err, &bad):
		offset = bad.Offset
	case errors.Is(err, errTooLarge):
		message = fmt.Sprintf("an object is larger than %d bytes", MaxSize)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		message, offset = "the document ends in the middle", r.size
	}
	line, lineErr := lineAt(r.at, offset)
	if lineErr != nil {
		return lineErr
	}
	return &Error{Input: r.name, Line: line, Fatal: true, Problems: []Problem{{Rule: "syntax", Message: message}}}
}

// lineAt returns the line that the byte at offset is in, by counting.
func lineAt(at io.ReaderAt, offset int64) (int64, error) {
	line, buf := int64(1), make([]byte, 64<<10)
	for in := io.NewSectionReader(at, 0, offset); ; {
		n, err := in.Read(buf)
		line += int64(bytes.Count(buf[:n], []byte{'\n'}))
		if errors.Is(err, io.EOF) {
			return line, nil
		}
		if err != nil {
			return 0, fmt.Errorf("read the input: %w", err)
		}
	}
}
