package openapi

import (
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// operation is what generation needs to know of an operation.
type operation struct {
	id         string
	node       *spec.Node
	body       *spec.Node // the schema of the JSON body, nil if there is none
	responses  []*spec.Node
	parameters []*spec.Node
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

func (d *Document) readOperations() {
	paths := d.spec.Root.Get("paths")
	if paths == nil {
		return
	}
	for _, path := range paths.Members {
		item := d.deref(path.Value)
		for _, method := range methods {
			if n := item.Get(method); n != nil {
				d.operations = append(d.operations, d.operation(path.Key, method, item, n))
			}
		}
	}
}

func (d *Document) operation(path, method string, item, n *spec.Node) operation {
	op := operation{id: n.Str("operationId"), node: n}
	if op.id == "" {
		op.id = method + strings.NewReplacer("{", " ", "}", " ", "/", " ").Replace(path)
	}
	if body := n.Get("requestBody"); body != nil {
		op.body = d.jsonSchema(d.deref(body))
	}
	if responses := n.Get("responses"); responses != nil {
		for _, r := range responses.Members {
			if s := d.jsonSchema(d.deref(r.Value)); s != nil {
				op.responses = append(op.responses, s)
			}
		}
	}
	op.parameters = d.parameters(item, n)
	return op
}

// parameters returns the parameters of an operation; they win over those of its path with the same name and place.
func (d *Document) parameters(item, n *spec.Node) []*spec.Node {
	var all []*spec.Node
	seen := map[string]bool{}
	for _, list := range []*spec.Node{n.Get("parameters"), item.Get("parameters")} {
		if list == nil {
			continue
		}
		for _, p := range list.Items {
			p = d.deref(p)
			key := p.Str("in") + " " + p.Str("name")
			if p == nil || seen[key] {
				continue
			}
			seen[key] = true
			all = append(all, p)
		}
	}
	return all
}

// checkParameters refuses the parameters of paths and queries that are not a value or an array in a style with a separator.
// Those whose schemas were refused already are left alone.
func (d *Document) checkParameters() {
	refused, seen := d.Refused(), map[*spec.Node]bool{}
	for _, op := range d.operations {
		for _, p := range op.parameters {
			if in := p.Str("in"); !seen[p] && (in == "path" || in == "query") {
				seen[p] = true
				d.checkParameter(p, refused)
			}
		}
	}
}

func (d *Document) checkParameter(p *spec.Node, refused map[*schema.Schema]*schema.Refusal) {
	if style := p.Get("style"); style != nil && separators[style.Text] == "" {
		d.Refuse(style, "style", "parameters of style %s are not supported", style.Text)
		return
	}
	n := p.Get("schema")
	if n == nil {
		if n = p.Get("content"); n == nil {
			n = p
		}
		d.Refuse(n, "content", "parameters without a schema are not supported")
		return
	}
	s := d.Compile(n)
	if refused[s] == nil && s.Possible() == schema.Object {
		d.Refuse(n, "type", "parameters of type object are not supported")
	}
}

// jsonSchema returns the schema of a body's JSON.
func (d *Document) jsonSchema(n *spec.Node) *spec.Node {
	content := n.Get("content")
	if content == nil {
		return nil
	}
	for _, m := range content.Members {
		mediaType, _, _ := strings.Cut(m.Key, ";")
		if mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") {
			return m.Value.Get("schema")
		}
	}
	return nil
}
