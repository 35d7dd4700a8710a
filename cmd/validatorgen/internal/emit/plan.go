package emit

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// plan is the rules of one schema, sorted by where the generated code looks at them.
type plan struct {
	types  schema.Types
	enum   []*spec.Node
	format string

	text      []check // of the variable text
	bounds    []bound
	multiples []schema.MultipleOf

	items  *schema.Schema
	unique bool
	counts []limit // of the elements of an array

	properties []schema.Property
	required   []string
	additional *schema.Schema // nil: anything, unless closed
	closed     bool           // no other properties
	sizes      []limit        // of the properties of an object

	combinations []combination
}

// check is a condition on a variable, as a Go expression.
type check struct{ condition, rule, message string }

// bound is a minimum or maximum.
type bound struct {
	schema.Literal
	operator string // that the number has to the bound where it is valid
	rule     string
	message  string
}

// limit is a bound of a count.
type limit struct {
	operator string
	n        int
	rule     string
	message  string
}

// combination is a rule that looks at the same value through other schemas.
type combination struct {
	parts     []*schema.Schema
	condition string // on the number of parts that match; "" keeps what the parts find
	rule      string
	message   string
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
			p.text = append(p.text, check{fmt.Sprintf("utf8.RuneCountInString(text) >= %d", r.N), r.Keyword(), r.Message()})
		case schema.MaxLength:
			p.text = append(p.text, check{fmt.Sprintf("utf8.RuneCountInString(text) <= %d", r.N), r.Keyword(), r.Message()})
		case schema.Pattern:
			p.text = append(p.text, g.patternCheck(s, r))
		case schema.Minimum:
			p.bounds = append(p.bounds, atLeast(r))
		case schema.Maximum:
			p.bounds = append(p.bounds, atMost(r))
		case schema.MultipleOf:
			p.multiples = append(p.multiples, r)
		case schema.Items:
			p.items = r.Schema
		case schema.MinItems:
			p.counts = append(p.counts, limit{">=", r.N, r.Keyword(), r.Message()})
		case schema.MaxItems:
			p.counts = append(p.counts, limit{"<=", r.N, r.Keyword(), r.Message()})
		case schema.UniqueItems:
			p.unique = true
		case schema.Properties:
			p.properties = r.List
		case schema.Required:
			p.required = r.Names
		case schema.AdditionalProperties:
			p.additional, p.closed = r.Schema, r.Schema == nil
		case schema.MinProperties:
			p.sizes = append(p.sizes, limit{">=", r.N, r.Keyword(), r.Message()})
		case schema.MaxProperties:
			p.sizes = append(p.sizes, limit{"<=", r.N, r.Keyword(), r.Message()})
		case schema.AllOf:
			p.combinations = append(p.combinations, combination{parts: r.Parts})
		case schema.AnyOf:
			p.combinations = append(p.combinations, combination{r.Parts, ">= 1", r.Keyword(), r.Message()})
		case schema.OneOf:
			p.combinations = append(p.combinations, combination{r.Parts, "== 1", r.Keyword(), r.Message()})
		case schema.Not:
			p.combinations = append(p.combinations, combination{[]*schema.Schema{r.Schema}, "== 0", r.Keyword(), r.Message()})
		default:
			g.fail("%s: no code is printed for the keyword %s", s.Place, rule.Keyword())
		}
	}
	return p
}

// patternCheck returns the check of a pattern; the usual one for text that is not blank needs no regular expression.
func (g *Generator) patternCheck(s *schema.Schema, r schema.Pattern) check {
	if r.Source == `\S` {
		return check{"!format.IsBlank(text)", r.Keyword(), r.Message()}
	}
	return check{g.pattern(s, r) + ".MatchString(text)", r.Keyword(), r.Message()}
}

// pattern returns the name of the variable that has a compiled pattern.
func (g *Generator) pattern(s *schema.Schema, p schema.Pattern) string {
	for _, known := range g.patterns {
		if known.Expr == p.Go {
			return known.Name
		}
	}
	name := g.unique("pattern" + g.nameOf(s))
	g.patterns = append(g.patterns, pattern{name, p.Go, strings.ReplaceAll(p.Source, "\n", " ")})
	return name
}

func atLeast(r schema.Minimum) bound {
	operator := ">="
	if r.Exclusive {
		operator = ">"
	}
	return bound{r.Literal, operator, r.Keyword(), r.Message()}
}

func atMost(r schema.Maximum) bound {
	operator := "<="
	if r.Exclusive {
		operator = "<"
	}
	return bound{r.Literal, operator, r.Keyword(), r.Message()}
}

// print prints the check of a count in variable.
func (l limit) print(c *code, variable string) {
	c.line("s.Check(%s %s %d, %q, %q)", variable, l.operator, l.n, l.rule, l.message)
}

// print prints the check.
func (k check) print(c *code) {
	c.line("s.Check(%s, %q, %s)", k.condition, k.rule, quoted(k.message))
}

// quoted returns s as a raw string where that is possible and shorter.
func quoted(s string) string {
	if q := strconv.Quote(s); len(q) == len(s)+2 || !strconv.CanBackquote(s) {
		return q
	}
	return "`" + s + "`"
}
