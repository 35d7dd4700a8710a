package differential

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"regexp"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/format"
	"github.com/go-json-experiment/json/jsontext"
)

// outcome is what the two say of one document.
type outcome struct {
	schema object
	text   string
	rules  string // "ok", "syntax", or the rules that a generated validator found broken
	kin    bool   // kin-openapi accepts it
}

func (o *outcome) accepted() bool { return o.rules == "ok" }

// known are the differences between generated validators and kin-openapi. Each has the text that decides, and explains a
// difference only where its condition holds.
var known = []struct {
	name, ground string
	explains     func(*outcome) bool
}{
	{
		"text that is not I-JSON",
		"RFC 8259, section 2: a JSON text is one value, so nothing may come after it; section 8.1: it is UTF-8. RFC 7493, section 2.1: no lone surrogates; " +
			"section 2.3: names in an object are unique. encoding/json, which kin-openapi is given, replaces what is not Unicode, keeps the last of equal names and stops after the value.",
		func(o *outcome) bool { return o.rules == "syntax" && !strict(o.text) },
	},
	{
		"nesting deeper than 64",
		"RFC 8259, section 9: \"An implementation may set limits on the maximum depth of nesting.\"",
		func(o *outcome) bool {
			return o.rules == "syntax" && strict(o.text) && depth(o.text) > validate.DefaultMaxDepth
		},
	},
	{
		"numbers that a float64 has no room for",
		"JSON Schema Core, section 4.2: numbers are of arbitrary precision and compared by value; RFC 8259, section 6, lets software differ only beyond a float64. " +
			"kin-openapi compares after rounding to float64, and refuses what is out of its range.",
		func(o *outcome) bool { return hasNumber(o.text, beyondFloat64) },
	},
	{
		"equal numbers written in two ways, in uniqueItems",
		"JSON Schema Core, section 4.2.1: two numbers are equal where they have the same mathematical value. kin-openapi compares the text of json.Number.",
		func(o *outcome) bool {
			return !o.accepted() && o.kin && uses(o.schema, "uniqueItems") && writtenInTwoWays(o.text)
		},
	},
	{
		"equal numbers written in two ways, under not or oneOf with uniqueItems",
		"as above; what is refused inside is accepted outside of not, or matches one schema less of oneOf.",
		func(o *outcome) bool {
			return o.accepted() && !o.kin && uses(o.schema, "uniqueItems") && (uses(o.schema, "not") || uses(o.schema, "oneOf")) && writtenInTwoWays(o.text)
		},
	},
	{
		"times in lower case and leap seconds",
		"RFC 3339, section 5.6: \"T\" and \"Z\" may be lower case; section 5.7 and appendix D: a leap second is at the end of a day in UTC only. kin-openapi has a regular expression.",
		func(o *outcome) bool { return uses(o.schema, "date-time") && hasString(o.text, disputedTime) },
	},
	{
		"float: out of range",
		"OpenAPI 3.0.3, Data Types: number with format float is a single-precision number. kin-openapi does not check it.",
		func(o *outcome) bool { return uses(o.schema, "float") && hasNumber(o.text, beyondFloat32) },
	},
}

// strict reports whether jsontext takes a document: with unique names, valid UTF-8 and nothing after it.
func strict(text string) bool {
	d := jsontext.NewDecoder(strings.NewReader(text))
	if d.SkipValue() != nil {
		return false
	}
	_, err := d.ReadToken()
	return errors.Is(err, io.EOF)
}

// depth returns how deep a document is nested.
func depth(text string) int {
	d := jsontext.NewDecoder(strings.NewReader(text))
	deepest := 0
	for {
		if _, err := d.ReadToken(); err != nil {
			return deepest
		}
		deepest = max(deepest, d.StackDepth())
	}
}

// uses reports whether a schema, with what it refers to, has a keyword that is not false, or a format.
func uses(s any, word string) bool {
	switch s := s.(type) {
	case object:
		for key, value := range s {
			if key == word && value != false || key == "format" && value == word || uses(value, word) {
				return true
			}
		}
	case []any:
		for _, item := range s {
			if uses(item, word) {
				return true
			}
		}
	}
	return false
}

// scalars calls yield for every scalar of a document.
func scalars(text string, yield func(any)) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return
		}
		yield(token)
	}
}

func hasNumber(text string, is func(string) bool) bool {
	found := false
	scalars(text, func(v any) {
		if n, ok := v.(json.Number); ok && is(n.String()) {
			found = true
		}
	})
	return found
}

func hasString(text string, is func(string) bool) bool {
	found := false
	scalars(text, func(v any) {
		if s, ok := v.(string); ok && is(s) {
			found = true
		}
	})
	return found
}

// beyondFloat64 reports whether a number is out of the range of float64, or has more digits than every float64 keeps, be they
// written out or not.
func beyondFloat64(text string) bool {
	f, err := json.Number(text).Float64()
	digits := strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(strings.SplitN(strings.ToLower(text), "e", 2)[0]), "0")
	return err != nil || math.Abs(f) > 1<<53 || f == 0 && strings.Trim(digits, "0") != "" || len(strings.TrimRight(digits, "0")) > 15
}

func beyondFloat32(text string) bool {
	s := validate.NewScanner([]byte(text), validate.Options{})
	_, ok := s.Float32()
	return !ok
}

// writtenInTwoWays reports whether a document has two equal numbers with different texts.
func writtenInTwoWays(text string) bool {
	seen, found := map[string]string{}, false
	scalars(text, func(v any) {
		n, ok := v.(json.Number)
		if !ok {
			return
		}
		r, ok := new(big.Rat).SetString(n.String())
		if !ok {
			return
		}
		if other, ok := seen[r.String()]; ok && other != n.String() {
			found = true
		}
		seen[r.String()] = n.String()
	})
	return found
}

var withLeapSecond = regexp.MustCompile(`^[^tT]*[tT]\d\d:\d\d:60`)

// disputedTime reports whether a text is a time whose form or leap second RFC 3339 and a regular expression judge differently.
func disputedTime(text string) bool {
	return format.IsDateTime(text) && text != strings.ToUpper(text) || withLeapSecond.MatchString(text)
}
