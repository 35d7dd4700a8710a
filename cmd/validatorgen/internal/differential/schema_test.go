package differential

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// object is a JSON object: a schema as it is in a document.
type object = map[string]any

// schemaName returns the name of the schema at an index.
func schemaName(i int) string { return fmt.Sprintf("S%d", i) }

// random draws values, always the same ones for the same seed. Each value is as likely as the next, which rapid's are not: it
// prefers small numbers, and so the first keywords and choices.
type random struct{ *rand.Rand }

func newRandom(seed, stream int) random {
	return random{rand.New(rand.NewPCG(uint64(seed), uint64(stream)))}
}

func (r random) chance(percent int) bool { return r.IntN(100) < percent }

// between returns a number from min to max, both included.
func (r random) between(min, max int) int { return min + r.IntN(max-min+1) }

func pick[T any](r random, values ...T) T { return values[r.IntN(len(values))] }

// schemas draws the schemas of a document, which refer to each other. A schema looks at the same value through earlier ones
// only, as one that looked at it through itself would say nothing.
func schemas(r random, n int) []object {
	g := schemaDrawer{random: r, n: n}
	list := make([]object, n)
	for i := range list {
		g.at = i
		list[i] = g.schema(3)
	}
	return list
}

type schemaDrawer struct {
	random
	n  int // how many schemas there are
	at int // the index of the one that is drawn
}

// below draws a schema for a value inside of another one.
func (g *schemaDrawer) below(depth int) object {
	if depth <= 0 || g.chance(15) {
		return object{"$ref": "#/components/schemas/" + schemaName(g.between(0, g.n-1))}
	}
	return g.schema(depth)
}

// same draws a schema for the same value.
func (g *schemaDrawer) same(depth int) object {
	if g.at > 0 && g.chance(15) {
		return object{"$ref": "#/components/schemas/" + schemaName(g.between(0, g.at-1))}
	}
	return g.schema(depth)
}

func (g *schemaDrawer) schema(depth int) object {
	s := object{}
	types := []string{"boolean", "integer", "number", "string"}
	if depth > 0 {
		types = append(types, "array", "object", "object")
	}
	kind := pick(g.random, types...)
	if g.chance(85) {
		s["type"] = kind
	}
	if g.chance(15) {
		s["nullable"] = true
	}
	g.assertions(s, kind, depth)
	if s["type"] == nil && g.chance(40) {
		g.assertions(s, pick(g.random, types...), depth)
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
		s["minimum"] = pick(g.random, bounds...)
		if g.chance(30) {
			s["exclusiveMinimum"] = g.chance(80)
		}
	}
	if g.chance(40) {
		s["maximum"] = pick(g.random, bounds...)
		if g.chance(30) {
			s["exclusiveMaximum"] = g.chance(80)
		}
	}
	if g.chance(20) {
		s["multipleOf"] = pick[any](g.random, 1, 2, 3, 5, 10, 0.5, 0.01, 0.1)
	}
	if g.chance(20) && s["type"] == kind {
		s["format"] = map[string][]string{"integer": {"int32", "int64"}, "number": {"float", "double"}}[kind][g.between(0, 1)]
	}
}

// patterns mean the same to RE2 and to ECMA 262 for the strings of the documents, as do their translations.
var patterns = []string{`^[a-c]*$`, `b`, `^.{2,4}$`, `^(ab|c)+$`, `\d`, `^\w+$`, `[^a]`, `\S`, `é`, `^[\u0061-\u0063]`, `a\/b`}

func (g *schemaDrawer) text(s object) {
	if g.chance(30) {
		s["minLength"] = g.between(0, 4)
	}
	if g.chance(30) {
		s["maxLength"] = g.between(0, 6)
	}
	if g.chance(25) {
		s["pattern"] = pick(g.random, patterns...)
	}
	if g.chance(15) {
		s["format"] = pick(g.random, "date", "date-time", "password", "no-such-format")
	}
}

func (g *schemaDrawer) array(s object, depth int) {
	if g.chance(85) || s["type"] == "array" { // OpenAPI asks for items beside the type
		s["items"] = g.below(depth - 1)
	}
	if g.chance(25) {
		s["minItems"] = g.between(0, 3)
	}
	if g.chance(25) {
		s["maxItems"] = g.between(0, 4)
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
		for range g.between(0, 4) {
			properties[pick(g.random, names...)] = g.below(depth - 1)
		}
		s["properties"] = properties
	}
	if g.chance(45) {
		s["required"] = g.distinctNames()
	}
	switch g.between(0, 5) {
	case 0:
		s["additionalProperties"] = false
	case 1:
		s["additionalProperties"] = true
	case 2:
		s["additionalProperties"] = g.below(depth - 1)
	}
	if g.chance(15) {
		s["minProperties"] = g.between(0, 2)
	}
	if g.chance(15) {
		s["maxProperties"] = g.between(0, 4)
	}
}

func (g *schemaDrawer) enum(kind string) []any {
	values := map[string][]any{
		"boolean": {true, false}, "integer": {0, 1, 2, 10, -3}, "number": {0, 0.5, 1, 10}, "string": {"", "a", "ab", "é", "1"},
		"array": {[]any{}, []any{1}, []any{"a", "b"}}, "object": {object{}, object{"a": 1}, object{"a": object{"b": []any{nil}}}},
	}[kind]
	var list []any
	for range g.between(1, 3) {
		list = append(list, pick(g.random, values...))
	}
	if g.chance(20) {
		list = append(list, nil)
	}
	if g.chance(20) {
		list = append(list, pick[any](g.random, 1, "a", true, []any{}, object{}))
	}
	return list
}

func (g *schemaDrawer) combination(s object, depth int) {
	switch keyword := pick(g.random, "allOf", "anyOf", "oneOf", "not"); keyword {
	case "not":
		s["not"] = g.same(depth)
	default:
		var parts []any
		for range g.between(1, 3) {
			parts = append(parts, g.same(depth))
		}
		s[keyword] = parts
		if keyword != "allOf" && g.chance(30) {
			g.discriminator(s, parts)
		}
	}
}

// discriminator names a property, and gives most branches values for it, which are of one branch alone or of several.
func (g *schemaDrawer) discriminator(s object, parts []any) {
	s["discriminator"] = object{"propertyName": "a"}
	for _, part := range parts {
		if part := part.(object); part["$ref"] == nil && g.chance(90) {
			properties, _ := part["properties"].(object)
			if properties == nil {
				properties = object{}
			}
			properties["a"] = object{"type": "string", "enum": []any{pick(g.random, "", "a", "ab", "é", "1")}}
			part["properties"] = properties
		}
	}
}

func (g *schemaDrawer) distinctNames() []string {
	var list []string
	for range g.between(1, 3) {
		if name := pick(g.random, names...); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
