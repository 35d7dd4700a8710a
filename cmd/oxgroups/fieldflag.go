package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"example.com/oxgroups/api/field"
	"example.com/oxgroups/api/nearest"
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
	field *field.Field
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
	case fd.Kind == field.Boolean:
		return "bool"
	case fd.Kind == field.Array:
		return fd.Items.String() + ",..."
	case fd.Kind == field.Object && len(fd.Fields) > 0:
		return "name=value,..."
	case fd.Kind == field.Object, fd.Kind == field.Any:
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
	case fd.Kind == field.Array:
		return f.setItems(text)
	case fd.Kind == field.Object && len(fd.Fields) > 0:
		return f.setMembers(text)
	default:
		f.to.put(field.AppendValue(nil, fd.Kind, text), fd.Name)
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
		if f.field.Items != field.String {
			item = strings.TrimSpace(item)
		}
		f.items = field.AppendValue(f.items, f.field.Items, item)
	}
	f.to.put([]byte("["+string(f.items)+"]"), f.field.Name)
	return nil
}

// setMembers sets the fields of an object that are named in text; those of earlier flags stay.
func (f *fieldFlag) setMembers(text string) error {
	pairs, err := splitCSV(text)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return errors.New("must be of the form name=value,name=value; the names are " + strings.Join(names(f.field.Fields), ", "))
		}
		inner := field.Find(f.field.Fields, strings.TrimSpace(name))
		if inner == nil {
			return nearest.Unknown("name", name, names(f.field.Fields))
		}
		f.to.put(field.AppendValue(nil, inner.Kind, value), f.field.Name, inner.Name)
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

func names(fields []field.Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}
