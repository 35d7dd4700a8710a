package update

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
)

// assignment gives a field a value.
type assignment struct {
	path  rows.Path
	value []byte
}

// assignments are what the flags of one command line give to fields, in their order.
type assignments []assignment

func (a *assignments) put(value []byte, path ...*validate.Field) {
	*a = append(*a, assignment{path, value})
}

// has reports whether the field, or a part of it, has a value.
func (a assignments) has(path rows.Path) bool {
	for _, given := range a {
		if name := given.path.String(); name == path.String() || strings.HasPrefix(name, path.String()+".") {
			return true
		}
	}
	return false
}

func isJSON(text string) bool { return json.Valid([]byte(text)) }

// addFieldFlags adds a flag for each field. A field whose name a flag has already gets another name.
func addFieldFlags(flags *pflag.FlagSet, fields []validate.Field, to *assignments) {
	for i := range fields {
		f := &fields[i]
		flag := flags.VarPF(&fieldFlag{field: f, to: to}, freeName(flags, f.Name, f.Kind), "", describe(f))
		if f.Kind == validate.Boolean {
			flag.NoOptDefVal = "true"
		}
	}
}

// freeName returns the name of the flag for a field: that of the field with hyphens, for an array without "_ids" at its end
// ("add_workspace_ids" is --add-workspace). Where that is taken it is the whole name, or one that begins with "field-".
func freeName(flags *pflag.FlagSet, name string, kind validate.Kind) string {
	whole := strings.Trim(strings.Map(func(r rune) rune {
		if r == '_' || r == ' ' || r == '=' {
			return '-'
		}
		return r
	}, name), "-")
	short := whole
	if kind == validate.Array {
		short = strings.TrimSuffix(whole, "-ids")
	}
	for _, candidate := range []string{short, whole} {
		if candidate != "" && candidate != "help" && flags.Lookup(candidate) == nil {
			return candidate
		}
	}
	return "field-" + whole
}

// describe returns what the spec says of a field, and below it of the names within it.
func describe(f *validate.Field) string {
	text := oneLine(f.Description)
	var facts []string
	if f.Deprecated {
		facts = append(facts, "deprecated")
	}
	if f.Format != "" {
		facts = append(facts, "format "+f.Format)
	}
	if f.Kind == validate.Array && len(f.Enum) > 0 {
		facts = append(facts, "values "+strings.Join(f.Enum, ", "))
	}
	facts = append(facts, f.Rules...)
	if f.Default != "" {
		facts = append(facts, "default "+f.Default)
	}
	if len(facts) > 0 {
		text = strings.TrimSpace(text + " (" + strings.Join(facts, "; ") + ")")
	}
	for i := range f.Fields {
		inner := &f.Fields[i]
		text += "\n  " + inner.Name + "=" + strings.TrimPrefix(term(inner, "true|false"), " ")
		if about := strings.ReplaceAll(describe(inner), "\n", "\n      "); about != "" {
			text += "\n      " + about
		}
	}
	return text
}

// term returns what stands after the name of a field; a boolean has no other kind of value than boolean.
func term(f *validate.Field, boolean string) string {
	text := " " + (&fieldFlag{field: f}).Type()
	if f.Kind == validate.Boolean {
		text = boolean
	}
	if f.Required {
		text += " (required)"
	}
	return text
}

// oneLine returns Markdown as one line of plain text.
func oneLine(markdown string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(markdown, "`", "'")), " ")
}

// fieldFlag is the flag of one field: it turns text into the JSON of the field and leaves it to the validator to judge.
type fieldFlag struct {
	field *validate.Field
	to    *assignments
	text  string
	items []byte // of an array: what was given so far
}

var _ pflag.Value = (*fieldFlag)(nil)

// Term returns what help has after the name of the flag.
func (f *fieldFlag) Term() string { return term(f.field, "[=false]") }

// String returns the text that was given last.
func (f *fieldFlag) String() string { return f.text }

// Type returns what help prints for the value. pflag knows "bool" as a flag that needs none.
func (f *fieldFlag) Type() string {
	switch fd := f.field; {
	case fd.Kind == validate.Array && len(fd.Enum) > 0:
		return strings.Join(fd.Enum, "|") + ",..."
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
		f.to.put(validate.AppendValue(nil, fd.Kind, text), fd)
		return nil
	}
}

// setItems puts the elements in text after those of earlier flags of the same name.
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
	f.to.put([]byte("["+string(f.items)+"]"), f.field)
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
		name = strings.TrimSpace(name)
		inner := validate.FindField(f.field.Fields, name)
		if inner == nil {
			inner = validate.FindField(f.field.Fields, strings.ReplaceAll(name, "-", "_"))
		}
		if inner == nil {
			return errors.New("there is no such name" + nearest.HintOrAll(name, names(f.field.Fields)))
		}
		f.to.put(validate.AppendValue(nil, inner.Kind, value), f.field, inner)
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

// opensValue reports whether a value begins after pair.
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

// addParamFlags adds a flag for each parameter of the query and the header, but for include, which has one of its own. The
// members of to are called as the parameters in their JSON.
func addParamFlags(flags *pflag.FlagSet, params []validate.Parameter, to reflect.Value) {
	for i := range params {
		p := &params[i]
		if p.In == "path" || p.Name == includeKey {
			continue
		}
		for at := range to.NumField() {
			if name, _, _ := strings.Cut(to.Type().Field(at).Tag.Get("json"), ","); name == p.Name {
				text := strings.Join(append([]string{oneLine(p.Description)}, p.Rules...), "; ")
				flags.Var(&paramFlag{param: p, to: to.Field(at)}, freeName(flags, strings.ToLower(p.Name), p.Kind), text)
			}
		}
	}
}

// paramFlag is the flag of one parameter. It leaves it to the client to check the value.
type paramFlag struct {
	param *validate.Parameter
	to    reflect.Value
	text  string
}

var _ pflag.Value = (*paramFlag)(nil)

// String returns the text that was given.
func (p *paramFlag) String() string { return p.text }

// Type returns the kind of the value.
func (p *paramFlag) Type() string {
	if len(p.param.Enum) > 0 {
		return strings.Join(p.param.Enum, "|")
	}
	return p.param.Kind.String()
}

// Set reads text as the value, lists and objects as JSON.
func (p *paramFlag) Set(text string) error {
	p.text = text
	if json.Unmarshal(validate.AppendValue(nil, p.param.Kind, text), p.to.Addr().Interface()) != nil {
		return errors.New("must be of type " + p.param.Kind.String())
	}
	return nil
}
