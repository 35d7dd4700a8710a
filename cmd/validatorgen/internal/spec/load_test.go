package spec_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

func load(t *testing.T, name, text string) (*spec.Document, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return spec.Load(file)
}

// bomb is an alias of aliases, 10 to the power of levels values.
func bomb(levels int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 x\n")
	for i := range levels {
		alias := fmt.Sprintf("*a%d, ", i)
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.Repeat(alias, 10))
	}
	return b.String()
}

// What cannot be read is refused with its place.
func TestLoadRefuses(t *testing.T) {
	for _, tc := range []struct{ name, file, text, want string }{
		{"a key twice in YAML", "s.yaml", "a:\n  b: 1\n  c: 2\n  b: 3\n", `s.yaml:4:3: #/a/b: key "b" is in line 2 too`},
		{"a key twice in JSON", "s.json", "{\"a\":\n {\"b\": 1,\n  \"b\": 3}}", `s.json:3:3: #/a/b: key "b" is in line 2 too`},
		{"a key twice, written differently", "s.yaml", "{\"200\": 1,\n 200: 2}", `s.yaml:2:2: #/200: key "200" is in line 1 too`},
		{"an anchor inside itself", "s.yaml", "a: &x\n  b:\n    - *x\n", "s.yaml:3:7: #/a/b/0: alias *x is inside its own anchor"},
		{"an anchor inside itself, as a member", "s.yaml", "&x a: &y {b: *y}\n", "s.yaml:1:14: #/a/b: alias *y is inside its own anchor"},
		{"two anchors inside each other", "s.yaml", "a: &x\n  b: &y\n    c: *x\n    d: *y\n", "s.yaml:3:8: #/a/b/c: alias *x is inside its own anchor"},
		{"aliases of aliases", "s.yaml", bomb(9), "aliases repeat more than 200000 values"},
		{"a merge key", "s.yaml", "a: &x {b: 1}\nc:\n  <<: *x\n", "s.yaml:3:3: #/c: a merge key (<<) is not JSON"},
		{"a mapping as a key", "s.yaml", "a:\n  ? {b: 1}\n  : 2\n", "s.yaml:2:5: #/a: a key must be a string"},
		{"a number that JSON has not", "s.yaml", "a: .inf\n", `s.yaml:1:4: #/a: ".inf" is not a number of JSON`},
		{"two documents", "s.yaml", "a: 1\n---\nb: 2\n", "s.yaml:2:1: #: a second document follows"},
		{"no YAML", "s.yaml", "a: 1\nb: [", "s.yaml:2:1: #: not YAML: "},
		{"a tab", "s.yaml", "a:\n\tb: 1\n", "s.yaml:2:1: #: not YAML: found character that cannot start any token; indent with spaces"},
		{"a colon in a text", "s.yaml", "a:\n  b: c: d\n", "s.yaml:2:1: #: not YAML: mapping values are not allowed in this context; put a value with a colon in quotes"},
		{"an alias of nothing", "s.yaml", "a: *b\n", "unknown anchor 'b' referenced; an alias stands behind its anchor"},
		{"no JSON", "s.json", "{\"a\": 1,\n \"b\" 2}", "s.json:2:6: #: not JSON: "},
		{"JSON that ends early", "s.json", "{\"a\": [1,\n", "s.json:2:1: #: not JSON: "},
		{"more after JSON", "s.json", "{}\n{}", "s.json:2:1: #: not JSON: "},
		{"nothing", "s.yaml", "# nothing\n", "s.yaml:1:1: #: the file is empty"},
		{"nothing as JSON", "s.json", "", "s.json:1:1: #: not JSON: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := load(t, tc.file, tc.text)
			var mistake *spec.Error
			if !errors.As(err, &mistake) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

// A member has the place of its key, an item its own; YAML and JSON alike, with characters counted and not bytes.
func TestPlaces(t *testing.T) {
	for _, tc := range []struct{ name, file, text string }{
		{"YAML", "s.yaml", "é: 1\nb:\n    c:\n        - 1\n        - {é: 1, d: [2]}\n"},
		{"JSON", "s.json", "{\"é\": 1,\n\"b\": {\n    \"c\": [\n        1,\n        {\"é\": 1, \"d\": [2]}]}}"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doc, err := load(t, tc.file, tc.text)
			if err != nil {
				t.Fatal(err)
			}
			n := doc.Root.Get("b")
			if n.Place.Line != 2 || n.Place.Column != 1 {
				t.Errorf("b: %v", n.Place)
			}
			n = n.Get("c")
			if n.Place.Line != 3 || n.Place.Column != 5 || n.Place.Pointer != "/b/c" {
				t.Errorf("c: %v", n.Place)
			}
			n = n.Items[1].Get("d")
			if n.Place.Line != 5 || n.Place.Column != 18 || n.Place.Pointer != "/b/c/1/d" {
				t.Errorf("d: %v", n.Place)
			}
		})
	}
}

// An alias is a copy at its own pointer.
func TestAlias(t *testing.T) {
	doc, err := load(t, "s.yaml", "{a: &x {b: [1, 0x10, .5]}, c: [*x, *x], ref: '#/c/1/b'}")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Root.Literal(), `{"a":{"b":[1,16,0.5]},"c":[{"b":[1,16,0.5]},{"b":[1,16,0.5]}],"ref":"#/c/1/b"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n, err := doc.Resolve(doc.Root.Get("ref")); err != nil || n.Place.Pointer != "/c/1/b" {
		t.Errorf("got %v (%v)", n, err)
	}
}

// JSON keeps its numbers and characters, whatever its white space.
func TestJSON(t *testing.T) {
	const text = "{\n\t\"a\":1,\"b\" : [1e3, -0.10, \"\\/ \\\\/ \\ud83d\\ude00\u2028\"],\r\n\t\"c\":{\"yes\":null,\"d\":\"2013-04-15\", \"1\": \"on\"}}"
	doc, err := load(t, "s.json", text)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Root.Literal(), `{"a":1,"b":[1e3,-0.10,"/ \\/ 😀 "],"c":{"yes":null,"d":"2013-04-15","1":"on"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDeref(t *testing.T) {
	doc, err := load(t, "s.yaml", `
value: {a: 1}
one: {$ref: '#/value'}
two: {$ref: '#/one'}
"a/b %": {$ref: '#/two'}
escaped: {$ref: '#/a~1b%20%25'}
itself: {$ref: '#/itself'}
ring: {$ref: '#/other'}
other: {$ref: '#/ring'}
into: {$ref: '#/ring'}
nothing: {$ref: '#/valeu'}
file: {$ref: 'other.yaml#/a'}
web: {$ref: 'https://api.example/a.yaml'}
anchor: {$ref: '#value'}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ key, want string }{
		{"value", ""}, {"one", ""}, {"two", ""}, {"escaped", ""},
		{"itself", "s.yaml:7:10: #/itself/$ref: the references lead back to where they began"},
		{"ring", "s.yaml:8:8: #/ring/$ref: the references lead back"},
		{"into", "the references lead back"},
		{"nothing", `s.yaml:11:11: #/nothing/$ref: reference "#/valeu" names nothing`},
		{"file", `s.yaml:12:8: #/file/$ref: there is no file `},
		{"web", `#/web/$ref: "https://api.example/a.yaml" is elsewhere, and only files beside the document are read`},
		{"anchor", `#/anchor/$ref: reference "#value" is neither a JSON Pointer nor the name of an $anchor`},
	} {
		n, err := doc.Deref(doc.Root.Get(tc.key))
		switch {
		case tc.want == "" && (err != nil || n != doc.Root.Get("value")):
			t.Errorf("%s: got %v (%v)", tc.key, n, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: got %v, want %s", tc.key, err, tc.want)
		}
	}
}

// JSON is read whatever YAML makes of its white space and numbers.
func TestJSONThatIsNotYAML(t *testing.T) {
	for text, want := range map[string]string{
		"\t{\"a\": 1}":              `{"a":1}`,
		"\r\n\t[\n\t1,\n\t\t2\t]\t": `[1,2]`,
		`[1e400, -1E+400, 1e-400]`:  `[1e400,-1E+400,1e-400]`,
		`["1e400", "7"]`:            `["1e400","7"]`,
		"\t1e400":                   `1e400`,
	} {
		doc, err := load(t, "s.json", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := doc.Root.Literal(); got != want {
			t.Errorf("%q is read as %s, want %s", text, got, want)
		}
	}
}
