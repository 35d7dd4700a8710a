package server_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/openapitest"
)

var randomRequests = flag.Int("random", 3000, "requests of TestRandom")

// random makes values of schemas, and values that are nearly of them. The judge of what is one is kin-openapi.
type random struct{ *rand.Rand }

func (r random) pick(values ...any) any { return values[r.IntN(len(values))] }

// checkFormats has kin-openapi check the formats that the generated validators check and it does not by itself.
func checkFormats() {
	openapi3.DefineStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC4122))
	openapi3.DefineStringFormatValidator("email", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForEmail))
	openapi3.DefineStringFormatValidator("uri", openapi3.NewCallbackValidator(func(text string) error {
		u, err := url.Parse(text)
		if err == nil && !u.IsAbs() {
			err = errors.New("not absolute")
		}
		return err
	}))
}

// ofFormat has values of these formats.
var ofFormat = map[string][]any{
	"date":      {"2013-04-15", "2024-02-29"},
	"date-time": {"2013-04-15T16:48:48-07:00", "2013-04-15T16:48:48Z"},
	"uuid":      {"123e4567-e89b-12d3-a456-426614174000"},
	"email":     {"wile@acme.example"},
	"uri":       {"https://acme.example/a"},
}

func (r random) value(s *openapi3.Schema) any {
	switch {
	case s.Nullable && r.IntN(6) == 0:
		return nil
	case len(s.Enum) > 0:
		return r.pick(s.Enum...)
	case s.Type.Is("boolean"):
		return r.pick(true, false)
	case s.Type.Is("integer"):
		return float64(r.IntN(230) + 1)
	case s.Type.Is("number"):
		return r.Float64() * 100
	case s.Type.Is("array"):
		list := make([]any, r.IntN(4))
		for i := range list {
			list[i] = r.value(s.Items.Value)
		}
		return list
	case s.Type.Is("object"):
		object := map[string]any{}
		for name, property := range s.Properties {
			if slices.Contains(s.Required, name) || r.IntN(3) == 0 {
				object[name] = r.value(property.Value)
			}
		}
		return object
	}
	if examples, ok := ofFormat[s.Format]; ok {
		return r.pick(examples...)
	}
	return r.pick("Acme", "a", "x y", "ünïcode 日本", "\"quoted\"", "a\nb", "workspaces", "10", "true", strings.Repeat("long ", 50))
}

// spoil changes one place of a value, mostly to what its schema forbids.
func (r random) spoil(value any) any {
	switch v := value.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		if len(names) == 0 || r.IntN(6) == 0 {
			v[r.pick("unknown", "Name", "workspace_ids", "").(string)] = r.pick(nil, 1.0, "x", []any{}, map[string]any{"a": 1.0})
			return v
		}
		name := names[r.IntN(len(names))]
		if r.IntN(6) == 0 {
			delete(v, name)
			return v
		}
		v[name] = r.spoil(v[name])
		return v
	case []any:
		if len(v) > 0 && r.IntN(2) == 0 {
			i := r.IntN(len(v))
			v[i] = r.spoil(v[i])
			return v
		}
	}
	return r.pick(nil, true, false, 0.0, -1.0, 1.0, 7.5, "", " \t", "x", "10", "successful", []any{}, []any{1.0, "x"}, map[string]any{})
}

// request makes a request of an operation and says whether the spec allows it.
func (r random) request(t *testing.T, method, path string, item *openapi3.PathItem, op *openapi3.Operation) (req *http.Request, sent []byte, allowed bool) {
	allowed = true
	query := url.Values{}
	for _, ref := range append(item.Parameters, op.Parameters...) {
		p := ref.Value
		value := r.value(p.Schema.Value)
		if r.IntN(8) == 0 {
			value = r.pick(0.0, -1.0, "x", "007", "+7", "7.5", "0x7", " ")
		}
		text := fmt.Sprint(value)
		if parsed := any(text); p.Schema.Value.Type.Is("integer") {
			var number float64
			if json.Unmarshal([]byte(text), &number) == nil {
				parsed = number
			}
			allowed = allowed && p.Schema.Value.VisitJSON(parsed) == nil
		}
		if p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(text))
		} else if r.IntN(2) == 0 {
			query.Set(p.Name, text)
		}
	}
	schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
	body := r.value(schema)
	if r.IntN(2) == 0 {
		body = r.spoil(body)
	}
	allowed = allowed && schema.VisitJSON(body) == nil
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req = httptest.NewRequestWithContext(t.Context(), method, server.BasePath+path+"?"+query.Encode(), strings.NewReader(string(text)))
	req.Header.Set("Authorization", "Bearer demo")
	req.Header.Set("Content-Type", "application/json")
	return req, text, allowed
}

// Random requests of the spec's operations: every reply is in the spec, nothing that the spec allows is refused as a bad
// request, and nothing that it forbids is taken.
func TestRandom(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	limits := server.DefaultLimits()
	limits.AuthFailures = 0
	srv, err := server.New(demoStore(t), server.WithLimits(limits))
	if err != nil {
		t.Fatal(err)
	}
	checkFormats()
	r := random{rand.New(rand.NewPCG(1, 2))}
	statuses := map[int]int{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for range *randomRequests {
				req, text, allowed := r.request(t, method, path, item, op)
				sent := req.URL.String()
				w := httptest.NewRecorder()
				srv.Handler().ServeHTTP(w, req)
				statuses[w.Code]++
				if bad := w.Code == http.StatusBadRequest; bad == allowed || w.Code >= 500 {
					t.Errorf("%s %s %s: got %d %s, the spec allows it: %v", method, sent, text, w.Code, w.Body, allowed)
				}
				if err := openapitest.Check(req, w.Code, w.Header(), w.Body.Bytes()); err != nil {
					t.Errorf("%s %s: %d is not as the spec says: %v", method, sent, w.Code, err)
				}
				if t.Failed() {
					return
				}
			}
		}
	}
	for _, status := range []int{200, 400, 404, 422} {
		if statuses[status] == 0 {
			t.Errorf("no request came to %d: %v", status, statuses)
		}
	}
}
