package emit

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// member is a property with what its schema and type say of it.
type member struct {
	name     string
	schema   *schema.Schema // nil: only required names it
	field    *gotype.Field  // nil: there is no place for it
	required bool
	seen     string // the variable that has its bit
	bit      string // the constant that is its bit
}

// membersOf returns the properties of an object in the order of the spec.
func membersOf(p *plan, t target) []member {
	var all []member
	for _, property := range p.properties {
		m := member{name: property.Name, schema: property.Schema}
		if !t.none() {
			m.field = t.typ.Field(property.Name)
		}
		all = append(all, m)
	}
	for _, name := range p.required {
		if i := indexOf(all, name); i >= 0 {
			all[i].required = true
		} else {
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
		all[i].bit, all[i].seen = bit, "seen"
		if len(all) > 64 {
			all[i].seen = "seen[" + strconv.Itoa(i/64) + "]"
		}
	}
	return all
}

func indexOf(all []member, name string) int {
	for i := range all {
		if all[i].name == name {
			return i
		}
	}
	return -1
}

// members prints the reading of an object whose brace was read.
func (g *Generator) members(c *code, s *schema.Schema, t target) {
	p := g.plan(s)
	all := membersOf(p, t)
	if !t.none() && t.typ.Kind == gotype.Map {
		c.line("validate.MakeMap(%s)", t.address())
	}
	bits(c, all)
	if len(p.sizes) > 0 {
		c.line("count := 0")
	}
	c.line("var members validate.Members")
	c.line("for key, ok := s.NextMember(&members); ok; key, ok = s.NextMember(&members) {")
	c.line("mark := s.Mark()")
	if len(p.sizes) > 0 {
		c.line("count++")
	}
	for _, name := range p.names {
		check{"compose.IsName(key, " + g.call(function{schema: name}) + ")", "propertyNames", ""}.print(c)
	}
	if len(p.patterns) > 0 {
		c.line("start := s.Offset()")
	}
	if len(all) > 0 {
		c.line("switch key {")
		for i := range all {
			c.line("case %q:", all[i].name)
			c.line("s.Once(&%s, %s)", all[i].seen, all[i].bit)
			body := c.child()
			g.property(body, s, p, &all[i], t)
			c.WriteString(body.String())
		}
		c.line("default:")
	}
	g.unnamed(c, s, p, t, true)
	if len(all) > 0 {
		c.line("}")
	}
	for _, r := range p.patterns {
		c.line("if %s.MatchString(key) {", g.pattern(s, r.Pattern))
		c.line("compose.All(s, start, %s)", g.call(function{schema: r.Schema}))
		c.line("}")
	}
	c.line("s.Within(mark, key)")
	c.line("}")
	g.absent(c, s, all, t)
	countChecks(c, p.sizes, "count")
}

// unnamed prints the reading of a property that has no schema by its name; unknown says that it has no bit either. One whose name
// matches a pattern is not additional.
func (g *Generator) unnamed(c *code, s *schema.Schema, p *plan, t target, unknown bool) {
	if len(p.patterns) == 0 || !p.closed && p.additional == nil {
		g.additional(c, p, t, unknown)
		return
	}
	conditions := make([]string, len(p.patterns))
	for i, r := range p.patterns {
		conditions[i] = g.pattern(s, r.Pattern) + ".MatchString(key)"
	}
	open := *p
	open.closed, open.additional = false, nil
	c.line("if %s {", strings.Join(conditions, " || "))
	g.additional(c, &open, t, unknown)
	c.line("} else {")
	g.additional(c, p, t, unknown)
	c.line("}")
}

// bits prints the constants and the variable that say which properties were seen.
func bits(c *code, all []member) {
	if len(all) == 0 {
		return
	}
	for i := range all {
		switch {
		case i%64 == 0 && i > 0:
			c.line(")")
			fallthrough
		case i == 0:
			c.line("const (")
			c.line("%s uint64 = 1 << iota", all[i].bit)
		default:
			c.line("%s", all[i].bit)
		}
	}
	c.line(")")
	if len(all) > 64 {
		c.line("var seen [%d]uint64", (len(all)+63)/64)
		return
	}
	c.line("var seen uint64")
}

// ignoredWhen returns the condition under which a property is not part of the document, or "".
func ignoredWhen(s *schema.Schema) string {
	switch r := s.Resolve(); {
	case r.ReadOnly || s.ReadOnly:
		return "!s.Response()"
	case r.WriteOnly || s.WriteOnly:
		return "s.Response()"
	}
	return ""
}

// property prints the reading of a named property.
func (g *Generator) property(c *code, s *schema.Schema, p *plan, m *member, t target) {
	if m.schema == nil {
		g.unnamed(c, s, p, target{}, false)
		return
	}
	if ignored := ignoredWhen(m.schema); ignored != "" {
		c.line("if %s {", ignored)
		c.line("s.Skip()")
		c.line("break")
		c.line("}")
	}
	if m.field == nil {
		g.value(c, m.schema, target{})
		return
	}
	if m.field.Type.Kind == gotype.Struct { // of equal keys, read leniently, the last one counts
		c.line("validate.Reset(%s)", t.field(m.field).address())
	}
	g.value(c, m.schema, t.field(m.field))
}

// anything is the schema of properties that no schema speaks of.
var anything = &schema.Schema{}

// additional prints the reading of a property that has no schema by its name. unknown says that it has no bit either.
func (g *Generator) additional(c *code, p *plan, t target, unknown bool) {
	rest := p.additional
	if rest == nil {
		rest = anything
	}
	place, typ := "", (*gotype.Type)(nil)
	if !t.none() {
		place, typ = additionalPlace(t)
	}
	if unknown && (p.closed || typ == nil && len(rest.Resolve().Rules) == 0) {
		c.line("s.SkipUnknown(&members, key)")
	} else if unknown {
		c.line("s.Unknown(&members, key)")
	}
	switch {
	case p.closed:
		if !unknown {
			c.line("s.Skip()")
		}
		c.line("s.Violation(\"additionalProperties\", \"\")")
	case typ != nil:
		g.entry(c, rest, target{typ, place})
	case !unknown || len(rest.Resolve().Rules) > 0:
		g.value(c, rest, target{})
	}
}

// additionalPlace returns the map in which t keeps properties without a schema by name, and the type of its values.
func additionalPlace(t target) (place string, values *gotype.Type) {
	switch {
	case t.typ.Kind == gotype.Map:
		return t.expr, t.typ.Elem
	case t.typ.Additional != nil:
		return t.field(&gotype.Field{Name: "AdditionalProperties"}).expr, t.typ.Additional
	}
	return "", nil
}

// entry prints the reading of the value of a map; t.expr is the map, t.typ the type of the values.
func (g *Generator) entry(c *code, s *schema.Schema, t target) {
	address := target{nil, t.expr}.address()
	put := func(c *code, x string) { c.line("validate.Put(%s, key, %s)", address, x) }
	switch {
	case g.inline(s, t.typ) && !s.AllowsNull():
		g.scalar(c, s.Resolve(), target{typ: t.typ}, put)
	case t.typ.Kind == gotype.Any && len(s.Resolve().Rules) == 0:
		put(c, "s.Any()")
	case t.typ.Kind == gotype.Raw && len(s.Resolve().Rules) == 0:
		put(c, "s.RawValue()")
	case t.typ.Expr == "":
		entry := c.fresh("entry")
		c.line("%s := validate.Value(%s)", entry, address)
		g.nameless(c, s, target{t.typ, "*" + entry}, func(c *code) { put(c, "*"+entry) })
	default:
		entry := c.fresh("entry")
		c.line("var %s %s", entry, t.typ.Expr)
		g.ifRead(c, s, target{t.typ, entry}, func(c *code) { put(c, entry) })
	}
}

// not returns the negation of a condition.
func not(condition string) string {
	if positive, ok := strings.CutPrefix(condition, "!"); ok {
		return positive
	}
	return "!" + condition
}

// absent prints what is done for properties that were not there.
func (g *Generator) absent(c *code, s *schema.Schema, all []member, t target) {
	for i := range all {
		m := &all[i]
		condition := ""
		if m.schema != nil {
			condition = ignoredWhen(m.schema)
		}
		switch {
		case m.required:
			if condition != "" {
				condition = " || " + condition
			}
			c.line("s.Require(%s&%s != 0%s, %q)", m.seen, m.bit, condition, m.name)
		case m.field != nil && defaultOf(m.schema) != nil && !s.Partial && !g.responseOnly(s):
			if g.inResponse[s] {
				condition = "s.Response()" // a default is what the reader of a request assumes
			}
			if condition != "" {
				condition = " && " + not(condition)
			}
			c.block(fmt.Sprintf("if %s&%s == 0%s", m.seen, m.bit, condition), func(c *code) {
				c.line("s := validate.NewScanner([]byte(%s), validate.Options{})", quoted(defaultOf(m.schema).Literal()))
				g.value(c, m.schema, t.field(m.field))
			})
		}
	}
}
