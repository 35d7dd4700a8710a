package differential

import (
	"bytes"
	"maps"
	"regexp"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// jsonSchema is a validator of JSON Schema 2020-12 with the schemas of a document.
type jsonSchema []*jsonschema.Schema

func newJSONSchema(document []byte) (jsonSchema, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseRegexpEngine(func(source string) (jsonschema.Regexp, error) {
		expression, err := regexp.Compile(strings.NewReplacer(`\u0061`, "a", `\u0063`, "c", `\/`, "/").Replace(source))
		return ecma{expression}, err
	})
	if err := c.AddResource("random.json", value); err != nil {
		return nil, err
	}
	list := make(jsonSchema, groupSize)
	for i := range list {
		if list[i], err = c.Compile("random.json#/components/schemas/" + schemaName(i)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ecma is a pattern of ECMA 262.
type ecma struct{ *regexp.Regexp }

func (e ecma) MatchString(s string) bool { return e.Regexp.MatchString(s) }
func (e ecma) String() string            { return e.Regexp.String() }

func (list jsonSchema) accepts(index int, text string) bool {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	return err == nil && list[index].Validate(value) == nil
}

// withoutFormat returns schemas without format, which is an annotation in JSON Schema.
func withoutFormat(list []any) []object {
	out := make([]object, len(list))
	for i, s := range list {
		out[i] = without(s).(object)
	}
	return out
}

func without(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for key, value := range v {
			if _, is := value.(string); key != "format" || !is {
				out[key] = without(value)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = without(item)
		}
		return out
	}
	return v
}

// modern makes schemas of OpenAPI 3.1 of those of 3.0, and adds keywords that 3.0 does not have.
func modern(r random, list []object) []object {
	out := make([]object, len(list))
	for i, s := range list {
		out[i] = modernSchema(r, s).(object)
	}
	return out
}

// modernDocument is a document of 3.0 as one of 3.1.
func modernDocument(text []byte) []byte {
	return bytes.Replace(text, []byte(`"3.0.3"`), []byte(`"3.1.0"`), 1)
}

func modernSchema(r random, v any) any {
	s, ok := v.(object)
	if !ok {
		return v
	}
	s = maps.Clone(s)
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		if list, ok := s[key].([]any); ok {
			parts := make([]any, len(list))
			for i, part := range list {
				parts[i] = modernSchema(r, part)
			}
			s[key] = parts
		}
	}
	for _, key := range []string{"not", "items", "additionalProperties"} {
		if s[key] != nil {
			s[key] = modernSchema(r, s[key])
		}
	}
	if properties, ok := s["properties"].(object); ok {
		properties = maps.Clone(properties)
		for name, p := range properties {
			properties[name] = modernSchema(r, p)
		}
		s["properties"] = properties
	}
	modernWords(r, s)
	if s["$ref"] != nil {
		if r.chance(30) {
			return object{"anyOf": []any{s, object{"type": "null"}}}
		}
		return s
	}
	addModern(r, s)
	return s
}

// modernWords writes what 3.0 has as 3.1 has it.
func modernWords(r random, s object) {
	for exclusive, bound := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
		if s[exclusive] == true {
			s[exclusive] = s[bound]
			delete(s, bound)
		} else {
			delete(s, exclusive)
		}
	}
	if s["nullable"] == true && s["type"] != nil {
		s["type"] = []any{s["type"], "null"}
	}
	delete(s, "nullable")
	if enum, ok := s["enum"].([]any); ok && len(enum) == 1 && r.chance(50) {
		s["const"] = enum[0]
		delete(s, "enum")
	}
}

// addModern adds keywords that are new.
func addModern(r random, s object) {
	small := func() object {
		return pick(r, object{"type": "string"}, object{"maxLength": 2}, object{"minimum": 1}, object{"type": []any{"integer", "null"}}, object{"const": "a"},
			object{"required": []any{"a"}}, object{"minItems": 1})
	}
	if r.chance(8) {
		s["if"] = small()
		s["then"] = small()
		if r.chance(50) {
			s["else"] = small()
		}
	}
	if s["oneOf"] != nil || s["anyOf"] != nil {
		s["discriminator"] = object{"propertyName": pick(r, "a", "b"), "mapping": object{"1": schemaName(0), "a": "#/components/schemas/" + schemaName(1)}}
	} else if r.chance(3) {
		branch := func(values ...any) object {
			return object{"type": "object", "required": []any{"a"}, "properties": object{"a": object{"enum": values}, "b": small()}}
		}
		s["oneOf"] = []any{branch("a", ""), branch("ab", "1"), branch("é")}
		s["discriminator"] = object{"propertyName": "a"}
	}
	switch s["type"] {
	case "object":
		switch r.IntN(12) {
		case 0:
			s["propertyNames"] = object{"maxLength": 1}
		case 1:
			s["patternProperties"] = object{"^a": small(), "b": small()}
		case 2:
			s["dependentRequired"] = object{"a": []any{"b"}}
		case 3:
			s["dependentSchemas"] = object{"b": small()}
		}
	case "array":
		switch r.IntN(8) {
		case 0:
			s["contains"] = small()
		case 1:
			s["contains"], s["minContains"], s["maxContains"] = small(), 0, 1
		case 2:
			s["prefixItems"] = []any{small(), small()}
		}
	}
}
