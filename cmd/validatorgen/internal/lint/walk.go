package lint

import (
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Walk calls visit once for every object of a document, and of what its references lead to, with the name that OpenAPI has for it, such
// as "Schema". A Reference Object is visited too.
func Walk(doc *spec.Document, visit func(n *spec.Node, object string)) {
	known := objectsOf(doc)
	w := walker{doc: doc, objects: known, visited: map[*spec.Node]bool{}, visit: func(n *spec.Node, want shape) {
		if known[want.name] != nil && n.Kind == spec.Mapping {
			visit(n, want.name)
		}
	}}
	w.walk(doc.Root, shape{name: "OpenAPI"})
	w.follow()
}

// walker visits every value of a document that OpenAPI describes: first those that stand in it, then those elsewhere that its
// references lead to.
type walker struct {
	doc     *spec.Document
	objects map[string]*object
	visit   func(n *spec.Node, want shape)
	visited map[*spec.Node]bool
	targets []target
}

// target is what a Reference Object leads to, and what it has to be.
type target struct {
	node *spec.Node
	want shape
}

func (w *walker) follow() {
	for i := 0; i < len(w.targets); i++ {
		if t := w.targets[i]; !w.visited[t.node] {
			w.walk(t.node, t.want)
		}
	}
}

func (w *walker) walk(n *spec.Node, want shape) {
	if want.name == "schema-or-bool" {
		want = shape{name: "Schema", ref: true}
	}
	w.visited[n] = true
	w.visit(n, want)
	o := w.objects[want.name]
	modern := want.name == "Schema" && w.doc.Modern() // whose keywords beside a $ref count
	if want.ref && n.Get("$ref") != nil {
		if t, err := w.doc.Deref(n); err == nil {
			w.targets = append(w.targets, target{t, want})
		}
	}
	switch {
	case want.list:
		for _, item := range n.Items {
			w.walk(item, *want.elem)
		}
	case want.dict:
		for _, m := range n.Members {
			w.walk(m.Value, *want.elem)
		}
	case o == nil || n.Kind != spec.Mapping:
	case want.ref && n.Get("$ref") != nil && !modern:
	default:
		for _, m := range n.Members {
			field, known := o.fields[m.Key]
			if !known {
				field, known = o.fields["*"]
			}
			if known && !strings.HasPrefix(m.Key, "x-") {
				w.walk(m.Value, field)
			}
		}
	}
}

// Inline puts what a $ref names in its place where OpenAPI has no Reference Object: at an operation, a list, a media type. Tools that
// join files follow it there. Its problems are those references.
func Inline(doc *spec.Document) []Problem {
	c := checker{doc: doc, objects: objectsOf(doc)}
	w := walker{doc: doc, objects: c.objects, visited: map[*spec.Node]bool{}, visit: func(n *spec.Node, want shape) {
		ref := n.Get("$ref")
		if want.ref || want.name == "any" || ref == nil || ref.Kind != spec.String {
			return
		}
		target, err := c.doc.Deref(n)
		if err != nil {
			c.problems = append(c.problems, Problem{Place: ref.Place, Message: err.(*spec.Error).Message, Fatal: want.name != "string"})
			return
		}
		if holds(target, n, map[*spec.Node]bool{}) {
			c.fatalf(ref, "the $ref names what is around it")
			return
		}
		c.errorf(ref, "a $ref cannot be %s; oapi-codegen does not follow it", want.where())
		n.Kind, n.Text, n.Items, n.Members = target.Kind, target.Text, target.Items, target.Members
	}}
	w.walk(doc.Root, shape{name: "OpenAPI"})
	w.follow()
	return c.problems
}

// holds reports whether a value is another one, or inside of it.
func holds(n, other *spec.Node, seen map[*spec.Node]bool) bool {
	if n == other || seen[n] {
		return n == other
	}
	seen[n] = true
	for _, item := range n.Items {
		if holds(item, other, seen) {
			return true
		}
	}
	for _, m := range n.Members {
		if holds(m.Value, other, seen) {
			return true
		}
	}
	return false
}

// where names the place of a value for a message.
func (s shape) where() string {
	if objects[s.name] != nil {
		return "in the place of the " + s.name + " Object"
	}
	return "here"
}
