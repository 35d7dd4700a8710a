package differential

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/api/validate"

	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
	"github.com/getkin/kin-openapi/openapi3"
)

// specFile is the spec of the validators that are fuzzed: those of the project's own endpoint.
const specFile = "../../../../openapi.yaml"

// subject is a schema of the spec with its generated functions.
type subject struct {
	schema *openapi3.Schema
	spec   string                       // the text of the spec
	round  func([]byte) ([]byte, error) // decodes and encodes again
}

func newSubject(f *testing.F, name string, round func([]byte) ([]byte, error)) (subject, *openapi3.T) {
	text, err := os.ReadFile(specFile)
	if err != nil {
		f.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		f.Fatal(err)
	}
	return subject{doc.Components.Schemas[name].Value, string(text), round}, doc
}

// FuzzRequest gives the decoder of requests any bytes.
func FuzzRequest(f *testing.F) {
	s, _ := newSubject(f, "WorkspaceGroupRequest", func(data []byte) ([]byte, error) {
		var v model.WorkspaceGroupRequest
		if err := validator.DecodeWorkspaceGroupRequest(data, &v); err != nil {
			return nil, err
		}
		return validator.AppendWorkspaceGroupRequest(nil, &v)
	})
	for _, seed := range []string{
		`{"workspace_group":{"name":"Acme","add_workspace_ids":[10,1e1,12.0],"notes":null,"company":true,"external_reference":{"service_name":"jira","service_model":"Issue",` +
			`"service_model_ref":"A-1","status":"pending","locked":false}},"include":"workspaces"}`,
		`{"workspace_group":{"name":"\u00a0"},"filters":""}`, `{"workspace_group":{"name":"a","name":"b"}}`,
		`{"workspace_group":{"Name":"a long enough secret","company":"yes, it is a company"}}`,
		`{"workspace_group":{"name":"a","external_reference":{"status":"a status of its own"},"remove_workspace_ids":[9223372036854775808,"one of them",null]}}`,
		`[[[[`, `{"workspace_group":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(s.check)
}

// FuzzDocument gives the decoder of responses any bytes.
func FuzzDocument(f *testing.F) {
	s, doc := newSubject(f, "WorkspaceGroupDocument", func(data []byte) ([]byte, error) {
		var v model.WorkspaceGroupDocument
		if err := validator.DecodeWorkspaceGroupDocument(data, &v); err != nil {
			return nil, err
		}
		return validator.AppendWorkspaceGroupDocument(nil, &v)
	})
	content := doc.Paths.Value("/workspace_groups/{id}").Put.Responses.Value("200").Value.Content["application/json"]
	example, err := json.Marshal(content.Example)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	for _, seed := range []string{
		`{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},"results":[],"workspace_groups":{}}`, `{}`, `{"results":[{"key":1}],"workspaces":{"a~/b":[]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(s.check)
}

// check holds a decoder to what it promises: a document that is accepted is one for kin-openapi too, and is the same when it is
// written and read again; an error is of the two types there are, and tells nothing of the values.
func (s subject) check(t *testing.T, data []byte) {
	before := bytes.Clone(data)
	first, err := s.round(data)
	if !bytes.Equal(data, before) {
		t.Fatal("the document was changed")
	}
	if err != nil {
		s.checkError(t, data, err)
		return
	}
	second, err := s.round(first)
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("%q is written as %q, and that as %q: %v", data, first, second, err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		t.Fatalf("%q is accepted, encoding/json says %v", data, err)
	}
	if err := s.schema.VisitJSON(value); err != nil && !hasNumber(string(data), beyondFloat64) && !hasString(string(data), disputedTime) {
		t.Fatalf("%q is accepted, kin-openapi says %v", data, err)
	}
}

// secretSize is from where on a string of a document is looked for in errors; shorter ones are there by chance.
const secretSize = 8

func (s subject) checkError(t *testing.T, data []byte, err error) {
	var syntax *validate.SyntaxError
	var list validate.Violations
	switch {
	case errors.As(err, &syntax):
		if syntax.Offset < 0 || syntax.Offset > len(data) || syntax.Message == "" {
			t.Fatalf("%q: %#v", data, syntax)
		}
	case errors.As(err, &list):
		incomplete := func(v validate.Violation) bool {
			return v.Rule == "" || v.Message == "" || v.Pointer != "" && v.Pointer[0] != '/'
		}
		if len(list) == 0 || len(list) > validate.DefaultMaxViolations || slices.ContainsFunc(list, incomplete) {
			t.Fatalf("%q: %#v", data, list)
		}
	default:
		t.Fatalf("%q: an error of type %T", data, err)
	}
	keys, values := keysAndValues(data)
	for _, secret := range values {
		known := strings.Contains(s.spec, secret) || slices.ContainsFunc(keys, func(key string) bool { return strings.Contains(key, secret) })
		if len(secret) >= secretSize && !known && strings.Contains(err.Error(), secret) {
			t.Fatalf("%q: the error %q tells a value", data, err)
		}
	}
}

// keysAndValues returns the keys of a document, which pointers name, and the strings that are values, as far as it can be read.
func keysAndValues(data []byte) (keys, values []string) {
	var value any
	if json.Unmarshal(data, &value) != nil {
		return nil, nil
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			values = append(values, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for key, item := range v {
				keys = append(keys, key)
				walk(item)
			}
		}
	}
	walk(value)
	return keys, values
}
