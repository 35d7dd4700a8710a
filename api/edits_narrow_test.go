package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// narrowing is a field that is in a spec before and is edited after values of it were stored.
type narrowing struct {
	before, after string // the schema in YAML; after "": the field is removed
	stored        string // fits before
	fits          string // fits after; "": nothing can be set
	partial       string // a patch of the stored value that is taken after; "": none
	merged        string // what the patch makes of it
	refused       string // a patch of the stored value that is not taken; "": none
	silent        bool   // the stored value fits the new schema too
}

// narrowings are the kinds of an edit that stored values may not fit, nested ones first.
var narrowings = map[string]narrowing{
	"n_renamed":      {object("street: {type: string}, city: {type: string}"), object("street: {type: string}, town: {type: string}"), `{"street":"A","city":"B"}`, `{"street":"C"}`, `{"town":"T"}`, `{"street":"A","city":"B","town":"T"}`, ``, true},
	"n_type":         {object("zip: {type: string}, city: {type: string}"), object("zip: {type: integer}, city: {type: string}"), `{"zip":"0042","city":"B"}`, `{"zip":42}`, `{"city":"C"}`, `{"zip":"0042","city":"C"}`, `{"zip":"43"}`, false},
	"n_required":     {object("zip: {type: string}, city: {type: string}"), requiring("zip", "zip: {type: string}, city: {type: string}"), `{"city":"B"}`, `{"zip":"1"}`, `{"zip":"1"}`, `{"city":"B","zip":"1"}`, `{"city":"C"}`, false},
	"n_length":       {object("zip: {type: string}, city: {type: string}"), object("zip: {type: string, maxLength: 2}, city: {type: string}"), `{"zip":"12345","city":"B"}`, `{"zip":"1"}`, `{"city":"C"}`, `{"zip":"12345","city":"C"}`, `{"zip":"123"}`, false},
	"n_closed":       {object("zip: {type: string}"), closed("city: {type: string}"), `{"zip":"1"}`, `{"city":"B"}`, ``, ``, `{"zip":"2"}`, false},
	"n_deep":         {object("a: " + object("b: "+object("c: {type: string}"))), object("a: " + object("b: "+object("c: {type: string, maxLength: 1}, d: {type: string}"))), `{"a":{"b":{"c":"long"}}}`, `{"a":{"b":{"c":"s"}}}`, `{"a":{"b":{"d":"x"}}}`, `{"a":{"b":{"c":"long","d":"x"}}}`, `{"a":{"b":{"c":"longer"}}}`, false},
	"n_to_scalar":    {object("a: {type: string}"), "{type: string, nullable: true}", `{"a":"x"}`, `"y"`, ``, ``, `{"a":"y"}`, false},
	"n_from_scalar":  {"{type: string, nullable: true}", object("a: {type: string}"), `"x"`, `{"a":"y"}`, ``, ``, `"y"`, false},
	"n_list":         {object("l: {type: array, items: {type: string}}, k: {type: string}"), object("l: {type: array, maxItems: 1, items: {type: string}}, k: {type: string}"), `{"l":["a","b"]}`, `{"l":["a"]}`, `{"k":"x"}`, `{"l":["a","b"],"k":"x"}`, `{"l":["c","d"]}`, false},
	"a_required":     {array(object("name: {type: string}")), array(requiring("mail", "name: {type: string}, mail: {type: string}")), `[{"name":"A"}]`, `[{"mail":"m"}]`, ``, ``, `[{"name":"B"}]`, false},
	"a_length":       {array(object("name: {type: string}")), array(object("name: {type: string, maxLength: 1}")), `[{"name":"A"},{"name":"Long"}]`, `[{"name":"A"}]`, ``, ``, `[{"name":"Longer"}]`, false},
	"a_items":        {array("{type: string}"), array("{type: string}", "maxItems: 1"), `["a","b"]`, `["a"]`, ``, ``, `["a","c"]`, false},
	"a_unique":       {array("{type: string}"), array("{type: string}", "uniqueItems: true"), `["a","a"]`, `["a"]`, ``, ``, `["b","b"]`, false},
	"a_type":         {array("{type: string}"), array("{type: integer}"), `["1"]`, `[1]`, ``, ``, `["2"]`, false},
	"a_enum":         {array("{type: string}"), array("{type: string, enum: [x, y]}"), `["a"]`, `["x"]`, ``, ``, `["b"]`, false},
	"a_to_scalar":    {array("{type: string}"), "{type: string, nullable: true}", `["a"]`, `"a"`, ``, ``, `["b"]`, false},
	"a_from_scalar":  {"{type: string, nullable: true}", array("{type: string}"), `"a"`, `["a"]`, ``, ``, `"b"`, false},
	"m_properties":   {mapping("{type: string, nullable: true}"), mapping("{type: string, nullable: true}", "maxProperties: 1"), `{"a":"1","b":"2"}`, ``, `{"b":null}`, `{"a":"1"}`, `{"c":"3"}`, false},
	"m_type":         {mapping("{type: string}"), mapping("{type: integer}"), `{"a":"1"}`, ``, `{"b":2}`, `{"a":"1","b":2}`, `{"a":"2"}`, false},
	"m_bounds":       {mapping("{type: integer}"), mapping("{type: integer, maximum: 5}"), `{"a":9}`, ``, `{"b":2}`, `{"a":9,"b":2}`, `{"a":8}`, false},
	"m_to_object":    {mapping("{type: string}"), closed("a: {type: integer}"), `{"b":"1"}`, `{"a":1}`, ``, ``, `{"b":"2"}`, false},
	"m_of_objects":   {mapping(object("x: {type: string}")), mapping(object("x: {type: string, maxLength: 1}, y: {type: string}")), `{"k":{"x":"long"}}`, ``, `{"k":{"y":"v"}}`, `{"k":{"x":"long","y":"v"}}`, `{"k":{"x":"longer"}}`, false},
	"s_enum":         {"{type: string, nullable: true}", "{type: string, nullable: true, enum: [x, null]}", `"a"`, `"x"`, ``, ``, `"b"`, false},
	"s_pattern":      {"{type: string, nullable: true}", "{type: string, nullable: true, pattern: '^[0-9]+$'}", `"a"`, `"1"`, ``, ``, `"b"`, false},
	"s_date":         {"{type: string, nullable: true}", "{type: string, nullable: true, format: date}", `"soon"`, `"2024-02-29"`, ``, ``, `"later"`, false},
	"s_date_time":    {"{type: string, format: date, nullable: true}", "{type: string, nullable: true, format: date-time}", `"2024-02-29"`, `"2024-02-29T00:00:00Z"`, ``, ``, `"2024-02-28"`, false},
	"s_uuid":         {"{type: string, nullable: true}", "{type: string, nullable: true, format: uuid}", `"a"`, `"123e4567-e89b-12d3-a456-426614174000"`, ``, ``, `"b"`, false},
	"s_byte":         {"{type: string, nullable: true}", "{type: string, nullable: true, format: byte}", `"!"`, `"AAAA"`, ``, ``, `"?"`, false},
	"s_number":       {"{type: string, nullable: true}", "{type: number, nullable: true}", `"1.5"`, `2.5`, ``, ``, `"2.5"`, false},
	"s_boolean":      {"{type: boolean, nullable: true}", "{type: string, nullable: true}", `true`, `"true"`, ``, ``, `false`, false},
	"i_minimum":      {"{type: integer, nullable: true}", "{type: integer, nullable: true, minimum: 10}", `3`, `10`, ``, ``, `4`, false},
	"i_32":           {"{type: integer, format: int64, nullable: true}", "{type: integer, format: int32, nullable: true}", `9007199254740993`, `1`, ``, ``, `9007199254740992`, false},
	"i_multiple":     {"{type: integer, nullable: true}", "{type: integer, nullable: true, multipleOf: 5}", `3`, `5`, ``, ``, `4`, false},
	"f_integer":      {"{type: number, nullable: true}", "{type: integer, nullable: true}", `1.5`, `2`, ``, ``, `2.5`, false},
	"x_removed":      {object("a: {type: string}"), "", `{"a":"x"}`, ``, ``, ``, ``, true},
	"x_removed_list": {array(object("a: {type: string}")), "", `[{"a":"x"}]`, ``, ``, ``, ``, true},
}

func object(properties string) string {
	return "{type: object, nullable: true, properties: {" + properties + "}}"
}

func requiring(name, properties string) string {
	return "{type: object, nullable: true, required: [" + name + "], properties: {" + properties + "}}"
}

func closed(properties string) string {
	return "{type: object, nullable: true, additionalProperties: false, properties: {" + properties + "}}"
}

func array(items string, more ...string) string {
	return "{" + strings.Join(append([]string{"type: array, nullable: true, items: " + items}, more...), ", ") + "}"
}

func mapping(values string, more ...string) string {
	return "{" + strings.Join(append([]string{"type: object, nullable: true, additionalProperties: " + values}, more...), ", ") + "}"
}

// narrowed returns a copy whose spec has the fields as they are before or after.
func narrowed(t *testing.T, schema func(narrowing) string, more ...func(string) string) *edited {
	t.Helper()
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(narrowings)) {
		if s := schema(narrowings[name]); s != "" {
			lines = append(lines, name+": "+s)
		}
	}
	e := generated(t, append(more, properties(t, "WorkspaceGroupUpdate", lines...), properties(t, "WorkspaceGroup", lines...))...)
	e.build(t, e.dir, e.after)
	return e
}

// Values that are stored and no longer fit the spec, nested ones too, are never lost and never an error: they are returned,
// exported, imported and named by doctor; an update is held to the rules of what it touches.
func TestEveryKindOfNarrowing(t *testing.T) {
	before := narrowed(t, func(n narrowing) string { return n.before })
	e := narrowed(t, func(n narrowing) string { return n.after },
		replace(t, "        external_message:\n          type: string\n", "        external_message:\n          type: string\n          maxLength: 2\n", 2),
		replace(t, "        currency:\n          type: string\n", "        currency:\n          type: string\n          maxLength: 2\n", 1),
		replace(t, "                    currency: USD\n", "                    currency: EU\n", 1)) // in its example
	names := slices.Sorted(maps.Keys(narrowings))
	for engine, fresh := range persistent(t) {
		t.Run(engine, func(t *testing.T) {
			store := fresh()
			old := before.serve(t, before.after, store)
			for _, name := range names {
				old.set(t, name, narrowings[name].stored, http.StatusOK)
			}
			old.set(t, "external_reference", reference, http.StatusOK)
			_, included := old.put(t, all, `{"workspace_group":{"name":"Acme"}}`)
			old.stop()
			whole := stdout(t, e.dir, e.after+"oxgroupsd", "export", "--store", store)
			report := run(t, e.dir, 1, e.after+"oxgroupsd", "doctor", "--store", store)
			for _, name := range names {
				if got := groupOf(t, whole, "7")[name]; !equalJSON(t, got, narrowings[name].stored) {
					t.Errorf("%s: the export has %s, want %s", name, got, narrowings[name].stored)
				}
				if n := narrowings[name]; (!n.silent || n.after == "") != strings.Contains(report, name) {
					t.Errorf("%s: doctor says\n%s", name, report)
				}
			}
			file := filepath.Join(t.TempDir(), "groups.json")
			write(t, file, whole)
			to := fresh()
			run(t, e.dir, 0, e.after+"oxgroupsd", "import", file, "--store", to)
			if again := stdout(t, e.dir, e.after+"oxgroupsd", "export", "--store", to); again != whole {
				t.Errorf("imported and exported again it is\n%s\nwant\n%s", again, whole)
			}
			s := e.serve(t, e.after, to)
			defer s.stop()
			if status, got := s.put(t, all, `{"workspace_group":{"name":"Acme"}}`); status != http.StatusOK || !equalJSON(t, associations(t, got), string(associations(t, included))) {
				t.Errorf("the associations are %d %s, were %s", status, got, included)
			}
			for _, name := range names {
				s.goOn(t, name, narrowings[name])
			}
		})
	}
}

const (
	all       = "/workspace_groups/7?include=workspaces,external_references,rate_card_sets"
	reference = `{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1","external_message":"more than two"}`
)

// associations returns a reply without its groups.
func associations(t *testing.T, reply string) json.RawMessage {
	t.Helper()
	var doc map[string]any
	parse(t, reply, &doc)
	delete(doc, "workspace_groups")
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// goOn updates a field whose stored value no longer fits.
func (s *served) goOn(t *testing.T, name string, n narrowing) {
	t.Helper()
	if n.after == "" {
		if got, has := s.set(t, "notes", fmt.Sprintf("%q", name), http.StatusOK)[name]; has {
			t.Errorf("%s: the reply has %s for a field that was removed", name, got)
		}
		return
	}
	expect := func(way string, got map[string]json.RawMessage, want string) {
		t.Helper()
		if !equalJSON(t, got[name], want) {
			t.Errorf("%s: after %s it is %s, want %s", name, way, got[name], want)
		}
	}
	expect("an update of another field", s.set(t, "notes", fmt.Sprintf("%q", name), http.StatusOK), n.stored)
	if n.refused != "" {
		status, reply := s.put(t, "/workspace_groups/7", fmt.Sprintf(`{"workspace_group":{"name":"Acme",%q:%s}}`, name, n.refused))
		if status != http.StatusBadRequest && status != http.StatusUnprocessableEntity || !strings.Contains(reply, `"field":"`+name) {
			t.Errorf("%s: %s is answered with %d %s", name, n.refused, status, reply)
		}
		expect("a refused update", s.set(t, "notes", `"again"`, http.StatusOK), n.stored)
	}
	if n.partial != "" {
		expect("a part", s.set(t, name, n.partial, http.StatusOK), n.merged)
	}
	expect("null", s.set(t, name, "null", http.StatusOK), "null")
	if n.fits != "" {
		expect("a value that fits", s.set(t, name, n.fits, http.StatusOK), n.fits)
	}
}

// set sets a field of group 7, beside its name, and returns the group.
func (s *served) set(t *testing.T, name, value string, want int) map[string]json.RawMessage {
	t.Helper()
	status, reply := s.put(t, "/workspace_groups/7", fmt.Sprintf(`{"workspace_group":{"name":"Acme",%q:%s}}`, name, value))
	if status != want {
		t.Errorf("%s set to %s: %d %s", name, value, status, reply)
		return nil
	}
	return groupOf(t, reply, "7")
}
