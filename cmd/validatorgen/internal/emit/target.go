package emit

import (
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// target is where a value goes. The zero value is nowhere: the value is only checked.
type target struct {
	typ  *gotype.Type
	expr string // an addressable expression of type typ
}

func (t target) none() bool { return t.typ == nil }

// address returns the expression of a pointer to the target.
func (t target) address() string {
	if pointer, ok := strings.CutPrefix(t.expr, "*"); ok {
		return pointer
	}
	return "&" + t.expr
}

// field returns the target of a field of a struct.
func (t target) field(f *gotype.Field) target {
	return target{f.Type, strings.TrimPrefix(t.expr, "*") + "." + f.Name}
}

// store prints what is done with a value that was read; x is an expression of the target's type.
type store func(c *code, x string)

func (t target) assign(c *code, x string) {
	if !t.none() {
		c.line("%s = %s", t.expr, x)
	}
}

// value prints statements that read one value of schema s into t.
func (g *Generator) value(c *code, s *schema.Schema, t target) {
	switch {
	case t.none():
		g.read(c, s, t, t.assign)
	case t.typ.Kind == gotype.Nullable:
		g.nullable(c, s, t)
	case t.typ.Kind == gotype.Pointer:
		g.pointer(c, s, t)
	default:
		g.read(c, s, t, t.assign)
	}
}

// nullable prints the reading of null or a value into a Nullable.
func (g *Generator) nullable(c *code, s *schema.Schema, t target) {
	r := s.Resolve()
	if read := compactReader(g.plan(r), r, t.typ); read != "" {
		c.line(read, t.address())
		return
	}
	place := strings.TrimPrefix(t.expr, "*")
	g.optional(c, s, t, place+".SetNull()", func(c *code, x string) { c.line("%s.Set(%s)", place, x) })
}

// compactReader returns the call, without the target, that reads the whole of a Nullable, or "".
func compactReader(p *plan, s *schema.Schema, t *gotype.Type) string {
	if !t.Compact || !s.AllowsNull() || s.Combined() || len(p.enum) > 0 || len(p.text) > 0 {
		return ""
	}
	switch {
	case t.Elem.Kind == gotype.Time && t.Elem.Name == "":
		return "validate.Nullable(s, %s, format.ReadDateTime)"
	case p.format != "":
		return ""
	case p.types == schema.String|schema.Null && t.Elem.Basic == "string":
		return "validate.NullableString(s, %s)"
	case p.types == schema.Boolean|schema.Null && t.Elem.Basic == "bool":
		return "validate.NullableBool(s, %s)"
	}
	return ""
}

// pointer prints the reading of a value into a pointer, which is nil for null.
func (g *Generator) pointer(c *code, s *schema.Schema, t target) {
	g.optional(c, s, t, t.expr+" = nil", func(c *code, x string) {
		if pointer, ok := strings.CutPrefix(x, "*"); ok && isName(pointer) {
			c.line("%s = %s", t.expr, pointer)
			return
		}
		if isName(x) {
			c.line("%s = &%s", t.expr, x)
			return
		}
		c.line("%s = validate.Pointer(%s)", t.expr, x)
	})
}

// isName reports whether an expression is a variable.
func isName(x string) bool { return !strings.ContainsAny(x, ".()[]{}&* ") }

// optional prints the reading of a value whose type has a place for null.
func (g *Generator) optional(c *code, s *schema.Schema, t target, null string, keep store) {
	if value := orNull(s, t.typ.Elem); value != nil {
		c.line("if s.Null() {")
		c.line("%s", null)
		c.line("} else {")
		inner := c.child()
		g.present(inner, value, t, keep)
		c.WriteString(inner.String())
		c.line("}")
		return
	}
	r := s.Resolve()
	if r.AllowsNull() && g.inline(s, t.typ.Elem) {
		c.line("if s.Null() {")
		c.line("%s", null)
		g.scalarAfter(c, "} else ", r, target{typ: t.typ.Elem}, keep)
		return
	}
	inner := c.child()
	g.present(inner, s, t, keep)
	switch {
	case r.Combined():
		c.line("if s.Kind() == validate.Null {")
		c.line("%s(s)", g.call(function{schema: r}))
		c.line("%s", null)
		c.line("} else {")
		c.WriteString(inner.String())
		c.line("}")
	case r.AllowsNull():
		c.line("if s.Null() {")
		c.line("%s", null)
		c.line("} else {")
		c.WriteString(inner.String())
		c.line("}")
	default:
		c.WriteString(inner.String())
	}
}

// orNull returns the schema of values beside null where s is that schema or null and nothing else, so that a value is read in
// one pass. It is nil where t, if there is one, keeps the JSON of the value, null too.
func orNull(s *schema.Schema, t *gotype.Type) *schema.Schema {
	if t != nil && (t.Union || t.Kind == gotype.Any || t.Kind == gotype.Raw || t.Kind == gotype.Other) {
		return nil
	}
	return s.OrNull()
}

// present prints the reading of a value that is not null.
func (g *Generator) present(c *code, s *schema.Schema, t target, keep store) {
	elem := t.typ.Elem
	switch {
	case g.inline(s, elem):
		g.scalar(c, s.Resolve(), target{typ: elem}, keep)
	case elem.Expr == "": // a struct without a name, or what is made of one
		x := c.fresh("elem")
		if t.typ.Kind == gotype.Nullable {
			c.line("%s := validate.NullableElem(%s)", x, t.expr)
		} else {
			c.line("%s := validate.Elem(%s)", x, t.address())
		}
		inner := target{elem, "*" + x}
		g.nameless(c, s, inner, func(c *code) { keep(c, "*"+x) })
	default:
		x := c.fresh("elem")
		c.line("var %s %s", x, elem.Expr)
		g.ifRead(c, s, target{elem, x}, func(c *code) { keep(c, x) })
	}
}

// ifRead prints the reading of a value into t, and what is done if it has the type that t holds.
func (g *Generator) ifRead(c *code, s *schema.Schema, t target, then func(c *code)) {
	if call := g.decodeCall(s, t, true); call != "" {
		c.line("if %s {", call)
		then(c)
		c.line("}")
		return
	}
	g.value(c, s, t)
	then(c)
}

// decodeCall returns the call that reads a value of s into t and reports whether it has the type, or "" where the value is
// read in place. Where notNull says that null was read before, helpers of package validate serve arrays and maps.
func (g *Generator) decodeCall(s *schema.Schema, t target, notNull bool) string {
	if notNull || !s.AllowsNull() {
		if call := g.helperCall(s.Resolve(), t); call != "" {
			return call
		}
	}
	if name := g.decoder(s, t.typ); name != "" {
		return name + "(s, " + t.address() + ")"
	}
	return ""
}

// helperCall returns the call that reads an array or a map without rules beyond those of its elements, or "".
func (g *Generator) helperCall(s *schema.Schema, t target) string {
	for _, r := range s.Rules {
		switch r.(type) {
		case schema.Type, schema.Items, schema.AdditionalProperties:
		default:
			return ""
		}
	}
	if t.typ.Expr == "" || !g.fits(s, t.typ) {
		return ""
	}
	switch more := schema.Get[schema.AdditionalProperties](s).Schema; {
	case t.typ.Kind == gotype.Slice && g.plainStrings(s, t):
		return "validate.Strings(s, " + t.address() + ")"
	case t.typ.Kind == gotype.Slice && !s.Items().AllowsNull() && !g.inline(s.Items(), t.typ.Elem):
		if name := g.decoder(s.Items(), t.typ.Elem); name != "" {
			return "validate.List(s, " + t.address() + ", " + name + ")"
		}
	case t.typ.Kind == gotype.Map && more != nil && !more.AllowsNull() && !g.inline(more, t.typ.Elem):
		if name := g.decoder(more, t.typ.Elem); name != "" {
			return "validate.Map(s, " + t.address() + ", " + name + ")"
		}
	}
	return ""
}

// inline reports whether a value is read by a method of the scanner in place.
func (g *Generator) inline(s *schema.Schema, t *gotype.Type) bool {
	return g.isScalar(s, t) && !g.apart(s) && (t == nil || !g.readTwice(s.Resolve(), t))
}

// decoder returns the name of the function that reads a value of s into the type, or "" where it is read in place.
func (g *Generator) decoder(s *schema.Schema, t *gotype.Type) string {
	r := s.Resolve()
	if t.Expr == "" || t.Kind == gotype.Pointer || t.Kind == gotype.Nullable || t.Kind == gotype.Any || t.Kind == gotype.Raw || t.Kind == gotype.Other {
		return ""
	}
	if !r.Combined() && !t.Union && !g.fits(r, t) {
		return ""
	}
	return g.call(function{schema: r, typ: t})
}

// read prints the reading of a value into a type without a place for null.
func (g *Generator) read(c *code, s *schema.Schema, t target, keep store) {
	if value := orNull(s, t.typ); value != nil {
		c.line("if !s.Null() {")
		g.read(c, value, t, keep)
		c.line("}")
		return
	}
	r := s.Resolve()
	switch {
	case t.none() && len(r.Rules) == 0:
		c.line("s.Skip()")
	case t.none() && g.inline(s, nil):
		g.scalarOrNull(c, r, t, keep)
	case t.none():
		c.line("%s(s)", g.call(function{schema: r}))
	case g.inline(s, t.typ):
		g.scalarOrNull(c, r, t, keep)
	case t.typ.Kind == gotype.Any:
		g.any(c, r, t, "Any")
	case t.typ.Kind == gotype.Raw:
		g.any(c, r, t, "RawValue")
	case t.typ.Expr == "" && !g.readTwice(r, t.typ) && g.fits(r, t.typ):
		if !r.AllowsNull() {
			g.inPlace(c, r, t, "", nil)
			return
		}
		c.line("if s.Null() {")
		g.inPlace(c, r, t, "} else ", nil)
	default:
		if call := g.decodeCall(s, t, false); call != "" {
			c.line("%s", call)
			return
		}
		g.unmarshal(c, r, t)
	}
}

// nameless prints the reading of a value into a type without a name, and what is done if there is one.
func (g *Generator) nameless(c *code, s *schema.Schema, t target, then func(c *code)) {
	kind := t.typ.Kind
	if r := s.Resolve(); !g.readTwice(r, t.typ) && g.fits(r, t.typ) && (kind == gotype.Struct || kind == gotype.Slice || kind == gotype.Map) {
		g.inPlace(c, r, t, "", then)
		return
	}
	g.value(c, s, t)
	then(c)
}

// inPlace prints the reading of an array or object whose type has no name, where the value is used, and what is done if
// there is one. before is what is in front on the same line.
func (g *Generator) inPlace(c *code, s *schema.Schema, t target, before string, then func(c *code)) {
	if t.typ.Kind == gotype.Slice {
		c.line("%sif s.Begin(validate.Array) {", before)
		g.elements(c, s, t)
	} else {
		c.line("%sif s.Begin(validate.Object) {", before)
		g.members(c, s, t)
	}
	if then != nil {
		then(c)
	}
	c.line("}")
}

// any prints the reading of a value of any type by a method of the scanner, after the check of its rules.
func (g *Generator) any(c *code, s *schema.Schema, t target, method string) {
	if len(s.Rules) == 0 {
		c.line("%s = s.%s()", t.expr, method)
		return
	}
	start := c.fresh("start")
	c.line("%s := s.Offset()", start)
	g.read(c, s, target{}, nil)
	c.line("%s = s.%sAt(%s)", t.expr, method, start)
}

// unmarshal prints the reading of a value into a type that decodes itself, or that has no name: it is checked before.
func (g *Generator) unmarshal(c *code, s *schema.Schema, t target) {
	start := c.fresh("start")
	c.line("%s := s.Offset()", start)
	g.read(c, s, target{}, nil)
	fill := g.fill(s, t.typ)
	if fill == nil || t.typ.Kind != gotype.Struct && t.typ.Kind != gotype.Slice && t.typ.Kind != gotype.Map {
		c.line("s.Unmarshal(%s, %s)", start, t.address())
		return
	}
	found := c.fresh("found")
	c.line("%s := s.Findings()", found)
	c.line("s.Rewind(%s)", start)
	c.line("if s.Null() {")
	g.inPlace(c, fill, t, "} else ", nil)
	c.line("s.Forget(%s)", found)
}

// apart reports whether a scalar schema has a function of its own, so that its rules are printed once.
func (g *Generator) apart(s *schema.Schema) bool {
	return s.Ref != nil && (len(s.Resolve().Enum()) > 0 || schema.Has[schema.Pattern](s.Resolve()))
}

// fits reports whether the generator can read a value of s, which has no combinations, straight into t.
func (g *Generator) fits(s *schema.Schema, t *gotype.Type) bool {
	types := s.Types() &^ schema.Null
	object := types == schema.Object || types == 0 && schema.Has[schema.Properties](s)
	switch t.Kind {
	case gotype.Nullable, gotype.Pointer:
		return g.fits(s, t.Elem)
	case gotype.Struct:
		closed := schema.Has[schema.AdditionalProperties](s) && schema.Get[schema.AdditionalProperties](s).Schema == nil
		return object && !t.Union && (t.Additional == nil || !closed)
	case gotype.Map:
		return types == schema.Object && len(s.Properties()) == 0
	case gotype.Slice:
		return types == schema.Array && s.Items() != nil
	}
	return g.isScalar(s, t)
}

// isScalar reports whether s is a boolean, number or string that is kept in t by one assignment; t is nil for a check.
func (g *Generator) isScalar(s *schema.Schema, t *gotype.Type) bool {
	r := s.Resolve()
	types := r.Types() &^ schema.Null
	if r.Combined() || !types.Single() || types&(schema.Array|schema.Object) != 0 || !scalarEnum(r.Enum()) {
		return false
	}
	return t == nil || scalarKinds(r, types, t.Kind)
}

func scalarKinds(s *schema.Schema, types schema.Types, k gotype.Kind) bool {
	switch types {
	case schema.Boolean:
		return k == gotype.Bool
	case schema.Integer:
		return k == gotype.Int || k == gotype.Int32 || k == gotype.Int64 || k == gotype.SmallInt
	case schema.Number:
		return k == gotype.Float32 || k == gotype.Float64
	}
	switch k {
	case gotype.String:
		return true
	case gotype.Bytes:
		return formatOf(s) == "byte"
	case gotype.Time:
		return formatOf(s) == "date-time"
	case gotype.Date:
		return formatOf(s) == "date"
	case gotype.UUID:
		return formatOf(s) == "uuid"
	}
	return false
}

func formatOf(s *schema.Schema) string { return schema.Get[schema.Format](s).Name }
