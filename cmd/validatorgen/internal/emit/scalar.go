package emit

import (
	"fmt"
	"go/scanner"
	"go/token"
	"math"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// scalar writes the reading of a boolean, number or string.
func (g *Generator) scalar(c *code, s *schema.Schema, t target, keep func(*code, string)) {
	nullable := s.AllowsNull() && (t.none() || keep == nil)
	if keep == nil {
		keep = func(c *code, x string) {
			if !t.none() {
				c.line("%s = %s", t.expr, x)
			}
		}
	}
	if nullable {
		c.line("if !s.Null() {")
	}
	switch s.Types &^ schema.Null {
	case schema.Boolean:
		g.boolean(c, s, t, keep)
	case schema.Integer:
		g.integer(c, s, t, keep)
	case schema.NumberType:
		g.number(c, s, t, keep)
	case schema.String:
		g.text(c, s, t, keep)
	}
	if nullable {
		c.line("}")
	}
}

// guarded writes "if name, ok := call; ok { body }", or the call alone where the body is empty.
func guarded(c *code, name, call string, body *code) {
	if body.Len() == 0 {
		c.line("%s", call)
		return
	}
	if !mentions(body.String(), name) {
		name = "_"
	}
	c.line("if %s, ok := %s; ok {", name, call)
	c.WriteString(body.String())
	c.line("}")
}

// mentions reports whether a variable is used in the text of statements; its name in a message does not count.
func mentions(text, name string) bool {
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", files.Base(), len(text)), []byte(text), nil, 0)
	for {
		switch _, tok, literal := s.Scan(); {
		case tok == token.EOF:
			return false
		case tok == token.IDENT && literal == name:
			return true
		}
	}
}

// convert returns expr of the basic type as a value of t.
func convert(t target, basic, expr string) string {
	if t.none() || t.typ.Expr == basic {
		return expr
	}
	return t.typ.Expr + "(" + expr + ")"
}

func (g *Generator) boolean(c *code, s *schema.Schema, t target, keep func(*code, string)) {
	body := c.child()
	keepIf(body, t, keep, convert(t, "bool", "value"))
	g.enum(body, s, "value", func(n *spec.Node) (string, bool) { return n.Text, n.Kind == spec.Boolean })
	guarded(c, "value", "s.Bool()", body)
}

func keepIf(body *code, t target, keep func(*code, string), x string) {
	if !t.none() {
		keep(body, x)
	}
}

func (g *Generator) integer(c *code, s *schema.Schema, t target, keep func(*code, string)) {
	read, basic := "s.Integer()", ""
	switch {
	case !t.none() && t.typ.Kind == gotype.Int32, t.none() && s.Format == "int32":
		read, basic = "s.Int32()", "int32"
	case !t.none(), s.Format == "int64":
		read, basic = "s.Int64()", "int64"
	}
	body := c.child()
	keepIf(body, t, keep, convert(t, basic, "number"))
	if basic == "" {
		decimals(body, s, "validate.ParseDecimal(number)")
		g.canonicalEnum(body, s, "number")
	} else {
		if !integerBounds(body, s, basic) {
			decimals(body, s, "validate.ParseDecimal(strconv.FormatInt(int64(number), 10))")
		}
		g.enum(body, s, "number", func(n *spec.Node) (string, bool) { return integerLiteral(n, basic) })
	}
	guarded(c, "number", read, body)
}

// integerLiteral returns a number as a constant of an integer type, and false where it is none of its values.
func integerLiteral(n *spec.Node, basic string) (string, bool) {
	if n.Kind != spec.Number {
		return "", false
	}
	i, ok := validate.ParseDecimal(n.Text).Int64()
	if basic == "int32" && (i < math.MinInt32 || i > math.MaxInt32) {
		ok = false
	}
	return strconv.FormatInt(i, 10), ok
}

// integerBounds writes the bounds of an integer of the type basic, and reports whether all of them are values of it.
func integerBounds(c *code, s *schema.Schema, basic string) bool {
	body, ok := c.child(), true
	literal := func(n schema.Number) string {
		text, fits := integerLiteral(&spec.Node{Kind: spec.Number, Text: n.Text}, basic)
		ok = ok && fits
		return text
	}
	write := func(b *schema.Bound, operator, orEqual, rule string) {
		if b == nil {
			return
		}
		if b.Exclusive {
			operator = orEqual
		}
		body.line("if number %s %s {\ns.Violation(%q, %q)\n}", operator, literal(b.Number), rule, boundMessage(b, rule))
	}
	write(s.Minimum, "<", "<=", "minimum")
	write(s.Maximum, ">", ">=", "maximum")
	for _, m := range s.MultipleOf {
		body.line("if number%%%s != 0 {\ns.Violation(%q, %q)\n}", literal(m), "multipleOf", "must be a multiple of "+m.Text)
	}
	if ok {
		c.WriteString(body.String())
	}
	return ok
}

func boundMessage(b *schema.Bound, rule string) string {
	switch {
	case rule == "minimum" && b.Exclusive:
		return "must be greater than " + b.Text
	case rule == "minimum":
		return "must be at least " + b.Text
	case b.Exclusive:
		return "must be less than " + b.Text
	default:
		return "must be at most " + b.Text
	}
}

func (g *Generator) number(c *code, s *schema.Schema, t target, keep func(*code, string)) {
	body := c.child()
	read, text := "s.Number()", "number"
	float := floatSize(s, t)
	if float != "" {
		read = "s.F" + float[1:] + "()"
		keepIf(body, t, keep, convert(t, float, "number"))
		start := c.fresh("start")
		text = "string(s.Raw(" + start + "))"
		checks := c.child()
		decimals(checks, s, "validate.ParseDecimal("+text+")")
		g.canonicalEnum(checks, s, text)
		if checks.Len() > 0 {
			c.line("%s := s.Offset()", start)
			body.WriteString(checks.String())
		}
		guarded(c, "number", read, body)
		return
	}
	decimals(body, s, "validate.ParseDecimal(number)")
	g.canonicalEnum(body, s, text)
	guarded(c, "number", read, body)
}

// floatSize returns the type in which a number is kept or has to fit, or "".
func floatSize(s *schema.Schema, t target) string {
	if t.none() {
		return map[string]string{"float": "float32", "double": "float64"}[s.Format]
	}
	if t.typ.Kind == gotype.Float32 {
		return "float32"
	}
	return "float64"
}

// decimals writes the bounds of a number by its exact value, which expr is.
func decimals(c *code, s *schema.Schema, expr string) {
	if s.Minimum == nil && s.Maximum == nil && len(s.MultipleOf) == 0 {
		return
	}
	c.line("exact := %s", expr)
	write := func(b *schema.Bound, operator, orEqual, rule string) {
		if b == nil {
			return
		}
		if b.Exclusive {
			operator = orEqual
		}
		c.line("if exact.Compare(validate.ParseDecimal(%q)) %s 0 {\ns.Violation(%q, %q)\n}", b.Text, operator, rule, boundMessage(b, rule))
	}
	write(s.Minimum, "<", "<=", "minimum")
	write(s.Maximum, ">", ">=", "maximum")
	for _, m := range s.MultipleOf {
		divisor, exponent, _ := m.Value.Divisor()
		c.line("if !exact.MultipleOf(%d, %d) {\ns.Violation(%q, %q)\n}", divisor, exponent, "multipleOf", "must be a multiple of "+m.Text)
	}
}

func (g *Generator) text(c *code, s *schema.Schema, t target, keep func(*code, string)) {
	body := c.child()
	if !t.none() && t.typ.Kind != gotype.String {
		g.parsed(body, s, t, keep)
	} else {
		keepIf(body, t, keep, convert(t, "string", "text"))
		if check := formatChecks[s.Format]; check.function != "" {
			body.line("if !format.%s(text) {\ns.Violation(\"format\", %q)\n}", check.function, check.message)
		}
	}
	g.textRules(body, s)
	guarded(c, "text", "s.String()", body)
}

// formatChecks are the functions of package format by the name of the format.
var formatChecks = map[string]struct{ function, message string }{
	"date":      {"IsDate", "must be a date, as in 2006-01-02"},
	"date-time": {"IsDateTime", "must be a time of RFC 3339, as in 2006-01-02T15:04:05Z"},
	"email":     {"IsEmail", "must be an email address"},
	"uuid":      {"IsUUID", "must be a UUID"},
	"uri":       {"IsURI", "must be a URI"},
	"hostname":  {"IsHostname", "must be a host name"},
	"ipv4":      {"IsIPv4", "must be an IPv4 address"},
	"ipv6":      {"IsIPv6", "must be an IPv6 address"},
}

// parsed writes the reading of a string that is kept as a time, a date or a UUID.
func (g *Generator) parsed(c *code, s *schema.Schema, t target, keep func(*code, string)) {
	message := formatChecks[s.Format].message
	call, value := "format.ParseDateTime(text)", "parsed"
	switch t.typ.Kind {
	case gotype.Date:
		call, value = "format.ParseDate(text)", "openapi_types.Date{Time: parsed}"
	case gotype.UUID:
		call, value = "format.ParseUUID(text)", "openapi_types.UUID(parsed)"
	}
	c.line("parsed, ok := %s\nif !ok {\ns.Violation(\"format\", %q)\n}", call, message)
	keep(c, value)
}

func (g *Generator) textRules(c *code, s *schema.Schema) {
	if s.MinLength != nil && *s.MinLength > 0 {
		c.line("if utf8.RuneCountInString(text) < %d {\ns.Violation(\"minLength\", %q)\n}", *s.MinLength, "must have at least "+plural(*s.MinLength, "character"))
	}
	if s.MaxLength != nil {
		c.line("if utf8.RuneCountInString(text) > %d {\ns.Violation(\"maxLength\", %q)\n}", *s.MaxLength, "must have at most "+plural(*s.MaxLength, "character"))
	}
	for _, p := range s.Patterns {
		if p.Source == `\S` {
			c.line("if format.IsBlank(text) {\ns.Violation(\"pattern\", \"must not be blank\")\n}")
			continue
		}
		c.line("if !%s.MatchString(text) {\ns.Violation(\"pattern\", %q)\n}", g.pattern(s, p), "must match "+p.Source)
	}
	g.enum(c, s, "text", func(n *spec.Node) (string, bool) { return strconv.Quote(n.Text), n.Kind == spec.String })
}

// pattern returns the name of the variable that has a compiled pattern.
func (g *Generator) pattern(s *schema.Schema, p schema.Pattern) string {
	for _, known := range g.patterns {
		if known.expr == p.Go {
			return known.name
		}
	}
	name := g.unique("pattern" + g.nameOf(s))
	g.patterns = append(g.patterns, pattern{name, p.Go, p.Source})
	return name
}

// scalarEnum reports whether the values of an enum are of the schema's type, so that they can be compared in Go.
func scalarEnum(s *schema.Schema) bool {
	for _, v := range s.Enum {
		if v.Kind == spec.Mapping || v.Kind == spec.Sequence {
			return false
		}
	}
	return true
}

// enum writes the comparison with a list of values, each as literal writes it. Values of other types cannot be equal.
func (g *Generator) enum(c *code, s *schema.Schema, name string, literal func(*spec.Node) (string, bool)) {
	if len(s.Enum) == 0 {
		return
	}
	var values []string
	for _, v := range s.Enum {
		if l, ok := literal(v); ok {
			values = append(values, l)
		}
	}
	g.switchEnum(c, s, name, values)
}

// canonicalEnum is enum for values that are compared by their canonical JSON.
func (g *Generator) canonicalEnum(c *code, s *schema.Schema, raw string) {
	if len(s.Enum) == 0 {
		return
	}
	var values []string
	for _, v := range s.Enum {
		values = append(values, strconv.Quote(v.JSON()))
	}
	g.switchEnum(c, s, "validate.Canonical([]byte("+raw+"))", values)
}

func (g *Generator) switchEnum(c *code, s *schema.Schema, expr string, values []string) {
	message := enumMessage(s)
	values = distinct(values)
	if len(values) == 0 {
		c.line("s.Violation(\"enum\", %q)", message)
		return
	}
	c.line("switch %s {\ncase %s:\ndefault:\ns.Violation(\"enum\", %q)\n}", expr, strings.Join(values, ", "), message)
}

func distinct(values []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// maxListed bounds how many values a message lists.
const maxListed = 20

func enumMessage(s *schema.Schema) string {
	var values []string
	for i, v := range s.Enum {
		if i == maxListed {
			values = append(values, fmt.Sprintf("... (%d in all)", len(s.Enum)))
			break
		}
		values = append(values, v.Literal())
	}
	return "must be one of " + strings.Join(values, ", ")
}

func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return strconv.Itoa(n) + " " + strings.TrimSuffix(noun, "y") + "ies"
	default:
		return strconv.Itoa(n) + " " + noun + "s"
	}
}
