package emit

import (
	"fmt"
	"strconv"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// plan is the rules of one schema, sorted by where the generated code looks at them.
type plan struct {
	types  schema.Types
	enum   []*spec.Node
	format string

	text      []check // of the variable text
	bounds    []schema.Bound
	multiples []schema.MultipleOf

	items    *schema.Schema
	prefix   []*schema.Schema // of the first elements
	contains []schema.Contains
	unique   bool
	counts   []schema.Limit // of the elements of an array

	properties []schema.Property
	required   []string
	additional *schema.Schema // nil: anything, unless closed
	closed     bool           // no other properties
	patterns   []schema.PatternProperty
	names      []*schema.Schema // of the names of properties
	sizes      []schema.Limit   // of the properties of an object

	combinations []combination
}

// check is a condition on a variable, as a Go expression.
type check struct{ condition, rule, limit string }

// combination is a rule that looks at the same value through other schemas.
type combination struct {
	parts     []*schema.Schema
	condition string // on the number of parts that match; "" keeps what the parts find
	rule      string
	limit     string
	choice    schema.If // in the place of parts, where it has a schema
	property  string    // of a discriminator, "" for none
	names     map[string]*schema.Schema
	exclusive bool // no value matches a part that the property does not name
}

// discriminated adds what the discriminator of a combination says.
func (k combination) discriminated(d schema.Discriminator, exclusive map[string]*schema.Schema) combination {
	k.property, k.names, k.exclusive = d.Property, d.Names, exclusive != nil
	if k.exclusive {
		k.names = exclusive
	}
	return k
}

// plan sorts the rules of s. Each type of rule has its case here; generation stops where one has none.
func (g *Generator) plan(s *schema.Schema) *plan {
	p := &plan{}
	for _, rule := range s.Rules {
		switch r := rule.(type) {
		case schema.Type:
			p.types = r.Types
		case schema.Enum:
			p.enum = r.Values
		case schema.Format:
			p.format = r.Name
		case schema.MinLength:
			p.text = append(p.text, lengthCheck(r.Limit))
		case schema.MaxLength:
			p.text = append(p.text, lengthCheck(r.Limit))
		case schema.Pattern:
			p.text = append(p.text, g.patternCheck(s, r))
		case schema.Minimum:
			p.bounds = append(p.bounds, r.Bound)
		case schema.Maximum:
			p.bounds = append(p.bounds, r.Bound)
		case schema.MultipleOf:
			p.multiples = append(p.multiples, r)
		case schema.Items:
			p.items = r.Schema
		case schema.MinItems:
			p.counts = append(p.counts, r.Limit)
		case schema.MaxItems:
			p.counts = append(p.counts, r.Limit)
		case schema.UniqueItems:
			p.unique = true
		case schema.Properties:
			p.properties = r.List
		case schema.Required:
			p.required = r.Names
		case schema.AdditionalProperties:
			p.additional, p.closed = r.Schema, r.Schema == nil
		case schema.MinProperties:
			p.sizes = append(p.sizes, r.Limit)
		case schema.MaxProperties:
			p.sizes = append(p.sizes, r.Limit)
		case schema.AllOf:
			p.combinations = append(p.combinations, combination{parts: r.Parts})
		case schema.AnyOf:
			p.combinations = append(p.combinations, combination{parts: r.Parts, condition: ">= 1", rule: r.Keyword(), limit: schema.Limited(r)}.discriminated(r.Discriminator, r.Exclusive()))
		case schema.OneOf:
			p.combinations = append(p.combinations, combination{parts: r.Parts, condition: "== 1", rule: r.Keyword(), limit: schema.Limited(r)}.discriminated(r.Discriminator, r.Exclusive()))
		case schema.Not:
			p.combinations = append(p.combinations, combination{parts: []*schema.Schema{r.Schema}, condition: "== 0", rule: r.Keyword(), limit: schema.Limited(r)})
		case schema.If:
			p.combinations = append(p.combinations, combination{choice: r})
		case schema.PrefixItems:
			p.prefix = r.Schemas
		case schema.Contains:
			p.contains = append(p.contains, r)
		case schema.PatternProperties:
			p.patterns = r.List
		case schema.PropertyNames:
			p.names = append(p.names, r.Schema)
		default:
			g.fail("%s: no code is printed for the keyword %s", s.Place, rule.Keyword())
		}
	}
	return p
}

// patternCheck returns the check of a pattern; the usual one for text that is not blank needs no regular expression.
func (g *Generator) patternCheck(s *schema.Schema, r schema.Pattern) check {
	if r.Source == `\S` {
		return check{"!format.IsBlank(text)", r.Keyword(), schema.Limited(r)}
	}
	return check{g.pattern(s, r) + ".MatchString(text)", r.Keyword(), schema.Limited(r)}
}

// pattern returns the name of the variable that has a compiled pattern.
func (g *Generator) pattern(s *schema.Schema, p schema.Pattern) string {
	for _, known := range g.patterns {
		if known.Expr == p.Go {
			return known.Name
		}
	}
	name := g.unique("pattern" + g.nameOf(s))
	g.patterns = append(g.patterns, pattern{name, p.Go, oneLine(p.Source)})
	return name
}

func lengthCheck(l schema.Limit) check {
	return check{fmt.Sprintf("utf8.RuneCountInString(text) %s %d", l.Operator(), l.N), l.Keyword(), l.Asks()}
}

// countChecks prints the checks of a count in variable.
func countChecks(c *code, limits []schema.Limit, variable string) {
	for _, l := range limits {
		c.line("s.Check(%s %s %d, %q, %q)", variable, l.Operator(), l.N, l.Keyword(), l.Asks())
	}
}

// print prints the check.
func (k check) print(c *code) {
	c.line("s.Check(%s, %q, %s)", k.condition, k.rule, quoted(k.limit))
}

// quoted returns s as a raw string where that is possible and shorter.
func quoted(s string) string {
	if q := strconv.Quote(s); len(q) == len(s)+2 || !strconv.CanBackquote(s) {
		return q
	}
	return "`" + s + "`"
}
