package schema

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Refusal says that a keyword cannot be compiled: where it stands, which one it is, and why.
type Refusal struct {
	Place   spec.Place
	Keyword string // "" for what is outside of schemas
	Reason  string
}

// Error returns the refusal as "file:line:column: #pointer: keyword: reason".
func (r *Refusal) Error() string {
	if r.Keyword == "" {
		return fmt.Sprintf("%s: %s", r.Place, r.Reason)
	}
	return fmt.Sprintf("%s: %s: %s", r.Place, r.Keyword, r.Reason)
}

// Compiler reads the schemas of one document. Each schema is read once, however often it is referred to.
type Compiler struct {
	doc            *spec.Document
	byPointer      map[string]*Schema // by the pointer with its file
	nodes          map[*Schema]*spec.Node
	Refusals       []*Refusal
	UnknownFormats map[string]spec.Place // formats that are ignored, each with the first place
	Ignored        []spec.Place          // keywords next to a $ref
	Containers     []string              // keywords that may be there because they only hold schemas for references
	modern         bool                  // the dialect is that of OpenAPI 3.1
}

// NewCompiler returns a compiler of the schemas of doc.
func NewCompiler(doc *spec.Document) *Compiler {
	return &Compiler{doc: doc, modern: doc.Modern(), byPointer: map[string]*Schema{}, nodes: map[*Schema]*spec.Node{}, UnknownFormats: map[string]spec.Place{}}
}

// refuse refuses the keyword at n.
func (c *Compiler) refuse(n *spec.Node, format string, args ...any) {
	c.Refuse(n, n.Key(), format, args...)
}

// Refuse adds a refusal of a keyword at n.
func (c *Compiler) Refuse(n *spec.Node, keyword, format string, args ...any) {
	c.Refusals = append(c.Refusals, &Refusal{Place: n.Place, Keyword: keyword, Reason: fmt.Sprintf(format, args...)})
}

// componentPrefix is where schemas with a name are.
const componentPrefix = "/components/schemas/"

// Compile reads the schema at n and all that it refers to. What it cannot compile is added to Refusals.
func (c *Compiler) Compile(n *spec.Node) *Schema {
	if known := c.byPointer[n.Place.ID()]; known != nil {
		return known
	}
	s := &Schema{Place: n.Place}
	c.byPointer[n.Place.ID()], c.nodes[s] = s, n
	if name, ok := strings.CutPrefix(n.Place.Pointer, componentPrefix); ok && !strings.Contains(name, "/") {
		s.Component = spec.UnescapePointer(name)
	}
	if n.Kind == spec.Boolean && c.modern {
		if n.Text == "false" {
			s.Rules = []Rule{nothing(n)}
		}
		return s
	}
	if n.Kind != spec.Mapping {
		c.refuse(n, "must be a schema, which is an object, not a value of type %s", n.Kind)
		return s
	}
	s.GoName = cmp.Or(n.Str("x-go-type-name"), n.Str("x-go-name"))
	ref := n.Get("$ref")
	if ref != nil && !c.modern {
		c.beside(n)
		c.reference(s, ref)
		return s
	}
	for _, m := range n.Members {
		c.keyword(s, m.Key, m.Value)
	}
	switch {
	case c.modern:
		s.orNull()
	default:
		c.addNull(s)
	}
	if ref == nil {
		return s
	}
	if len(s.Rules) == 0 {
		c.reference(s, ref)
		return s
	}
	target := &Schema{Place: ref.Place}
	c.reference(target, ref)
	s.Rules = append(s.Rules, allOf([]*Schema{target}))
	return s
}

// orNull makes a schema of the one branch of anyOf or oneOf that is not {type: "null"}, which is how 3.1 allows null.
func (s *Schema) orNull() {
	value := s.besideNull()
	if value == nil || value.Ref != nil || value.Types() == 0 || value.Types()&Null != 0 || value.Combined() {
		return
	}
	s.become(value)
	s.Rules = slices.Clone(s.Rules)
	for i, rule := range s.Rules {
		switch r := rule.(type) {
		case Type:
			s.Rules[i] = Type{Types: r.Types | Null}
		case Enum:
			s.Rules[i] = Enum{Values: append(slices.Clone(r.Values), &spec.Node{Kind: spec.Null, Text: "null", Place: s.Place})}
		}
	}
}

// OrNull returns the schema of the values beside null where s is anyOf or oneOf of it and {type: "null"} and nothing else, or nil.
func (s *Schema) OrNull() *Schema {
	s = s.Resolve()
	value := s.besideNull()
	if value == nil || value.Resolve().besideNull() != nil {
		return nil
	}
	if types := value.Possible(); Has[OneOf](s) && (types == 0 || types&Null != 0) {
		return nil // null could match both
	}
	return value
}

// besideNull is OrNull as far as the branches go.
func (s *Schema) besideNull() *Schema {
	if len(s.Rules) != 1 {
		return nil
	}
	switch r := s.Rules[0].(type) {
	case AnyOf:
		return BesideNull(r.Parts)
	case OneOf:
		return BesideNull(r.Parts)
	}
	return nil
}

// BesideNull returns the only one of two branches that does not stand for null alone, or nil.
func BesideNull(branches []*Schema) *Schema {
	if len(branches) != 2 {
		return nil
	}
	for i, branch := range branches {
		if branch.Ref == nil && len(branch.Rules) == 1 && branch.Types() == Null {
			return branches[1-i]
		}
	}
	return nil
}

// addNull applies nullable, which by OpenAPI 3.0.3 adds null to the types beside it and does nothing without a type.
func (c *Compiler) addNull(s *Schema) {
	for i, r := range s.Rules {
		if t, ok := r.(Type); ok && s.nullable {
			t.Types |= Null
			s.Rules[i] = t
		}
	}
}

func (c *Compiler) keyword(s *Schema, key string, n *spec.Node) {
	if read := c.reader(key); read != nil {
		if rule := read(c, s, n); rule != nil {
			s.Rules = append(s.Rules, rule)
		}
		return
	}
	switch key {
	case "description":
		s.Description = n.Text
	case "default":
		s.Default = n
	case "deprecated":
		s.Deprecated = c.boolean(n)
	case "readOnly":
		s.ReadOnly = c.boolean(n)
	case "writeOnly":
		s.WriteOnly = c.boolean(n)
	case "x-partial":
		s.Partial = c.boolean(n)
	case "nullable":
		s.nullable = c.modern || c.boolean(n) // which 3.1 does not have any more
	case "exclusiveMinimum", "exclusiveMaximum": // read with minimum and maximum
		c.boolean(n)
	case "$ref": // read after the keywords beside it
	default:
		if !c.restrictsNothing(key) {
			c.refuse(n, "keyword is not supported")
		}
	}
}

// reader returns the reader of a keyword in the dialect of the document, or nil.
func (c *Compiler) reader(key string) reader {
	if read := modernKeywords[key]; c.modern && read != nil {
		return read
	}
	return keywords[key]
}

// annotations are keywords that restrict no value and that generation does not need.
var annotations = []string{"title", "example", "examples", "externalDocs", "xml", "discriminator", "$schema", "$comment"}

// notCompiled are the keywords of 2020-12, and of the dialects before it, that restrict values in ways that are not compiled.
// Any other unknown keyword is an annotation there.
var notCompiled = []string{"$id", "$dynamicRef", "$recursiveRef", "$vocabulary", "dependencies", "additionalItems"}

// restrictsNothing reports whether a keyword says nothing about which values are valid.
func (c *Compiler) restrictsNothing(key string) bool {
	if c.modern && !slices.Contains(notCompiled, key) {
		return true
	}
	return strings.HasPrefix(key, "x-") || slices.Contains(annotations, key) || slices.Contains(c.Containers, key)
}

func (c *Compiler) boolean(n *spec.Node) bool {
	if n.Kind != spec.Boolean {
		c.refuse(n, "must be a boolean")
	}
	return n.Kind == spec.Boolean && n.Text == "true"
}

// beside looks at the keywords beside a $ref, which OpenAPI 3.0 ignores.
func (c *Compiler) beside(n *spec.Node) {
	for _, m := range n.Members {
		_, compiled := keywords[m.Key]
		switch {
		case m.Key == "$ref", m.Key == "summary", m.Key == "description", c.restrictsNothing(m.Key):
		case !compiled:
			c.keyword(&Schema{}, m.Key, m.Value)
		default:
			c.Ignored = append(c.Ignored, m.Value.Place)
		}
	}
}

// Known returns the schema at n if it was compiled, or nil.
func (c *Compiler) Known(n *spec.Node) *Schema { return c.byPointer[n.Place.ID()] }

func (c *Compiler) reference(s *Schema, ref *spec.Node) {
	if ref.Kind != spec.String {
		c.refuse(ref, "must be a string")
		return
	}
	target, err := c.doc.Resolve(ref)
	if err != nil {
		c.refuse(ref, "%v", err)
		return
	}
	s.Ref = c.Compile(target)
	for at := s.Ref; at != nil; at = at.Ref {
		if at == s {
			c.refuse(ref, "refers to itself")
			s.Ref = nil
			return
		}
	}
}

// Finish ends reading: no more schemas are compiled after it.
func (c *Compiler) Finish() {
	pointers := slices.Sorted(maps.Keys(c.byPointer))
	c.refuseCycles(pointers)
	if len(c.Refusals) > 0 {
		return
	}
	for _, pointer := range pointers {
		if s := c.byPointer[pointer]; s.Default != nil && s.Default.Kind == spec.Null && len(s.Evaluate(s.Default, Either)) > 0 {
			s.Default = nil // null that is not allowed is how many say that there is no default
		}
	}
	done := map[*Schema]bool{}
	for _, pointer := range pointers {
		flatten(c.byPointer[pointer], done)
	}
	for _, pointer := range pointers {
		if s := c.byPointer[pointer]; s.Partial {
			markPartial(s, map[*Schema]bool{})
		}
	}
}

// markPartial says of s and all that it holds that absent properties have no default.
func markPartial(s *Schema, seen map[*Schema]bool) {
	if seen[s] {
		return
	}
	seen[s], s.Partial = true, true
	for _, child := range s.Children() {
		markPartial(child, seen)
	}
}

// refuseCycles refuses schemas that look at a value through themselves, such as an allOf of the schema around it: no value
// could ever be checked.
func (c *Compiler) refuseCycles(pointers []string) {
	const begun, ended = 1, 2
	state := map[*Schema]int{}
	var visit func(s *Schema)
	visit = func(s *Schema) {
		state[s] = begun
		for _, rule := range s.Rules {
			if rule.Applies() != AnyType {
				continue // it looks at parts of the value
			}
			for _, part := range rule.Children() {
				switch r := part.Resolve(); state[r] {
				case begun:
					c.Refusals = append(c.Refusals, &Refusal{part.Place, "$ref", "refers to the schema that it is a part of"})
				case 0:
					visit(r)
				}
			}
		}
		state[s] = ended
	}
	for _, pointer := range pointers {
		if s := c.byPointer[pointer]; state[s] == 0 && s.Ref == nil {
			visit(s)
		}
	}
}
