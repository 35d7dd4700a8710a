package validate

import (
	"cmp"
	"strings"
)

// Words returns what a violation says in English, to be read after the name of the value: "must be a date". It has the words of
// every rule that this package and generated code report.
func Words(v Violation) string {
	switch v.Rule {
	case "type", "const":
		return "must be " + v.Limit
	case "enum":
		return "must be one of " + v.Limit
	case "format":
		return "must be " + formatName(v.Limit)
	case "encoding":
		if v.Limit == "surrogate pairs" {
			return "must not have a lone surrogate"
		}
		return "must be " + v.Limit
	case "pattern":
		if v.Limit == `\S` {
			return "must not be blank"
		}
		return "must match " + v.Limit
	case "anyOf", "oneOf":
		return combinationWords(v)
	}
	if words, ok := ruleWords[v.Rule]; ok {
		return words
	}
	if words, ok := limitWords[v.Rule]; ok {
		return words.before + count(v.Limit, words.noun) + words.behind
	}
	return v.Limit
}

// ruleWords are the words of rules that have no limit.
var ruleWords = map[string]string{
	"required":             "is required",
	"uniqueItems":          "must not have equal items",
	"additionalProperties": "is not a property of this object",
	"propertyNames":        "must not have this name, by propertyNames",
	"not":                  "must not match the schema under not",
	"false":                "is not allowed",
	"duplicate":            "is there twice",
}

// limitWords are the words around a limit, and the noun of what is counted.
var limitWords = map[string]struct{ before, noun, behind string }{
	"minimum":          {before: "must be at least "},
	"maximum":          {before: "must be at most "},
	"exclusiveMinimum": {before: "must be greater than "},
	"exclusiveMaximum": {before: "must be less than "},
	"multipleOf":       {before: "must be a multiple of "},
	"minLength":        {"must have at least ", "character", ""},
	"maxLength":        {"must have at most ", "character", ""},
	"minItems":         {"must have at least ", "item", ""},
	"maxItems":         {"must have at most ", "item", ""},
	"minProperties":    {"must have at least ", "property", ""},
	"maxProperties":    {"must have at most ", "property", ""},
	"contains":         {"must have at least ", "item", " of the schema under contains"},
	"maxContains":      {"must have at most ", "item", " of the schema under contains"},
}

// formatWords say what a format is.
var formatWords = map[string]string{
	"float": "in the range of a floating-point number of 32 bits", "double": "in the range of a floating-point number of 64 bits",
	"byte": "Base64", "date": "a date, as in 2006-01-02", "date-time": "a time of RFC 3339, as in 2006-01-02T15:04:05Z",
	"email": "an email address", "uuid": "a UUID", "uri": "a URI", "hostname": "a host name", "ipv4": "an IPv4 address", "ipv6": "an IPv6 address",
}

func formatName(format string) string {
	bits, isInt := strings.CutPrefix(strings.TrimPrefix(format, "u"), "int")
	switch {
	case isInt && format[0] == 'u':
		return "an integer of " + bits + " bits without a sign"
	case isInt:
		return "an integer of " + bits + " bits"
	}
	return formatWords[format]
}

func combinationWords(v Violation) string {
	words := "must match at least one of "
	if v.Rule == "oneOf" {
		words = "must match exactly one of "
	}
	words += count(v.Limit, "schema")
	if v.Nearest != "" {
		words += "; the nearest is " + v.Nearest
	}
	if v.Cause != nil {
		words += ", where " + cmp.Or(v.Cause.Field(), "it") + " " + v.Cause.Message
	}
	return words
}

// count returns a number of things; without a noun it is the number.
func count(n, noun string) string {
	switch {
	case noun == "":
		return n
	case n == "1":
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return n + " " + strings.TrimSuffix(noun, "y") + "ies"
	}
	return n + " " + noun + "s"
}

// Format returns the list with other messages: what words returns for each violation. It is how messages get another language or
// another tone; words may call Words for what it has no words of its own for.
func (l Violations) Format(words func(Violation) string) Violations {
	out := make(Violations, len(l))
	for i, v := range l {
		v.Message = words(v)
		out[i] = v
	}
	return out
}
