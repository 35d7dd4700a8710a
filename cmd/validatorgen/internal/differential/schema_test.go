package differential

import (
	"fmt"

	"pgregory.net/rapid"
)

// object is a JSON object: a schema as it stands in a document.
type object = map[string]any

// schemaName returns the name of the schema at an index.
func schemaName(i int) string { return fmt.Sprintf("S%d", i) }

// schemas draws a document's schemas, which refer to each other. A schema looks at the same value through earlier ones only,
// as one that looked at it through itself would say nothing.
func schemas(n int) *rapid.Generator[[]object] {
	return rapid.Custom(func(t *rapid.T) []object {
		g := schemaDrawer{t: t, n: n}
		list := make([]object, n)
		for i := range list {
			g.at = i
			list[i] = g.schema(3)
		}
		return list
	})
}

type schemaDrawer struct {
	t  *rapid.T
	n  int // how many schemas there are
	at int // the index of the one that is drawn
}

func (g *schemaDrawer) chance(percent int) bool {
	return rapid.IntRange(1, 100).Draw(g.t, "chance") <= percent
}

func pick[T any](g *schemaDrawer, values ...T) T { return rapid.SampledFrom(values).Draw(g.t, "pick") }

// below draws a schema for a value inside of another one.
func (g *schemaDrawer) below(depth int) object {
	if depth <= 0 || g.chance(15) {
		return object{"$ref": "#/components/schemas/" + schemaName(rapid.IntRange(0, g.n-1).Draw(g.t, "ref"))}
	}
	return g.schema(depth)
}

// same draws a schema for the same value.
func (g *schemaDrawer) same(depth int) object {
	if g.at > 0 && g.chance(15) {
		return object{"$ref": "#/components/schemas/" + schemaName(rapid.IntRange(0, g.at-1).Draw(g.t, "ref"))}
	}
	return g.schema(depth)
}

func (g *schemaDrawer) schema(depth int) object {
	s := object{}
	types := []string{"boolean", "integer", "number", "string"}
	if depth > 0 {
		types = append(types, "array", "object", "object")
	}
	kind := pick(g, types...)
	if g.chance(85) {
		s["type"] = kind
	}
	if g.chance(15) {
		s["nullable"] = true
	}
	g.assertions(s, kind, depth)
	if s["type"] == nil && g.chance(40) {
		g.assertions(s, pick(g, types...), depth)
	}
	if g.chance(8) {
		s["enum"] = g.enum(kind)
	}
	if depth > 0 && g.chance(20) {
		g.combination(s, depth-1)
	}
	return s
}

func (g *schemaDrawer) assertions(s object, kind string, depth int) {
	switch kind {
	case "integer", "number":
		g.number(s, kind)
	case "string":
		g.text(s)
	case "array":
		g.array(s, depth)
	case "object":
		g.object(s, depth)
	}
}

func (g *schemaDrawer) number(s object, kind string) {
	bounds := []any{-3, 0, 1, 5, 10, 100}
	if kind == "number" {
		bounds = append(bounds, -0.5, 0.1, 2.75)
	}
	if g.chance(40) {
		s["minimum"] = pick(g, bounds...)
		if g.chance(30) {
			s["exclusiveMinimum"] = g.chance(80)
		}
	}
	if g.chance(40) {
		s["maximum"] = pick(g, bounds...)
		if g.chance(30) {
			s["exclusiveMaximum"] = g.chance(80)
		}
	}
	if g.chance(20) {
		s["multipleOf"] = pick[any](g, 1, 2, 3, 5, 10, 0.5, 0.01, 0.1)
	}
	if g.chance(20) && s["type"] == kind {
		s["format"] = map[string][]string{"integer": {"int32", "int64"}, "number": {"float", "double"}}[kind][rapid.IntRange(0, 1).Draw(g.t, "format")]
	}
}

// patterns mean the same to RE2 and to ECMA 262 for the strings of the documents, as do their translations.
var patterns = []string{`^[a-c]*$`, `b`, `^.{2,4}$`, `^(ab|c)+$`, `\d`, `^\w+$`, `[^a]`, `\S`, `é`, `^[\u0061-\u0063]`, `a\/b`}

func (g *schemaDrawer) text(s object) {
	if g.chance(30) {
		s["minLength"] = rapid.IntRange(0, 4).Draw(g.t, "minLength")
	}
	if g.chance(30) {
		s["maxLength"] = rapid.IntRange(0, 6).Draw(g.t, "maxLength")
	}
	if g.chance(25) {
		s["pattern"] = pick(g, patterns...)
	}
	if g.chance(15) {
		s["format"] = pick(g, "date", "date-time", "password", "no-such-format")
	}
}

func (g *schemaDrawer) array(s object, depth int) {
	if g.chance(85) || s["type"] == "array" { // OpenAPI asks for items beside the type
		s["items"] = g.below(depth - 1)
	}
	if g.chance(25) {
		s["minItems"] = rapid.IntRange(0, 3).Draw(g.t, "minItems")
	}
	if g.chance(25) {
		s["maxItems"] = rapid.IntRange(0, 4).Draw(g.t, "maxItems")
	}
	if g.chance(20) {
		s["uniqueItems"] = g.chance(80)
	}
}

// names of properties; some need escaping in JSON or in a JSON Pointer.
var names = []string{"a", "b", "name", "Name", "a/b", "m~n", "é", "64bit", ""}

func (g *schemaDrawer) object(s object, depth int) {
	if g.chance(85) {
		properties := object{}
		for range rapid.IntRange(0, 4).Draw(g.t, "properties") {
			properties[pick(g, names...)] = g.below(depth - 1)
		}
		s["properties"] = properties
	}
	if g.chance(45) {
		s["required"] = rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID).Draw(g.t, "required")
	}
	switch rapid.IntRange(0, 5).Draw(g.t, "additional") {
	case 0:
		s["additionalProperties"] = false
	case 1:
		s["additionalProperties"] = true
	case 2:
		s["additionalProperties"] = g.below(depth - 1)
	}
	if g.chance(15) {
		s["minProperties"] = rapid.IntRange(0, 2).Draw(g.t, "minProperties")
	}
	if g.chance(15) {
		s["maxProperties"] = rapid.IntRange(0, 4).Draw(g.t, "maxProperties")
	}
}

func (g *schemaDrawer) enum(kind string) []any {
	values := map[string][]any{
		"boolean": {true, false}, "integer": {0, 1, 2, 10, -3}, "number": {0, 0.5, 1, 10}, "string": {"", "a", "ab", "é", "1"},
		"array": {[]any{}, []any{1}, []any{"a", "b"}}, "object": {object{}, object{"a": 1}, object{"a": object{"b": []any{nil}}}},
	}[kind]
	list := rapid.SliceOfN(rapid.SampledFrom(values), 1, 3).Draw(g.t, "enum")
	if g.chance(20) {
		list = append(list, nil)
	}
	if g.chance(20) {
		list = append(list, pick[any](g, 1, "a", true, []any{}, object{}))
	}
	return list
}

func (g *schemaDrawer) combination(s object, depth int) {
	switch keyword := pick(g, "allOf", "anyOf", "oneOf", "not"); keyword {
	case "not":
		s["not"] = g.same(depth)
	default:
		var parts []any
		for range rapid.IntRange(1, 3).Draw(g.t, "parts") {
			parts = append(parts, g.same(depth))
		}
		s[keyword] = parts
	}
}
