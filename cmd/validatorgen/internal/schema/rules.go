package schema

import (
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
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

func init() {
	keywords = map[string]reader{
		"type":                 readType,
		"enum":                 readEnum,
		"format":               readFormat,
		"minLength":            length(func(n count) Rule { return MinLength{count: n} }),
		"maxLength":            length(func(n count) Rule { return MaxLength{count: n} }),
		"pattern":              readPattern,
		"minimum":              extreme("exclusiveMinimum", func(l Literal, e bool) Rule { return Minimum{Literal: l, Exclusive: e} }),
		"maximum":              extreme("exclusiveMaximum", func(l Literal, e bool) Rule { return Maximum{Literal: l, Exclusive: e} }),
		"multipleOf":           readMultipleOf,
		"items":                func(c *Compiler, _ *Schema, n *spec.Node) Rule { return Items{Schema: c.Compile(n)} },
		"minItems":             length(func(n count) Rule { return MinItems{count: n} }),
		"maxItems":             length(func(n count) Rule { return MaxItems{count: n} }),
		"uniqueItems":          readUniqueItems,
		"properties":           readProperties,
		"required":             readRequired,
		"additionalProperties": readAdditionalProperties,
		"minProperties":        length(func(n count) Rule { return MinProperties{count: n} }),
		"maxProperties":        length(func(n count) Rule { return MaxProperties{count: n} }),
		"allOf":                combination(func(p parts) Rule { return AllOf{parts: p} }),
		"anyOf":                combination(func(p parts) Rule { return AnyOf{parts: p} }),
		"oneOf":                combination(func(p parts) Rule { return OneOf{parts: p} }),
		"not":                  func(c *Compiler, _ *Schema, n *spec.Node) Rule { return Not{Schema: c.Compile(n)} },
	}
}

// Keywords returns the names of the keywords that are compiled, in alphabetical order.
func Keywords() []string {
	names := []string{"$ref", "nullable", "exclusiveMinimum", "exclusiveMaximum", "default", "readOnly", "writeOnly"}
	for name := range keywords {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
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
func (Enum) Keyword() string                 { return "enum" }
func (Format) Keyword() string               { return "format" }
func (MinLength) Keyword() string            { return "minLength" }
func (MaxLength) Keyword() string            { return "maxLength" }
func (Pattern) Keyword() string              { return "pattern" }
func (Minimum) Keyword() string              { return "minimum" }
func (Maximum) Keyword() string              { return "maximum" }
func (MultipleOf) Keyword() string           { return "multipleOf" }
func (Items) Keyword() string                { return "items" }
func (MinItems) Keyword() string             { return "minItems" }
func (MaxItems) Keyword() string             { return "maxItems" }
func (UniqueItems) Keyword() string          { return "uniqueItems" }
func (Properties) Keyword() string           { return "properties" }
func (Required) Keyword() string             { return "required" }
func (AdditionalProperties) Keyword() string { return "additionalProperties" }
func (MinProperties) Keyword() string        { return "minProperties" }
func (MaxProperties) Keyword() string        { return "maxProperties" }
func (AllOf) Keyword() string                { return "allOf" }
func (AnyOf) Keyword() string                { return "anyOf" }
func (OneOf) Keyword() string                { return "oneOf" }
func (Not) Keyword() string                  { return "not" }

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

// Enum allows the values that it lists.
type Enum struct {
	anyRule
	Values []*spec.Node
}

func readEnum(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if n.Kind != spec.Sequence || len(n.Items) == 0 {
		c.refuse(n, "must be an array of values")
		return nil
	}
	return Enum{Values: n.Items}
}

// Format is a format that is checked; Applies depends on it.
type Format struct {
	anyRule
	Name string
}

// Applies returns the type of the values that the format speaks of.
func (f Format) Applies() Types { return formats[f.Name] }

// formats are the ones that are checked.
var formats = map[string]Types{
	"int32": Integer, "int64": Integer, "float": Number, "double": Number, "byte": String,
	"date": String, "date-time": String, "email": String, "uuid": String, "uri": String, "hostname": String, "ipv4": String, "ipv6": String,
}

// silentFormats say how a value is shown or carried and restrict nothing.
var silentFormats = []string{"password", "binary"}

func readFormat(c *Compiler, _ *Schema, n *spec.Node) Rule {
	switch {
	case c.later():
		c.refuse(n, "restricts nothing in the dialect of $schema, and values in OpenAPI 3.0")
	case formats[n.Text] != 0:
		return Format{Name: n.Text}
	case !slices.Contains(silentFormats, n.Text):
		if _, listed := c.UnknownFormats[n.Text]; !listed {
			c.UnknownFormats[n.Text] = n.Place
		}
	}
	return nil
}

// What has a length is bounded by these: the characters of a string, the elements of an array, the properties of an object.
type (
	MinLength struct {
		stringRule
		count
	}
	MaxLength struct {
		stringRule
		count
	}
	MinItems struct {
		arrayRule
		count
	}
	MaxItems struct {
		arrayRule
		count
	}
	MinProperties struct {
		objectRule
		count
	}
	MaxProperties struct {
		objectRule
		count
	}
	count struct{ N int }
)

// length reads a keyword whose value is a count.
func length(rule func(n count) Rule) reader {
	return func(c *Compiler, _ *Schema, n *spec.Node) Rule {
		value, ok := validate.ParseDecimal(n.Text).Int64()
		if n.Kind != spec.Number || !ok || value < 0 {
			c.refuse(n, "must be an integer of at least 0")
			return nil
		}
		if value == 0 && strings.HasPrefix(n.Key(), "min") {
			return nil
		}
		return rule(count{int(value)})
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

// Minimum bounds a number from below.
type Minimum struct {
	numberRule
	Literal
	Exclusive bool
}

// Maximum bounds a number from above.
type Maximum struct {
	numberRule
	Literal
	Exclusive bool
}

// extreme reads minimum or maximum.
func extreme(exclusive string, rule func(l Literal, exclusive bool) Rule) reader {
	return func(c *Compiler, s *Schema, n *spec.Node) Rule {
		if n.Kind != spec.Number {
			c.refuse(n, "must be a number")
			return nil
		}
		return rule(Literal{n.Text, validate.ParseDecimal(n.Text)}, c.nodes[s].True(exclusive))
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

// Items is the schema of the elements of an array.
type Items struct {
	arrayRule
	Schema *Schema
}

// UniqueItems allows no two equal elements.
type UniqueItems struct{ arrayRule }

func readUniqueItems(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if c.boolean(n) {
		return UniqueItems{}
	}
	return nil
}

// Property is a named property of an object.
type Property struct {
	Name   string
	Schema *Schema
}

// Properties has the schemas of named properties.
type Properties struct {
	objectRule
	List []Property
}

// Children returns the schemas of the properties.
func (r Properties) Children() []*Schema {
	all := make([]*Schema, len(r.List))
	for i, p := range r.List {
		all[i] = p.Schema
	}
	return all
}

func readProperties(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if n.Kind != spec.Mapping {
		c.refuse(n, "must be an object")
		return nil
	}
	var r Properties
	for _, m := range n.Members {
		r.List = append(r.List, Property{m.Key, c.Compile(m.Value)})
	}
	return r
}

// Required names the properties that have to be there.
type Required struct {
	objectRule
	Names []string
}

func readRequired(c *Compiler, _ *Schema, n *spec.Node) Rule {
	if n.Kind != spec.Sequence {
		c.refuse(n, "must be an array of names of properties")
		return nil
	}
	var r Required
	for _, item := range n.Items {
		if item.Kind != spec.String {
			c.refuse(item, "must be the name of a property")
			continue
		}
		if !slices.Contains(r.Names, item.Text) {
			r.Names = append(r.Names, item.Text)
		}
	}
	return r
}

// AdditionalProperties is the schema of the properties that are not named; nil allows none.
type AdditionalProperties struct {
	objectRule
	Schema *Schema
}

// Children returns the schema, if there is one.
func (r AdditionalProperties) Children() []*Schema {
	if r.Schema == nil {
		return nil
	}
	return []*Schema{r.Schema}
}

func readAdditionalProperties(c *Compiler, _ *Schema, n *spec.Node) Rule {
	switch {
	case n.Kind != spec.Boolean:
		return AdditionalProperties{Schema: c.Compile(n)}
	case n.Text == "false":
		return AdditionalProperties{}
	default:
		return nil
	}
}

// A value has to match all of the Parts, at least one of them, or exactly one.
type (
	AllOf struct{ parts }
	AnyOf struct{ parts }
	OneOf struct{ parts }
	parts struct {
		anyRule
		Parts []*Schema
	}
)

func allOf(schemas []*Schema) AllOf { return AllOf{parts{Parts: schemas}} }

// combination reads a keyword whose value is an array of schemas.
func combination(rule func(p parts) Rule) reader {
	return func(c *Compiler, _ *Schema, n *spec.Node) Rule {
		if n.Kind != spec.Sequence || len(n.Items) == 0 {
			c.refuse(n, "must be an array of schemas")
			return nil
		}
		var p parts
		for _, item := range n.Items {
			p.Parts = append(p.Parts, c.Compile(item))
		}
		if len(p.Parts) == 1 {
			return allOf(p.Parts) // one of one is all
		}
		return rule(p)
	}
}

// Not is a schema that a value must not match.
type Not struct {
	anyRule
	Schema *Schema
}
