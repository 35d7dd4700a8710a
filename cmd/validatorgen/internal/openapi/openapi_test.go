package openapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
)

// load reads a document with the given paths and components.
func load(t *testing.T, text string) (*openapi.Document, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "spec.yaml")
	if err := os.WriteFile(file, []byte("openapi: 3.0.3\ninfo: {title: test, version: '1'}\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	return openapi.Load(file)
}

const components = `
components:
  securitySchemes: {token: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: K}}
  parameters:
    P: {$ref: '#/components/parameters/Q'}
    Q: {in: query, name: q, schema: {type: string}}
  requestBodies: {B: {required: true, content: {application/json: {schema: {type: object}}}}}
  responses: {R: {description: r, content: {application/json: {schema: {type: object}}}}}
  headers: {H: {schema: {type: string}}}
  x-parameters: [{in: header, name: h, schema: {type: string}}, {$ref: '#/components/parameters/P'}]
  x-paths: {a: {get: {operationId: a, responses: {'200': {description: ok}}}}}
`

// summary writes what was read of an operation.
func summary(op *openapi.Operation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", op.ID, op.Method, op.Path)
	for _, p := range op.Parameters {
		fmt.Fprintf(&b, " %s:%s:%s:%t:%t", p.In, p.Name, p.Style, p.Explode, p.Required)
	}
	if op.Body != nil {
		fmt.Fprintf(&b, " body:%t", op.Body.Required)
		for _, m := range op.Body.Content {
			fmt.Fprintf(&b, ":%s=%d", m.Name, m.Kind)
		}
	}
	for _, r := range op.Responses {
		fmt.Fprintf(&b, " %s:%d", r.Status, len(r.Content))
	}
	fmt.Fprintf(&b, " %v", op.Security)
	return b.String()
}

func TestOperations(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"parameters of the path are overridden by name and place", `
paths:
  /x/{id}:
    parameters:
      - {in: path, name: id, required: true, schema: {type: integer}}
      - {in: query, name: id, schema: {type: integer}}
    get:
      operationId: x
      parameters: [{in: query, name: id, explode: false, schema: {type: array, items: {type: string}}}]
      responses: {}`, "x GET /x/{id} query:id:form:false:false path:id:simple:false:true []"},
		{"styles and defaults", `
paths:
  /x:
    get:
      parameters:
        - {in: query, name: a, schema: {type: string}}
        - {in: query, name: b, style: pipeDelimited, schema: {type: array, items: {type: string}}}
        - {in: header, name: c, schema: {type: string}}
        - {in: cookie, name: d, schema: {type: string}}
        - {in: query, name: e, style: deepObject, schema: {type: object}}
        - {in: query, name: f, content: {application/x+json: {schema: {type: object}}}}
      responses: {}`, "get-x GET /x query:a:form:true:false query:b:pipeDelimited:false:false header:c:simple:false:false cookie:d:form:true:false query:e:deepObject:false:false query:f:content:true:false []"},
		{"references", `
paths:
  /x:
    parameters: {$ref: '#/components/x-parameters'}
    put:
      operationId: x
      requestBody: {$ref: '#/components/requestBodies/B'}
      responses: {'200': {$ref: '#/components/responses/R'}, default: {description: d, headers: {H: {$ref: '#/components/headers/H'}}}}`,
			"x PUT /x header:h:simple:false:false query:q:form:true:false body:true:application/json=0 200:1 default:0 []"},
		{"mistakes that no code depends on", "\npaths: {/x: {get: {sumary: s, operationId: x, responses: {'200': {headers: {H: {type: string}}}}}}}", "x GET /x 200:0 []"},
		{"a path by reference", "\npaths: {/x: {$ref: '#/components/x-paths/a'}}", "a GET /x 200:0 []"},
		{"media types", `
paths:
  /x:
    post:
      operationId: x
      requestBody:
        content:
          application/json; charset=utf-8: {schema: {type: object}}
          application/a+json: {schema: {type: string}}
          application/b+json: {}
          '*/*': {schema: {type: object}}
          application/*: {schema: {type: string}}
          application/x-www-form-urlencoded: {schema: {type: object}}
          text/plain: {schema: {type: string}}
          text/csv: {schema: {type: string, format: binary}}
          multipart/mixed: {}
          application/octet-stream: {schema: {type: string, format: binary}}
      responses: {}`, "x POST /x body:false:application/json; charset=utf-8=0:application/a+json=0:application/b+json=4:*/*=0:application/*=4:application/x-www-form-urlencoded=1:text/plain=2:text/csv=4:multipart/mixed=4:application/octet-stream=4 []"},
		{"the document's security", "\nsecurity: [{token: []}]\npaths: {/x: {get: {operationId: x, responses: {}}}}", "x GET /x [[{token []}]]"},
		{"an operation's own", "\nsecurity: [{token: []}]\npaths: {/x: {get: {operationId: x, security: [{token: [a, b], key: []}, {}], responses: {}}}}", "x GET /x [[{token [a b]} {key []}] []]"},
		{"none", "\nsecurity: [{token: []}]\npaths: {/x: {get: {operationId: x, security: [], responses: {}}}}", "x GET /x []"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := load(t, tc.text+components)
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Operations) != 1 {
				t.Fatalf("%d operations", len(d.Operations))
			}
			if got := summary(d.Operations[0]); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// What cannot be read is refused, by its place.
func TestRefusals(t *testing.T) {
	operation := func(text string) string {
		return "\npaths:\n  /x/{id}:\n    get: {" + text + ", responses: {}}\n"
	}
	const id = "{in: path, name: id, required: true, schema: {type: string}}"
	for _, tc := range []struct{ name, text, want string }{
		{"an operation that is not there", "\npaths: {/x: {get: {$ref: '#/components/x-paths/a/get'}}}", "#/paths/~1x/get/$ref: reference \"#/components/x-paths/a/get\" names nothing"},
		{"a path of another file", "\npaths: {/x: {$ref: 'other.yaml#/x'}}", "#/paths/~1x/$ref: there is no file "},
		{"a parameter list of another file", operation("parameters: {$ref: other.yaml}"), "#/paths/~1x~1{id}/get/parameters/$ref: there is no file "},
		{"a parameter of another file", operation("parameters: [{$ref: other.yaml}]"), "get/parameters/0/$ref: there is no file "},
		{"a parameter in a circle", operation("parameters: [{$ref: '#/components/parameters/C'}]") + "components: {parameters: {C: {$ref: '#/components/parameters/D'}, D: {$ref: '#/components/parameters/C'}}}", "the references lead back to where they began"},
		{"a body of another file", operation("parameters: [" + id + "], requestBody: {$ref: other.yaml}"), "get/requestBody/$ref: there is no file "},
		{"a response of another file", "\npaths: {/x: {get: {responses: {'200': {$ref: other.yaml}}}}}", "get/responses/200/$ref: there is no file "},
		{"a header of another file", "\npaths: {/x: {get: {responses: {'200': {description: d, headers: {H: {$ref: other.yaml}}}}}}}", "headers/H/$ref: there is no file "},
		{"a body behind a reference that nobody reads", "\npaths: {/x: {post: {requestBody: {$ref: '#/components/x-b/B'}, responses: {}}}}\ncomponents: {x-b: {B: {$ref: other.yaml}}}", "x-b/B/$ref: there is no file "},
		{"security that is not a list", "\nsecurity: {token: []}\npaths: {}", "#/security: must be an array"},
		{"a component that nothing uses", "\npaths: {}\ncomponents: {responses: {R: {$ref: other.yaml}}}", "#/components/responses/R/$ref: there is no file "},
		{"a parameter of the path that is not described", operation("parameters: []"), "{id} is in the path but not among the parameters"},
		{"a parameter that the path does not have", operation("parameters: [" + id + ", {in: path, name: other, required: true, schema: {type: string}}]"), "has no {other}"},
		{"deepObject for text", operation("parameters: [" + id + ", {in: query, name: o, style: deepObject, schema: {type: string}}]"), "deepObject is for objects"},
		{"content that is not JSON", operation("parameters: [" + id + ", {in: query, name: o, content: {text/plain: {schema: {type: string}}}}]"), "content: the content of a parameter must be one media type, which is JSON"},
		{"a parameter without a schema", operation("parameters: [" + id + ", {in: query, name: o}]"), "schema is required, or content in its place"},
		{"a parameter of no place", operation("parameters: [" + id + ", {in: body, name: o, schema: {}}]"), "in must be one of path, query, header, cookie"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := load(t, tc.text); err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "spec.yaml:") {
				t.Errorf("got %v, want %q in it", err, tc.want)
			}
		})
	}
}

// What is not generated though it is valid is listed, by operation, place and reason.
func TestNotices(t *testing.T) {
	for _, tc := range []struct{ name, operation, want string }{
		{"multipart that is not a form", "requestBody: {content: {multipart/mixed: {schema: {type: object}}}}", "requestBody/content/multipart~1mixed: operation x: a body of multipart/mixed is handed on as a reader"},
		{"headers of a part", "requestBody: {content: {multipart/form-data: {schema: {type: object}, encoding: {a: {headers: {X: {schema: {type: string}}}}}}}}", "encoding/a/headers: operation x: the headers of parts are not read"},
		{"bytes", "requestBody: {content: {image/png: {schema: {type: string, format: binary}}}}", "operation x: a body of image/png is handed on as a reader"},
		{"XML", "requestBody: {content: {application/xml: {schema: {type: object}}}}", "operation x: a body of application/xml is handed on as a reader"},
		{"JSON without a schema", "requestBody: {content: {application/json: {}}}", "operation x: a body of application/json is handed on as a reader"},
		{"the encoding of a form", "requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object}, encoding: {a: {contentType: text/plain}}}}}", "encoding/a/contentType: operation x: contentType is not read"},
		{"a text as a response", "responses: {'200': {description: d, content: {text/plain: {schema: {type: string}}}}}", "operation x: response 200 in text/plain has no encoder"},
		{"a header that is not a parameter", "parameters: [{in: header, name: authorization, schema: {type: string}}]", "operation x: header authorization is not a parameter"},
		{"an object inside of a parameter", "parameters: [{in: query, name: o, style: deepObject, schema: {type: object, properties: {a: {type: object}}}}]", "properties/a: operation x: an object inside of the parameter o has no form in the style deepObject: every value is refused"},
		{"an object inside of an array", "parameters: [{in: query, name: o, schema: {type: array, items: {type: object}}}]", "schema/items: operation x: an object inside of the parameter o has no form in the style form"},
		{"callbacks", "callbacks: {c: {'{$request.query.u}': {post: {responses: {}}}}}", "callbacks: operation x: callbacks are requests that the server sends"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := load(t, "\npaths: {/x: {post: {operationId: x, "+tc.operation+"}}}")
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Notices) != 1 || !strings.Contains(d.Notices[0].String(), tc.want) || !strings.Contains(d.Notices[0].String(), "spec.yaml:4:") || !strings.Contains(d.Notices[0].String(), "#/paths/~1x/post/") {
				t.Errorf("got %v, want %q", d.Notices, tc.want)
			}
		})
	}
}
