package lint

import (
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Walk calls visit for every object of a document, with the name that OpenAPI has for it, such as "Schema". It follows no $ref.
func Walk(doc *spec.Document, visit func(n *spec.Node, object string)) {
	walk(doc.Root, shape{name: "OpenAPI"}, visit)
}

func walk(n *spec.Node, want shape, visit func(n *spec.Node, object string)) {
	switch {
	case want.list:
		for _, item := range n.Items {
			walk(item, *want.elem, visit)
		}
		return
	case want.dict:
		for _, m := range n.Members {
			walk(m.Value, *want.elem, visit)
		}
		return
	case want.name == "schema-or-bool":
		want = shape{name: "Schema", ref: true}
	}
	o := objects[want.name]
	if o == nil || n.Kind != spec.Mapping {
		return
	}
	visit(n, o.name)
	if want.ref && n.Get("$ref") != nil {
		return
	}
	for _, m := range n.Members {
		field, known := o.fields[m.Key]
		if !known {
			field, known = o.fields["*"]
		}
		if known && !strings.HasPrefix(m.Key, "x-") {
			walk(m.Value, field, visit)
		}
	}
}

// Direction says where a value is sent: readOnly properties are left out of requests, writeOnly ones out of replies.
type Direction uint8

// The directions. Either is a value of a schema, which may be used both ways.
const (
	Either Direction = iota
	Request
	Response
)

// Value is an example or a default, with the schema that it has to match.
type Value struct {
	Place     spec.Place
	Node      *spec.Node
	Schema    *spec.Node // may be a $ref
	Default   bool
	Direction Direction
}

// Values returns every default and example of a document that has a schema, in the order of the document. Examples of media types
// other than JSON and forms are left out where they are text: that is the body as it is sent.
func Values(doc *spec.Document) []Value {
	var values []Value
	add := func(n, schema *spec.Node, v Value) {
		if n != nil && schema != nil {
			v.Place, v.Node, v.Schema = n.Place, n, schema
			values = append(values, v)
		}
	}
	Walk(doc, func(n *spec.Node, object string) {
		switch {
		case n.Get("$ref") != nil: // what stands beside it is ignored
		case object == "Schema":
			add(n.Get("default"), n, Value{Default: true})
			add(n.Get("example"), n, Value{})
		case object == "Parameter" || object == "Header" || object == "MediaType":
			v := Value{Direction: direction(n, object)}
			add(asValue(n, object, n.Get("example")), n.Get("schema"), v)
			for _, m := range n.Entries("examples") {
				if example, err := doc.Deref(m.Value); err == nil {
					add(asValue(n, object, example.Get("value")), n.Get("schema"), v)
				}
			}
		}
	})
	return values
}

// direction tells requests from replies by the place of a media type or header.
func direction(n *spec.Node, object string) Direction {
	pointer := n.Place.Pointer
	switch i, j := strings.LastIndex(pointer, "/request"), strings.LastIndex(pointer, "/responses/"); {
	case object == "Parameter" || i > j:
		return Request
	case j >= 0 || object == "Header":
		return Response
	}
	return Either
}

// asValue returns an example, or nil where it is not the value but its text in a media type.
func asValue(n *spec.Node, object string, example *spec.Node) *spec.Node {
	if object == "MediaType" && example != nil && example.Kind == spec.String && !spec.IsJSON(n.Key()) && n.Key() != "*/*" {
		return nil
	}
	return example
}
