package schema

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Refusal says that a keyword cannot be compiled: where it stands, which one it is, and why.
type Refusal struct {
	Place   spec.Place
	Keyword string
	Reason  string
}

// Error returns the refusal as "file:line: #pointer: keyword: reason".
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s: %s: %s", r.Place, r.Keyword, r.Reason)
}

// Compiler reads the schemas of one document. Each schema is read once, however often it is referred to.
type Compiler struct {
	doc            *spec.Document
	byPointer      map[string]*Schema
	Refusals       []*Refusal
	UnknownFormats map[string]spec.Place // formats that are ignored, each with the first place
	Ignored        []spec.Place          // keywords that stand beside a $ref
	Containers     []string              // keywords that may be there because they only hold schemas for references
}

// NewCompiler returns a compiler of the schemas of doc.
func NewCompiler(doc *spec.Document) *Compiler {
	return &Compiler{doc: doc, byPointer: map[string]*Schema{}, UnknownFormats: map[string]spec.Place{}}
}

func (c *Compiler) refuse(n *spec.Node, keyword, format string, args ...any) {
	c.Refusals = append(c.Refusals, &Refusal{Place: n.Place, Keyword: keyword, Reason: fmt.Sprintf(format, args...)})
}

// componentPrefix is where schemas stand that have a name.
const componentPrefix = "/components/schemas/"

// Compile reads the schema at n and all that it refers to. What it cannot compile is added to Refusals.
func (c *Compiler) Compile(n *spec.Node) *Schema {
	if known := c.byPointer[n.Place.Pointer]; known != nil {
		return known
	}
	s := &Schema{Place: n.Place}
	c.byPointer[n.Place.Pointer] = s
	if name, ok := strings.CutPrefix(n.Place.Pointer, componentPrefix); ok && !strings.Contains(name, "/") {
		s.Component = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	}
	if n.Kind != spec.Mapping {
		c.refuse(n, lastToken(n), "must be a schema, which is an object, not a value of type %s", n.Kind)
		return s
	}
	if ref := n.Get("$ref"); ref != nil {
		c.beside(n)
		c.reference(s, ref)
		return s
	}
	for _, m := range n.Members {
		c.keyword(s, m.Key, m.Value)
	}
	c.finish(s, n)
	return s
}

// laterDialects are those in which some keywords mean other things than in OpenAPI 3.0, which builds on draft 4.
var laterDialects = []string{"/draft/2019-09/", "/draft/2020-12/"}

// later reports whether the document says that it is a schema of a later dialect.
func (c *Compiler) later() bool {
	dialect := c.doc.Root.Get("$schema")
	return dialect != nil && slices.ContainsFunc(laterDialects, func(part string) bool { return strings.Contains(dialect.Text, part) })
}

// beside looks at what stands beside a $ref, which OpenAPI 3.0 ignores.
func (c *Compiler) beside(n *spec.Node) {
	for _, m := range n.Members {
		switch _, known := readers[m.Key]; {
		case m.Key == "$ref", m.Key == "summary", m.Key == "description", c.restrictsNothing(m.Key):
		case !known:
			c.keyword(nil, m.Key, m.Value)
		case c.later():
			c.refuse(m.Value, m.Key, "stands beside $ref, where OpenAPI 3.0 ignores it and the dialect of $schema does not")
		default:
			c.Ignored = append(c.Ignored, m.Value.Place)
		}
	}
}

// Known returns the schema at n if it was compiled, and nil if there is none.
func (c *Compiler) Known(n *spec.Node) *Schema { return c.byPointer[n.Place.Pointer] }

func (c *Compiler) reference(s *Schema, ref *spec.Node) {
	target, err := c.doc.Resolve(ref.Text)
	if err != nil {
		c.refuse(ref, "$ref", "%v", err)
		return
	}
	if ref.Kind != spec.String {
		c.refuse(ref, "$ref", "must be a string")
		return
	}
	s.Ref = c.Compile(target)
	for at := s.Ref; at != nil; at = at.Ref {
		if at == s {
			c.refuse(ref, "$ref", "refers to itself")
			s.Ref = nil
			return
		}
	}
}

// annotations are keywords that say nothing about which values are valid.
var annotations = []string{"title", "example", "examples", "deprecated", "externalDocs", "xml", "discriminator", "$schema", "$comment"}

// reader reads the value of one keyword into a schema.
type reader func(c *Compiler, s *Schema, n *spec.Node)

var readers map[string]reader

func init() {
	readers = map[string]reader{
		"description": func(_ *Compiler, s *Schema, n *spec.Node) { s.Description = n.Text },
		"type":        (*Compiler).types,
		"nullable":    flag(func(s *Schema) *bool { return &s.Nullable }),
		"readOnly":    flag(func(s *Schema) *bool { return &s.ReadOnly }),
		"writeOnly":   flag(func(s *Schema) *bool { return &s.WriteOnly }),
		"uniqueItems": flag(func(s *Schema) *bool { return &s.Unique }),
		"default":     func(_ *Compiler, s *Schema, n *spec.Node) { s.Default = n },
		"enum":        (*Compiler).enum,
		"format":      (*Compiler).format,

		"properties":           (*Compiler).properties,
		"required":             (*Compiler).required,
		"additionalProperties": (*Compiler).additional,
		"minProperties":        count(func(s *Schema) **int { return &s.MinProperties }),
		"maxProperties":        count(func(s *Schema) **int { return &s.MaxProperties }),
		"items":                func(c *Compiler, s *Schema, n *spec.Node) { s.Items = c.Compile(n) },
		"minItems":             count(func(s *Schema) **int { return &s.MinItems }),
		"maxItems":             count(func(s *Schema) **int { return &s.MaxItems }),
		"minLength":            count(func(s *Schema) **int { return &s.MinLength }),
		"maxLength":            count(func(s *Schema) **int { return &s.MaxLength }),
		"pattern":              (*Compiler).pattern,
		"minimum":              bound(func(s *Schema) **Bound { return &s.Minimum }),
		"maximum":              bound(func(s *Schema) **Bound { return &s.Maximum }),
		"exclusiveMinimum":     exclusive, // read with minimum
		"exclusiveMaximum":     exclusive,
		"multipleOf":           (*Compiler).multipleOf,
		"allOf":                list(func(s *Schema) *[]*Schema { return &s.AllOf }),
		"anyOf":                list(func(s *Schema) *[]*Schema { return &s.AnyOf }),
		"oneOf":                list(func(s *Schema) *[]*Schema { return &s.OneOf }),
		"not":                  func(c *Compiler, s *Schema, n *spec.Node) { s.Not = c.Compile(n) },
	}
}

// Keywords lists what can be compiled, in alphabetical order.
func Keywords() []string {
	names := []string{"$ref"}
	for name := range readers {
		if name != "description" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (c *Compiler) keyword(s *Schema, key string, n *spec.Node) {
	if read, ok := readers[key]; ok {
		read(c, s, n)
		return
	}
	if !c.restrictsNothing(key) {
		c.refuse(n, key, "keyword is not supported")
	}
}

// restrictsNothing reports whether a keyword says nothing about which values are valid.
func (c *Compiler) restrictsNothing(key string) bool {
	return strings.HasPrefix(key, "x-") || slices.Contains(annotations, key) || slices.Contains(c.Containers, key)
}

func (c *Compiler) types(s *Schema, n *spec.Node) {
	names := n.Items
	if n.Kind != spec.Sequence {
		names = []*spec.Node{n}
	}
	for _, name := range names {
		t, ok := typeNames[name.Text]
		if !ok || name.Kind != spec.String {
			c.refuse(n, "type", "must be one of array, boolean, integer, null, number, object, string")
			return
		}
		s.Types |= t
	}
	if s.Types&NumberType != 0 {
		s.Types &^= Integer
	}
}

func flag(of func(*Schema) *bool) reader {
	return func(c *Compiler, s *Schema, n *spec.Node) {
		if n.Kind != spec.Boolean {
			c.refuse(n, lastToken(n), "must be a boolean")
			return
		}
		*of(s) = n.Text == "true"
	}
}

func exclusive(c *Compiler, s *Schema, n *spec.Node) {
	if n.Kind != spec.Boolean {
		c.refuse(n, lastToken(n), "must be a boolean, as OpenAPI 3.0 has it")
	}
}

func count(of func(*Schema) **int) reader {
	return func(c *Compiler, s *Schema, n *spec.Node) {
		value, ok := validate.ParseDecimal(n.Text).Int64()
		if n.Kind != spec.Number || !ok || value < 0 {
			c.refuse(n, lastToken(n), "must be an integer of at least 0")
			return
		}
		number := int(value)
		*of(s) = &number
	}
}

func bound(of func(*Schema) **Bound) reader {
	return func(c *Compiler, s *Schema, n *spec.Node) {
		if n.Kind != spec.Number {
			c.refuse(n, lastToken(n), "must be a number")
			return
		}
		*of(s) = &Bound{Number: Number{n.Text, validate.ParseDecimal(n.Text)}}
	}
}

func list(of func(*Schema) *[]*Schema) reader {
	return func(c *Compiler, s *Schema, n *spec.Node) {
		if n.Kind != spec.Sequence || len(n.Items) == 0 {
			c.refuse(n, lastToken(n), "must be an array of schemas")
			return
		}
		for _, item := range n.Items {
			*of(s) = append(*of(s), c.Compile(item))
		}
	}
}

func lastToken(n *spec.Node) string {
	return n.Place.Pointer[strings.LastIndexByte(n.Place.Pointer, '/')+1:]
}

func (c *Compiler) enum(s *Schema, n *spec.Node) {
	if n.Kind != spec.Sequence || len(n.Items) == 0 {
		c.refuse(n, "enum", "must be an array of values")
		return
	}
	s.Enum = n.Items
}

// formats are the ones that are checked; the ones that fit no type of theirs are ignored.
var formats = []string{"int32", "int64", "float", "double", "date", "date-time", "email", "uuid", "uri", "hostname", "ipv4", "ipv6"}

// silentFormats say how a value is shown or carried and restrict nothing.
var silentFormats = []string{"password", "binary", "byte"}

func (c *Compiler) format(s *Schema, n *spec.Node) {
	switch {
	case c.later():
		c.refuse(n, "format", "restricts nothing in the dialect of $schema, and values in OpenAPI 3.0")
	case slices.Contains(formats, n.Text):
		s.Format = n.Text
	case slices.Contains(silentFormats, n.Text):
	default:
		if _, listed := c.UnknownFormats[n.Text]; !listed {
			c.UnknownFormats[n.Text] = n.Place
		}
	}
}

func (c *Compiler) properties(s *Schema, n *spec.Node) {
	if n.Kind != spec.Mapping {
		c.refuse(n, "properties", "must be an object")
		return
	}
	for _, m := range n.Members {
		s.Properties = append(s.Properties, Property{m.Key, c.Compile(m.Value)})
	}
}

func (c *Compiler) required(s *Schema, n *spec.Node) {
	if n.Kind != spec.Sequence {
		c.refuse(n, "required", "must be an array of names")
		return
	}
	for _, item := range n.Items {
		if item.Kind != spec.String {
			c.refuse(item, "required", "must be a name")
			continue
		}
		if !slices.Contains(s.Required, item.Text) {
			s.Required = append(s.Required, item.Text)
		}
	}
}

func (c *Compiler) additional(s *Schema, n *spec.Node) {
	if n.Kind == spec.Boolean {
		s.NoAdditional = n.Text == "false"
		return
	}
	s.Additional = c.Compile(n)
}

func (c *Compiler) multipleOf(s *Schema, n *spec.Node) {
	value := validate.ParseDecimal(n.Text)
	if _, _, ok := value.Divisor(); n.Kind != spec.Number || !ok {
		c.refuse(n, "multipleOf", "must be a number above 0 with at most 18 digits")
		return
	}
	s.MultipleOf = append(s.MultipleOf, Number{n.Text, value})
}

func (c *Compiler) pattern(s *Schema, n *spec.Node) {
	translated, err := translate(n.Text)
	if err != nil {
		c.refuse(n, "pattern", "%s cannot be matched in linear time: %v", strconv.Quote(n.Text), err)
		return
	}
	s.Patterns = append(s.Patterns, Pattern{n.Text, translated})
}

// Finish ends reading: no more schemas are compiled after it.
func (c *Compiler) Finish() {
	pointers := slices.Sorted(maps.Keys(c.byPointer))
	c.refuseCycles(pointers)
	done := map[*Schema]bool{}
	for _, pointer := range pointers {
		flatten(c.byPointer[pointer], done)
	}
}

// refuseCycles refuses schemas that look at a value through themselves, such as an allOf of the schema it stands in: no value
// could ever be checked.
func (c *Compiler) refuseCycles(pointers []string) {
	const begun, ended = 1, 2
	state := map[*Schema]int{}
	var visit func(s *Schema)
	visit = func(s *Schema) {
		state[s] = begun
		for _, part := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf, []*Schema{s.Not}) {
			if part == nil {
				continue
			}
			switch r := part.Resolve(); state[r] {
			case begun:
				c.Refusals = append(c.Refusals, &Refusal{part.Place, "$ref", "refers to the schema that it is a part of"})
			case 0:
				visit(r)
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

// Refused returns the refusals by the schemas that depend on them: those around the place of one, and those that lead there.
func (c *Compiler) Refused() map[*Schema]*Refusal {
	bad := map[*Schema]*Refusal{}
	users := map[*Schema][]*Schema{}
	var queue []*Schema
	for _, pointer := range slices.Sorted(maps.Keys(c.byPointer)) {
		s := c.byPointer[pointer]
		for _, child := range s.Children() {
			users[child] = append(users[child], s)
		}
		for _, r := range c.Refusals {
			if r.Place.Below(pointer) && bad[s] == nil {
				bad[s] = r
				queue = append(queue, s)
			}
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for _, user := range users[s] {
			if bad[user] == nil {
				bad[user] = bad[s]
				queue = append(queue, user)
			}
		}
	}
	return bad
}

// finish reads what depends on two keywords.
func (c *Compiler) finish(s *Schema, n *spec.Node) {
	if s.Minimum != nil {
		s.Minimum.Exclusive = n.True("exclusiveMinimum")
	}
	if s.Maximum != nil {
		s.Maximum.Exclusive = n.True("exclusiveMaximum")
	}
}
