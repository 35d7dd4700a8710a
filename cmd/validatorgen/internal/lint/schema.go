package lint

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// bounds are the keywords that exclude each other.
var bounds = []struct{ least, most, exclusiveLeast, exclusiveMost string }{
	{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
	{"minLength", "maxLength", "", ""},
	{"minItems", "maxItems", "", ""},
	{"minProperties", "maxProperties", "", ""},
	{"minContains", "maxContains", "", ""},
}

// dependent are keywords that another one reads.
var dependent = []struct{ key, of string }{
	{"minContains", "contains"}, {"maxContains", "contains"}, {"then", "if"}, {"else", "if"},
}

func (c *checker) checkSchema(n *spec.Node) {
	typ := n.Str("type")
	if c.modern {
		c.checkType(n)
	}
	if typ == "array" && n.Get("items") == nil && n.Get("prefixItems") == nil && !c.modern {
		c.errorf(n, "items is required where type is array; items: {} takes anything")
	}
	if n.True("readOnly") && n.True("writeOnly") {
		c.errorf(n.Get("writeOnly"), "excludes readOnly; leave one of them out")
	}
	for _, key := range []string{"allOf", "oneOf", "anyOf", "enum"} {
		if list := n.Get(key); list != nil && list.Kind == spec.Sequence && len(list.Items) == 0 {
			c.errorf(list, "must not be empty")
		}
	}
	for _, k := range dependent {
		if at := n.Get(k.key); at != nil && n.Get(k.of) == nil && c.modern {
			c.noticef(at, "has no effect without %s", k.of)
		}
	}
	c.checkBounds(n, typ)
	c.checkPattern(n)
	c.checkAllOf(n)
	c.checkEnum(n, typ)
	c.checkRequired(n)
	c.checkNullable(n, typ)
	c.checkNumber(n, typ)
	c.checkDiscriminator(n)
	c.names().addAll(n.Entries("properties"))
}

// typeNames are the values of type.
var typeNames = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// checkType checks type as 3.1 has it: one name or several.
func (c *checker) checkType(n *spec.Node) {
	typ := n.Get("type")
	if typ == nil {
		return
	}
	names := typ.Items
	if typ.Kind != spec.Sequence {
		names = []*spec.Node{typ}
	} else if len(names) == 0 {
		c.errorf(typ, "must not be empty")
	}
	for i, name := range names {
		switch {
		case slices.ContainsFunc(names[:i], func(other *spec.Node) bool { return other.Text == name.Text }):
			c.errorf(name, "%q is there twice", name.Text)
		case name.Kind == spec.Null:
			c.errorf(name, "must be a string, not null; write \"null\" in quotes")
		case name.Kind != spec.String:
			c.wrongType(name, "a string")
		case !slices.Contains(typeNames, name.Text):
			c.unknown(name, "value of type", name.Text, typeNames)
		}
	}
}

func (c *checker) checkBounds(n *spec.Node, typ string) {
	if step, ok := number(n.Get("multipleOf")); ok && step.Compare(validate.ParseDecimal("0")) <= 0 {
		c.errorf(n.Get("multipleOf"), "must be more than 0")
	}
	for _, b := range bounds {
		least, above := bound(n, b.least, b.exclusiveLeast, 1)
		most, below := bound(n, b.most, b.exclusiveMost, -1)
		if least == nil || most == nil {
			continue
		}
		low, high := validate.ParseDecimal(least.Text), validate.ParseDecimal(most.Text)
		switch order := low.Compare(high); {
		case order > 0:
			c.errorf(least, "is %s and %s is %s; no value is both", least.Text, most.Key(), most.Text)
		case order == 0 && (above || below):
			c.errorf(least, "equals %s and one of them is exclusive; no value is left", most.Key())
		case order < 0 && typ == "integer" && !integerBetween(least.Text, most.Text, above, below):
			c.errorf(least, "is %s and %s is %s; no integer is between them", least.Text, most.Key(), most.Text)
		}
	}
	if most, bounded := number(n.Get("maxProperties")); bounded {
		if names := len(n.List("required")); most.Compare(validate.ParseDecimal(strconv.Itoa(names))) < 0 {
			c.errorf(n.Get("maxProperties"), "is %s and %d properties are required", n.Get("maxProperties").Text, names)
		}
	}
	if least, bounded := number(n.Get("minProperties")); bounded && closed(n) {
		if names := len(n.Keys("properties")); least.Compare(validate.ParseDecimal(strconv.Itoa(names))) > 0 {
			c.errorf(n.Get("minProperties"), "is %s and only %d properties are allowed", n.Get("minProperties").Text, names)
		}
	}
}

// closed reports whether an object has the properties that are named and no others.
func closed(n *spec.Node) bool {
	more := n.Get("additionalProperties")
	return more != nil && more.Text == "false" && n.Get("patternProperties") == nil
}

// bound returns the narrower one of a keyword and its exclusive form, and whether it excludes the number itself. Sign is 1 for the
// least number, -1 for the greatest.
func bound(n *spec.Node, key, exclusive string, sign int) (at *spec.Node, strict bool) {
	value, ok := number(n.Get(key))
	strictly, numeric := number(n.Get(exclusive))
	switch {
	case numeric && (!ok || sign*strictly.Compare(value) >= 0):
		return n.Get(exclusive), true
	case ok:
		return n.Get(key), n.True(exclusive)
	}
	return nil, false
}

// integerBetween reports whether an integer is within bounds; of those that float64 does not hold, one always is.
func integerBetween(least, most string, above, below bool) bool {
	low, _ := strconv.ParseFloat(least, 64)
	high, _ := strconv.ParseFloat(most, 64)
	first, last := math.Ceil(low), math.Floor(high)
	if above && first == low {
		first++
	}
	if below && last == high {
		last--
	}
	return first <= last || math.Abs(low) > 1<<52
}

// checkPattern looks for the slashes of JavaScript: within them no text matches.
func (c *checker) checkPattern(n *spec.Node) {
	if p := n.Str("pattern"); strings.HasPrefix(p, "/^") || strings.HasPrefix(p, "/") && strings.HasSuffix(strings.TrimRight(p, "gimsuy"), "$/") {
		c.errorf(n.Get("pattern"), "no text matches, as the slashes are part of the pattern; leave them out")
	}
}

// checkAllOf looks for branches whose types exclude each other.
func (c *checker) checkAllOf(n *spec.Node) {
	first := n.Get("type")
	for _, branch := range n.List("allOf") {
		typ := c.deref(branch).Get("type")
		switch {
		case typ == nil || typ.Kind != spec.String:
		case first == nil:
			first = typ
		case first.Kind == spec.String && first.Text != typ.Text && !isNumber(first.Text, typ.Text):
			c.errorf(branch, "is of type %s, and %s has type %s; no value is both", typ.Text, first.Place.LineFrom(branch.Place), first.Text)
			return
		}
	}
}

// isNumber reports whether two types are the ones that an integer has.
func isNumber(a, b string) bool {
	return a == "integer" && b == "number" || a == "number" && b == "integer"
}

// number returns a number, and false for what is none.
func number(n *spec.Node) (validate.Decimal, bool) {
	if n == nil || n.Kind != spec.Number {
		return validate.Decimal{}, false
	}
	return validate.ParseDecimal(n.Text), true
}

// truth has the words that YAML 1.1 took as booleans, and what they are now.
var truth = map[string]string{"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}

func (c *checker) checkEnum(n *spec.Node, typ string) {
	seen := map[string]bool{}
	for _, item := range n.List("enum") {
		if item.Plain && truth[strings.ToLower(item.Text)] != "" {
			c.noticef(item, "%s is a boolean for parsers of YAML 1.1; write it in quotes", item.Text)
		}
		switch text := item.JSON(); {
		case seen[text]:
			c.noticef(item, "is in the enum twice")
		case item.Kind == spec.Null && typ != "" && typ != "null" && c.modern:
			c.errorf(item, "null is never allowed, as type is %s; write type: [%s, \"null\"], or leave null out", typ, typ)
		case item.Kind == spec.Null && typ != "" && typ != "null" && !n.True("nullable"):
			c.errorf(item, "null is never allowed, as type is %s; add nullable: true, or leave null out", typ)
		case item.Kind != spec.Null && !isOfType(item, typ):
			hint := ""
			if typ == "string" && (item.Kind == spec.Number || item.Kind == spec.Boolean) {
				hint = "; write it in quotes"
			}
			c.errorf(item, "%s is never allowed, as type is %s%s", short(item.Literal()), typ, hint)
		default:
			seen[text] = true
		}
	}
}

func short(text string) string {
	if len(text) > 40 {
		return strings.ToValidUTF8(text[:40], "") + "…"
	}
	return text
}

func isOfType(n *spec.Node, typ string) bool {
	switch typ {
	case "integer":
		return n.Kind == spec.Number && validate.ParseDecimal(n.Text).IsInteger()
	case "number", "string", "boolean", "array", "object":
		return n.Kind.String() == typ
	}
	return true
}

// checkRequired looks for names that no property has: neither the schema's nor those of the schemas around and below it.
func (c *checker) checkRequired(n *spec.Node) {
	known := c.properties()
	for _, schema := range append(c.around[:len(c.around):len(c.around)], n) {
		known.addAround(schema)
	}
	c.checkNamed(known, n.List("required"))
	for _, m := range n.Entries("dependentRequired") {
		c.checkNamed(known, m.Value.Items)
	}
}

// checkNamed looks for names that no property has.
func (c *checker) checkNamed(known properties, names []*spec.Node) {
	seen := map[string]bool{}
	for _, item := range names {
		if item.Kind != spec.String {
			continue
		}
		if seen[item.Text] {
			c.errorf(item, "%q is there twice", item.Text)
		}
		seen[item.Text] = true
		if known.names[item.Text] {
			continue
		}
		hint := known.hint(item.Text)
		if len(known.names) == 0 || known.open {
			c.noticef(item, "%q names no property that is described%s", item.Text, hint)
		} else {
			c.errorf(item, "%q names no property, so generated types cannot hold it%s", item.Text, hint)
		}
	}
}

// properties collects the names of properties that a schema describes, through references and compositions.
type properties struct {
	checker *checker
	names   map[string]bool
	open    bool // others are allowed in so many words
	seen    map[*spec.Node]bool
}

func (c *checker) properties() properties {
	return properties{checker: c, names: map[string]bool{}, seen: map[*spec.Node]bool{}}
}

// hint returns a hint at the property that is nearest to a name.
func (p *properties) hint(name string) string {
	return nearest.Hint(name, slices.Sorted(maps.Keys(p.names)))
}

// addAround adds n and the schemas that it is a branch of.
func (p *properties) addAround(n *spec.Node) {
	if p.seen[n] {
		return
	}
	p.add(n)
	for _, composer := range p.checker.composers[n] {
		p.addAround(composer)
	}
}

func (p *properties) add(n *spec.Node) {
	if n = p.checker.deref(n); n == nil || p.seen[n] {
		return
	}
	p.seen[n] = true
	for _, key := range n.Keys("properties") {
		p.names[key] = true
	}
	if more := n.Get("additionalProperties"); more != nil && more.Text != "false" {
		p.open = true
	}
	for _, branch := range branches(n) {
		p.add(branch)
	}
}

// branches returns the schemas that a value of n has to match too, or may.
func branches(n *spec.Node) []*spec.Node {
	return slices.Concat(n.List("allOf"), n.List("oneOf"), n.List("anyOf"))
}

// checkNullable reports where nullable: true does not allow null, by the text of 3.0.3.
func (c *checker) checkNullable(n *spec.Node, typ string) {
	if !n.True("nullable") || c.modern { // in 3.1 it is not a keyword any more
		return
	}
	place := n.Get("nullable")
	branches := n.Get("allOf")
	switch {
	case typ == "" && branches != nil:
		c.noticef(place, "has no effect without type: null is allowed only if every schema of allOf allows it; make those nullable, or write anyOf with the allOf and {type: ..., nullable: true, enum: [null]}")
	case typ == "" && (n.Get("oneOf") != nil || n.Get("anyOf") != nil):
		c.noticef(place, "has no effect without type: null is allowed only if a branch allows it; add the branch {type: ..., nullable: true, enum: [null]}")
	case typ == "":
		c.noticef(place, "has no effect without type: null is allowed anyway; add type, or leave nullable out")
	case !allowsNull(n.Get("enum")):
		c.noticef(place, "has no effect beside an enum without null: null is refused; add null to the enum")
	case branches != nil:
		for _, branch := range branches.Items {
			if b := c.deref(branch); b != nil && (b.Str("type") != "" && !b.True("nullable") || !allowsNull(b.Get("enum"))) {
				c.noticef(place, "has no effect: null is refused by branch %s of allOf; make that schema nullable, with null in its enum", branch.Key())
				return
			}
		}
	}
}

func allowsNull(enum *spec.Node) bool {
	return enum == nil || slices.ContainsFunc(enum.Items, func(n *spec.Node) bool { return n.Kind == spec.Null })
}

// checkNumber reports rules that a float32 cannot keep.
func (c *checker) checkNumber(n *spec.Node, typ string) {
	if typ != "number" || n.Str("format") != "" && n.Str("format") != "float" {
		return
	}
	values := append([]*spec.Node{n.Get("minimum"), n.Get("maximum"), n.Get("default")}, n.List("enum")...)
	precise := func(v *spec.Node) bool { return v != nil && v.Kind == spec.Number && digits(v.Text) > 7 }
	if n.Get("multipleOf") != nil || slices.ContainsFunc(values, precise) {
		c.noticef(n, "is float32 in Go, which keeps 7 digits: not enough for its rules; write format: double")
	}
}

// digits counts the significant digits of a number.
func digits(text string) int {
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	mantissa = strings.Replace(strings.TrimPrefix(mantissa, "-"), ".", "", 1)
	return len(strings.Trim(mantissa, "0"))
}

func (c *checker) checkDiscriminator(n *spec.Node) {
	components := c.doc.Root.Get("components")
	name := n.Get("discriminator").Str("propertyName")
	for _, branch := range slices.Concat(n.List("oneOf"), n.List("anyOf")) {
		known := c.properties()
		known.add(branch)
		if name != "" && len(known.names) > 0 && !known.names[name] && !known.open {
			c.errorf(n.Get("discriminator").Get("propertyName"), "%q is not a property of branch %s%s", name, branch.Key(), known.hint(name))
			break
		}
	}
	for _, m := range n.Get("discriminator").Entries("mapping") {
		target := m.Value.Text
		if components.Get("schemas").Get(target) != nil {
			continue
		}
		if _, err := c.doc.Resolve(m.Value); err != nil {
			_, name, ok := componentOf(target)
			if !ok {
				name = target
			}
			c.errorf(m.Value, "%q is neither a schema of components nor a reference to one%s", target, nearest.Hint(name, components.Keys("schemas")))
		}
	}
}

// readComposers finds the schemas that are a branch of another one.
func (c *checker) readComposers(n *spec.Node) {
	for _, item := range n.Items {
		c.readComposers(item)
	}
	for _, m := range n.Members {
		if isComposition(m.Key) {
			for _, branch := range append([]*spec.Node{m.Value}, m.Value.Items...) {
				if target := c.deref(branch); target != nil && target != branch {
					c.composers[target] = append(c.composers[target], n)
				}
			}
		}
		c.readComposers(m.Value)
	}
}
