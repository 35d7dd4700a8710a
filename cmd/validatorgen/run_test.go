package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// spec returns a document with one schema, S, and one parameter.
func spec(version, schema, parameter string) string {
	return `openapi: ` + version + `
info: {title: test, version: "1"}
paths:
  /x/{id}:
    get:
      operationId: x
      parameters:
        - ` + parameter + `
      responses: {'200': {description: ok}}
components:
  schemas:
    S: ` + schema + `
`
}

const plain = `{name: id, in: path, required: true, schema: {type: integer}}`

func generateInto(t *testing.T, text string, more ...string) (code int, stderr, out string) {
	t.Helper()
	dir := t.TempDir()
	file, out := filepath.Join(dir, "spec.yaml"), filepath.Join(dir, "out")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, errs bytes.Buffer
	code = run(append([]string{"-spec", file, "-out", out}, more...), &stdout, &errs)
	return code, errs.String(), out
}

// What cannot be compiled stops generation, by file, line, JSON Pointer and keyword, and nothing is written.
func TestRefusals(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"patternProperties", spec("3.0.3", `{type: object, patternProperties: {}}`, plain), "spec.yaml:12:23: #/components/schemas/S/patternProperties: patternProperties: "},
		{"if", spec("3.0.3", `{if: {}}`, plain), "#/components/schemas/S/if: if: "},
		{"const", spec("3.0.3", `{const: 1}`, plain), "#/components/schemas/S/const: const: "},
		{"dependencies", spec("3.0.3", `{dependencies: {}}`, plain), "#/components/schemas/S/dependencies: dependencies: "},
		{"a misspelt keyword", spec("3.0.3", `{type: string, maxLenght: 3}`, plain), "#/components/schemas/S/maxLenght: maxLenght: "},
		{"below a property", spec("3.0.3", `{type: object, properties: {a/b: {contains: {}}}}`, plain), "#/components/schemas/S/properties/a~1b/contains: contains: "},
		{"items as an array", spec("3.0.3", `{type: array, items: [{}]}`, plain), "#/components/schemas/S/items: items: "},
		{"an unknown type", spec("3.0.3", `{type: file}`, plain), "#/components/schemas/S/type: type: "},
		{"lookahead", spec("3.0.3", `{type: string, pattern: '^(?=a)'}`, plain), "#/components/schemas/S/pattern: pattern: "},
		{"a backreference", spec("3.0.3", `{type: string, pattern: '(a)\1'}`, plain), "#/components/schemas/S/pattern: pattern: "},
		{"multipleOf 0", spec("3.0.3", `{type: number, multipleOf: 0}`, plain), "#/components/schemas/S/multipleOf: multipleOf: "},
		{"a negative length", spec("3.0.3", `{type: string, minLength: -1}`, plain), "#/components/schemas/S/minLength: minLength: "},
		{"a number as exclusiveMinimum", spec("3.0.3", `{type: number, exclusiveMinimum: 1}`, plain), "#/components/schemas/S/exclusiveMinimum: exclusiveMinimum: "},
		{"another document", spec("3.0.3", `{$ref: 'other.yaml#/S'}`, plain), "#/components/schemas/S/$ref: $ref: "},
		{"a reference to nothing", spec("3.0.3", `{$ref: '#/components/schemas/T'}`, plain), "#/components/schemas/S/$ref: $ref: "},
		{"a reference to itself", spec("3.0.3", `{$ref: '#/components/schemas/S'}`, plain), "#/components/schemas/S/$ref: $ref: "},
		{"a keyword that is not supported beside a reference", spec("3.0.3", `{properties: {a: {$ref: '#/components/schemas/S', const: 1}}}`, plain), "S/properties/a/const: const: "},
		{"OpenAPI 4", spec("4.0.0", `{}`, plain), "4.0.0"},
		{"a style", spec("3.0.3", `{}`, `{name: id, in: path, required: true, style: form, schema: {type: string}}`), `#/paths/~1x~1{id}/get/parameters/0/style: "form" is not a style of path parameters`},
		{"a parameter of text in its content", spec("3.0.3", `{}`, `{name: q, in: query, content: {text/plain: {schema: {}}}}`), "#/paths/~1x~1{id}/get/parameters/0/content: content: "},
		{"no YAML", "a: [", "spec.yaml"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, stderr, out := generateInto(t, tc.text)
			if code != 1 || !strings.Contains(stderr, tc.want) {
				t.Errorf("ended with %d: %s, want %q in it", code, stderr, tc.want)
			}
			if files, _ := os.ReadDir(out); len(files) > 0 {
				t.Errorf("%d files were written", len(files))
			}
		})
	}
}

// A default that breaks its schema stops generation, and an example the check: all that is wrong is named, at its place.
func TestBadValues(t *testing.T) {
	const both = `{required: [id, pin], properties: {id: {type: integer, readOnly: true}, pin: {type: string, minLength: 4, writeOnly: true}}, example: {id: x, pin: '1'}}`
	body := func(example string) string {
		return "\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/S'}, example: " + example + "}}}"
	}
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"an example of a schema", spec("3.0.3", `{type: string, maxLength: 2, example: abc}`, plain), []string{"spec.yaml:12:37: #/components/schemas/S/example: the example breaks maxLength: must have at most 2 characters"}},
		{"inside an example", spec("3.0.3", `{type: object, properties: {a: {type: array, items: {type: integer}}}, example: {a: [1, x]}}`, plain), []string{"S/example/a/1: the example breaks type: must be an integer"}},
		{"a default", spec("3.0.3", `{properties: {a: {type: integer, minimum: 1, default: 0}}}`, plain), []string{"S/properties/a/default: the default breaks minimum: must be at least 1"}},
		{"a default of another type", spec("3.0.3", `{type: boolean, default: "true"}`, plain), []string{"S/default: the default breaks type: must be a boolean; write true without quotes"}},
		{"a number in quotes", spec("3.0.3", `{type: integer, minimum: 5, default: "7"}`, plain), []string{"S/default: the default breaks type: must be an integer; write 7 without quotes"}},
		{"a text without quotes", spec("3.0.3", `{type: string, example: 7}`, plain), []string{"S/example: the example breaks type: must be a string; write it in quotes"}},
		{"examples of 3.1", spec("3.1.0", `{type: integer, examples: [1, a]}`, plain), []string{"S/examples/1: the example breaks type: must be an integer"}},
		{"an enum against another keyword", spec("3.0.3", `{type: integer, minimum: 2, enum: [1, 2]}`, plain), []string{"S/enum/0: the value of the enum breaks minimum: must be at least 2"}},
		{"const against type", spec("3.1.0", `{type: string, const: 3}`, plain), []string{"S/const: the value of the enum breaks type: must be a string"}},
		{"const against enum", spec("3.1.0", `{enum: [a], const: b}`, plain), []string{`S/const: the value of the enum breaks enum: must be one of "a"`, `S/enum/0: the value of the enum breaks const: must be "b"`}},
		{"null", spec("3.0.3", `{type: string, default: null}`, plain), []string{"the default breaks type: must be a string"}},
		{"an enum", spec("3.0.3", `{type: string, enum: [a, b], example: c}`, plain), []string{`the example breaks enum: must be one of "a", "b"`}},
		{"what is missing", spec("3.0.3", `{required: [a], example: {}}`, plain), []string{"the example breaks required: must have the property a"}},
		{"two rules", spec("3.0.3", both, plain), []string{"example/id: the example breaks type: must be an integer", "example/pin: the example breaks minLength: must have at least 4 characters"}},
		{"a parameter", spec("3.0.3", `{}`, `{name: id, in: path, required: true, schema: {type: integer}, example: x}`), []string{"#/paths/~1x~1{id}/get/parameters/0/example: the example breaks type: must be an integer"}},
		{"one of several examples", spec("3.0.3", `{}`, `{name: id, in: path, required: true, schema: {type: integer}, examples: {a: {value: 1}, b: {value: x}}}`), []string{"examples/b/value: the example breaks type"}},
		{"a request has no readOnly property", spec("3.0.3", `{required: [id], properties: {id: {type: integer, readOnly: true}}}`, plain+body(`{id: ignored}`)), nil},
		{"a request has its writeOnly properties", spec("3.0.3", `{required: [pin], properties: {pin: {type: string, writeOnly: true}}}`, plain+body(`{}`)), []string{"the example breaks required: must have the property pin"}},
		{"an example that fits through a reference", spec("3.0.3", `{properties: {a: {allOf: [{$ref: '#/components/schemas/S'}], example: {a: {}}}}}`, plain), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, stderr, _ := generateInto(t, tc.text, "-check")
			if want := min(1, len(tc.want)); code != want || strings.Count(stderr, " breaks ") != len(tc.want) {
				t.Errorf("-check ended with %d: %s", code, stderr)
			}
			for _, want := range tc.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("got %s, want %q in it", stderr, want)
				}
			}
			code, stderr, out := generateInto(t, tc.text)
			bad := strings.Contains(stderr, "the default breaks") && tc.name != "null" // which is not a default where it is not allowed
			if files, _ := os.ReadDir(out); bad != (code == 1) || bad != (len(files) == 0) || strings.Count(stderr, " breaks ") != len(tc.want) {
				t.Errorf("ended with %d, %d files were written: %s", code, len(files), stderr)
			}
		})
	}
}

// Two refusals are both named.
func TestRefusalsAreAllNamed(t *testing.T) {
	_, stderr, _ := generateInto(t, spec("3.0.3", `{const: 1, properties: {a: {if: {}}}}`, plain))
	for _, want := range []string{"S/const: const: ", "S/properties/a/if: if: "} {
		if !strings.Contains(stderr, want) {
			t.Errorf("got %s, want %q in it", stderr, want)
		}
	}
}

// What is ignored is said.
func TestUnknownFormatsAreListed(t *testing.T) {
	code, stderr, out := generateInto(t, spec("3.0.3", `{type: string, format: iban}`, plain))
	if code != 0 || !strings.Contains(stderr, `format "iban" is not checked`) || !strings.Contains(stderr, "S/format") {
		t.Errorf("ended with %d: %s", code, stderr)
	}
	if data, err := os.ReadFile(filepath.Join(out, "decode.gen.go")); err != nil || !strings.Contains(string(data), "func CheckS(") {
		t.Errorf("no check was written: %v", err)
	}
}

// So is what is not generated of an operation.
func TestNoticesAreListed(t *testing.T) {
	code, stderr, _ := generateInto(t, spec("3.0.3", `{}`, plain+`
        - {name: Accept, in: header, schema: {type: string}}`))
	if code != 0 || !strings.Contains(stderr, "parameters/1: operation x: header Accept is not a parameter") {
		t.Errorf("ended with %d: %s", code, stderr)
	}
}

// Checks need no security scheme; a server does.
func TestUndeclaredSecurity(t *testing.T) {
	text := spec("3.0.3", `{}`, plain) + "security: [{nobody: []}]\n"
	const want = `#/security/0/nobody: there is no security scheme "nobody"`
	if code, stderr, _ := generateInto(t, text); code != 0 || !strings.Contains(stderr, want) {
		t.Errorf("ended with %d: %s", code, stderr)
	}
	code, stderr, out := generateInto(t, text, "-model", "internal/library/model", "-server", filepath.Join(t.TempDir(), "server"))
	if _, err := os.Stat(out); code != 1 || !strings.Contains(stderr, want) || err == nil {
		t.Errorf("ended with %d: %s", code, stderr)
	}
}

// Wiring calls handlers with the types of a model.
func TestWiringNeedsAModel(t *testing.T) {
	server := filepath.Join(t.TempDir(), "server")
	code, stderr, _ := generateInto(t, spec("3.0.3", `{}`, plain), "-server", server)
	if _, err := os.Stat(server); code != 1 || stderr == "" || err == nil {
		t.Errorf("ended with %d: %s", code, stderr)
	}
}

// Large packages are several files, none of more than 5,000 lines.
func TestLargeOutput(t *testing.T) {
	var paths, schemas strings.Builder
	for i := range 600 {
		fmt.Fprintf(&paths, "  /x%d: {post: {operationId: x%[1]d, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/S%[1]d'}}}}, responses: {'204': {description: ok}}}}\n", i)
		fmt.Fprintf(&schemas, "    S%d: {type: object, properties: {a: {type: string, maxLength: 3}, b: {type: integer, minimum: 1}, c: {type: string, description: d}}}\n", i)
	}
	code, stderr, out := generateInto(t, "openapi: 3.0.3\ninfo: {title: test, version: '1'}\npaths:\n"+paths.String()+"components:\n  schemas:\n"+schemas.String())
	if code != 0 {
		t.Fatal(stderr)
	}
	files, _ := filepath.Glob(filepath.Join(out, "*.go"))
	if len(files) < 4 {
		t.Errorf("%d files", len(files))
	}
	checks := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if lines := bytes.Count(text, []byte{'\n'}); err != nil || lines > 5000 {
			t.Errorf("%s has %d lines (%v)", filepath.Base(file), lines, err)
		}
		checks += bytes.Count(text, []byte("\nfunc CheckS"))
	}
	if checks != 600 {
		t.Errorf("%d checks", checks)
	}
}

// The package has the name of its folder, as far as a package can have it.
func TestPackageName(t *testing.T) {
	for folder, want := range map[string]string{"my-api.v2": "package myapiv2\n", "7": "is not a name of a Go package"} {
		dir := filepath.Join(t.TempDir(), folder)
		code, stderr, _ := generateInto(t, spec("3.0.3", `{type: string}`, plain), "-out", dir)
		data, _ := os.ReadFile(filepath.Join(dir, "decode.gen.go"))
		if !strings.Contains(string(data)+stderr, want) {
			t.Errorf("%s: ended with %d: %s", folder, code, stderr)
		}
	}
}

// Paths that a router cannot tell apart are refused by the kind of server.
func TestServerKinds(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "model")
	if err := os.Mkdir(model, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": "module example.com/m", "model/model.go": "package model"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const operation = "{parameters: [{in: path, name: x, required: true, schema: {type: string}}], get: {responses: {'204': {description: ok}}}}\n"
	paths := func(one, other string) string {
		return "openapi: 3.0.3\ninfo: {title: test, version: '1'}\npaths:\n  " + one + ": " + operation + "  " + other + ": " + operation
	}
	crossed := paths("/a/{x}/c", "/a/b/{x}")
	for _, tc := range []struct{ name, kind, text, want string }{
		{"each has text where the other has a parameter", "std", crossed, "get-a-b-{x}: std cannot tell GET /a/b/{x} from /a/{x}/c ("},
		{"which echo knows", "echo", crossed, ""},
		{"which chi knows", "chi", crossed, ""},
		{"one is wider", "std", paths("/a/{x}/c", "/a/{x}/d"), ""},
		{"the same but for text around a parameter", "chi", paths("/a/{x}", "/a/{x}.json"), "chi cannot tell GET /a/{x}.json from /a/{x} ("},
		{"an unknown kind", "gni", crossed, `there is no kind of server "gni"; there are echo, std, chi`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, stderr, out := generateInto(t, tc.text, "-model", model, "-out", filepath.Join(dir, "validator"), "-server", filepath.Join(dir, "server"), "-server-kind", tc.kind)
			if (code == 0) != (tc.want == "") || !strings.Contains(stderr, tc.want) {
				t.Errorf("ended with %d: %s, want %s (%s)", code, stderr, tc.want, out)
			}
		})
	}
}

// oapi-codegen writes a struct for parameters that are none, and a type without methods for the body of an operation that is a union.
func TestTypesThatOapiCodegenWritesApart(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "model"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": "module example.com/m", "model/model.go": `package model

type XParams struct {
	Authorization *string ` + "`json:\"Authorization,omitempty\"`" + `
}

type XJSONBody struct {
	union json.RawMessage
}

func (t *XJSONBody) UnmarshalJSON(b []byte) error { return nil }

type XJSONRequestBody XJSONBody
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const text = `openapi: 3.0.3
info: {title: test, version: "1"}
paths:
  /x:
    post:
      operationId: x
      parameters: [{name: Authorization, in: header, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {oneOf: [{type: string}, {type: integer}]}}}}
      responses: {'204': {description: ok}}
`
	server := filepath.Join(dir, "server")
	code, stderr, out := generateInto(t, text, "-model", filepath.Join(dir, "model"), "-out", filepath.Join(dir, "validator"), "-server", server)
	wiring, err := os.ReadFile(filepath.Join(server, "wiring.gen.go"))
	if err != nil {
		t.Fatalf("ended with %d: %s (%s)", code, stderr, out)
	}
	if !strings.Contains(string(wiring), "body *model.XJSONBody)") || strings.Contains(string(wiring), "params") {
		t.Errorf("the wiring is %s", wiring)
	}
}

// So is what OpenAPI has ignored beside a reference.
func TestKeywordsBesideReferencesAreListed(t *testing.T) {
	code, stderr, _ := generateInto(t, spec("3.0.3", `{properties: {a: {$ref: '#/components/schemas/S', description: a, x-b: 1, minProperties: 1}}}`, plain))
	if code != 0 || strings.Count(stderr, "ignored") != 1 || !strings.Contains(stderr, "#/components/schemas/S/properties/a/minProperties: ignored") {
		t.Errorf("ended with %d: %s", code, stderr)
	}
}

// What -exclude names is left out, and so is what only excluded operations use; the rest is generated.
func TestExclude(t *testing.T) {
	const text = `openapi: 3.0.3
info: {title: test, version: "1"}
paths:
  /good: {get: {operationId: good, parameters: [{in: query, name: q, schema: {$ref: '#/components/schemas/Shared'}}], responses: {'204': {description: ok}}}}
  /bad: {post: {operationId: bad, parameters: [{$ref: '#/components/parameters/P'}], requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Bad'}}}}, responses: {'204': {description: ok}}}}
  /none: {get: {parameters: [{in: query, name: q}], responses: {'204': {description: ok}}}}
components:
  parameters: {P: {in: query, name: p}}
  schemas:
    Bad: {patternProperties: {}, properties: {a: {$ref: '#/components/schemas/Below'}, b: {$ref: '#/components/schemas/Shared'}}}
    Below: {not: {id: x}}
    Shared: {type: string}
    Own: {type: integer, default: x}
`
	for _, tc := range []struct {
		name, exclude string
		want          []string // in the output, or in the code if it begins with func
		not           []string
	}{
		{"nothing", "", []string{"Bad/patternProperties: ", "Below/not/id: ", "parameters/P: schema is required", "get/parameters/0: schema is required"}, nil},
		{"an operation", "bad", []string{"get/parameters/0: schema is required"}, []string{"Bad/", "Below/", "parameters/P: schema"}},
		{"operations", "bad,get-none", []string{"Own/default: the default breaks type"}, []string{"schema is required"}},
		{"a place", "bad,get-none,#/components/schemas/Own/default", []string{
			"schemas/Bad: left out with the operations that use it", "schemas/Below: left out", "parameters/P: left out",
			"func CheckShared(", "func CheckOwn(", "func CheckGoodParameters(",
		}, []string{"CheckBad", "Shared: left out"}},
		{"an unknown operation", "bat", []string{`exclude bat: there is no operation "bat"; did you mean "bad"?`}, []string{"func "}},
		{"an unknown place", "#/components/schemas/Cat", []string{`exclude #/components/schemas/Cat: reference "#/components/schemas/Cat" names nothing`}, []string{"func "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, got, out := generateInto(t, text, "-exclude", tc.exclude)
			files, _ := filepath.Glob(filepath.Join(out, "*.go"))
			for _, file := range files {
				code, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got += string(code)
			}
			for _, want := range tc.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %s, want %q in it", got, want)
				}
			}
			for _, not := range tc.not {
				if strings.Contains(got, not) {
					t.Errorf("got %s, with %q in it", got, not)
				}
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		code int
	}{
		{"help", []string{"-h"}, 0},
		{"nothing", nil, 2},
		{"no such flag", []string{"-x"}, 2},
		{"an argument", []string{"-spec", "a", "-out", "b", "c"}, 2},
		{"no such file", []string{"-spec", "no-such-file", "-out", "b"}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(tc.args, &stdout, &stderr); code != tc.code {
				t.Errorf("ended with %d, want %d: %s", code, tc.code, stderr.String())
			}
			for _, want := range []string{"-spec", "-model", "-out", "-exclude"} {
				if tc.name == "help" && !strings.Contains(stderr.String(), want) {
					t.Errorf("%s is not explained", want)
				}
			}
		})
	}
}

// Generating again gives the bytes that are committed.
func TestReproducible(t *testing.T) {
	const root = "../.."
	const internal = "cmd/validatorgen/internal/"
	for _, tc := range []struct{ spec, model, committed string }{
		{"openapi.yaml", "gen/model", "gen/validator"},
		{internal + "library/openapi.yaml", internal + "library/model", internal + "library/validator"},
		{internal + "served/openapi.yaml", internal + "served/model", internal + "served/validator"},
	} {
		t.Run(tc.committed, func(t *testing.T) {
			out := t.TempDir()
			args := []string{"-spec", filepath.Join(root, tc.spec), "-model", filepath.Join(root, tc.model), "-out", out, "-package", "validator"}
			if tc.committed == "gen/validator" {
				args = append(args, "-refuse-nul")
			}
			var stdout, stderr bytes.Buffer
			if code := run(args, &stdout, &stderr); code != 0 {
				t.Fatal(stderr.String())
			}
			files, err := filepath.Glob(filepath.Join(root, tc.committed, "*.gen.go"))
			if err != nil || len(files) == 0 {
				t.Fatalf("no committed files: %v", err)
			}
			for _, file := range files {
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got, err := os.ReadFile(filepath.Join(out, filepath.Base(file)))
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s differs (%v)", filepath.Base(file), err)
				}
			}
		})
	}
}
