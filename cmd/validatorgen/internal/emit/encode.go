package emit

import (
	"slices"
	"strconv"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// appender writes the function that appends the JSON of a struct. Members stand in the order of the spec.
func (g *Generator) appender(f function, name string) string {
	c := &code{}
	c.line("// %s appends the JSON of v.%s", name, g.absentNote(f))
	c.line("func %s(b []byte, v *%s) []byte {\nstart := len(b)", name, f.typ.Expr)
	for _, field := range inOrder(f.schema, f.typ) {
		var property *schema.Schema
		if f.schema != nil {
			property = f.schema.Property(field.JSON)
		}
		member := c.child()
		g.appendMember(member, f, property, field)
		c.WriteString(member.String())
	}
	if f.typ.Additional != nil {
		c.line("for _, key := range validate.SortedKeys(v.AdditionalProperties) {")
		c.line("b = append(validate.AppendString(append(b, ','), key), ':')\nvalue := v.AdditionalProperties[key]")
		var additional *schema.Schema
		if f.schema != nil {
			additional = f.schema.Additional
		}
		g.appendValue(c, additional, f.typ.Additional, "value")
		c.line("}")
	}
	c.line("return validate.EndObject(b, start)\n}\n")
	return c.String()
}

func (g *Generator) absentNote(f function) string {
	for _, field := range f.typ.Fields {
		if field.Type.Kind != gotype.Nullable {
			continue
		}
		if f.schema != nil && g.responseOnly(f.schema) {
			return " It is part of responses only, where readers expect every field: one without a value is null."
		}
		return " Fields that are not specified are left out."
	}
	return ""
}

func inOrder(s *schema.Schema, t *gotype.Type) []gotype.Field {
	fields := slices.Clone(t.Fields)
	if s == nil {
		return fields
	}
	place := func(f gotype.Field) int {
		i := slices.IndexFunc(s.Properties, func(p schema.Property) bool { return p.Name == f.JSON })
		if i < 0 {
			return len(s.Properties)
		}
		return i
	}
	slices.SortStableFunc(fields, func(a, b gotype.Field) int { return place(a) - place(b) })
	return fields
}

func (g *Generator) appendMember(c *code, f function, property *schema.Schema, field gotype.Field) {
	expr := "v." + field.Name
	required := f.schema != nil && f.schema.Requires(field.JSON)
	write := func(typ *gotype.Type, x string) {
		c.line("b = append(b, %s...)", quoted(","+strconv.Quote(field.JSON)+":"))
		g.appendValue(c, property, typ, x)
	}
	null := func() { c.line("b = append(b, %s...)", quoted(","+strconv.Quote(field.JSON)+":null")) }
	switch {
	case field.Type.Kind == gotype.Nullable:
		c.line("if value, err := %s.Get(); err == nil {", expr)
		write(field.Type.Elem, "value")
		if required || f.schema != nil && g.responseOnly(f.schema) {
			c.line("} else {")
		} else {
			c.line("} else if %s.IsNull() {", expr)
		}
		null()
		c.line("}")
	case field.Type.Kind == gotype.Pointer:
		c.line("if %s != nil {", expr)
		write(field.Type.Elem, "*"+expr)
		if required {
			c.line("} else {")
			null()
		}
		c.line("}")
	case !required && (field.OmitEmpty || field.OmitZero):
		if condition := notZero(field, expr); condition != "" {
			c.line("if %s {", condition)
			write(field.Type, expr)
			c.line("}")
			return
		}
		write(field.Type, expr)
	default:
		write(field.Type, expr)
	}
}

// notZero returns the condition under which encoding/json writes a field that may be left out, or "" for always.
func notZero(f gotype.Field, expr string) string {
	switch f.Type.Kind {
	case gotype.Bool:
		return expr
	case gotype.Int, gotype.Int32, gotype.Int64, gotype.Float32, gotype.Float64:
		return expr + " != 0"
	case gotype.String:
		return expr + ` != ""`
	case gotype.Slice, gotype.Map:
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

// quoted returns s as a raw string where that is possible.
func quoted(s string) string {
	if strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// appendValue writes statements that append the JSON of x, an expression of type t.
func (g *Generator) appendValue(c *code, s *schema.Schema, t *gotype.Type, x string) {
	if s != nil {
		s = s.Resolve()
	}
	switch t.Kind {
	case gotype.Bool:
		c.line("b = strconv.AppendBool(b, %s)", basicOf(t, "bool", x))
	case gotype.Int, gotype.Int32, gotype.Int64:
		c.line("b = strconv.AppendInt(b, %s, 10)", basicOf(t, "int64", x))
	case gotype.Float32:
		c.line("b = validate.AppendFloat(b, %s, 32)", basicOf(t, "float64", x))
	case gotype.Float64:
		c.line("b = validate.AppendFloat(b, %s, 64)", basicOf(t, "float64", x))
	case gotype.String:
		c.line("b = validate.AppendString(b, %s)", basicOf(t, "string", x))
	case gotype.Time:
		c.line("b = format.AppendDateTime(b, %s)", x)
	case gotype.Date, gotype.UUID:
		c.line("b = validate.AppendString(b, %s.String())", parenthesised(x))
	case gotype.Struct:
		g.appendStruct(c, s, t, x)
	case gotype.Slice:
		g.appendSlice(c, s, t, x)
	case gotype.Map:
		g.appendMap(c, s, t, x)
	case gotype.Pointer:
		c.line("if %s == nil {\nb = append(b, \"null\"...)\n} else {", x)
		g.appendValue(c, s, t.Elem, "*"+x)
		c.line("}")
	case gotype.Nullable:
		name := c.fresh("set")
		c.line("if %s, err := %s.Get(); err == nil {", name, x)
		g.appendValue(c, s, t.Elem, name)
		c.line("} else {\nb = append(b, \"null\"...)\n}")
	default:
		c.line("b = validate.AppendAny(b, %s)", x)
	}
}

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

func (g *Generator) appendStruct(c *code, s *schema.Schema, t *gotype.Type, x string) {
	if t.Name == "" {
		c.line("b = validate.AppendAny(b, %s)", x)
		return
	}
	argument := "&" + x
	if x[0] == '*' {
		argument = x[1:]
	}
	c.line("b = %s(b, %s)", g.appendFunction(s, t), argument)
}

// appendFunction returns the name of the exported function that appends a named struct.
func (g *Generator) appendFunction(s *schema.Schema, t *gotype.Type) string {
	for f, name := range g.done {
		if f.append && f.typ == t {
			return name
		}
	}
	f := function{schema: s, typ: t, append: true}
	name := g.unique("Append" + t.Name)
	g.done[f] = name
	g.queue = append(g.queue, f)
	return name
}

func (g *Generator) appendSlice(c *code, s *schema.Schema, t *gotype.Type, x string) {
	var items *schema.Schema
	if s != nil {
		items = s.Items
	}
	i := c.fresh("i")
	c.line("b = append(b, '[')\nfor %s := range %s {\nif %s > 0 {\nb = append(b, ',')\n}", i, x, i)
	g.appendValue(c, items, t.Elem, parenthesised(x)+"["+i+"]")
	c.line("}\nb = append(b, ']')")
}

func (g *Generator) appendMap(c *code, s *schema.Schema, t *gotype.Type, x string) {
	var values *schema.Schema
	if s != nil {
		values = s.Additional
	}
	i, key, value := c.fresh("i"), c.fresh("key"), c.fresh("item")
	c.line("b = append(b, '{')\nfor %s, %s := range validate.SortedKeys(%s) {\nif %s > 0 {\nb = append(b, ',')\n}", i, key, x, i)
	c.line("b = append(validate.AppendString(b, %s), ':')\n%s := %s[%s]", key, value, parenthesised(x), key)
	g.appendValue(c, values, t.Elem, value)
	c.line("}\nb = append(b, '}')")
}
