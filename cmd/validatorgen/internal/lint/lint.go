// Package lint finds the mistakes in an OpenAPI document that a schema compiler does not see: keys that nobody reads, values of
// the wrong type, names that mean nothing, rules that nothing can keep. What the text of its version forbids, and what would make
// generated code wrong, is an error; everything else is a notice.
//
// Start with lint.go.
package lint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Problem is a mistake with its place.
type Problem struct {
	Place   spec.Place
	Message string // what is wrong; what would be right
	Notice  bool   // generated code is right all the same
	Fatal   bool   // no code can be generated for the operation around it
	Wiring  bool   // only the wiring of servers cannot be generated for it
}

// String returns "file:line:column: #pointer: message".
func (p Problem) String() string { return p.Place.String() + ": " + p.Message }

// Check returns the problems of a document in the order of its files. Defaults and examples are not compared with their schemas. It begins
// with Inline.
func Check(doc *spec.Document) []Problem {
	c := &checker{doc: doc, objects: objectsOf(doc), modern: doc.Modern(), composers: map[*spec.Node][]*spec.Node{}, visited: map[*spec.Node]bool{}}
	var mistake *spec.Error
	if errors.As(doc.CheckVersion(), &mistake) {
		return []Problem{{Place: mistake.Place, Message: mistake.Message}}
	}
	c.problems = Inline(doc)
	for _, root := range doc.Files {
		c.readComposers(root)
	}
	c.value(doc.Root, shape{name: "OpenAPI"})
	for i := 0; i < len(c.targets); i++ {
		if t := c.targets[i]; !c.visited[t.node] {
			c.around = nil
			c.value(t.node, t.want)
		}
	}
	c.checkPathParameters()
	c.checkNames()
	c.checkPairs()
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(c.fileOrder(a), c.fileOrder(b)), cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(c.problems)
}

type checker struct {
	doc       *spec.Document
	objects   map[string]*object
	modern    bool // the document is of OpenAPI 3.1 or 3.2
	problems  []Problem
	visited   map[*spec.Node]bool         // the objects that were checked
	targets   []target                    // of references: they may be in another file, or in no section
	around    []*spec.Node                // the schemas that the current one is a branch of
	composers map[*spec.Node][]*spec.Node // of a schema that is a branch through a $ref
}

// fileOrder returns the number of the file of a problem, in the order in which references lead to them.
func (c *checker) fileOrder(p Problem) int {
	return slices.IndexFunc(c.doc.Files, func(root *spec.Node) bool { return root.Place.File == p.Place.File })
}

// checks are the rules of an object beyond its keys and their types.
var checks map[string]func(*checker, *spec.Node)

func init() {
	checks = map[string]func(*checker, *spec.Node){
		"OpenAPI": (*checker).checkDocument, "Components": (*checker).checkComponents, "Server": (*checker).checkServer, "Link": (*checker).checkLink,
		"SecurityScheme": (*checker).checkScheme, "SecurityRequirement": (*checker).checkSecurity,
		"Paths": (*checker).checkPaths, "Parameter": (*checker).checkParameter, "Header": (*checker).checkHeader, "MediaType": (*checker).checkMedia,
		"RequestBody": (*checker).checkContent, "Response": (*checker).checkResponse, "Responses": (*checker).checkResponses,
		"Schema": (*checker).checkSchema,
	}
}

func (c *checker) errorf(n *spec.Node, format string, args ...any) {
	c.problems = append(c.problems, Problem{Place: n.Place, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) fatalf(n *spec.Node, format string, args ...any) {
	c.problems = append(c.problems, Problem{Place: n.Place, Message: fmt.Sprintf(format, args...), Fatal: true})
}

func (c *checker) noticef(n *spec.Node, format string, args ...any) {
	c.problems = append(c.problems, Problem{Place: n.Place, Message: fmt.Sprintf(format, args...), Notice: true})
}

// deref follows a $ref; where it leads nowhere it returns nil, as the walk has reported that.
func (c *checker) deref(n *spec.Node) *spec.Node {
	target, _ := c.doc.Deref(n)
	return target
}

// value checks a value and everything below it.
func (c *checker) value(n *spec.Node, want shape) {
	switch {
	case want.list:
		if n.Kind != spec.Sequence {
			c.wrongShape(n, "an array", *want.elem)
			return
		}
		for _, item := range n.Items {
			c.value(item, *want.elem)
		}
	case want.dict:
		if n.Kind != spec.Mapping {
			c.wrongShape(n, "an object", *want.elem)
			return
		}
		for _, m := range n.Members {
			c.value(m.Value, *want.elem)
		}
	case c.modern && want.name == "Schema" && n.Kind == spec.Boolean: // it allows anything, or nothing
	case c.objects[want.name] != nil:
		c.object(n, want)
	default:
		c.scalar(n, want.name, want.oneOf)
	}
}

func (c *checker) scalar(n *spec.Node, want string, oneOf []string) {
	switch {
	case want == "string" && n.Kind != spec.String:
		c.wrongType(n, "a string")
	case oneOf != nil && !slices.Contains(oneOf, n.Text):
		c.unknown(n, "value of "+n.Key(), n.Text, oneOf)
	case want == "bool" && n.Kind != spec.Boolean:
		c.wrongType(n, "true or false")
	case (want == "number" || want == "size") && n.Kind != spec.Number:
		c.wrongType(n, "a number")
	case want == "size" && (strings.HasPrefix(n.Text, "-") || !validate.ParseDecimal(n.Text).IsInteger()):
		c.errorf(n, "is %s; it must be a whole number, 0 or more", n.Text)
	case want == "schema-or-bool" && n.Kind == spec.Mapping:
		c.value(n, shape{name: "Schema", ref: true})
	case want == "schema-or-bool" && n.Kind != spec.Boolean:
		c.wrongType(n, "a schema, true or false")
	}
}

// wrongShape reports that what holds objects is something else, so that none of them is read.
func (c *checker) wrongShape(n *spec.Node, want string, elem shape) {
	if ref := n.Get("$ref"); ref != nil && ref.Kind == spec.String {
		return // it leads nowhere, which is reported
	}
	c.wrongType(n, want)
	if c.objects[elem.name] != nil && elem.name != "Schema" {
		c.problems[len(c.problems)-1].Fatal = true
	}
}

func (c *checker) wrongType(n *spec.Node, want string) {
	hint := ""
	key := n.Key()
	switch {
	case key == "type" && n.Kind == spec.Sequence:
		hint = "; a list of types is OpenAPI 3.1, in 3.0 null is allowed by nullable: true"
	case strings.HasPrefix(key, "exclusive") && n.Kind == spec.Number:
		hint = fmt.Sprintf("; a number is OpenAPI 3.1, in 3.0 write %s: %s and %s: true", strings.ToLower(key[len("exclusive"):]), n.Text, key)
	case want == "true or false" && truth[strings.ToLower(n.Text)] != "":
		hint = "; write " + truth[strings.ToLower(n.Text)]
	case n.Kind == spec.Null:
		hint = "; leave the key out"
	case want == "a string" && (n.Kind == spec.Number || n.Kind == spec.Boolean):
		hint = fmt.Sprintf("; write %q in quotes", n.Text)
	case n.Kind == spec.Mapping && n.Get("$ref") != nil:
		hint = "; a $ref cannot be here"
	}
	c.errorf(n, "must be %s, not %s%s", want, article(n.Kind), hint)
}

func article(k spec.Kind) string {
	switch k {
	case spec.Null:
		return "null"
	case spec.Sequence, spec.Mapping:
		return "an " + k.String()
	}
	return "a " + k.String()
}

func (c *checker) object(n *spec.Node, want shape) {
	if n.Kind != spec.Mapping {
		c.wrongShape(n, "an object", want)
		return
	}
	if ref := n.Get("$ref"); ref != nil && want.ref {
		c.reference(n, want)
		if !c.modern || want.name != "Schema" {
			return
		}
	} else if ref != nil && ref.Kind == spec.String {
		return // it leads nowhere, which is reported
	}
	c.visited[n] = true
	o := c.objects[want.name]
	for _, m := range n.Members {
		field, known := o.fields[m.Key]
		if !known {
			field, known = o.fields["*"]
		}
		switch {
		case strings.HasPrefix(m.Key, "x-"):
		case known:
			c.member(n, m, o, field)
		case o.name == "Schema" && c.modern:
			hint := nearest.Hint(m.Key, o.keys())
			c.noticef(m.Value, "%q is not a keyword, so it restricts nothing%s", m.Key, hint)
			c.problems[len(c.problems)-1].Notice = hint == "" // the text allows any, but a keyword is meant
		case o.name == "Schema" && schema.Compiles(m.Key):
			c.noticef(m.Value, "is a keyword of JSON Schema that OpenAPI 3.0 has not")
		default:
			c.unknown(m.Value, "key of the "+o.name+" Object", m.Key, o.keys())
		}
	}
	for _, key := range o.must {
		if n.Get(key) == nil {
			c.errorf(n, "%s is required in the %s Object", key, o.name)
		}
	}
	if check := checks[o.name]; check != nil {
		check(c, n)
	}
}

// unknown reports a name that is none of names.
func (c *checker) unknown(n *spec.Node, what, name string, names []string) {
	c.errorf(n, "%q is not a %s%s", name, what, nearest.HintOrAll(name, names))
}

// member checks a field. The branches of a schema know what is around them.
func (c *checker) member(n *spec.Node, m spec.Member, o *object, field shape) {
	around := c.around
	defer func() { c.around = around }()
	switch {
	case o.name == "Schema" && isComposition(m.Key):
		c.around = append(around[:len(around):len(around)], n)
	default:
		c.around = nil
	}
	c.value(m.Value, field)
}

func isComposition(key string) bool {
	return key == "allOf" || key == "oneOf" || key == "anyOf" || key == "not"
}

// reference checks a Reference Object.
func (c *checker) reference(n *spec.Node, want shape) {
	ref := n.Get("$ref")
	if ref.Kind != spec.String {
		c.wrongType(ref, "a string")
		return
	}
	for _, m := range n.Members {
		switch {
		case c.modern && want.name == "Schema":
		case m.Key == "nullable" && n.True("nullable"):
			c.noticef(m.Value, "has no effect beside a $ref: null is refused unless the schema that it names is nullable; make that one nullable, or write anyOf with the $ref and {type: ..., nullable: true, enum: [null]}")
		case m.Key != "$ref" && m.Key != "description" && m.Key != "summary" && !strings.HasPrefix(m.Key, "x-"):
			c.noticef(m.Value, "has no effect beside a $ref; write allOf with the $ref as its one branch")
		}
	}
	node, err := c.doc.Deref(n)
	if err != nil {
		c.unresolved(ref, want.name, err)
		return
	}
	c.targets = append(c.targets, target{node, want})
	if section, _, ok := componentOf(ref.Text); ok && sections[want.name] != "" && section != sections[want.name] {
		c.errorf(ref, "names a component of %s; one of %s is wanted", section, sections[want.name])
	}
}

// generated are the objects without which code for an operation would be wrong. Schemas are refused by their compiler.
var generated = []string{"PathItem", "Parameter", "RequestBody", "Response", "Header", "SecurityScheme"}

func (c *checker) unresolved(ref *spec.Node, object string, err error) {
	var mistake *spec.Error
	if !errors.As(err, &mistake) {
		return
	}
	if next, err := c.doc.Resolve(ref); err == nil && next.Get("$ref") != nil && !strings.Contains(next.Place.Pointer, "/x-") && mistake.Place != ref.Place {
		return // it is reported at the reference that next is
	}
	c.problems = append(c.problems, Problem{Place: mistake.Place, Message: mistake.Message + c.meant(ref, object), Fatal: slices.Contains(generated, object)})
}

// meant returns a hint at the component that a reference which names nothing is near to.
func (c *checker) meant(ref *spec.Node, object string) string {
	components := c.doc.Root.Get("components")
	if section, name, ok := componentOf(ref.Text); ok {
		if components.Get(section).Get(name) != nil {
			return ""
		}
		if hint := nearest.Hint(name, components.Keys(section)); hint != "" {
			return hint
		}
	}
	name := ref.Text[strings.LastIndexAny(ref.Text, "/#")+1:]
	if file, _, _ := strings.Cut(ref.Text, "#"); strings.Contains(file, ".") {
		return ""
	}
	if section := sections[object]; components.Get(section).Get(name) != nil {
		return fmt.Sprintf("; did you mean \"#/components/%s/%s\"?", section, name)
	}
	return ""
}

func componentOf(ref string) (section, name string, ok bool) {
	rest, ok := strings.CutPrefix(ref, "#/components/")
	if !ok {
		return "", "", false
	}
	section, name, ok = strings.Cut(rest, "/")
	return section, name, ok && !strings.Contains(name, "/")
}
