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
	return "must be one of " + strings.Join(list, ", ")
}

var formatMessages = map[string]string{
	"byte":      "must be Base64",
	"date":      "must be a date, as in 2006-01-02",
	"date-time": "must be a time of RFC 3339, as in 2006-01-02T15:04:05Z",
	"email":     "must be an email address",
	"uuid":      "must be a UUID",
	"uri":       "must be a URI",
	"hostname":  "must be a host name",
	"ipv4":      "must be an IPv4 address",
	"ipv6":      "must be an IPv6 address",
	"int32":     "must be an integer of 32 bits",
	"int64":     "must be an integer of 64 bits",
	"float":     "must be in the range of a floating-point number of 32 bits",
	"double":    "must be in the range of a floating-point number of 64 bits",
}

// Message says what the format is.
func (r Format) Message() string { return formatMessages[r.Name] }

// Message returns the least length.
func (r MinLength) Message() string { return "must have at least " + plural(r.N, "character") }

// Message returns the greatest length.
func (r MaxLength) Message() string { return "must have at most " + plural(r.N, "character") }

// Message returns the pattern; the usual one for text that is not blank is said in words.
func (r Pattern) Message() string {
	if r.Source == `\S` {
		return "must not be blank"
	}
	return "must match " + r.Source
}

// Message returns the bound.
func (r Minimum) Message() string {
	if r.Exclusive {
		return "must be greater than " + r.Text
	}
	return "must be at least " + r.Text
}

// Message returns the bound.
func (r Maximum) Message() string {
	if r.Exclusive {
		return "must be less than " + r.Text
	}
	return "must be at most " + r.Text
}

// Message returns the divisor.
func (r MultipleOf) Message() string { return "must be a multiple of " + r.Text }

// Message returns the least count.
func (r MinItems) Message() string { return "must have at least " + plural(r.N, "item") }

// Message returns the greatest count.
func (r MaxItems) Message() string { return "must have at most " + plural(r.N, "item") }

// Message says what the rule forbids.
func (UniqueItems) Message() string { return "must not have equal items" }

// Message is for a property that no rule allows.
func (AdditionalProperties) Message() string { return "is not a property of this object" }

// Message returns the least count.
func (r MinProperties) Message() string { return "must have at least " + plural(r.N, "property") }

// Message returns the greatest count.
func (r MaxProperties) Message() string { return "must have at most " + plural(r.N, "property") }

// Message returns the number of schemas.
func (r AnyOf) Message() string {
	return "must match at least one of " + plural(len(r.Parts), "schema")
}

// Message returns the number of schemas.
func (r OneOf) Message() string { return "must match exactly one of " + plural(len(r.Parts), "schema") }

// Message says what the rule forbids.
func (Not) Message() string { return "must not match the schema under not" }

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
