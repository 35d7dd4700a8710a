package lint

import (
	"maps"
	"slices"
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
	c.checkBounds(n)
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
	for _, name := range names {
		switch {
		case name.Kind == spec.Null:
			c.errorf(name, "must be a string, not null; write \"null\" in quotes")
		case name.Kind != spec.String:
			c.wrongType(name, "a string")
		case !slices.Contains(typeNames, name.Text):
			c.unknown(name, "value of type", name.Text, typeNames)
		}
	}
}

func (c *checker) checkBounds(n *spec.Node) {
	if step, ok := number(n.Get("multipleOf")); ok && step.Compare(validate.ParseDecimal("0")) <= 0 {
		c.errorf(n.Get("multipleOf"), "must be more than 0")
	}
	for _, b := range bounds {
		least, bounded := number(n.Get(b.least))
		most, both := number(n.Get(b.most))
		switch order := least.Compare(most); {
		case !bounded || !both:
		case order > 0:
			c.errorf(n.Get(b.least), "is %s and %s is %s; no value is both", n.Get(b.least).Text, b.most, n.Get(b.most).Text)
		case order == 0 && (n.True(b.exclusiveLeast) || n.True(b.exclusiveMost)):
			c.errorf(n.Get(b.least), "equals %s and one of them is exclusive; no value is left", b.most)
		}
	}
}

// number returns a number, and false for what is none.
func number(n *spec.Node) (validate.Decimal, bool) {
	if n == nil || n.Kind != spec.Number {
		return validate.Decimal{}, false
	}
	return validate.ParseDecimal(n.Text), true
}

func (c *checker) checkEnum(n *spec.Node, typ string) {
	seen := map[string]bool{}
	for _, item := range n.List("enum") {
		switch text := item.JSON(); {
		case seen[text]:
			c.noticef(item, "stands in the enum twice")
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
	seen := map[string]bool{}
	for _, item := range n.List("required") {
		if item.Kind != spec.String {
			continue
		}
		if seen[item.Text] {
			c.errorf(item, "%q stands there twice", item.Text)
		}
		seen[item.Text] = true
		if known.names[item.Text] {
			continue
		}
		hint := nearest.Hint(item.Text, slices.Sorted(maps.Keys(known.names)))
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
	if !n.True("nullable") || c.modern { // in 3.1 it is no keyword any more
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
