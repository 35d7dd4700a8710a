package emit

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// reader writes a function that reads one value of a schema.
func (g *Generator) reader(f function, name string) string {
	c := &code{}
	s := f.schema
	t := target{typ: f.typ, expr: "*v"}
	var fill *schema.Schema
	if f.typ != nil && s.Combined() {
		fill, t = g.merged(s, f.typ), target{} // it is checked first, and read into v then
	}
	if f.typ == nil {
		c.line("// %s reads a value and checks it against %s.", name, g.place(s))
		c.line("func %s(s *validate.Scanner) {", name)
	} else {
		c.line("// %s reads %s into v.", name, g.place(s))
		c.line("func %s(s *validate.Scanner, v *%s) {", name, f.typ.Expr)
	}
	again := s.Combined() || len(s.Enum) > 0 && !g.enumInline(s)
	if s.AllowsNull() && !again && s.Types != 0 {
		c.line("if s.Null() {\nreturn\n}")
	}
	if again {
		c.line("start := s.Offset()")
	}
	switch {
	case trivialBase(s):
		c.line("s.Skip()")
	case single(s) && !again || !t.none():
		g.typed(c, s, t)
	default:
		g.byKind(c, s)
	}
	if again && !g.enumInline(s) {
		g.canonicalEnum(c, s, "s.Raw(start)")
	}
	g.combinations(c, s)
	if fill != nil {
		c.line("if !s.Valid() || s.Raw(start)[0] != '{' {\nreturn\n}\ns.Rewind(start)")
		g.object(c, fill, target{typ: f.typ, expr: "*v"})
	}
	c.line("}\n")
	return c.String()
}

// place names a schema for a comment.
func (g *Generator) place(s *schema.Schema) string {
	if s.Component != "" {
		return "the schema " + s.Component
	}
	return "the schema at " + s.Place.Pointer
}

// enumInline reports whether the values of the enum are compared where the value is read.
func (g *Generator) enumInline(s *schema.Schema) bool {
	return single(s) && s.Types&(schema.Array|schema.Object) == 0 && scalarEnum(s) && !s.Combined()
}

// trivialBase reports whether all that a schema asks for is in its combinations and enum.
func trivialBase(s *schema.Schema) bool {
	base := *s
	base.AllOf, base.AnyOf, base.OneOf, base.Not, base.Enum = nil, nil, nil, nil, nil
	return trivial(&base)
}

// typed writes the reading of a value that can be of one type only.
func (g *Generator) typed(c *code, s *schema.Schema, t target) {
	switch {
	case s.Types == 0, s.Types&schema.Object != 0:
		g.object(c, s, t)
	case s.Types&schema.Array != 0:
		g.array(c, s, t)
	default:
		plain := *s
		plain.Nullable = false
		plain.Types &^= schema.Null
		g.scalar(c, &plain, t, nil)
	}
}

// byKind writes the reading of a value whose rules depend on its type.
func (g *Generator) byKind(c *code, s *schema.Schema) {
	var free []string
	c.line("switch s.Kind() {")
	for _, k := range []struct {
		name  string
		types schema.Types
	}{
		{"Object", schema.Object}, {"Array", schema.Array}, {"String", schema.String},
		{"Number", schema.NumberType}, {"Number", schema.Integer}, {"Boolean", schema.Boolean}, {"Null", schema.Null},
	} {
		allowed := s.Types.Has(k.types) || k.types == schema.Null && s.AllowsNull()
		if !allowed || s.Types == 0 && k.types == schema.Integer {
			continue
		}
		body := c.child()
		part := *s
		part.Types, part.Nullable, part.Enum = k.types, false, nil
		part.AllOf, part.AnyOf, part.OneOf, part.Not = nil, nil, nil, nil
		if k.types != schema.Integer && !constrains(&part) {
			free = append(free, "validate."+k.name)
			continue
		}
		g.typed(body, &part, target{})
		c.line("case validate.%s:\n%s", k.name, body.String())
	}
	switch {
	case s.Types == 0:
		c.line("default:\ns.Skip()")
	case len(free) > 0:
		c.line("case %s:\ns.Skip()", strings.Join(free, ", "))
		fallthrough
	default:
		c.line("default:\ns.WrongType(%q)", wanted(s))
	}
	c.line("}")
}

// constrains reports whether a schema of one type says more than the type.
func constrains(s *schema.Schema) bool {
	switch s.Types {
	case schema.Object:
		return len(s.Properties)+len(s.Required) > 0 || s.Additional != nil || s.NoAdditional || s.MinProperties != nil || s.MaxProperties != nil
	case schema.Array:
		return s.Items != nil || s.MinItems != nil || s.MaxItems != nil || s.Unique
	case schema.String:
		return s.MinLength != nil || s.MaxLength != nil || len(s.Patterns) > 0 || formatChecks[s.Format].function != ""
	case schema.NumberType:
		return s.Minimum != nil || s.Maximum != nil || len(s.MultipleOf) > 0
	}
	return false
}

func wanted(s *schema.Schema) string {
	var names []string
	for _, t := range []struct {
		types schema.Types
		name  string
	}{
		{schema.Object, "an object"}, {schema.Array, "an array"}, {schema.String, "a string"}, {schema.NumberType, "a number"},
		{schema.Integer, "an integer"}, {schema.Boolean, "a boolean"}, {schema.Null, "null"},
	} {
		if s.Types&t.types != 0 {
			names = append(names, t.name)
		}
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// combinations writes the checks of the same value against other schemas.
func (g *Generator) combinations(c *code, s *schema.Schema) {
	if len(s.AllOf) > 0 {
		c.line("s.All(start, %s)", g.checks(s.AllOf))
	}
	if len(s.AnyOf) > 0 {
		c.line("if s.Matches(start, %s) == 0 {\ns.Violation(\"anyOf\", %q)\n}", g.checks(s.AnyOf), "must match at least one of "+plural(len(s.AnyOf), "schema"))
	}
	if len(s.OneOf) > 0 {
		c.line("if s.Matches(start, %s) != 1 {\ns.Violation(\"oneOf\", %q)\n}", g.checks(s.OneOf), "must match exactly one of "+plural(len(s.OneOf), "schema"))
	}
	if s.Not != nil {
		c.line("if s.Matches(start, %s) == 1 {\ns.Violation(\"not\", \"must not match the schema under not\")\n}", g.check(s.Not))
	}
}

// check returns the name of the function that only checks a value of s.
func (g *Generator) check(s *schema.Schema) string {
	r := s.Resolve()
	return g.call(function{schema: r}, g.nameOf(r))
}

func (g *Generator) checks(list []*schema.Schema) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = g.check(s)
	}
	return strings.Join(names, ", ")
}

// array writes the reading of an array.
func (g *Generator) array(c *code, s *schema.Schema, t target) {
	c.line("if !s.Begin(validate.Array) {\nreturn\n}")
	if !t.none() {
		c.line("%s = make(%s, 0, s.CountItems())", t.expr, t.typ.Expr)
	}
	if s.Unique {
		c.line("var distinct validate.Distinct\nequal := false")
	}
	c.line("var items validate.Items\nfor s.NextItem(&items) {\nmark := s.Mark()")
	body := c.child()
	if s.Unique {
		body.line("item := s.Offset()")
	}
	g.item(body, s, t)
	if s.Unique {
		body.line("equal = !distinct.Add(s.Raw(item)) || equal")
	}
	c.WriteString(body.String())
	c.line("s.WithinItem(mark, items.Index)\n}")
	if s.Unique {
		c.line("if equal {\ns.Violation(\"uniqueItems\", \"must not have equal items\")\n}")
	}
	limit(c, "items.Index", "minItems", s.MinItems, "item")
	limit(c, "items.Index", "maxItems", s.MaxItems, "item")
}

func (g *Generator) item(c *code, s *schema.Schema, t target) {
	switch {
	case s.Items == nil:
		c.line("s.Skip()")
	case t.none():
		g.value(c, s.Items, target{})
	case scalar(s.Items.Resolve(), t.typ.Elem) && s.Items.Ref == nil && !s.Items.AllowsNull():
		g.read(c, s.Items, target{typ: t.typ.Elem}, func(c *code, x string) { c.line("%s = append(%s, %s)", t.expr, t.expr, x) })
	default:
		c.line("var value %s", t.typ.Elem.Expr)
		c.fresh("value")
		g.value(c, s.Items, target{t.typ.Elem, "value"})
		c.line("%s = append(%s, value)", t.expr, t.expr)
	}
}

// limit writes the check of a count.
func limit(c *code, count, rule string, n *int, noun string) {
	switch {
	case n == nil, rule[:3] == "min" && *n == 0:
	case rule[:3] == "min":
		c.line("if %s < %d {\ns.Violation(%q, %q)\n}", count, *n, rule, "must have at least "+plural(*n, noun))
	default:
		c.line("if %s > %d {\ns.Violation(%q, %q)\n}", count, *n, rule, "must have at most "+plural(*n, noun))
	}
}

// member is a property with what its schema and type say of it.
type member struct {
	name     string
	schema   *schema.Schema // nil: only required names it
	field    *gotype.Field  // nil: there is no place for it
	required bool
	word     int    // which word of bits
	bit      string // the constant that has its bit
}

// members returns the properties of an object in the order of the spec.
func members(s *schema.Schema, t target) []member {
	var all []member
	for _, p := range s.Properties {
		m := member{name: p.Name, schema: p.Schema, required: s.Requires(p.Name)}
		if !t.none() {
			m.field = t.typ.Field(p.Name)
		}
		all = append(all, m)
	}
	for _, name := range s.Required {
		if s.Property(name) == nil {
			all = append(all, member{name: name, required: true})
		}
	}
	taken := map[string]bool{}
	for i := range all {
		bit := "has" + exported(all[i].name)
		for n := 2; taken[bit]; n++ {
			bit = fmt.Sprintf("has%s%d", exported(all[i].name), n)
		}
		taken[bit] = true
		all[i].bit, all[i].word = bit, i/64
	}
	return all
}

// object writes the reading of an object.
func (g *Generator) object(c *code, s *schema.Schema, t target) {
	c.line("if !s.Begin(validate.Object) {\nreturn\n}")
	all := members(s, t)
	if !t.none() && t.typ.Kind == gotype.Map {
		c.line("%s = %s{}", t.expr, t.typ.Expr)
	}
	bits(c, all)
	counted := s.MinProperties != nil || s.MaxProperties != nil
	if counted {
		c.line("count := 0")
	}
	c.line("members := validate.Members{%s}\nfor key, ok := s.NextMember(&members); ok; key, ok = s.NextMember(&members) {\nmark := s.Mark()", g.order(s, all))
	if counted {
		c.line("count++")
	}
	if len(all) > 0 {
		c.line("switch key {")
		for i := range all {
			c.line("case %q:\ns.Once(&%s, %s)", all[i].name, seen(all, i), all[i].bit)
			body := c.child()
			g.property(body, s, &all[i], t)
			c.WriteString(body.String())
		}
		c.line("default:")
	}
	body := c.child()
	body.line("s.Unknown(&members, key)")
	g.additional(body, s, t)
	c.WriteString(body.String())
	if len(all) > 0 {
		c.line("}")
	}
	c.line("s.Within(mark, key)\n}")
	g.absent(c, all, t)
	limit(c, "count", "minProperties", s.MinProperties, "property")
	limit(c, "count", "maxProperties", s.MaxProperties, "property")
}

// order returns the field of validate.Members that says in which order properties are likely to come: that of the spec.
func (g *Generator) order(s *schema.Schema, all []member) string {
	if len(all) < 2 {
		return ""
	}
	names := make([]string, len(all))
	for i := range all {
		names[i] = strconv.Quote(all[i].name)
	}
	list := strings.Join(names, ", ")
	name, ok := g.orders[list]
	if !ok {
		name = g.unique("order" + g.nameOf(s))
		g.orders[list] = name
	}
	return "Order: " + name + "[:]"
}

// bits writes the constants and variables that say which properties were seen.
func bits(c *code, all []member) {
	if len(all) == 0 {
		return
	}
	for i := range all {
		if i%64 == 0 {
			if i > 0 {
				c.line(")")
			}
			c.line("const (\n%s uint64 = 1 << iota", all[i].bit)
			continue
		}
		c.line("%s", all[i].bit)
	}
	c.line(")")
	if len(all) > 64 {
		c.line("var seen [%d]uint64", (len(all)+63)/64)
	} else {
		c.line("var seen uint64")
	}
}

func seen(all []member, i int) string {
	if len(all) > 64 {
		return "seen[" + strconv.Itoa(all[i].word) + "]"
	}
	return "seen"
}

// property writes the reading of a named property.
func (g *Generator) property(c *code, s *schema.Schema, m *member, t target) {
	if m.schema == nil {
		g.additional(c, s, target{})
		return
	}
	ignored := ""
	switch r := m.schema.Resolve(); {
	case r.ReadOnly:
		ignored = "!s.Response()"
	case r.WriteOnly:
		ignored = "s.Response()"
	}
	if ignored != "" {
		c.line("if %s {\ns.Skip()\nbreak\n}", ignored)
	}
	if m.field == nil {
		g.value(c, m.schema, target{})
		return
	}
	g.value(c, m.schema, target{m.field.Type, selector(t.expr) + "." + m.field.Name})
}

// selector returns an expression as it stands in front of a field.
func selector(expr string) string { return strings.TrimPrefix(expr, "*") }

// anything is the schema of properties that no schema speaks of.
var anything = &schema.Schema{}

// additional writes the reading of a property that has no name in the schema.
func (g *Generator) additional(c *code, s *schema.Schema, t target) {
	rest := cmp.Or(s.Additional, anything)
	switch {
	case s.NoAdditional:
		c.line("s.Skip()\ns.Violation(\"additionalProperties\", \"is not a property of this object\")")
	case !t.none() && t.typ.Kind == gotype.Map:
		c.line("var value %s", t.typ.Elem.Expr)
		c.fresh("value")
		g.value(c, rest, target{t.typ.Elem, "value"})
		c.line("(%s)[key] = value", t.expr)
	case !t.none() && t.typ.Additional != nil:
		c.line("var value %s", t.typ.Additional.Expr)
		c.fresh("value")
		g.value(c, rest, target{t.typ.Additional, "value"})
		place := selector(t.expr) + ".AdditionalProperties"
		c.line("if %s == nil {\n%s = map[string]%s{}\n}\n%s[key] = value", place, place, t.typ.Additional.Expr, place)
	default:
		g.value(c, rest, target{})
	}
}

// absent writes what is done for properties that were not there.
func (g *Generator) absent(c *code, all []member, t target) {
	for i := range all {
		m := &all[i]
		if m.required {
			condition := fmt.Sprintf("%s&%s == 0", seen(all, i), m.bit)
			if m.schema != nil && m.schema.Resolve().ReadOnly {
				condition += " && s.Response()"
			}
			if m.schema != nil && m.schema.Resolve().WriteOnly {
				condition += " && !s.Response()"
			}
			c.line("if %s {\ns.Missing(%q)\n}", condition, m.name)
			continue
		}
		if m.field == nil || t.none() || m.schema.Resolve().Default == nil {
			continue
		}
		condition := fmt.Sprintf("%s&%s == 0", seen(all, i), m.bit)
		if m.schema.Resolve().ReadOnly {
			condition += " && s.Response()"
		}
		c.line("if %s {", condition)
		body := c.child()
		body.line("s := validate.NewScanner([]byte(%s), validate.Options{})", strconv.Quote(m.schema.Resolve().Default.Literal()))
		g.value(body, m.schema, target{m.field.Type, selector(t.expr) + "." + m.field.Name})
		c.WriteString(body.String())
		c.line("}")
	}
}
