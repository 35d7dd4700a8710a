package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// Messages say what would be right, to be read after the name of the value: "must be a date". Generated code has them, and so
// have the reports of examples.

// maxListed bounds how many values a message lists.
const maxListed = 20

// Message lists the values.
func (r Enum) Message() string {
	var list []string
	for i, v := range r.Values {
		if i == maxListed {
			list = append(list, fmt.Sprintf("... (%d in all)", len(r.Values)))
			break
		}
		list = append(list, v.Literal())
	}
	if r.Keyword() == "const" {
		return "must be " + list[0]
	}
	return "must be one of " + strings.Join(list, ", ")
}

// Message says what the format is.
func (r Format) Message() string { return formats[r.Name].message }

// Message returns the pattern; the usual one for text that is not blank is said in words.
func (r Pattern) Message() string {
	if r.Source == `\S` {
		return "must not be blank"
	}
	return "must match " + r.Source
}

// Message returns the length.
func (l Limit) Message() string {
	words := map[string]string{">=": "must have at least ", "<=": "must have at most "}
	return words[l.Operator()] + plural(l.N, l.noun)
}

// Message returns the bound.
func (b Bound) Message() string {
	words := map[string]string{">": "must be greater than ", ">=": "must be at least ", "<": "must be less than ", "<=": "must be at most "}
	return words[b.operator] + b.Text
}

// Message returns the divisor.
func (r MultipleOf) Message() string { return "must be a multiple of " + r.Text }

// Message says what the rule forbids.
func (UniqueItems) Message() string { return "must not have equal items" }

// Message returns how many elements have to match.
func (r Contains) Message() string {
	switch {
	case r.Max < 0:
		return "must have at least " + plural(r.Min, "item") + " of the schema under contains"
	case r.Min == 0:
		return "must have at most " + plural(r.Max, "item") + " of the schema under contains"
	}
	return fmt.Sprintf("must have %d to %d items of the schema under contains", r.Min, r.Max)
}

// Message is for the name of a property.
func (PropertyNames) Message() string { return "must not have this name, by propertyNames" }

// Message is for a property that no rule allows.
func (AdditionalProperties) Message() string { return "is not a property of this object" }

// Message returns the number of schemas.
func (r AnyOf) Message() string {
	return "must match at least one of " + plural(len(r.Parts), "schema")
}

// Message returns the number of schemas.
func (r OneOf) Message() string { return "must match exactly one of " + plural(len(r.Parts), "schema") }

// Message says what the rule forbids; the schema false of 3.1 forbids everything.
func (r Not) Message() string {
	if s := r.Schema.Resolve(); len(s.Rules) == 0 {
		return "is not allowed"
	}
	return "must not match the schema under not"
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
