package schema

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
)

// Message says what would be right by a rule, in the words of generated code.
func Message(r Rule) string { return message(r.Keyword(), Limited(r)) }

func message(rule, limit string) string {
	return validate.Words(validate.Violation{Rule: rule, Limit: limit})
}

// Limited returns what a rule asks for, as validate.Violation has it, or "".
func Limited(r any) string {
	if limited, ok := r.(interface{ Asks() string }); ok {
		return limited.Asks()
	}
	return ""
}

// maxListed bounds how many values a message lists.
const maxListed = 20

// Asks lists the values.
func (r Enum) Asks() string {
	var list []string
	for i, v := range r.Values {
		if i == maxListed {
			list = append(list, fmt.Sprintf("... (%d in all)", len(r.Values)))
			break
		}
		list = append(list, v.Literal())
	}
	return strings.Join(list, ", ")
}

// What the other rules ask for: a name, a number, a pattern, how many schemas there are.
func (r Format) Asks() string     { return r.Name }
func (r Pattern) Asks() string    { return r.Source }
func (l Limit) Asks() string      { return strconv.Itoa(l.N) }
func (b Bound) Asks() string      { return b.Text }
func (r MultipleOf) Asks() string { return r.Text }
func (r Contains) Asks() string   { return strconv.Itoa(r.Min) }
func (r AnyOf) Asks() string      { return strconv.Itoa(len(r.Parts)) }
func (r OneOf) Asks() string      { return strconv.Itoa(len(r.Parts)) }
