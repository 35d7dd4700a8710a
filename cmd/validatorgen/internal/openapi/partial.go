package openapi

import (
	"fmt"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// leaveOut takes out the schemas and operations that were refused, and those that depend on them.
func (d *Document) leaveOut() {
	if len(d.Refusals) == 0 {
		return
	}
	refused := d.Refused()
	d.named = map[*schema.Refusal]bool{}
	components := d.Components[:0]
	for _, c := range d.Components {
		r := refused[c.Schema]
		if r == nil {
			components = append(components, c)
			continue
		}
		d.leftOut("schema", c.Name, r, c.Node)
	}
	d.Components = components
	operations := d.Operations[:0]
	for _, op := range d.Operations {
		if r := d.refusal(op, refused); r != nil {
			d.leftOut("operation", op.ID, r, op.Node)
		} else {
			operations = append(operations, op)
		}
	}
	d.Operations = operations
	for _, r := range d.Refusals {
		if !d.named[r] {
			d.LeftOut = append(d.LeftOut, "left out: "+r.Error())
		}
	}
}

func (d *Document) leftOut(kind, name string, r *schema.Refusal, n *spec.Node) {
	d.named[r] = true
	because := r.Error()
	if !r.Place.Below(n.Place) {
		because = "it depends on what is refused at " + because
	}
	d.LeftOut = append(d.LeftOut, fmt.Sprintf("left out: %s %s: %s", kind, name, because))
}

// refusal returns what is refused in an operation or in what it refers to, or nil.
func (d *Document) refusal(op *Operation, refused map[*schema.Schema]*schema.Refusal) *schema.Refusal {
	nodes := []*spec.Node{op.Node}
	var schemas []*schema.Schema
	content := func(n *spec.Node, list []MediaType) {
		nodes = append(nodes, n)
		for _, m := range list {
			schemas = append(schemas, m.Schema)
		}
	}
	for _, p := range op.Parameters {
		nodes, schemas = append(nodes, p.Node), append(schemas, p.Schema)
	}
	if op.Body != nil {
		content(op.Body.Node, op.Body.Content)
	}
	for _, r := range op.Responses {
		content(r.Node, r.Content)
	}
	for _, n := range nodes {
		for _, r := range d.Refusals {
			if r.Place.Below(n.Place) {
				return r
			}
		}
	}
	for _, s := range schemas {
		if r := refused[s]; s != nil && r != nil {
			return r
		}
	}
	return nil
}
