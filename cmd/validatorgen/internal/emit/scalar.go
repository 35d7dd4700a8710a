package emit

import (
	"math"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// reading is how a boolean, number or string is read: a call that returns it with a report of success, and the checks of it.
type reading struct {
	vars   string // that the call returns before ok
	call   string
	value  string // as an expression of the target's type
	checks code
	unused bool // the checks do not look at vars
}

// scalar prints the reading of a boolean, number or string that is not null.
func (g *Generator) scalar(c *code, s *schema.Schema, t target, keep store) {
	g.scalarAfter(c, "", s, t, keep)
}

// scalarAfter is scalar after something on the same line.
func (g *Generator) scalarAfter(c *code, before string, s *schema.Schema, t target, keep store) {
	r := g.reading(s, t)
	if t.none() && r.unused {
		c.line("%s", r.call)
		return
	}
	if r.unused && before == "" && t.expr != "" && r.call == "s.String()" {
		c.line("validate.ReadString(s, %s)", t.address())
		return
	}
	c.line("%sif %s, ok := %s; ok {", before, r.vars, r.call)
	if !t.none() {
		keep(c, r.value)
	}
	c.WriteString(r.checks.String())
	c.line("}")
}

// scalarOrNull is scalar for a place where null is valid too.
func (g *Generator) scalarOrNull(c *code, s *schema.Schema, t target, keep store) {
	if !s.AllowsNull() {
		g.scalar(c, s, t, keep)
		return
	}
	c.line("if !s.Null() {")
	g.scalar(c, s, t, keep)
	c.line("}")
}

// scalarFunction prints the body of a function that reads a boolean, number or string and reports whether there was one.
func (g *Generator) scalarFunction(c *code, s *schema.Schema, t target) {
	r := g.reading(s, t)
	c.line("%s, ok := %s", r.vars, r.call)
	c.line("if !ok {")
	c.line("return false")
	c.line("}")
	t.assign(c, r.value)
	c.WriteString(r.checks.String())
	c.line("return true")
}

func (g *Generator) reading(s *schema.Schema, t target) *reading {
	p := g.plan(s)
	r := &reading{}
	switch p.types &^ schema.Null {
	case schema.Boolean:
		r.vars, r.call, r.value = "value", "s.Bool()", convert(t, "bool", "value")
		g.switchEnum(&r.checks, p.enum, "value", literals(p.enum, func(n *spec.Node) (string, bool) { return n.Text, n.Kind == spec.Boolean }))
	case schema.Integer:
		g.integer(r, p, t)
	case schema.Number:
		g.number(r, p, t)
	case schema.String:
		g.text(r, p, t)
	}
	r.unused = r.checks.Len() == 0
	return r
}

// convert returns expr of the basic type as a value of t.
func convert(t target, basic, expr string) string {
	if t.none() || t.typ.Expr == basic {
		return expr
	}
	return t.typ.Expr + "(" + expr + ")"
}

func (g *Generator) integer(r *reading, p *plan, t target) {
	r.vars, r.call = "number", "s.Integer()"
	basic := ""
	switch {
	case !t.none() && t.typ.Kind == gotype.SmallInt:
		basic = t.typ.Basic
		r.call = "validate.ReadInteger[" + basic + "](s)"
	case !t.none() && t.typ.Kind == gotype.Int32, t.none() && p.format == "int32":
		r.call, basic = "s.Int32()", "int32"
	case !t.none(), p.format == "int64":
		r.call, basic = "s.Int64()", "int64"
	}
	if basic == "" {
		decimals(&r.checks, p, "number")
		g.canonicalEnum(&r.checks, p.enum, "[]byte(number)")
		return
	}
	r.value = convert(t, basic, "number")
	if !integerChecks(&r.checks, p, basic) {
		decimals(&r.checks, p, "strconv.FormatInt(int64(number), 10)")
	}
	g.switchEnum(&r.checks, p.enum, "number", literals(p.enum, func(n *spec.Node) (string, bool) { return integerLiteral(n.Kind, n.Text, basic) }))
}

// integerLiteral returns a number as a constant of an integer type, and false where it is none of its values.
func integerLiteral(kind spec.Kind, text, basic string) (string, bool) {
	if kind != spec.Number {
		return "", false
	}
	i, ok := validate.ParseDecimal(text).Int64()
	low, high := rangeOf(basic)
	return strconv.FormatInt(i, 10), ok && low <= i && i <= high
}

// rangeOf returns the least and the greatest value of an integer type, as far as int64 holds it.
func rangeOf(basic string) (low, high int64) {
	bits, err := strconv.Atoi(strings.TrimLeft(basic, "uint"))
	if err != nil {
		bits = 64
	}
	if strings.HasPrefix(basic, "u") {
		if bits == 64 {
			return 0, math.MaxInt64
		}
		return 0, 1<<bits - 1
	}
	return -1 << (bits - 1), 1<<(bits-1) - 1
}

// integerChecks prints the bounds of an integer, and reports whether all of them are values of its type.
func integerChecks(c *code, p *plan, basic string) bool {
	body, ok := c.child(), true
	literal := func(l schema.Literal) string {
		text, fits := integerLiteral(spec.Number, l.Text, basic)
		ok = ok && fits
		return text
	}
	for _, b := range p.bounds {
		body.line("s.Check(number %s %s, %q, %q)", b.Operator(), literal(b.Literal), b.Keyword(), b.Asks())
	}
	for _, m := range p.multiples {
		body.line("s.Check(number%%%s == 0, %q, %q)", literal(m.Literal), m.Keyword(), m.Asks())
	}
	if ok {
		c.WriteString(body.String())
	}
	return ok
}

func (g *Generator) number(r *reading, p *plan, t target) {
	size := map[string]string{"float": "32", "double": "64"}[p.format]
	checked := size != ""
	switch {
	case t.none():
	case t.typ.Kind == gotype.Float32:
		size = "32"
	default:
		size = "64"
	}
	if checked && len(p.bounds)+len(p.multiples)+len(p.enum) == 0 {
		r.vars, r.call, r.value = "number", "s.Float"+size+"()", convert(t, "float"+size, "number")
		return
	}
	r.vars, r.call, r.value = "number", "s.Number()", "float"+size+"(validate.NearestFloat(number, "+size+"))"
	if !t.none() && t.typ.Basic != t.typ.Expr {
		r.value = t.typ.Expr + "(validate.NearestFloat(number, " + size + "))"
	}
	if checked {
		check{"validate.IsFloat(number, " + size + ")", "format", p.format}.print(&r.checks)
	}
	decimals(&r.checks, p, "number")
	g.canonicalEnum(&r.checks, p.enum, "[]byte(number)")
}

// decimals prints the bounds of a number by its exact value; text is an expression of how it is written.
func decimals(c *code, p *plan, text string) {
	if len(p.bounds)+len(p.multiples) == 0 {
		return
	}
	c.line("exact := validate.ParseDecimal(%s)", text)
	for _, b := range p.bounds {
		c.line("s.Check(exact.Compare(validate.ParseDecimal(%q)) %s 0, %q, %q)", b.Text, b.Operator(), b.Keyword(), b.Asks())
	}
	for _, m := range p.multiples {
		divisor, exponent, _ := m.Value.Divisor()
		c.line("s.Check(compose.IsMultiple(exact, %d, %d), %q, %q)", divisor, exponent, m.Keyword(), m.Asks())
	}
}

// formatChecks are the functions of package format by the name of the format.
var formatChecks = map[string]string{
	"byte": "IsBase64", "date": "IsDate", "date-time": "IsDateTime", "email": "IsEmail", "uuid": "IsUUID", "uri": "IsURI",
	"hostname": "IsHostname", "ipv4": "IsIPv4", "ipv6": "IsIPv6",
}

// parsedFormats are the readers of strings that are kept as another type, and the value of the target made of the result.
var parsedFormats = map[gotype.Kind]struct{ call, value string }{
	gotype.Bytes: {"format.ReadBase64(s)", "value"},
	gotype.Time:  {"format.ReadDateTime(s)", "value"},
	gotype.Date:  {"format.ReadDate(s)", "openapi_types.Date{Time: value}"},
	gotype.UUID:  {"format.ReadUUID(s)", "openapi_types.UUID(value)"},
}

func (g *Generator) text(r *reading, p *plan, t target) {
	if !t.none() && t.typ.Kind != gotype.String {
		parsed := parsedFormats[t.typ.Kind]
		r.vars, r.call, r.value = "value", parsed.call, parsed.value
		if t.typ.Name != "" {
			r.value = t.typ.Expr + "(" + r.value + ")"
		}
		return
	}
	r.vars, r.call, r.value = "text", "s.String()", convert(t, "string", "text")
	if function := formatChecks[p.format]; function != "" {
		check{"format." + function + "(text)", "format", p.format}.print(&r.checks)
	}
	for _, k := range p.text {
		k.print(&r.checks)
	}
	g.switchEnum(&r.checks, p.enum, "text", literals(p.enum, func(n *spec.Node) (string, bool) { return strconv.Quote(n.Text), n.Kind == spec.String }))
}

// readTwice reports whether a value is checked first and read into t afterwards: its rules look at more than the type keeps.
func (g *Generator) readTwice(s *schema.Schema, t *gotype.Type) bool {
	if s.Combined() || t.Union {
		return true
	}
	p := g.plan(s)
	_, parsed := parsedFormats[t.Kind]
	composite := t.Kind == gotype.Struct || t.Kind == gotype.Slice || t.Kind == gotype.Map
	return parsed && len(p.text)+len(p.enum) > 0 || len(p.prefix) > 0 || len(p.enum) > 0 && (composite || !scalarEnum(p.enum))
}

// scalarEnum reports whether no value of an enum is an array or object.
func scalarEnum(values []*spec.Node) bool {
	for _, v := range values {
		if v.Kind == spec.Mapping || v.Kind == spec.Sequence {
			return false
		}
	}
	return true
}

// literals returns the values that literal has Go constants for; values of other types cannot be equal.
func literals(values []*spec.Node, literal func(*spec.Node) (string, bool)) []string {
	var list []string
	seen := map[string]bool{}
	for _, v := range values {
		if l, ok := literal(v); ok && !seen[l] {
			seen[l] = true
			list = append(list, l)
		}
	}
	return list
}

// canonicalEnum prints the comparison with the values of an enum by their canonical JSON.
func (g *Generator) canonicalEnum(c *code, values []*spec.Node, raw string) {
	g.switchEnum(c, values, "compose.Canonical("+raw+")", literals(values, func(v *spec.Node) (string, bool) { return strconv.Quote(v.JSON()), true }))
}

func (g *Generator) switchEnum(c *code, values []*spec.Node, expr string, list []string) {
	if len(values) == 0 {
		return
	}
	limit := quoted(schema.Enum{Values: values}.Asks())
	rule := schema.Enum{Values: values}.Keyword()
	if len(list) == 0 {
		c.line("s.Violation(%q, %s)", rule, limit)
		return
	}
	c.line("switch %s {", expr)
	c.line("case %s:", strings.Join(list, ", "))
	c.line("default:")
	c.line("s.Violation(%q, %s)", rule, limit)
	c.line("}")
}
