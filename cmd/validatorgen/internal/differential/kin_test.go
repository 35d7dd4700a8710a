package differential

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// forKin returns a schema that asks kin-openapi for what s says of null.
//
// OpenAPI 3.0.3, Schema Object: "A true value adds "null" to the allowed type specified by the type keyword, only if type is
// explicitly defined within the same Schema Object." So a schema without a type allows null, and nullable only adds a type:
// enum, not, allOf, anyOf and oneOf still apply to null.
//
// kin-openapi refuses null where there is no type, and takes it at once where nullable is true. Both are written here as
// what they mean, in parts that each see null on their own.
func forKin(s object) object {
	if s["$ref"] != nil {
		return s
	}
	base := object{}
	var parts []any
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		if keyword == "discriminator" {
			continue // kin-openapi tries the branch that it names and no other one
		}
		switch value := s[keyword].(type) {
		case []any:
			if keyword == "enum" {
				enum := object{"enum": value}
				if slices.Contains(value, nil) {
					enum["nullable"] = true
				}
				parts = append(parts, enum)
				continue
			}
			list := make([]any, len(value))
			for i, part := range value {
				list[i] = forKin(part.(object))
			}
			parts = append(parts, object{keyword: list})
		case object:
			switch keyword {
			case "not":
				parts = append(parts, object{"not": forKin(value), "allOf": []any{object{"nullable": true}}})
			case "properties":
				properties := object{}
				for name, property := range value {
					properties[name] = forKin(property.(object))
				}
				base[keyword] = properties
			default:
				base[keyword] = forKin(value)
			}
		default:
			base[keyword] = value
		}
	}
	if base["type"] == nil {
		base["nullable"] = true
	}
	return object{"allOf": append([]any{base}, parts...)}
}

// document returns an OpenAPI document with the schemas.
func document(list []object) ([]byte, error) {
	components := object{}
	for i, s := range list {
		components[schemaName(i)] = s
	}
	return openapiDocument(components)
}

func openapiDocument(components object) ([]byte, error) {
	return json.Marshal(object{
		"openapi": "3.0.3", "info": object{"title": "random", "version": "1"}, "paths": object{}, "components": object{"schemas": components},
	})
}

// kin is kin-openapi with the schemas of a document.
type kin []*openapi3.Schema

func newKin(list []object) (kin, error) {
	adapted := make([]object, len(list))
	for i, s := range list {
		adapted[i] = forKin(s)
	}
	text, err := document(adapted)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	o := make(kin, len(list))
	for i := range o {
		o[i] = doc.Components.Schemas[schemaName(i)].Value
	}
	return o, nil
}

// accepts reports whether kin-openapi accepts the document for the schema at index, read as it reads the bodies of requests.
func (o kin) accepts(index int, text string) bool {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return false
	}
	return o[index].VisitJSON(value, openapi3.FailFast()) == nil // otherwise it writes the value into its errors, at every level
}
