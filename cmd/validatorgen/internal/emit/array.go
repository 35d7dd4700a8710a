package emit

import (
	"fmt"
	"strconv"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// plainStrings reports whether an array is read by a function of package validate.
func (g *Generator) plainStrings(s *schema.Schema, t target) bool {
	p := g.plan(s)
	items := p.items.Resolve()
	return t.typ.Elem.Basic == "string" && !p.unique && len(items.Rules) == 1 && items.Types() == schema.String
}

// elements prints the reading of an array whose bracket was read.
func (g *Generator) elements(c *code, s *schema.Schema, t target) {
	p := g.plan(s)
	if !t.none() {
		c.line("validate.MakeSlice(s, %s)", t.address())
	}
	if p.unique {
		c.line("var distinct compose.Distinct")
		c.line("unique := true")
	}
	for i := range p.contains {
		c.line("%s := 0", matching(i))
	}
	c.line("var items validate.Items")
	c.block("for s.NextItem(&items)", func(c *code) {
		c.line("mark := s.Mark()")
		if p.unique || len(p.contains) > 0 {
			c.line("start := s.Offset()")
			c.fresh("start")
		}
		g.element(c, p, t)
		for i, r := range p.contains {
			c.line("%s += compose.Matches(s, start, %s)", matching(i), g.call(function{schema: r.Schema}))
		}
		if p.unique {
			c.line("unique = distinct.Add(s.Raw(start)) && unique")
		}
		c.line("s.WithinItem(mark, items.Index)")
	})
	if p.unique {
		check{"unique", "uniqueItems", ""}.print(c)
	}
	for i, r := range p.contains {
		if r.Min > 0 {
			check{fmt.Sprintf("%s >= %d", matching(i), r.Min), "contains", strconv.Itoa(r.Min)}.print(c)
		}
		if r.Max >= 0 {
			check{fmt.Sprintf("%s <= %d", matching(i), r.Max), "maxContains", strconv.Itoa(r.Max)}.print(c)
		}
	}
	countChecks(c, p.counts, "items.Index")
}

// matching returns the variable that counts the elements which match the schema of contains.
func matching(i int) string {
	if i == 0 {
		return "matching"
	}
	return "matching" + strconv.Itoa(i+1)
}

func (g *Generator) element(c *code, p *plan, t target) {
	if len(p.prefix) > 0 {
		c.line("switch items.Index {")
		for i, first := range p.prefix {
			c.line("case %d:", i)
			body := c.child()
			g.value(body, first, target{})
			c.WriteString(body.String())
		}
		c.line("default:")
		rest := *p
		rest.prefix = nil
		g.element(c, &rest, t)
		c.line("}")
		return
	}
	if p.items == nil {
		c.line("s.Skip()")
		return
	}
	if t.none() {
		g.value(c, p.items, target{})
		return
	}
	elem := t.typ.Elem
	add := func(c *code, x string) { c.line("%s = append(%s, %s)", t.expr, t.expr, x) }
	switch {
	case g.inline(p.items, elem) && !p.items.AllowsNull():
		g.scalar(c, p.items.Resolve(), target{typ: elem}, add)
	case elem.Kind == gotype.Any && len(p.items.Resolve().Rules) == 0:
		add(c, "s.Any()")
	case elem.Expr == "":
		item := c.fresh("item")
		c.line("%s := validate.Item(%s)", item, t.address())
		g.nameless(c, p.items, target{elem, "*" + item}, func(c *code) { add(c, "*"+item) })
	default:
		item := c.fresh("item")
		c.line("%s := validate.Grow(%s)", item, t.address())
		if call := g.decodeCall(p.items, target{elem, "*" + item}, false); call != "" {
			c.line("if !%s {", call)
			c.line("validate.Shrink(%s)", t.address())
			c.line("}")
			return
		}
		g.value(c, p.items, target{elem, "*" + item})
	}
}

// defaultOf returns the default of a property, or nil.
func defaultOf(s *schema.Schema) *spec.Node {
	if s == nil {
		return nil
	}
	if s.Default != nil {
		return s.Default
	}
	return s.Resolve().Default
}
