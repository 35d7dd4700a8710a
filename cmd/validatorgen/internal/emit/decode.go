package emit

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// reader prints the function that reads one value of a schema.
func (g *Generator) reader(f function, name string) string {
	c := &code{}
	if f.typ == nil {
		c.line("// %s checks a value against %s.", name, g.place(f.schema))
		c.line("func %s(s *validate.Scanner) {", name)
		g.checkBody(c, f.schema)
	} else {
		c.line("// %s reads %s into v, and reports whether the value is of its type.", name, g.place(f.schema))
		c.line("func %s(s *validate.Scanner, v *%s) bool {", name, f.typ.Expr)
		g.decodeBody(c, f.schema, target{f.typ, "*v"})
	}
	c.line("}")
	c.line("")
	return c.String()
}

// place names a schema for a comment.
func (g *Generator) place(s *schema.Schema) string {
	if s.Component != "" {
		return "the schema " + oneLine(s.Component)
	}
	at := s.Place.Pointer
	if file := fileOf(s.Place); file != "" {
		at = file + "#" + at
	}
	return "the schema at " + oneLine(at)
}

func (g *Generator) decodeBody(c *code, s *schema.Schema, t target) {
	if value := orNull(s, t.typ); value != nil {
		if name := g.decoder(value, t.typ); name != "" {
			c.line("return s.Null() || %s(s, v)", name)
			return
		}
	}
	if g.readTwice(s, t.typ) || !g.fits(s, t.typ) {
		g.checkThenRead(c, s, t)
		return
	}
	if s.AllowsNull() {
		c.line("if s.Null() {")
		c.line("return true")
		c.line("}")
	}
	g.readBody(c, s, t)
}

// readBody prints the body of a function that reads a value which is not null.
func (g *Generator) readBody(c *code, s *schema.Schema, t target) {
	switch t.typ.Kind {
	case gotype.Slice:
		if call := g.helperCall(s, t); call != "" {
			c.line("return %s", call)
			return
		}
		begin(c, "Array")
		g.elements(c, s, t)
		c.line("return true")
	case gotype.Struct, gotype.Map:
		if call := g.helperCall(s, t); call != "" {
			c.line("return %s", call)
			return
		}
		begin(c, "Object")
		g.members(c, s, t)
		c.line("return true")
	default:
		g.scalarFunction(c, s, t)
	}
}

func begin(c *code, kind string) {
	c.line("if !s.Begin(validate.%s) {", kind)
	c.line("return false")
	c.line("}")
}

// checkThenRead prints the check of a value and then the reading of it, without rules, into the type.
func (g *Generator) checkThenRead(c *code, s *schema.Schema, t target) {
	c.line("start := s.Offset()")
	c.line("%s(s)", g.call(function{schema: s}))
	fill := g.fill(s, t.typ)
	if t.typ.Union || fill == nil {
		if fill == nil {
			c.line("return s.Unmarshal(start, v)")
			return
		}
		if len(t.typ.Fields) == 0 && t.typ.Additional == nil {
			c.line("s.UnmarshalUnion(start, v)")
			c.line("return !s.Stopped()")
			return
		}
		c.line("if !s.UnmarshalUnionObject(start, v) {")
		c.line("return false")
		c.line("}")
	}
	c.line("found := s.Findings()")
	c.line("defer s.Forget(found)")
	c.line("s.Rewind(start)")
	if s.AllowsNull() || s.Combined() {
		c.line("if s.Null() {")
		c.line("return true")
		c.line("}")
	}
	g.readBody(c, fill, t)
}

// fill returns a schema without rules for reading a value, checked before, into t: the properties and elements that s and
// its allOf have. It is nil where only encoding/json can read the type.
func (g *Generator) fill(s *schema.Schema, t *gotype.Type) *schema.Schema {
	var types schema.Types
	switch t.Kind {
	case gotype.Bool:
		types = schema.Boolean
	case gotype.Int, gotype.Int32, gotype.Int64, gotype.SmallInt:
		types = schema.Integer
	case gotype.Float32, gotype.Float64:
		types = schema.Number
	case gotype.String, gotype.Bytes, gotype.Time, gotype.Date, gotype.UUID:
		types = schema.String
	case gotype.Slice:
		types = schema.Array
	case gotype.Struct, gotype.Map:
		types = schema.Object
	default:
		return nil
	}
	f := &schema.Schema{Place: s.Place, Component: s.Component, Rules: []schema.Rule{schema.Type{Types: types}}}
	f.Partial = s.Partial
	var list []schema.Property
	gather(s, map[*schema.Schema]bool{}, func(part *schema.Schema) {
		for _, p := range part.Properties() {
			if !hasProperty(list, p.Name) {
				list = append(list, p)
			}
		}
		if items := part.Items(); items != nil && !schema.Has[schema.Items](f) {
			f.Rules = append(f.Rules, schema.Items{Schema: items})
		}
		if more := schema.Get[schema.AdditionalProperties](part).Schema; more != nil && !schema.Has[schema.AdditionalProperties](f) {
			f.Rules = append(f.Rules, schema.AdditionalProperties{Schema: more})
		}
	})
	if len(list) > 0 {
		f.Rules = append(f.Rules, schema.Properties{List: list})
	}
	if t.Kind == gotype.Slice && f.Items() == nil {
		return nil
	}
	return f
}

func hasProperty(list []schema.Property, name string) bool {
	for _, p := range list {
		if p.Name == name {
			return true
		}
	}
	return false
}

// gather calls visit for s and the parts of its allOf, and theirs. Of a schema or null, it visits the schema.
func gather(s *schema.Schema, seen map[*schema.Schema]bool, visit func(*schema.Schema)) {
	if s = s.Resolve(); seen[s] {
		return
	}
	seen[s] = true
	visit(s)
	for _, part := range schema.Get[schema.AllOf](s).Parts {
		gather(part, seen, visit)
	}
	for _, branches := range [][]*schema.Schema{schema.Get[schema.AnyOf](s).Parts, schema.Get[schema.OneOf](s).Parts} {
		if value := schema.BesideNull(branches); value != nil {
			gather(value, seen, visit)
		}
	}
}

// checkBody prints the body of a function that only checks a value.
func (g *Generator) checkBody(c *code, s *schema.Schema) {
	if s.OrNull() != nil {
		g.read(c, s, target{}, nil)
		return
	}
	p := g.plan(s)
	whole := len(p.combinations) > 0 || len(p.enum) > 0 && !g.enumInline(p)
	base := *p
	if whole {
		base.enum, base.combinations = nil, nil
		c.line("start := s.Offset()")
	}
	body := c.child()
	g.byType(body, s, &base)
	c.WriteString(body.String())
	if whole && len(p.enum) > 0 {
		g.canonicalEnum(c, p.enum, "s.Raw(start)")
	}
	for _, combination := range p.combinations {
		g.combination(c, combination)
	}
}

// enumInline reports whether the values of the enum are compared where the value is read.
func (g *Generator) enumInline(p *plan) bool {
	return p.types.Single() && p.types&(schema.Array|schema.Object) == 0 && scalarEnum(p.enum) && len(p.combinations) == 0
}

// kinds are the kinds of values that rules speak of, in the order in which they are printed.
var kinds = []struct {
	name, article string
	types         schema.Types
}{
	{"Object", "an object", schema.Object}, {"Array", "an array", schema.Array}, {"String", "a string", schema.String},
	{"Number", "a number", schema.Number}, {"Number", "an integer", schema.Integer}, {"Boolean", "a boolean", schema.Boolean}, {"Null", "null", schema.Null},
}

// byType prints the checks of a value whose rules depend on its type.
func (g *Generator) byType(c *code, s *schema.Schema, p *plan) {
	bare := *s
	bare.Rules = nil
	for _, r := range s.Rules {
		switch r.(type) {
		case schema.AllOf, schema.AnyOf, schema.OneOf, schema.Not, schema.If:
		case schema.Enum:
			if p.enum != nil {
				bare.Rules = append(bare.Rules, r)
			}
		default:
			bare.Rules = append(bare.Rules, r)
		}
	}
	switch {
	case len(bare.Rules) == 0:
		c.line("s.Skip()")
	case p.types.Single():
		null := s.AllowsNull() || p.enum == nil && p.types&schema.Null != 0
		if null {
			c.line("if !s.Null() {")
		}
		g.ofType(c, &bare, p.types&^schema.Null)
		if null {
			c.line("}")
		}
	default:
		g.switchKind(c, &bare, p)
	}
}

// ofType prints the check of a value that has to have one type.
func (g *Generator) ofType(c *code, s *schema.Schema, types schema.Types) {
	switch types {
	case schema.Object:
		c.line("if s.Begin(validate.Object) {")
		g.members(c, s, target{})
		c.line("}")
	case schema.Array:
		c.line("if s.Begin(validate.Array) {")
		g.elements(c, s, target{})
		c.line("}")
	default:
		single := *s
		single.Rules = append([]schema.Rule{schema.Type{Types: types}}, without[schema.Type](s.Rules)...)
		g.scalar(c, &single, target{}, nil)
	}
}

// without returns the rules that are not of type R.
func without[R schema.Rule](rules []schema.Rule) []schema.Rule {
	var rest []schema.Rule
	for _, r := range rules {
		if _, ok := r.(R); !ok {
			rest = append(rest, r)
		}
	}
	return rest
}

func (g *Generator) switchKind(c *code, s *schema.Schema, p *plan) {
	var free, wanted []string
	c.line("switch s.Kind() {")
	for _, k := range kinds {
		if p.types&k.types != 0 {
			wanted = append(wanted, k.article)
		}
		if !p.types.Has(k.types) || p.types == 0 && k.types == schema.Integer {
			continue
		}
		if k.types != schema.Integer && !restricts(s, k.types) {
			free = append(free, "validate."+k.name)
			continue
		}
		c.line("case validate.%s:", k.name)
		body := c.child()
		g.ofType(body, s, k.types)
		c.WriteString(body.String())
	}
	if p.types == 0 {
		c.line("default:")
		c.line("s.Skip()")
		c.line("}")
		return
	}
	if len(free) > 0 {
		c.line("case %s:", strings.Join(free, ", "))
		c.line("s.Skip()")
	}
	c.line("default:")
	c.line("s.WrongType(%q)", enumerate(wanted))
	c.line("}")
}

// restricts reports whether a schema says more of values of a type than the type.
func restricts(s *schema.Schema, types schema.Types) bool {
	for _, r := range s.Rules {
		if r.Applies() == types {
			return true
		}
	}
	return false
}

func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// combination prints the check of the same value against other schemas.
func (g *Generator) combination(c *code, k combination) {
	if k.choice.If != nil {
		g.choice(c, k.choice)
		return
	}
	names := make([]string, len(k.parts))
	for i, part := range k.parts {
		names[i] = g.call(function{schema: part})
	}
	list := strings.Join(names, ", ")
	switch {
	case k.condition == "":
		c.line("compose.All(s, start, %s)", list)
		return
	case len(k.names) > 0:
		g.discriminated(c, k, list)
		return
	}
	if k.rule == "oneOf" || k.rule == "anyOf" {
		c.line("compose.%s(s, start, %q, %s)", exported(k.rule), strings.Join(branchNames(k.parts), "|"), list)
		return
	}
	c.line("s.Check(compose.Matches(s, start, %s) %s, %q, %q)", list, k.condition, k.rule, k.limit)
}

// branchNames returns what messages call the branches of anyOf or oneOf: their components, or their numbers.
func branchNames(branches []*schema.Schema) []string {
	names := make([]string, len(branches))
	for i, s := range branches {
		for names[i] = s.Component; names[i] == "" && s.Ref != nil; names[i] = s.Component {
			s = s.Ref
		}
		if names[i] == "" {
			names[i] = "schema " + strconv.Itoa(i+1)
		}
	}
	return names
}

// choice prints the check of a value against one of two schemas.
func (g *Generator) choice(c *code, r schema.If) {
	branch := func(s *schema.Schema) {
		if s != nil {
			c.line("compose.All(s, start, %s)", g.call(function{schema: s}))
		}
	}
	c.line("if compose.Matches(s, start, %s) == 1 {", g.call(function{schema: r.If}))
	branch(r.Then)
	if r.Else != nil {
		c.line("} else {")
		branch(r.Else)
	}
	c.line("}")
}

// discriminated prints the check against the schema that a property names. Where others could match too, all are tried, and
// what is wrong is said of the one that is meant.
func (g *Generator) discriminated(c *code, k combination, list string) {
	names := slices.Sorted(maps.Keys(k.names))
	var branches strings.Builder
	for _, name := range names {
		fmt.Fprintf(&branches, "\ncompose.Branch{Name: %q, Check: %s},", name, g.call(function{schema: k.names[name]}))
	}
	violation := fmt.Sprintf("s.Violation(%q, %s)", k.rule, quoted(k.limit))
	selected := fmt.Sprintf("check := compose.Selected(s, start, %q,%s\n)", k.property, branches.String())
	if k.exclusive {
		c.line("if %s; check != nil {", selected)
		c.line("compose.All(s, start, check)")
		c.line("} else {")
		c.line("%s", violation)
		c.line("}")
		return
	}
	c.line("if matches := compose.Matches(s, start, %s); matches == 0 {", list)
	c.line("if %s; check != nil {", selected)
	c.line("compose.All(s, start, check)")
	c.line("} else {")
	c.line("%s", violation)
	c.line("}")
	if k.condition == "== 1" {
		c.line("} else if matches > 1 {")
		c.line("%s", violation)
	}
	c.line("}")
}
