package differential

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
)

// draw draws a document for the schema at an index: one that mostly fits, one with changes, or one that is hostile.
func draw(r random, list []object, index int) string {
	d := documentDrawer{random: r, schemas: list, wild: pick(r, 0, 0, 0, 2, 10, 40)}
	d.careful = d.chance(60)
	d.value(list[index], 6)
	text := d.String()
	if d.chance(8) {
		text = d.hostile(text)
	}
	return text
}

// documentDrawer writes a document.
type documentDrawer struct {
	strings.Builder
	random
	schemas []object
	wild    int  // in how many of 100 values the schema is not asked
	careful bool // required properties are not forgotten, and bounds are kept
}

func (d *documentDrawer) pick(values ...string) string { return pick(d.random, values...) }

// slip reports whether to do what a schema forbids.
func (d *documentDrawer) slip(percent int) bool { return !d.careful && d.chance(percent) }

// value writes a value that fits s as far as is easily said; below depth 0 it is short.
func (d *documentDrawer) value(s object, depth int) {
	for s["$ref"] != nil {
		i, _ := strconv.Atoi(strings.TrimPrefix(s["$ref"].(string), "#/components/schemas/S"))
		s = d.schemas[i]
	}
	switch {
	case depth < -2 || d.chance(d.wild): // there is no end to a schema that requires itself
		d.anything(depth)
	case s["enum"] != nil && !d.slip(10):
		text, _ := json.Marshal(pick(d.random, s["enum"].([]any)...))
		d.Write(text)
	case (s["nullable"] == true || s["type"] == nil) && d.chance(10):
		d.WriteString("null")
	default:
		d.typed(d.merged(s), depth)
	}
}

// merged returns the keywords of s and, where it has allOf, anyOf or oneOf, of one way to fit them.
func (d *documentDrawer) merged(s object) object {
	m := maps.Clone(s)
	add := func(part object) {
		for part["$ref"] != nil {
			i, _ := strconv.Atoi(strings.TrimPrefix(part["$ref"].(string), "#/components/schemas/S"))
			part = d.schemas[i]
		}
		for key, value := range d.merged(part) {
			if old, ok := m[key].(object); ok && key == "properties" {
				both := maps.Clone(value.(object))
				maps.Copy(both, old)
				m[key] = both
			} else if m[key] == nil {
				m[key] = value
			}
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		parts, _ := s[keyword].([]any)
		delete(m, keyword)
		if keyword == "allOf" {
			for _, part := range parts {
				add(part.(object))
			}
		} else if len(parts) > 0 {
			add(pick(d.random, parts...).(object))
		}
	}
	return m
}

func (d *documentDrawer) typed(s object, depth int) {
	kind, _ := s["type"].(string)
	if kind == "" {
		kind = d.pick("boolean", "integer", "number", "string", "array", "object")
	}
	switch kind {
	case "boolean":
		d.WriteString(d.pick("true", "false"))
	case "integer", "number":
		d.numeral(s, kind)
	case "string":
		d.text(s)
	case "array":
		d.array(s, depth)
	case "object":
		d.object(s, depth)
	}
}

func (d *documentDrawer) numeral(s object, kind string) {
	n := d.between(-4, 12)
	if low, ok := s["minimum"].(int); ok && d.careful {
		n = low + d.between(1, 3)
	} else if high, ok := s["maximum"].(int); ok && d.careful {
		n = high - d.between(1, 3)
	}
	if step, ok := s["multipleOf"].(int); ok && d.careful {
		n *= step
	}
	for _, bound := range []string{"minimum", "maximum", "multipleOf"} {
		if b, ok := s[bound].(int); ok && d.chance(40) {
			n = b + d.between(-1, 1)
		} else if s[bound] != nil && d.chance(40) {
			fmt.Fprint(d, s[bound])
			return
		}
	}
	text := strconv.Itoa(n)
	switch d.between(0, 11) {
	case 0:
		text += ".0"
	case 1:
		text += "e0"
	case 2:
		text += "0e-1"
	case 3:
		text += d.pick(".5", ".25", ".01", ".1", ".05")
	case 4:
		text += d.pick("e2", "E+1", "e-1", "e-2")
	case 5:
		if d.chance(20) {
			text = d.pick("2147483647", "2147483648", "-2147483649", "9007199254740993", "9223372036854775807", "9223372036854775808", "1e308", "1e400", "-1e39", "1e-400", "-0",
				"0.30000000000000004", "123456789012345678901234567890", "3.40282346638528859811704183484516925440e+38")
		}
	}
	d.WriteString(text)
}

func (d *documentDrawer) text(s object) {
	switch s["format"] {
	case "date":
		d.quote(d.pick("2024-02-29", "2023-02-29", "2024-13-01", "0000-01-01", "2024-2-1", "2024-04-31", "x"))
		return
	case "date-time":
		d.quote(d.pick("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.5+01:00", "2024-02-30T12:00:00Z", "2024-02-29t12:00:00z", "2016-12-31T23:59:60Z", "2016-12-30T12:59:60Z",
			"2024-02-29T24:00:00Z", "2024-02-29", "2024-02-29T12:00:00"))
		return
	}
	if min, ok := s["minLength"].(int); ok && d.chance(30) {
		d.quote(strings.Repeat(d.pick("a", "é", "😀"), max(0, min+d.between(-1, 1))))
		return
	}
	d.quote(d.pick("", "a", "ab", "abc", "b", "cab", "abab", "é", "😀", "a/b", "1", "x y", "aé😀", "\t", "abcdefgh", "_", "\n"))
}

// quote writes a string, at times with escapes that it does not need.
func (d *documentDrawer) quote(text string) {
	quoted := string(validate.AppendString(nil, text))
	if d.chance(10) {
		quoted = strings.NewReplacer("a", `\u0061`, "😀", `\ud83d\uDE00`, "/", `\/`).Replace(quoted)
	}
	d.WriteString(quoted)
}

func (d *documentDrawer) array(s object, depth int) {
	n := d.between(0, 3)
	if min, ok := s["minItems"].(int); ok {
		n = max(0, min+d.between(-1, 2)*d.between(0, 1))
	} else if most, ok := s["maxItems"].(int); ok {
		n = max(0, most+d.between(-2, 1))
	}
	if depth <= 0 {
		n = 0
	}
	items, _ := s["items"].(object)
	d.space()
	d.WriteByte('[')
	for i := range n {
		if i > 0 {
			d.WriteByte(',')
		}
		d.value(items, depth-1)
		d.space()
	}
	d.WriteByte(']')
}

func (d *documentDrawer) object(s object, depth int) {
	properties, _ := s["properties"].(object)
	required, _ := s["required"].([]string)
	additional, _ := s["additionalProperties"].(object)
	var keys []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if slices.Contains(required, name) && !d.slip(5) || depth > 0 && d.chance(50) {
			keys = append(keys, name)
		}
	}
	for _, name := range required {
		if properties[name] == nil && !d.slip(10) {
			keys = append(keys, name)
		}
	}
	for depth > 0 && (s["additionalProperties"] != false || !d.careful) && d.chance(20) {
		if name := d.pick(append(names, "x", "NAME")...); !slices.Contains(keys, name) {
			keys = append(keys, name)
		}
	}
	d.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			d.WriteByte(',')
		}
		d.space()
		d.quote(key)
		d.WriteByte(':')
		if property, ok := properties[key].(object); ok {
			d.value(property, depth-1)
		} else {
			d.value(additional, depth-1)
		}
	}
	d.WriteByte('}')
}

func (d *documentDrawer) space() {
	if d.chance(3) {
		d.WriteString(d.pick(" ", "\n", "\t\r"))
	}
}

func (d *documentDrawer) anything(depth int) {
	d.WriteString(d.pick("null", "true", "false", "0", "1", "-1", "0.5", "1.0", "1e1", `""`, `"a"`, `"1"`, "[]", "[1]", `["a","a"]`, "[1,1.0]", "[null]", "{}", `{"a":1}`,
		`{"a":{"b":[null]}}`, `{"name":"x"}`, "[[1],[1e0]]", "[0,-0]", `[{"a":1,"b":2},{"b":2,"a":1.0}]`))
}

// hostile changes a document into one that readers disagree on.
func (d *documentDrawer) hostile(text string) string {
	at := d.between(0, len(text))
	switch d.between(0, 9) {
	case 0:
		return text[:at]
	case 1:
		return text + d.pick(" ", "x", "{}", ",", "\x00", "]")
	case 2:
		return text[:at] + d.pick("\xff", "\x00", `\ud800`, `"\ud800"`, "\xc0\xaf", `\u0000`, `"`, "'", ",", ":", "[", "}", "0", "-", "/**/", "NaN", "\ufeff", "\u00a0") + text[at:]
	case 3: // the first member once more
		if i := strings.IndexByte(text, '{'); i >= 0 {
			if j := strings.IndexByte(text[i:], ','); j > 0 {
				return text[:i+1] + text[i+1:i+j+1] + text[i+1:]
			}
		}
	case 4:
		return strings.Replace(text, `"a"`, `"\u0061":1,"a"`, 1)
	case 5:
		n := d.between(60, 70)
		return strings.Repeat("[", n) + text + strings.Repeat("]", n)
	case 6:
		n := d.between(60, 70)
		return strings.Repeat(`{"a":`, n) + text + strings.Repeat("}", n)
	case 7:
		return strings.Replace(text, `"`, `"`+d.pick(`\ud83d`, `\udc00`, `\ud800\u0041`, "\xed\xa0\x80", `\x`, `\u12`, "\x1f"), 1)
	case 8:
		return strings.Replace(text, "1", d.pick("01", "+1", "1.", ".1", "1e", "0x1", "1_0"), 1)
	}
	return text
}
