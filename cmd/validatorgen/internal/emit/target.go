package emit

import (
	"go/token"
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

// value writes statements that read one value of schema s into t.
func (g *Generator) value(c *code, s *schema.Schema, t target) {
	if t.none() {
		g.read(c, s, target{}, nil)
		return
	}
	switch t.typ.Kind {
	case gotype.Nullable:
		g.optional(c, s, t, t.expr+".SetNull()", func(x string) string { return t.expr + ".Set(" + x + ")" })
	case gotype.Pointer:
		g.optional(c, s, t, t.expr+" = nil", func(x string) string { return t.expr + " = &" + x })
	default:
		g.read(c, s, t, nil)
	}
}

// optional writes the reading of a value whose type has a place for null.
func (g *Generator) optional(c *code, s *schema.Schema, t target, null string, set func(string) string) {
	elem := t.typ.Elem
	r := s.Resolve()
	allowsNull := r.AllowsNull()
	if !g.decodable(r, elem) {
		g.fallback(c, s, t)
		return
	}
	body := c.child()
	if scalar(r, elem) && s.Ref == nil {
		address := t.typ.Kind == gotype.Pointer
		g.read(body, s, target{typ: elem}, func(c *code, x string) {
			if address && !token.IsIdentifier(x) {
				value := c.fresh("value")
				c.line("%s := %s", value, x)
				x = value
			}
			c.line("%s", set(x))
		})
	} else {
		x := body.fresh("value")
		body.line("var %s %s", x, elem.Expr)
		g.read(body, s, target{elem, x}, nil)
		body.line("%s", set(x))
	}
	switch {
	case r.Combined():
		c.line("if s.Kind() == validate.Null {\n%s(s)\n%s\n} else {\n%s}", g.check(r), null, body.String())
	case !allowsNull:
		c.WriteString(body.String())
	case strings.HasPrefix(body.String(), "if "):
		c.line("if s.Null() {\n%s\n} else %s", null, strings.TrimSuffix(body.String(), "\n"))
	default:
		c.line("if s.Null() {\n%s\n} else {\n%s}", null, body.String())
	}
}

// fallback writes the reading of a value that the generator has no code for: it is checked, and decoded by encoding/json.
func (g *Generator) fallback(c *code, s *schema.Schema, t target) {
	start := c.fresh("start")
	c.line("%s := s.Offset()", start)
	g.read(c, s, target{}, nil)
	c.line("s.Unmarshal(%s, %s)", start, t.address())
}

// read writes the reading of a value that is not null, into a type without a place for null. keep, if not nil, writes what
// is done with the value instead of an assignment to t.expr.
func (g *Generator) read(c *code, s *schema.Schema, t target, keep func(*code, string)) {
	r := s.Resolve()
	switch {
	case !t.none() && !g.decodable(r, t.typ):
		g.fallback(c, s, t)
	case trivial(r) && t.none():
		c.line("s.Skip()")
	case g.inline(s, r, t):
		g.scalar(c, r, t, keep)
	case t.none():
		c.line("%s(s)", g.call(function{schema: r}, g.nameOf(r)))
	default:
		name := t.typ.Name
		if name == "" {
			name = g.nameOf(r)
		}
		c.line("%s(s, %s)", g.call(function{schema: r, typ: t.typ}, name), t.address())
	}
}

// inline reports whether the reading of a value is short enough to stand where it is used.
func (g *Generator) inline(s, r *schema.Schema, t target) bool {
	if s.Ref != nil && (len(r.Enum) > 0 || len(r.Patterns) > 0) {
		return false
	}
	return !r.Combined() && single(r) && r.Types&(schema.Array|schema.Object) == 0 && scalarEnum(r)
}

// trivial reports whether every value is valid.
func trivial(s *schema.Schema) bool {
	return s.Types == 0 && len(s.Enum) == 0 && !s.Combined() && len(s.Properties) == 0 && len(s.Required) == 0 &&
		s.Additional == nil && !s.NoAdditional && s.MinProperties == nil && s.MaxProperties == nil && s.Items == nil &&
		s.MinItems == nil && s.MaxItems == nil && !s.Unique && s.MinLength == nil && s.MaxLength == nil &&
		len(s.Patterns) == 0 && s.Format == "" && s.Minimum == nil && s.Maximum == nil && len(s.MultipleOf) == 0
}

// single reports whether exactly one type is allowed beside null.
func single(s *schema.Schema) bool {
	t := s.Types &^ schema.Null
	return t != 0 && t&(t-1) == 0
}

// scalar reports whether a value is kept by one assignment.
func scalar(s *schema.Schema, t *gotype.Type) bool {
	return single(s) && s.Types&(schema.Array|schema.Object) == 0 && !s.Combined() && scalarEnum(s) && scalarKinds(s, t.Kind)
}

// decodable reports whether the generator can read a value of s straight into t.
func (g *Generator) decodable(s *schema.Schema, t *gotype.Type) bool {
	if t.Expr == "" || t.Elem != nil && t.Elem.Expr == "" || t.Additional != nil && t.Additional.Expr == "" {
		return false
	}
	if s.Combined() {
		return g.merged(s, t) != nil
	}
	switch t.Kind {
	case gotype.Nullable, gotype.Pointer:
		return g.decodable(s, t.Elem)
	case gotype.Struct:
		return t.Name != "" && (s.Types&^schema.Null == schema.Object || s.Types == 0 && len(s.Properties) > 0) &&
			(t.Additional == nil || !s.NoAdditional)
	case gotype.Map:
		return s.Types&^schema.Null == schema.Object && len(s.Properties) == 0 && !s.NoAdditional
	case gotype.Slice:
		return s.Types&^schema.Null == schema.Array && s.Items != nil
	}
	return single(s) && scalarKinds(s, t.Kind)
}

// merged returns a schema that has the properties of s and of its allOf, for reading a value that was checked into the one
// struct that oapi-codegen has for all of them. It is nil where t is no such struct.
func (g *Generator) merged(s *schema.Schema, t *gotype.Type) *schema.Schema {
	if t.Kind == gotype.Pointer || t.Kind == gotype.Nullable {
		t = t.Elem
	}
	if t.Kind != gotype.Struct || t.Name == "" || len(s.AllOf) == 0 || len(s.AnyOf)+len(s.OneOf) > 0 {
		return nil
	}
	m := &schema.Schema{Place: s.Place, Component: s.Component, Types: schema.Object}
	if !merge(m, s, map[*schema.Schema]bool{}) || t.Additional != nil && m.NoAdditional {
		return nil
	}
	return m
}

// merge adds the properties of s and its parts to m, and reports whether that is all there is to read.
func merge(m, s *schema.Schema, seen map[*schema.Schema]bool) bool {
	if s = s.Resolve(); seen[s] {
		return true
	}
	seen[s] = true
	if len(s.AnyOf)+len(s.OneOf) > 0 {
		return false
	}
	for _, p := range s.Properties {
		if m.Property(p.Name) == nil {
			m.Properties = append(m.Properties, p)
		}
	}
	if m.Additional == nil {
		m.Additional = s.Additional
	}
	for _, part := range s.AllOf {
		if !merge(m, part, seen) {
			return false
		}
	}
	return true
}

func scalarKinds(s *schema.Schema, k gotype.Kind) bool {
	switch s.Types &^ schema.Null {
	case schema.Boolean:
		return k == gotype.Bool
	case schema.Integer:
		return k == gotype.Int || k == gotype.Int32 || k == gotype.Int64
	case schema.NumberType:
		return k == gotype.Float32 || k == gotype.Float64
	case schema.String:
		switch k {
		case gotype.String:
			return true
		case gotype.Time:
			return s.Format == "date-time"
		case gotype.Date:
			return s.Format == "date"
		case gotype.UUID:
			return s.Format == "uuid"
		}
	}
	return false
}
