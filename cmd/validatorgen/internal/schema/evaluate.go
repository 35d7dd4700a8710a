package schema

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Direction says where a value is sent: readOnly properties are not part of requests, writeOnly ones no part of responses.
type Direction uint8

// The directions. Either is for values of a schema that may be used both ways.
const (
	Either Direction = iota
	Request
	Response
)

// Violation is a rule that a value of the document breaks.
type Violation struct {
	Place   spec.Place // of the value
	Keyword string
	Message string // what would be right
}

// Evaluate returns what is wrong with a value of the document itself, such as an example. It gives the verdicts of generated code
// without building any.
func (s *Schema) Evaluate(v *spec.Node, d Direction) []Violation {
	e := &evaluation{direction: d}
	e.value(s, v)
	return e.found
}

type evaluation struct {
	direction Direction
	found     []Violation
}

func (e *evaluation) check(ok bool, at *spec.Node, r interface{ Keyword() string }) {
	if !ok {
		e.report(at, r.Keyword(), message(r.Keyword(), Limited(r)))
	}
}

func (e *evaluation) report(at *spec.Node, rule, message string) {
	e.found = append(e.found, Violation{at.Place, rule, message})
}

// matches reports whether v has no violation of s.
func (e *evaluation) matches(s *Schema, v *spec.Node) bool {
	return len(s.Evaluate(v, e.direction)) == 0
}

func (e *evaluation) value(s *Schema, v *spec.Node) {
	s = s.Resolve()
	if t := s.Types(); t != 0 && t&typesOf(v) == 0 {
		e.report(v, "type", message("type", t.String()))
		return // other rules of the type would only repeat it
	}
	for _, r := range s.Rules {
		if applies := r.Applies(); applies == AnyType || applies&typesOf(v) != 0 {
			r.evaluate(e, s, v)
		}
	}
}

// ignored reports whether a property is not part of a value in this direction.
func (e *evaluation) ignored(s *Schema) bool {
	r := s.Resolve()
	return e.direction == Request && (s.ReadOnly || r.ReadOnly) || e.direction == Response && (s.WriteOnly || r.WriteOnly)
}

// optional reports whether a property may be left out although it is required.
func (e *evaluation) optional(s *Schema) bool {
	return e.ignored(s) || e.direction == Either && s.oneWay()
}

// typesOf returns the types that a value has; an integer is a number, too.
func typesOf(v *spec.Node) Types {
	types := [...]Types{spec.Null: Null, spec.Boolean: Boolean, spec.Number: Number, spec.String: String, spec.Sequence: Array, spec.Mapping: Object}[v.Kind]
	if v.Kind == spec.Number && validate.ParseDecimal(v.Text).IsInteger() {
		types |= Integer
	}
	return types
}

// String returns the types with their articles, "a string or null".
func (t Types) String() string {
	var names []string
	for i, name := range []string{"null", "a boolean", "an integer", "a number", "a string", "an array", "an object"} {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	slices.Reverse(names)
	if len(names) > 1 {
		names = append(names[:len(names)-2], names[len(names)-2]+" or "+names[len(names)-1])
	}
	return strings.Join(names, ", ")
}

func (r Type) evaluate(*evaluation, *Schema, *spec.Node) {} // value looks at it first

func (r Enum) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	text := v.JSON()
	e.check(slices.ContainsFunc(r.Values, func(n *spec.Node) bool { return n.JSON() == text }), v, r)
}

func (r Format) evaluate(e *evaluation, s *Schema, v *spec.Node) {
	ok := true
	switch types := s.Types(); r.Name {
	case "int32", "int64":
		n, fits := validate.ParseDecimal(v.Text).Int64()
		ok = types&Integer == 0 || fits && (r.Name == "int64" || int64(int32(n)) == n)
	case "float":
		ok = types != 0 && types&Number == 0 || validate.IsFloat(v.Text, 32)
	case "double":
		ok = types != 0 && types&Number == 0 || validate.IsFloat(v.Text, 64)
	default:
		ok = formats[r.Name].is(v.Text)
	}
	e.check(ok, v, r)
}

func (l textLimit) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	e.compare(cmp.Compare(utf8.RuneCountInString(v.Text), l.N), v, l)
}

func (l itemLimit) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	e.compare(cmp.Compare(len(v.Items), l.N), v, l)
}

func (l propertyLimit) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	e.compare(cmp.Compare(len(v.Members), l.N), v, l)
}

func (b Bound) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	e.compare(validate.ParseDecimal(v.Text).Compare(b.Value), v, b)
}

// compare checks the order of a value and what it is compared with, as of cmp.Compare.
func (e *evaluation) compare(order int, at *spec.Node, r interface {
	Keyword() string
	Operator() string
}) {
	ok := map[string]bool{">": order > 0, ">=": order >= 0, "<": order < 0, "<=": order <= 0}
	e.check(ok[r.Operator()], at, r)
}

func (r Pattern) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	e.check(regexp.MustCompile(r.Go).MatchString(v.Text), v, r)
}

func (r MultipleOf) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	divisor, exponent, _ := r.Value.Divisor()
	e.check(compose.IsMultiple(validate.ParseDecimal(v.Text), divisor, exponent), v, r)
}

func (r Items) evaluate(e *evaluation, s *Schema, v *spec.Node) {
	first := min(len(Get[PrefixItems](s).Schemas), len(v.Items))
	for _, item := range v.Items[first:] {
		e.value(r.Schema, item)
	}
}

func (r PrefixItems) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	for i, item := range v.Items[:min(len(r.Schemas), len(v.Items))] {
		e.value(r.Schemas[i], item)
	}
}

func (r Contains) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	n := 0
	for _, item := range v.Items {
		if e.matches(r.Schema, item) {
			n++
		}
	}
	e.check(n >= r.Min && (r.Max < 0 || n <= r.Max), v, r)
}

func (r PropertyNames) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	for _, m := range v.Members {
		name := &spec.Node{Kind: spec.String, Text: m.Key, Place: m.Value.Place}
		e.check(e.matches(r.Schema, name), m.Value, r)
	}
}

func (r PatternProperties) names(key string) bool {
	return slices.ContainsFunc(r.List, func(p PatternProperty) bool { return regexp.MustCompile(p.Go).MatchString(key) })
}

func (r PatternProperties) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	for _, m := range v.Members {
		for _, p := range r.List {
			if regexp.MustCompile(p.Go).MatchString(m.Key) {
				e.value(p.Schema, m.Value)
			}
		}
	}
}

func (r If) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	then := r.Else
	if e.matches(r.If, v) {
		then = r.Then
	}
	if then != nil {
		e.value(then, v)
	}
}

func (r UniqueItems) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	seen := map[string]bool{}
	for _, item := range v.Items {
		e.check(!seen[item.JSON()], item, r)
		seen[item.JSON()] = true
	}
}

func (r Properties) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	for _, p := range r.List {
		if m := v.Get(p.Name); m != nil && !e.ignored(p.Schema) {
			e.value(p.Schema, m)
		}
	}
}

func (r Required) evaluate(e *evaluation, s *Schema, v *spec.Node) {
	for _, name := range r.Names {
		p := s.Property(name)
		if v.Get(name) == nil && (p == nil || !e.optional(p)) {
			e.report(v, "required", "must have the property "+name)
		}
	}
}

func (r Properties) names(key string) bool {
	return slices.ContainsFunc(r.List, func(p Property) bool { return p.Name == key })
}

// names reports whether a rule has a schema for a property by its name.
func (s *Schema) names(key string) bool {
	return slices.ContainsFunc(s.Rules, func(r Rule) bool {
		named, ok := r.(interface{ names(key string) bool })
		return ok && named.names(key)
	})
}

func (r AdditionalProperties) evaluate(e *evaluation, s *Schema, v *spec.Node) {
	for _, m := range v.Members {
		switch {
		case s.names(m.Key):
		case r.Schema == nil:
			e.check(false, m.Value, r)
		default:
			e.value(r.Schema, m.Value)
		}
	}
}

func (r AllOf) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	for _, part := range r.Parts {
		e.value(part, v)
	}
}

func (r AnyOf) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	e.check(e.count(r.Parts, v) >= 1, v, r)
}

func (r OneOf) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	e.check(e.count(r.Parts, v) == 1, v, r)
}

func (r Not) evaluate(e *evaluation, _ *Schema, v *spec.Node) {
	e.check(!e.matches(r.Schema, v), v, r)
}

// count returns how many of parts match v.
func (e *evaluation) count(parts []*Schema, v *spec.Node) int {
	n := 0
	for _, part := range parts {
		if e.matches(part, v) {
			n++
		}
	}
	return n
}
