package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
)

// assignment gives the field that path leads to a value.
type assignment struct {
	path  []string
	value json.RawMessage
}

// assignments are what the flags of one command line give to fields, in their order.
type assignments []assignment

func (a *assignments) put(value []byte, path ...string) {
	*a = append(*a, assignment{path, value})
}

// has reports whether the field called name, dotted where it is nested, or a part of it has a value.
func (a assignments) has(name string) bool {
	for _, as := range a {
		if assigned := strings.Join(as.path, "."); assigned == name || strings.HasPrefix(assigned, name+".") {
			return true
		}
	}
	return false
}

// fieldFlag is the flag of one field: it turns text into the JSON of the field and leaves it to the validator to judge.
type fieldFlag struct {
	field *validate.Field
	to    *assignments
	text  string
	items []byte // of an array: what was given so far
}

var _ pflag.Value = (*fieldFlag)(nil)

// String returns the text that was given last.
func (f *fieldFlag) String() string { return f.text }

// Type returns what help prints for the value. pflag knows "bool" as a flag that needs none.
func (f *fieldFlag) Type() string {
	switch fd := f.field; {
	case len(fd.Enum) > 0:
		return strings.Join(fd.Enum, "|")
	case fd.Kind == validate.Boolean:
		return "bool"
	case fd.Kind == validate.Array:
		return fd.Items.String() + ",..."
	case fd.Kind == validate.Object && len(fd.Fields) > 0:
		return "name=value,..."
	case fd.Kind == validate.Object, fd.Kind == validate.Any:
		return "JSON"
	default:
		return fd.Kind.String()
	}
}

// Set takes one text. Its errors do not repeat it.
func (f *fieldFlag) Set(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("must be UTF-8")
	}
	f.text = text
	switch fd := f.field; {
	case fd.Kind == validate.Array:
		return f.setItems(text)
	case fd.Kind == validate.Object && len(fd.Fields) > 0:
		return f.setMembers(text)
	default:
		f.to.put(validate.AppendValue(nil, fd.Kind, text), fd.Name)
		return nil
	}
}

// setItems puts the elements in text behind those of earlier flags of the same name.
func (f *fieldFlag) setItems(text string) error {
	items, err := splitCSV(text)
	if err != nil {
		return err
	}
	for _, item := range items {
		if len(f.items) > 0 {
			f.items = append(f.items, ',')
		}
		if f.field.Items != validate.String {
			item = strings.TrimSpace(item)
		}
		f.items = validate.AppendValue(f.items, f.field.Items, item)
	}
	f.to.put([]byte("["+string(f.items)+"]"), f.field.Name)
	return nil
}

// setMembers sets the fields of an object that are named in text; those of earlier flags stay.
func (f *fieldFlag) setMembers(text string) error {
	pairs, err := splitPairs(text)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return errors.New("must be of the form name=value,name=value; the names are " + strings.Join(names(f.field.Fields), ", "))
		}
		inner := validate.FindField(f.field.Fields, strings.ReplaceAll(strings.TrimSpace(name), "-", "_"))
		if inner == nil {
			return errors.New("there is no such name" + nearest.HintOrAll(name, names(f.field.Fields)))
		}
		f.to.put(validate.AppendValue(nil, inner.Kind, value), f.field.Name, inner.Name)
	}
	return nil
}

// splitCSV splits one line of CSV, so that a quoted part may hold a comma.
func splitCSV(text string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	parts, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if _, more := r.Read(); err != nil || !errors.Is(more, io.EOF) {
		return nil, errors.New(`must be separated by commas; a part with a comma, a quote or a line feed is quoted as a whole: 'a,"b, c"'`)
	}
	return parts, nil
}

// splitPairs splits name=value,name=value. A value, or a pair as a whole, may be in double quotes; within them a comma is
// a comma, and a doubled quote is a quote.
func splitPairs(text string) ([]string, error) {
	var (
		pairs  []string
		pair   strings.Builder
		quoted bool
	)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && quoted && strings.HasPrefix(text[i+1:], `"`):
			pair.WriteByte(c)
			i++
		case c == '"' && quoted && (i+1 == len(text) || text[i+1] == ','):
			quoted = false
		case c == '"' && !quoted && (pair.Len() == 0 || opensValue(pair.String())):
			quoted = true
		case c == '"':
			return nil, errPairs
		case c == ',' && !quoted:
			pairs = append(pairs, pair.String())
			pair.Reset()
		default:
			pair.WriteByte(c)
		}
	}
	if quoted {
		return nil, errPairs
	}
	return append(pairs, pair.String()), nil
}

// opensValue reports whether a value begins behind pair.
func opensValue(pair string) bool { return strings.IndexByte(pair, '=') == len(pair)-1 }

var errPairs = errors.New("must be of the form name=value,name=value; a value with a comma or a quote is put in double quotes, " +
	`and a double quote within them is doubled: name="a, ""b"""`)

func names(fields []validate.Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}
