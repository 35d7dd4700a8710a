package differential

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// value is a JSON value with the schema that it was drawn for, nil where none speaks of it.
type value struct {
	schema  *openapi3.Schema
	pointer string
	raw     string // of a value that is neither array nor object, or was replaced
	array   bool
	parts   []part
}

// part is an element of an array, or a member of an object.
type part struct {
	key   string
	value *value
}

// String returns the JSON of a value.
func (v *value) String() string {
	if v.raw != "" {
		return v.raw
	}
	var b strings.Builder
	b.WriteByte(v.bracket("[", "{"))
	for i, p := range v.parts {
		if i > 0 {
			b.WriteByte(',')
		}
		if !v.array {
			b.Write(append(validate.AppendString(nil, p.key), ':'))
		}
		b.WriteString(p.value.String())
	}
	b.WriteByte(v.bracket("]", "}"))
	return b.String()
}

func (v *value) bracket(array, object string) byte {
	if v.array {
		return array[0]
	}
	return object[0]
}

// drawer draws documents that keep every rule of a schema.
type drawer struct{ t *rapid.T }

func (d drawer) value(s *openapi3.Schema, pointer string) *value {
	v := &value{schema: s, pointer: pointer}
	switch {
	case s == nil:
		v.raw = rapid.SampledFrom([]string{"null", "1.50", `"x"`, "[1]", `{"a":[]}`}).Draw(d.t, "anything")
	case s.Nullable && rapid.IntRange(0, 4).Draw(d.t, "null") == 0:
		v.raw = "null"
	case s.Type.Is("object"):
		d.object(v)
	case s.Type.Is("array"):
		v.array = true
		for i := range rapid.IntRange(0, 3).Draw(d.t, "items") {
			v.parts = append(v.parts, part{value: d.value(s.Items.Value, pointer+"/"+strconv.Itoa(i))})
		}
	default:
		v.raw = d.scalar(s)
	}
	return v
}

func (d drawer) object(v *value) {
	add := func(key string, s *openapi3.Schema) {
		v.parts = append(v.parts, part{key, d.value(s, v.pointer+"/"+validate.PointerToken(key))})
	}
	for _, name := range slices.Sorted(maps.Keys(v.schema.Properties)) {
		if slices.Contains(v.schema.Required, name) || rapid.Bool().Draw(d.t, name) {
			add(name, v.schema.Properties[name].Value)
		}
	}
	var more *openapi3.Schema
	if v.schema.AdditionalProperties.Schema != nil {
		more = v.schema.AdditionalProperties.Schema.Value
	}
	for i := range rapid.IntRange(0, 2).Draw(d.t, "others") {
		add(fmt.Sprintf("%d/other", i+1), more)
	}
	v.parts = rapid.Permutation(v.parts).Draw(d.t, "order")
}

func (d drawer) scalar(s *openapi3.Schema) string {
	switch {
	case len(s.Enum) > 0:
		text, _ := json.Marshal(rapid.SampledFrom(s.Enum).Draw(d.t, "enum"))
		return string(text)
	case s.Type.Is("boolean"):
		return strconv.FormatBool(rapid.Bool().Draw(d.t, "boolean"))
	case s.Type.Is("integer"):
		return strconv.FormatInt(rapid.Int64Range(1, 1<<62).Draw(d.t, "integer"), 10)
	case s.Format == "date":
		return rapid.SampledFrom([]string{`"2013-04-15"`, `"2024-02-29"`}).Draw(d.t, "date")
	case s.Format == "date-time":
		return rapid.SampledFrom([]string{`"2013-04-15T16:48:48-07:00"`, `"2024-02-29T00:00:00.5Z"`}).Draw(d.t, "time")
	default:
		text := rapid.String().Draw(d.t, "text")
		return string(validate.AppendString(nil, strings.ReplaceAll(text, "\x00", ""))) // U+0000 is refused strictly
	}
}

// change is a way in which a value of a reply may be odd.
type change struct {
	name string
	// fits reports whether a member of parent, or an element, can be changed so.
	fits func(parent *value, at *part) bool
	// apply changes it and returns the rule that the warning names, "" for none.
	apply func(d drawer, parent *value, at int) (rule string)
	// same says that the value is as without the change.
	same bool
}

func isText(v *value) bool { return v.schema != nil && v.schema.Type.Is("string") && v.raw != "null" }

var changes = []change{
	{"another type", func(_ *value, at *part) bool { return at.value.schema != nil }, func(d drawer, parent *value, i int) string {
		at := parent.parts[i].value
		at.raw = rapid.SampledFrom(otherTypes(at.schema)).Draw(d.t, "other")
		return "type"
	}, false},
	{"null", func(_ *value, at *part) bool { return at.value.schema != nil }, func(_ drawer, parent *value, i int) string {
		at := parent.parts[i].value
		at.raw = "null"
		if at.schema.Nullable {
			return ""
		}
		return "type"
	}, false},
	{"missing", func(parent *value, _ *part) bool { return !parent.array }, func(_ drawer, parent *value, i int) string {
		key := parent.parts[i].key
		parent.parts = slices.Delete(slices.Clone(parent.parts), i, i+1)
		if slices.Contains(parent.schema.Required, key) {
			return "required"
		}
		return ""
	}, false},
	{"a number as text", func(_ *value, at *part) bool {
		return at.value.schema != nil && at.value.schema.Type.Is("integer") && at.value.raw != "null"
	}, func(_ drawer, parent *value, i int) string {
		parent.parts[i].value.raw = `"` + parent.parts[i].value.raw + `"`
		return ""
	}, true},
	{"text as a number", func(_ *value, at *part) bool { return isText(at.value) && at.value.schema.Format == "" }, func(_ drawer, parent *value, i int) string {
		parent.parts[i].value.raw = "712"
		return ""
	}, false},
	{"a bad date", func(_ *value, at *part) bool {
		return isText(at.value) && strings.HasPrefix(at.value.schema.Format, "date")
	}, func(d drawer, parent *value, i int) string {
		parent.parts[i].value.raw = rapid.SampledFrom([]string{`""`, `"soon"`, `"2013-02-30"`, `"15.04.2013"`, "7"}).Draw(d.t, "date")
		return "format"
	}, false},
	{"a duplicate key", func(parent *value, _ *part) bool { return !parent.array }, func(d drawer, parent *value, i int) string {
		p := parent.parts[i]
		before := part{p.key, d.value(p.value.schema, p.value.pointer)} // the last one counts
		parent.parts = slices.Insert(slices.Clone(parent.parts), i, before)
		return "duplicate"
	}, true},
	{"a lone surrogate", func(_ *value, at *part) bool {
		return isText(at.value) && at.value.schema.Format == ""
	}, func(d drawer, parent *value, i int) string {
		parent.parts[i].value.raw = rapid.SampledFrom([]string{`"\ud800"`, `"a\udc00b"`, `"\ud83d\u0041"`, "\"\xff\""}).Draw(d.t, "text")
		return "encoding"
	}, false},
	{"U+0000", func(_ *value, at *part) bool {
		return isText(at.value) && at.value.schema.Format == ""
	}, func(_ drawer, parent *value, i int) string {
		parent.parts[i].value.raw = `"a\u0000"`
		return ""
	}, false},
	{"an unknown key beside it", func(parent *value, _ *part) bool { return !parent.array && parent.schema.Properties != nil }, func(d drawer, parent *value, i int) string {
		unknown := part{"unknown", &value{raw: rapid.SampledFrom([]string{"1", "{}", strings.Repeat("[", 300) + strings.Repeat("]", 300)}).Draw(d.t, "unknown")}}
		parent.parts = slices.Insert(slices.Clone(parent.parts), i, unknown)
		return ""
	}, true},
}

// otherTypes returns values that a schema does not take in any form.
func otherTypes(s *openapi3.Schema) []string {
	var list []string
	for kind, values := range map[string][]string{"object": {"{}", `{"a":1}`}, "array": {"[]", `[1,{}]`}, "boolean": {"true"}, "string": {`"x"`}, "integer": {"7"}} {
		both := kind == "integer" && s.Type.Is("string") // either form is read
		if !s.Type.Is(kind) && !both {
			list = append(list, values...)
		}
	}
	slices.Sort(list)
	return list
}

// places calls yield for every part of a value and of what is in it.
func (v *value) places(yield func(parent *value, i int)) {
	if v.raw != "" {
		return
	}
	for i, p := range v.parts {
		yield(v, i)
		p.value.places(yield)
	}
}

func documentSchema(t testing.TB) *openapi3.Schema {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(specFile)
	if err != nil {
		t.Fatal(err)
	}
	return doc.Components.Schemas["WorkspaceGroupDocument"].Value
}

// unexported lets cmp look into nullable values.
var unexported = cmp.Exporter(func(reflect.Type) bool { return true })

// A valid document is read leniently as it is read strictly, and nothing is said of it, with a byte order mark or without.
func TestLenientReadingOfValidDocuments(t *testing.T) {
	schema := documentSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		text := drawer{t}.value(schema, "").String()
		var strict, lenient, marked model.WorkspaceGroupDocument
		if err := validator.DecodeWorkspaceGroupDocument([]byte(text), &strict); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, read := range []struct {
			text string
			v    *model.WorkspaceGroupDocument
		}{{text, &lenient}, {"\ufeff" + text, &marked}} {
			warnings, err := validator.ReadWorkspaceGroupDocument([]byte(read.text), read.v)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("%s: %v, %v", read.text, warnings, err)
			}
			if diff := cmp.Diff(strict, *read.v, unexported); diff != "" {
				t.Fatalf("%s: %s", read.text, diff)
			}
		}
	})
}

// One odd value costs nothing but itself: the rest is read as before, and the one warning names its place and rule.
func TestLenientReadingOfOneOddValue(t *testing.T) {
	schema := documentSchema(t)
	for _, c := range changes {
		t.Run(c.name, rapid.MakeCheck(func(t *rapid.T) {
			d := drawer{t}
			document := d.value(schema, "")
			before := document.String()
			type place struct {
				parent *value
				i      int
			}
			var all []place
			document.places(func(parent *value, i int) {
				if c.fits(parent, &parent.parts[i]) {
					all = append(all, place{parent, i})
				}
			})
			if len(all) == 0 {
				t.Skip("the document has no such value")
			}
			at := rapid.SampledFrom(all).Draw(t, "place")
			pointer := at.parent.parts[at.i].value.pointer
			rule := c.apply(d, at.parent, at.i)
			checkOdd(t, before, document.String(), pointer, rule, c.same)
		}))
	}
}

func checkOdd(t *rapid.T, before, after, pointer, rule string, same bool) {
	var strict, lenient model.WorkspaceGroupDocument
	if err := validator.DecodeWorkspaceGroupDocument([]byte(before), &strict); err != nil {
		t.Fatalf("%s: %v", before, err)
	}
	warnings, err := validator.ReadWorkspaceGroupDocument([]byte(after), &lenient)
	if err != nil {
		t.Fatalf("%s: %v", after, err)
	}
	var found []string
	for _, w := range warnings {
		found = append(found, w.Pointer+" "+w.Rule)
	}
	if want := pointer + " " + rule; rule == "" && found != nil || rule != "" && !slices.Equal(found, []string{want}) {
		t.Fatalf("%s\nhas the warnings %q, want %q", after, found, want)
	}
	want, got := tree(t, &strict), tree(t, &lenient)
	if !same {
		drop(want, got, strings.Split(pointer, "/")[1:])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s\nis read as another value than\n%s:\n%s", after, before, diff)
	}
}

// tree returns a value as encoding/json reads what the encoder writes.
func tree(t *rapid.T, v *model.WorkspaceGroupDocument) map[string]any {
	text, err := validator.AppendWorkspaceGroupDocument(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree map[string]any
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	for _, m := range tree { // what was added to see that unknown keys do no harm is kept by some objects
		if m, ok := m.(map[string]any); ok {
			for _, object := range m {
				if object, ok := object.(map[string]any); ok {
					delete(object, "unknown")
				}
			}
		}
	}
	return tree
}

// drop takes the value at a place out of both trees. An element that was not read is not in an array.
func drop(want, got any, tokens []string) {
	token := strings.NewReplacer("~1", "/", "~0", "~").Replace(tokens[0])
	a, ok := want.(map[string]any)
	b, _ := got.(map[string]any)
	if !ok || b == nil {
		return
	}
	if len(tokens) == 1 {
		delete(a, token)
		delete(b, token)
		return
	}
	if list, ok := a[token].([]any); ok {
		i, _ := strconv.Atoi(tokens[1])
		other := b[token].([]any)
		switch {
		case len(tokens) > 2 && len(list) == len(other):
			drop(list[i], other[i], tokens[2:])
			return
		case len(list) == len(other):
			other = slices.Delete(other, i, i+1)
		}
		a[token], b[token] = slices.Delete(list, i, i+1), other
		return
	}
	drop(a[token], b[token], tokens[1:])
}

// FuzzLenient reads any bytes leniently: what can be read is a value that can be written, what cannot is a syntax error, and what
// is read strictly is read the same.
func FuzzLenient(f *testing.F) {
	for _, seed := range []string{
		`{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},"results":[],"workspace_groups":{}}`, "\ufeff{}", `{"results":[{"key":1},1,null],"workspaces":{"a~/b":[]}}`,
		`{"count":"1","meta":null,"results":{},"workspace_groups":{"7":{"id":7,"name":"\ud800","created_at":"","name":null}},"x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`,
		`null`, `[[[[`, "\"\xff", `{"workspaces":{"1":{"id":1e400,"account_id":"9223372036854775808","start_date":"2013-02-30","extra":{"a":1,"a":2}}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		var lenient, strict model.WorkspaceGroupDocument
		warnings, err := validator.ReadWorkspaceGroupDocument(data, &lenient)
		if !bytes.Equal(data, before) {
			t.Fatal("the document was changed")
		}
		if err != nil {
			if !errors.As(err, new(*validate.SyntaxError)) {
				t.Fatalf("%q: an error of type %T", data, err)
			}
			return
		}
		text, err := validator.AppendWorkspaceGroupDocument(nil, &lenient)
		if err != nil || !json.Valid(text) {
			t.Fatalf("%q is written as %q, %v", data, text, err)
		}
		if validator.DecodeWorkspaceGroupDocument(data, &strict) == nil {
			if diff := cmp.Diff(strict, lenient, unexported); diff != "" || len(warnings) > 0 {
				t.Fatalf("%q: %v, %s", data, warnings, diff)
			}
		}
	})
}
