package spec

import (
	"slices"
	"strings"
)

// Operation is one operation of an OpenAPI document: a method of a path.
type Operation struct {
	Path   string // as it is written: "/pets/{id}"
	Method string // "get"
	Entry  *Node  // the value of the path, which may be a $ref
	Item   *Node  // the Path Item Object that it is or names
	Node   *Node  // the Operation Object
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// Operations returns the operations of the document in their order, without those behind references that name nothing.
func (d *Document) Operations() []Operation {
	var all []Operation
	for _, path := range d.Root.Entries("paths") {
		item, err := d.Deref(path.Value)
		if err != nil || strings.HasPrefix(path.Key, "x-") {
			continue
		}
		for _, method := range methods {
			if n := item.Get(method); n != nil && n.Kind == Mapping && n.Get("$ref") == nil {
				all = append(all, Operation{path.Key, method, path.Value, item, n})
			}
		}
	}
	return all
}

// Parameters returns the parameters of the operation without references: its own first, then those of its path that none of
// its own replaces by having the same name and place.
func (d *Document) Parameters(op Operation) []*Node {
	var all []*Node
	for _, of := range []*Node{op.Node, op.Item} {
		for _, n := range of.List("parameters") {
			p, err := d.Deref(n)
			if err == nil && !slices.ContainsFunc(all, func(o *Node) bool { return o.Str("in") == p.Str("in") && o.Str("name") == p.Str("name") }) {
				all = append(all, p)
			}
		}
	}
	return all
}

// PathNames returns the names of the parameters in a path template, in their order.
func PathNames(path string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(path, "{")
		name, rest, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return names
		}
		names = append(names, name)
		path = rest
	}
}

// IsJSON reports whether a media type is JSON: application/json, or one that ends in +json.
func IsJSON(mediaType string) bool {
	name := Essence(mediaType)
	return name == "application/json" || strings.HasSuffix(name, "+json")
}

// Essence returns a media type without its parameters, in lower case.
func Essence(mediaType string) string {
	name, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(name))
}
