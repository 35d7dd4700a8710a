package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/openapitest"
)

// The tests of this file know the operations, statuses, examples and rules from openapi.yaml alone.

// spec loads the spec.
func spec(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// contract is a server on the demo data without a limit on failures, and the one operation with a body.
type contract struct {
	t       *testing.T
	handler http.Handler
	method  string
	path    string
	op      *openapi3.Operation
}

// contracts calls test with each operation that has a body.
func contracts(t *testing.T, test func(*contract)) {
	t.Helper()
	for path, item := range spec(t).Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody == nil {
				continue
			}
			t.Run(op.OperationID, func(t *testing.T) {
				limits := server.DefaultLimits()
				limits.AuthFailures = 0
				srv, err := server.New(demoStore(t), server.WithLimits(limits))
				if err != nil {
					t.Fatal(err)
				}
				test(&contract{t, srv.Handler(), method, strings.ReplaceAll(path, "{id}", "7"), op})
			})
		}
	}
}

// send sends a body and checks that the reply is one of the spec.
func (c *contract) send(kind, body string) (int, string) {
	c.t.Helper()
	w := c.exchange(c.handler, "demo", c.path, kind, body)
	return w.Code, w.Body.String()
}

func (c *contract) exchange(h http.Handler, token, path, kind, body string) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), c.method, server.BasePath+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if err := openapitest.Check(r, w.Code, w.Header(), w.Body.Bytes()); err != nil {
		c.t.Errorf("%s: %d is not as the spec says: %v", body, w.Code, err)
	}
	return w
}

// Every example of a body is taken, and every example of a reply is of its schema.
func TestExamples(t *testing.T) {
	contracts(t, func(c *contract) {
		for kind, media := range c.op.RequestBody.Value.Content {
			for _, example := range examples(media) {
				body := encodeJSON(c.t, example)
				if kind == "application/x-www-form-urlencoded" {
					body = formOf(example).Encode()
				}
				if status, reply := c.send(kind, body); status != http.StatusOK {
					c.t.Errorf("the example %s of %s is answered with %d %s", body, kind, status, reply)
				}
			}
		}
		for status, response := range c.op.Responses.Map() {
			for _, media := range response.Value.Content {
				for _, example := range examples(media) {
					if err := media.Schema.Value.VisitJSON(example, openapi3.VisitAsResponse()); err != nil {
						c.t.Errorf("the example of %s: %v", status, err)
					}
				}
			}
		}
	})
}

func examples(media *openapi3.MediaType) (values []any) {
	if media.Example != nil {
		values = append(values, media.Example)
	}
	for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
		values = append(values, media.Examples[name].Value.Value)
	}
	return values
}

func encodeJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// formOf encodes an object with bracketed names.
func formOf(value any) url.Values {
	form := url.Values{}
	var put func(name string, value any)
	put = func(name string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, inner := range v {
				if name != "" {
					key = name + "[" + key + "]"
				}
				put(key, inner)
			}
		case []any:
			for _, inner := range v {
				put(name+"[]", inner)
			}
		case nil:
			form.Add(name, "")
		default:
			form.Add(name, fmt.Sprint(v))
		}
	}
	put("", value)
	return form
}

// edge is a value at the edge of a rule.
type edge struct {
	rule    string
	value   any
	allowed bool
}

// edges returns values one step inside and one outside of each rule of a schema.
func edges(s *openapi3.Schema) (list []edge) {
	add := func(rule string, value any, allowed bool) { list = append(list, edge{rule, value, allowed}) }
	add("nullable", nil, s.Nullable && (len(s.Enum) == 0 || slices.Contains(s.Enum, nil)))
	for _, value := range s.Enum {
		if value != nil {
			add("enum", value, true)
		}
	}
	switch {
	case s.Type.Is("string"):
		add("type", 1, false)
		if len(s.Enum) > 0 {
			add("enum", "none of them", false)
			return list
		}
		if s.Pattern != "" || s.Format != "" {
			if s.Pattern == `\S` {
				add("pattern", "a", true)
				add("pattern", " \t", false)
			}
			return list
		}
		add("minLength", strings.Repeat("é", int(s.MinLength)), true)
		if s.MinLength > 0 {
			add("minLength", strings.Repeat("é", int(s.MinLength)-1), false)
		}
		if s.MaxLength != nil {
			add("maxLength", strings.Repeat("é", int(*s.MaxLength)), true)
			add("maxLength", strings.Repeat("é", int(*s.MaxLength)+1), false)
		}
	case s.Type.Is("boolean"):
		add("type", "true", false)
		add("type", true, true)
		add("type", false, true)
	case s.Type.Is("integer"), s.Type.Is("number"):
		add("type", "1", false)
		step := 1.0
		if s.Type.Is("integer") {
			add("type", 1.5, false)
		} else {
			step = 0.5
		}
		if exact(s.Min) {
			add("minimum", *s.Min-step, false)
			add("minimum", *s.Min, !s.ExclusiveMin.IsTrue())
		}
		if exact(s.Max) {
			add("maximum", *s.Max+step, false)
			add("maximum", *s.Max, !s.ExclusiveMax.IsTrue())
		}
		switch s.Format {
		case "int32":
			add("format", float64(math.MaxInt32), s.Max == nil)
			add("format", float64(math.MaxInt32)+1, false)
		case "int64":
			add("format", json.Number("9223372036854775808"), false)
		}
	case s.Type.Is("array"):
		add("type", map[string]any{}, false)
		one := least(s.Items.Value)
		add("minItems", repeat(one, s.MinItems), !s.UniqueItems || s.MinItems < 2)
		if s.MinItems > 0 {
			add("minItems", repeat(one, s.MinItems-1), false)
		}
		if s.MaxItems != nil {
			add("maxItems", repeat(one, *s.MaxItems+1), false)
		}
		if s.UniqueItems {
			add("uniqueItems", repeat(one, 2), false)
		}
		for _, e := range edges(s.Items.Value) {
			if e.value != nil || !e.allowed {
				add("items/"+e.rule, []any{e.value}, e.allowed && s.MinItems < 2)
			}
		}
	case s.Type.Is("object"):
		add("type", []any{}, false)
		add("required", least(s), true)
		if s.MaxProps != nil {
			full := least(s).(map[string]any)
			for i := 0; uint64(len(full)) <= *s.MaxProps; i++ {
				full[fmt.Sprint("key ", i)] = additional(s)
			}
			add("maxProperties", full, false)
		}
		for _, name := range s.Required {
			without := least(s).(map[string]any)
			delete(without, name)
			add("required "+name, without, false)
		}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			for _, e := range edges(s.Properties[name].Value) {
				with := least(s).(map[string]any)
				with[name] = e.value
				add(name+"/"+e.rule, with, e.allowed)
			}
		}
	}
	return list
}

// exact reports whether a bound is there and is one that kin-openapi, which keeps it as a float64, has not rounded.
func exact(bound *float64) bool { return bound != nil && math.Abs(*bound) < 1<<53 }

// additional returns a value for a key of an object that has no name in its schema.
func additional(s *openapi3.Schema) any {
	if s.AdditionalProperties.Schema == nil {
		return "a"
	}
	return least(s.AdditionalProperties.Schema.Value)
}

func repeat(value any, n uint64) []any { return slices.Repeat([]any{value}, int(n)) }

// least returns the least value that a schema allows.
func least(s *openapi3.Schema) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type.Is("object"):
		object := map[string]any{}
		for _, name := range s.Required {
			object[name] = least(s.Properties[name].Value)
		}
		return object
	case s.Type.Is("array"):
		return repeat(least(s.Items.Value), s.MinItems)
	case s.Type.Is("integer"), s.Type.Is("number"):
		if s.Min != nil {
			return *s.Min + 1
		}
		return 1
	case s.Type.Is("boolean"):
		return true
	}
	if values, ok := ofFormat[s.Format]; ok {
		return values[0]
	}
	return strings.Repeat("a", max(1, int(s.MinLength)))
}

// What is one step inside of a rule is taken or refused by the data, what is one step outside is a bad request, and null is
// taken where the schema says so and nowhere else.
func TestEdges(t *testing.T) {
	contracts(t, func(c *contract) {
		for i, e := range edges(c.op.RequestBody.Value.Content.Get("application/json").Schema.Value) {
			body := encodeJSON(c.t, e.value)
			c.t.Run(strconv.Itoa(i)+" "+e.rule, func(t *testing.T) {
				if status, reply := c.send("application/json", body); (status == http.StatusBadRequest) == e.allowed {
					t.Errorf("%s is answered with %d %s, the spec allows it: %v", body, status, reply, e.allowed)
				}
			})
		}
	})
}

// Every status that the spec documents is one that the server answers with.
func TestDocumentedStatuses(t *testing.T) {
	const good = `{"workspace_group":{"name":"Acme"}}`
	contracts(t, func(c *contract) {
		busy := server.DefaultLimits()
		busy.TokenRate, busy.TokenBurst = 0.001, 1
		provoke := map[string]func() int{
			"200": func() int { s, _ := c.send("application/json", good); return s },
			"400": func() int { s, _ := c.send("application/json", `{`); return s },
			"401": func() int { return c.as(c.handler, "another", c.path, good) },
			"403": func() int { return c.as(c.handler, "reader", c.path, good) },
			"404": func() int { return c.as(c.handler, "demo", strings.Replace(c.path, "/7", "/70000", 1), good) },
			"422": func() int {
				s, _ := c.send("application/json", `{"workspace_group":{"name":"Acme","add_workspace_ids":[101]}}`)
				return s
			},
			"429": func() int {
				srv, err := server.New(demoStore(c.t), server.WithLimits(busy))
				if err != nil {
					c.t.Fatal(err)
				}
				c.as(srv.Handler(), "demo", c.path, good)
				return c.as(srv.Handler(), "demo", c.path, good)
			},
			"503": func() int {
				store := demoStore(c.t)
				srv, err := server.New(store)
				if err != nil {
					c.t.Fatal(err)
				}
				if err := store.Close(); err != nil {
					c.t.Fatal(err)
				}
				return c.as(srv.Handler(), "demo", c.path, good)
			},
			"default": func() int { s, _ := c.send("text/plain", good); return s },
		}
		for status := range c.op.Responses.Map() {
			do, ok := provoke[status]
			if !ok {
				c.t.Errorf("nothing provokes %s, which the spec documents", status)
				continue
			}
			if got := do(); status != "default" && strconv.Itoa(got) != status || status == "default" && got != http.StatusUnsupportedMediaType {
				c.t.Errorf("provoked was %s, answered %d", status, got)
			}
		}
	})
}

// as sends a body with a token.
func (c *contract) as(h http.Handler, token, path, body string) int {
	c.t.Helper()
	return c.exchange(h, token, path, "application/json", body).Code
}
