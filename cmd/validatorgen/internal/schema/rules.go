package schema

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/format"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Rule is one keyword of a schema.
type Rule interface {
	Keyword() string
	// Applies returns the types of the values that the rule looks at; others are valid as far as it is concerned.
	Applies() Types
	// Children returns the schemas that the rule holds.
	Children() []*Schema
	// evaluate looks for violations in a value of the document that has a type which the rule applies to.
	evaluate(e *evaluation, s *Schema, v *spec.Node)
}

// reader reads a keyword from its value. Nil is no rule: the value restricts nothing, or was refused.
type reader func(c *Compiler, s *Schema, n *spec.Node) Rule

// keywords has the reader of every keyword that is compiled. The rules of a schema are in the order of the document.
var keywords map[string]reader

// modernKeywords has those that OpenAPI 3.1 adds to it, or reads in another way.
var modernKeywords map[string]reader

func init() {
	keywords = map[string]reader{
		"type":                 readType,
		"enum":                 readEnum,
		"format":               readFormat,
		"minLength":            length(func(l Limit) Rule { return MinLength{textLimit{Limit: l}} }),
		"maxLength":            length(func(l Limit) Rule { return MaxLength{textLimit{Limit: l}} }),
		"pattern":              readPattern,
		"minimum":              extreme(">", "exclusiveMinimum", func(b Bound) Rule { return Minimum{b} }),
		"maximum":              extreme("<", "exclusiveMaximum", func(b Bound) Rule { return Maximum{b} }),
		"multipleOf":           readMultipleOf,
		"items":                func(c *Compiler, _ *Schema, n *spec.Node) Rule { return Items{Schema: c.Compile(n)} },
		"minItems":             length(func(l Limit) Rule { return MinItems{itemLimit{Limit: l}} }),
		"maxItems":             length(func(l Limit) Rule { return MaxItems{itemLimit{Limit: l}} }),
		"uniqueItems":          readUniqueItems,
		"properties":           readProperties,
		"required":             readRequired,
		"additionalProperties": readAdditionalProperties,
		"minProperties":        length(func(l Limit) Rule { return MinProperties{propertyLimit{Limit: l}} }),
		"maxProperties":        length(func(l Limit) Rule { return MaxProperties{propertyLimit{Limit: l}} }),
		"allOf":                combination(func(p parts) Rule { return AllOf{parts: p} }),
		"anyOf":                combination(func(p parts) Rule { return AnyOf{parts: p} }),
		"oneOf":                combination(func(p parts) Rule { return OneOf{parts: p} }),
		"not":                  func(c *Compiler, _ *Schema, n *spec.Node) Rule { return Not{Schema: c.Compile(n)} },
	}
	modernKeywords = map[string]reader{
		"const":             readConst,
		"exclusiveMinimum":  extreme(">", "", func(b Bound) Rule { return Minimum{b} }),
		"exclusiveMaximum":  extreme("<", "", func(b Bound) Rule { return Maximum{b} }),
		"contentEncoding":   readContentEncoding,
		"prefixItems":       readPrefixItems,
		"contains":          readContains,
		"propertyNames":     func(c *Compiler, _ *Schema, n *spec.Node) Rule { return PropertyNames{Schema: c.Compile(n)} },
		"patternProperties": readPatternProperties,
		"dependentRequired": dependents(func(c *Compiler, n *spec.Node) *Schema {
			s := &Schema{Place: n.Place}
			if rule := readRequired(c, nil, n); rule != nil {
				s.Rules = []Rule{rule}
			}
			return s
		}),
		"dependentSchemas":      dependents((*Compiler).Compile),
		"if":                    readIf,
		"unevaluatedProperties": readUnevaluatedProperties,
		"unevaluatedItems":      readUnevaluatedItems,
	}
}

// Keywords returns the names of the keywords that are compiled, in alphabetical order.
func Keywords() []string {
	names := []string{"$ref", "discriminator", "nullable", "exclusiveMinimum", "exclusiveMaximum", "default", "readOnly", "writeOnly"}
	for name := range keywords {
		names = append(names, name)
	}
	for name := range modernKeywords {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Compiles reports whether a keyword becomes a rule.
func Compiles(keyword string) bool { return keywords[keyword] != nil }

// The kinds of rules by the values that they look at.
type (
	anyRule    struct{}
	stringRule struct{}
	numberRule struct{}
	arrayRule  struct{}
	objectRule struct{}
)

func (anyRule) Applies() Types         { return AnyType }
func (anyRule) Children() []*Schema    { return nil }
func (stringRule) Applies() Types      { return String }
func (stringRule) Children() []*Schema { return nil }
func (numberRule) Applies() Types      { return Number }
func (numberRule) Children() []*Schema { return nil }
func (arrayRule) Applies() Types       { return Array }
func (arrayRule) Children() []*Schema  { return nil }
func (objectRule) Applies() Types      { return Object }
func (objectRule) Children() []*Schema { return nil }

// The children of rules that are schemas or lists of them, and the keywords of all.
func (r Items) Children() []*Schema { return []*Schema{r.Schema} }
func (r parts) Children() []*Schema { return r.Parts }
func (r Not) Children() []*Schema   { return []*Schema{r.Schema} }

func (Type) Keyword() string                 { return "type" }
func (Format) Keyword() string               { return "format" }
func (Pattern) Keyword() string              { return "pattern" }
func (MultipleOf) Keyword() string           { return "multipleOf" }
func (Items) Keyword() string                { return "items" }
func (UniqueItems) Keyword() string          { return "uniqueItems" }
func (Properties) Keyword() string           { return "properties" }
func (Required) Keyword() string             { return "required" }
func (AdditionalProperties) Keyword() string { return "additionalProperties" }
func (AllOf) Keyword() string                { return "allOf" }
func (AnyOf) Keyword() string                { return "anyOf" }
func (OneOf) Keyword() string                { return "oneOf" }
func (PrefixItems) Keyword() string          { return "prefixItems" }
func (Contains) Keyword() string             { return "contains" }
func (PropertyNames) Keyword() string        { return "propertyNames" }
func (PatternProperties) Keyword() string    { return "patternProperties" }
func (If) Keyword() string                   { return "if" }

// Type allows values of some types.
type Type struct {
	anyRule
	Types Types
}

func readType(c *Compiler, _ *Schema, n *spec.Node) Rule {
	names := n.Items
	if n.Kind != spec.Sequence {
		names = []*spec.Node{n}
	}
	var types Types
	for _, name := range names {
		t, ok := typeNames[name.Text]
		if !ok || name.Kind != spec.String {
			c.refuse(n, "must be one of array, boolean, integer, null, number, object, string")
			return nil
		}
		types |= t
	}
	if types&Number != 0 {
		types &^= Integer
	}
	return Type{Types: types}
}

// Enum allows the values that it lists: those of enum, or the one of const.
type Enum struct {
	anyRule
	Values []*spec.Node
}

// Keyword returns "const" or "enum".
func (r Enum) Keyword() string {
	if len(r.Values) > 0 && r.Values[0].Key() == "const" {
		return "const"
	}
	return "enum"
}

// readConst reads the one value that is allowed.
func readConst(c *Compiler, s *Schema, n *spec.Node) Rule {
	one := Enum{Values: []*spec.Node{n}}
	if c.nodes[s].Get("enum") != nil {
		return allOf([]*Schema{{Place: n.Place, Rules: []Rule{one}}})
	}
	return one
}

func readEnum(c *Compiler, _ *Schema, n *spec.Node) Rule {
	switch {
	case n.Kind != spec.Sequence || len(n.Items) == 0 && !c.modern:
		c.refuse(n, "must be an array of values")
		return nil
	case len(n.Items) == 0:
		return nothing(n)
	}
	return Enum{Values: n.Items}
}

// Format is a format that is checked; Applies depends on it.
type Format struct {
	anyRule
	Name string
}

// Applies returns the type of the values that the format speaks of.
func (f Format) Applies() Types { return formats[f.Name].types }

// formats are the ones that are checked: the types that they speak of, and the check of texts.
var formats = map[string]struct {
	types Types
	is    func(text string) bool
}{
	"int32":     {Integer, nil},
	"int64":     {Integer, nil},
	"float":     {Number, nil},
	"double":    {Number, nil},
	"byte":      {String, format.IsBase64},
	"date":      {String, format.IsDate},
	"date-time": {String, format.IsDateTime},
	"email":     {String, format.IsEmail},
	"uuid":      {String, format.IsUUID},
	"uri":       {String, format.IsURI},
	"hostname":  {String, format.IsHostname},
	"ipv4":      {String, format.IsIPv4},
	"ipv6":      {String, format.IsIPv6},
}

// Formats returns the names of the formats that are checked.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// silentFormats say how a value is shown or carried and restrict nothing.
var silentFormats = []string{"password", "binary"}

func readFormat(c *Compiler, _ *Schema, n *spec.Node) Rule {
	switch {
	case c.doc.Root.Get("openapi") == nil && c.modern: // in a schema that is not part of OpenAPI it restricts nothing
	case formats[n.Text].types != 0:
		return Format{Name: n.Text}
	case !slices.Contains(silentFormats, n.Text):
		if _, listed := c.UnknownFormats[n.Text]; !listed {
			c.UnknownFormats[n.Text] = n.Place
		}
	}
	return nil
}

// readContentEncoding reads Base64 as the format byte: generated types hold nothing else. Other encodings restrict nothing.
func readContentEncoding(c *Compiler, s *Schema, n *spec.Node) Rule {
	at := c.nodes[s]
	if n.Text == "base64" && at.Str("type") == "string" && at.Get("format") == nil && at.Get("contentMediaType") == nil && c.doc.Root.Get("openapi") != nil {
		return Format{Name: "byte"}
	}
	return nil
}

// What has a length is bounded by these: the characters of a string, the elements of an array, the properties of an object.
type (
	MinLength     struct{ textLimit }
	MaxLength     struct{ textLimit }
	MinItems      struct{ itemLimit }
	MaxItems      struct{ itemLimit }
	MinProperties struct{ propertyLimit }
	MaxProperties struct{ propertyLimit }

	textLimit struct {
		stringRule
		Limit
	}
	itemLimit struct {
		arrayRule
		Limit
	}
	propertyLimit struct {
		objectRule
		Limit
	}
)

// Limit is the least or the greatest length.
type Limit struct {
	Name
	N int
}

// Operator returns what a length that is allowed is compared with N by.
func (l Limit) Operator() string {
	if strings.HasPrefix(string(l.Name), "min") {
		return ">="
	}
	return "<="
}

// Name is the keyword of a rule.
type Name string

// Keyword returns the name.
func (n Name) Keyword() string { return string(n) }

// length reads a keyword whose value is a count.
func length(rule func(l Limit) Rule) reader {
	return func(c *Compiler, _ *Schema, n *spec.Node) Rule {
		value, ok := validate.ParseDecimal(n.Text).Int64()
		if n.Kind != spec.Number || !ok || value < 0 {
			c.refuse(n, "must be an integer of at least 0")
			return nil
		}
		if value == 0 && strings.HasPrefix(n.Key(), "min") {
			return nil
		}
		return rule(Limit{Name(n.Key()), int(value)})
	}
}

// Pattern is a regular expression that a string has to match somewhere.
type Pattern struct {
	stringRule
	Source string // as it is written
	Go     string // in the syntax of package regexp
}

func readPattern(c *Compiler, _ *Schema, n *spec.Node) Rule {
	translated, err := translate(n.Text)
	if err != nil {
		c.refuse(n, "%s cannot be compiled for package regexp: %v", strconv.Quote(n.Text), err)
		return nil
	}
	return Pattern{Source: n.Text, Go: translated}
}

// Literal is a number of the document: as it is written, and by its value.
type Literal struct {
	Text  string
	Value validate.Decimal
}

// A number is bounded by these.
type (
	Minimum struct{ Bound }
	Maximum struct{ Bound }
)

// Bound is the least or the greatest number.
type Bound struct {
	numberRule
	Name
	Literal
	operator string
}

// Operator returns what a number that is allowed is compared with the literal by.
func (b Bound) Operator() string { return b.operator }

// extreme reads minimum or maximum. strict is the operator that exclusive asks for, or, where that is "", the keyword itself.
func extreme(strict, exclusive string, rule func(b Bound) Rule) reader {
	return func(c *Compiler, s *Schema, n *spec.Node) Rule {
		if n.Kind != spec.Number {
			c.refuse(n, "must be a number")
			return nil
		}
		b := Bound{Name: Name(n.Key()), Literal: Literal{n.Text, validate.ParseDecimal(n.Text)}, operator: strict}
		switch {
		case exclusive == "":
		case c.nodes[s].True(exclusive):
			b.Name = Name(exclusive)
		default:
			b.operator += "="
		}
		return rule(b)
	}
}

// MultipleOf is a number that a number is an integer multiple of, exactly.
type MultipleOf struct {
	numberRule
	Literal
}

func readMultipleOf(c *Compiler, _ *Schema, n *spec.Node) Rule {
	value := validate.ParseDecimal(n.Text)
	if _, _, ok := value.Divisor(); n.Kind != spec.Number || !ok {
		c.refuse(n, "must be a number above 0 with at most 18 digits")
		return nil
	}
	return MultipleOf{Literal: Literal{n.Text, value}}
}
