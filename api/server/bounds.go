package server

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/validator"
)

// unboundedBody is the size up to which a body cannot have more members or elements than any sensible bound.
const unboundedBody = 4 << 10

// boundsError is a body with more elements in a list, or more members in an object, than Limits allow.
type boundsError struct{ violation validate.Violation }

func (e *boundsError) Error() string { return e.violation.Error() }

// boundElements makes the reading of a large body stop at the element or member that is one too many, so that it costs no
// more than one that is taken.
func (s *Server) boundElements(c echo.Context, x *call) {
	r := c.Request()
	if r.ContentLength >= 0 && r.ContentLength <= unboundedBody {
		return
	}
	var count func([]byte) *boundsError
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		count = (&jsonCounter{limits: s.limits}).count
	} else {
		count = (&formCounter{limits: s.limits, names: map[string]int{}}).count
	}
	copied := *r
	copied.Body = &countedBody{r.Body, count, &x.read}
	c.SetRequest(&copied)
}

// countedBody is a body whose elements are counted as they are read.
type countedBody struct {
	io.ReadCloser
	count func([]byte) *boundsError
	read  *int64 // bytes
}

// Read reads from the body. It returns a *boundsError in place of what is too much.
func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	*b.read += int64(n)
	if tooMany := b.count(p[:n]); tooMany != nil {
		return 0, tooMany
	}
	return n, err
}

// maxLevels is more than the decoder takes, which refuses what is deeper.
const maxLevels = 80

// jsonCounter counts the elements of lists and the members of objects. It takes any bytes: what is not JSON is refused by the
// decoder.
type jsonCounter struct {
	limits   Limits
	levels   []level
	depth    int // of levels that are not in the list too
	inString bool
	escaped  bool
	text     []byte // the beginning of the last string
}

type level struct {
	list bool
	n    int
	key  string // of the member that is being read
}

func (j *jsonCounter) count(data []byte) *boundsError {
	for _, c := range data {
		switch {
		case j.escaped:
			j.escaped = false
		case j.inString:
			switch c {
			case '\\':
				j.escaped = true
			case '"':
				j.inString = false
			default:
				if len(j.text) < 64 {
					j.text = append(j.text, c)
				}
			}
		case c == '"':
			j.inString, j.text = true, j.text[:0]
		case c == '{' || c == '[':
			if j.depth++; j.depth <= maxLevels {
				j.levels = append(j.levels, level{list: c == '['})
			}
		case c == '}' || c == ']':
			if j.depth--; j.depth < len(j.levels) && len(j.levels) > 0 {
				j.levels = j.levels[:len(j.levels)-1]
			}
		case (c == ',' || c == ':') && len(j.levels) > 0 && j.depth == len(j.levels):
			if err := j.next(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// next counts a comma of a list or a colon of an object.
func (j *jsonCounter) next(c byte) *boundsError {
	l := &j.levels[len(j.levels)-1]
	switch {
	case l.list && c == ',':
		if l.n++; l.n >= j.limits.ListIDs {
			return tooMany(j.pointer(), "maxItems", j.limits.ListIDs, "elements")
		}
	case !l.list && c == ':':
		if l.n++; l.n > j.limits.ObjectMembers {
			return tooMany(j.pointer(), "maxProperties", j.limits.ObjectMembers, "members")
		}
		l.key = string(j.text)
	}
	return nil
}

// pointer returns the place of the innermost value, as far as its names are the spec's: a reply repeats no other ones.
func (j *jsonCounter) pointer() string {
	var b strings.Builder
	fields := validator.WorkspaceGroupRequestFields
	for _, l := range j.levels[:len(j.levels)-1] {
		f := validate.FindField(fields, l.key)
		if f == nil {
			break
		}
		b.WriteString("/" + f.Name)
		fields = f.Fields
	}
	return b.String()
}

func tooMany(pointer, rule string, most int, what string) *boundsError {
	return &boundsError{validate.Violation{Pointer: pointer, Rule: rule, Message: fmt.Sprintf("must have at most %d %s", most, what)}}
}

// formCounter counts the pairs of a form, and those of one name.
type formCounter struct {
	limits Limits
	names  map[string]int
	pair   []byte // the beginning of the current pair, up to its "="
	named  bool
}

func (f *formCounter) count(data []byte) *boundsError {
	for len(data) > 0 {
		end := bytes.IndexByte(data, '&')
		part := data
		if end >= 0 {
			part = data[:end]
		}
		if !f.named {
			name, _, found := bytes.Cut(part, []byte("="))
			f.pair, f.named = append(f.pair, name[:min(len(name), 256-min(len(f.pair), 256))]...), found
		}
		if end < 0 {
			return nil
		}
		f.names[string(f.pair)]++
		switch {
		case f.names[string(f.pair)] >= f.limits.ListIDs:
			return tooMany("", "maxItems", f.limits.ListIDs, "elements in one list")
		case len(f.names) > f.limits.ListIDs+f.limits.ObjectMembers:
			return tooMany("", "maxProperties", f.limits.ListIDs+f.limits.ObjectMembers, "names")
		}
		f.pair, f.named = f.pair[:0], false
		data = data[end+1:]
	}
	return nil
}
