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
