package emit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// appender prints the function that appends the JSON of a type. Members are in the order of the spec.
func (g *Generator) appender(f function, name string) string {
	c := &code{}
	c.line("// %s appends %s%s.", name, g.place(f.schema), g.direction(f))
	c.line("func %s(e *validate.Encoder, v *%s) {", name, f.typ.Expr)
	if f.typ.Kind == gotype.Struct && !f.typ.Union {
		g.appendMembers(c, f.schema, target{f.typ, "*v"}, f.response)
	} else {
		g.appendValue(c, f.schema, target{f.typ, "*v"}, f.response)
	}
	c.line("}")
	c.line("")
	return c.String()
}

// direction says in a comment what of a schema with two directions is written.
func (g *Generator) direction(f function) string {
	switch {
	case !g.bothWays(f.schema) || !g.hasDirections(f.schema, f.typ):
		return ""
	case f.response:
		return " as in a response, without writeOnly fields"
	default:
		return " as in a request, without readOnly fields"
	}
}

// hasDirections reports whether a value is written in two ways: readOnly or writeOnly fields are part of it.
func (g *Generator) hasDirections(s *schema.Schema, t *gotype.Type) bool {
	return g.twoWays(s, t, map[*schema.Schema]bool{})
}

func (g *Generator) twoWays(s *schema.Schema, t *gotype.Type, seen map[*schema.Schema]bool) bool {
	s = s.Resolve()
	if seen[s] {
		return false
	}
	seen[s] = true
	t = t.Value()
	fill := g.fill(s, t)
	if fill == nil {
		return false
	}
	for _, p := range fill.Properties() {
		field := t.Field(p.Name)
		if ignoredWhen(p.Schema) != "" || field != nil && g.twoWays(p.Schema, field.Type, seen) {
			return true
		}
	}
	if items := fill.Items(); items != nil && t.Kind == gotype.Slice && g.twoWays(items, t.Elem, seen) {
		return true
	}
	more, values := schema.Get[schema.AdditionalProperties](fill).Schema, t.Elem
	if t.Kind == gotype.Struct {
		values = t.Additional
	}
	return more != nil && values != nil && g.twoWays(more, values, seen)
}

// appendMembers prints the appending of an object.
func (g *Generator) appendMembers(c *code, s *schema.Schema, t target, response bool) {
	fill := g.fill(s, t.typ)
	required := map[string]bool{}
	gather(s, map[*schema.Schema]bool{}, func(part *schema.Schema) {
		for _, name := range schema.Get[schema.Required](part).Names {
			required[name] = true
		}
	})
	c.line("e.Open('{')")
	for _, field := range inOrder(fill.Properties(), t.typ.Fields) {
		property := fill.Property(field.JSON)
		if property != nil {
			if r := property.Resolve(); response && (r.WriteOnly || property.WriteOnly) || !response && (r.ReadOnly || property.ReadOnly) {
				continue
			}
		} else {
			property = anything
		}
		g.appendMember(c, s, property, field, t, required[field.JSON], response)
	}
	if t.typ.Additional != nil {
		more := schema.Get[schema.AdditionalProperties](fill).Schema
		g.appendEntries(c, more, target{t.typ.Additional, t.field(&gotype.Field{Name: "AdditionalProperties"}).expr}, response)
	}
	c.line("e.Close('}')")
}

// inOrder returns fields in the order of properties, others after them.
func inOrder(properties []schema.Property, fields []gotype.Field) []gotype.Field {
	place := func(f gotype.Field) int {
		if i := slices.IndexFunc(properties, func(p schema.Property) bool { return p.Name == f.JSON }); i >= 0 {
			return i
		}
		return len(properties)
	}
	ordered := slices.Clone(fields)
	slices.SortStableFunc(ordered, func(a, b gotype.Field) int { return place(a) - place(b) })
	return ordered
}

// appendMember prints the appending of a property of s. Readers of responses expect every field, so one that is not specified
// is null there, where the schema is not part of requests as well.
func (g *Generator) appendMember(c *code, s, property *schema.Schema, field gotype.Field, t target, required, response bool) {
	f := t.field(&field)
	key := quoted(strconv.Quote(field.JSON) + ":")
	write := func(typ *gotype.Type, x string) {
		c.line("e.Key(%s)", key)
		g.appendValue(c, property, target{typ, x}, response)
	}
	switch {
	case field.Type.Kind == gotype.Nullable:
		member := "Member"
		if (required || g.responseOnly(s)) && property.NullIsValid() {
			member = "MemberOrNull"
		}
		if encode := encoderMethods[field.Type.Elem.Expr]; encode != "" {
			c.line("validate.Optional%s(e, %s, %s, %s)", strings.TrimPrefix(member, "Member"), key, f.expr, encode)
			return
		}
		c.block(fmt.Sprintf("if value, ok := validate.%s(e, %s, %s); ok", member, key, f.expr), func(c *code) {
			c.fresh("value")
			g.appendValue(c, property, target{field.Type.Elem, "value"}, response)
		})
	case field.Type.Kind == gotype.Pointer:
		c.line("if %s != nil {", f.expr)
		write(field.Type.Elem, "*"+f.expr)
		if required && property.AllowsNull() {
			c.line("} else {")
			c.line("e.Key(%s)", key)
			c.line("e.Null()")
		}
		c.line("}")
	case !required && (field.OmitEmpty || field.OmitZero) && notZero(field, f.expr) != "":
		c.line("if %s {", notZero(field, f.expr))
		write(field.Type, f.expr)
		c.line("}")
	default:
		write(field.Type, f.expr)
	}
}

// encoderMethods are the functions that append a value of a type.
var encoderMethods = map[string]string{
	"string": "(*validate.Encoder).String", "bool": "(*validate.Encoder).Bool", "int64": "(*validate.Encoder).Int",
	"time.Time": "format.EncodeDateTime",
}

// notZero returns the condition under which encoding/json writes a field that may be left out, or "" for always.
func notZero(f gotype.Field, expr string) string {
	switch f.Type.Kind {
	case gotype.Bool:
		return expr
	case gotype.Int, gotype.Int32, gotype.Int64, gotype.SmallInt, gotype.Float32, gotype.Float64:
		return expr + " != 0"
	case gotype.String:
		return expr + ` != ""`
	case gotype.Slice, gotype.Map, gotype.Bytes, gotype.Raw:
		if f.OmitEmpty {
			return "len(" + expr + ") > 0"
		}
		return expr + " != nil"
	case gotype.Any:
		return expr + " != nil"
	case gotype.Time, gotype.Date:
		if f.OmitZero {
			return "!" + expr + ".IsZero()"
		}
	}
	return ""
}

// appendValue prints statements that append the JSON of t, which need not be addressable.
func (g *Generator) appendValue(c *code, s *schema.Schema, t target, response bool) {
	x := t.expr
	switch t.typ.Kind {
	case gotype.Bool:
		c.line("e.Bool(%s)", basicOf(t.typ, "bool", x))
	case gotype.Int, gotype.Int32, gotype.Int64, gotype.SmallInt:
		if t.typ.Basic == "uint64" || t.typ.Basic == "uint" {
			c.line("e.Uint(%s)", basicOf(t.typ, "uint64", x))
			return
		}
		c.line("e.Int(%s)", basicOf(t.typ, "int64", x))
	case gotype.Float32:
		c.line("e.Float(%s, 32)", basicOf(t.typ, "float64", x))
	case gotype.Float64:
		c.line("e.Float(%s, 64)", basicOf(t.typ, "float64", x))
	case gotype.String:
		c.line("e.String(%s)", basicOf(t.typ, "string", x))
	case gotype.Bytes:
		c.line("e.Base64(%s)", x)
	case gotype.Raw:
		c.line("e.RawValue(%s)", x)
	case gotype.Time:
		if t.typ.Name != "" {
			x = "time.Time(" + x + ")"
		}
		c.line("format.EncodeDateTime(e, %s)", x)
	case gotype.Date, gotype.UUID:
		if t.typ.Name != "" {
			c.line("e.Any(%s)", x)
			return
		}
		c.line("e.String(%s.String())", parenthesised(x))
	case gotype.Struct:
		g.appendStruct(c, s, t, response)
	case gotype.Slice:
		g.appendSlice(c, s, t, response)
	case gotype.Map:
		g.appendMap(c, s, t, response)
	case gotype.Pointer:
		c.line("if %s == nil {", x)
		c.line("e.Null()")
		c.line("} else {")
		g.appendValue(c, s, target{t.typ.Elem, "*" + parenthesised(x)}, response)
		c.line("}")
	case gotype.Nullable:
		name := c.fresh("set")
		c.line("if %s, err := %s.Get(); err == nil {", name, parenthesised(x))
		g.appendValue(c, s, target{t.typ.Elem, name}, response)
		c.line("} else {")
		c.line("e.Null()")
		c.line("}")
	default:
		c.line("e.Any(%s)", x)
	}
}

// parenthesised returns x as it is in front of a selector or an index.
func parenthesised(x string) string {
	if x[0] == '*' {
		return "(" + x + ")"
	}
	return x
}

func basicOf(t *gotype.Type, basic, x string) string {
	if t.Expr == basic {
		return x
	}
	return basic + "(" + x + ")"
}

func (g *Generator) appendStruct(c *code, s *schema.Schema, t target, response bool) {
	switch {
	case t.typ.Union:
		c.line("e.Any(%s)", t.expr)
	case t.typ.Expr == "":
		g.appendMembers(c, s, t, response)
	default:
		c.line("%s(e, %s)", g.appendFunction(s, t.typ, response), t.address())
	}
}

// appendFunction returns the name of the function that appends a value of a schema as in a request or a response.
func (g *Generator) appendFunction(s *schema.Schema, t *gotype.Type, response bool) string {
	if value := orNull(s, t); value != nil {
		s = value
	}
	switch {
	case !g.hasDirections(s, t):
		response = false
	case !g.bothWays(s):
		response = g.responseOnly(s)
	}
	return g.call(function{schema: s, typ: t, append: true, response: response})
}

func (g *Generator) appendSlice(c *code, s *schema.Schema, t target, response bool) {
	items := anything
	if fill := g.fill(s, t.typ); fill != nil {
		items = fill.Items()
	}
	c.line("e.Open('[')")
	c.block("for i := range "+t.expr, func(c *code) {
		item := c.fresh("item")
		c.line("%s := &%s[i]", item, parenthesised(t.expr))
		c.line("e.Next()")
		g.appendValue(c, items, target{t.typ.Elem, "*" + item}, response)
	})
	c.line("e.Close(']')")
}

func (g *Generator) appendMap(c *code, s *schema.Schema, t target, response bool) {
	var more *schema.Schema
	if fill := g.fill(s, t.typ); fill != nil {
		more = schema.Get[schema.AdditionalProperties](fill).Schema
	}
	c.line("e.Open('{')")
	g.appendEntries(c, more, target{t.typ.Elem, t.expr}, response)
	c.line("e.Close('}')")
}

// appendEntries prints the appending of the members of a map; t.typ is the type of its values.
func (g *Generator) appendEntries(c *code, s *schema.Schema, t target, response bool) {
	if s == nil {
		s = anything
	}
	body := c.child()
	key, item := body.fresh("key"), body.fresh("item")
	c.line("for _, %s := range validate.SortedKeys(%s) {", key, t.expr)
	body.line("%s := %s[%s]", item, parenthesised(t.expr), key)
	body.line("e.Name(%s)", key)
	g.appendValue(body, s, target{t.typ, item}, response)
	c.WriteString(body.String())
	c.line("}")
}
