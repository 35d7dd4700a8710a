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
	components := d.components[:0]
	for _, c := range d.components {
		r := refused[c.schema]
		if r == nil {
			components = append(components, c)
			continue
		}
		d.leftOut("schema", c.name, r, c.node)
	}
	d.components = components
	operations := d.operations[:0]
	for _, op := range d.operations {
		if r := d.refusal(op, refused); r != nil {
			d.leftOut("operation", op.id, r, op.node)
		} else {
			operations = append(operations, op)
		}
	}
	d.operations = operations
	for _, r := range d.Refusals {
		if !d.named[r] {
			d.LeftOut = append(d.LeftOut, "left out: "+r.Error())
		}
	}
}

func (d *Document) leftOut(kind, name string, r *schema.Refusal, n *spec.Node) {
	d.named[r] = true
	because := r.Error()
	if !r.Place.Below(n.Place.Pointer) {
		because = "it depends on what is refused at " + because
	}
	d.LeftOut = append(d.LeftOut, fmt.Sprintf("left out: %s %s: %s", kind, name, because))
}

// refusal returns what is refused in an operation or in what it refers to, or nil.
func (d *Document) refusal(op operation, refused map[*schema.Schema]*schema.Refusal) *schema.Refusal {
	nodes := append([]*spec.Node{op.node, op.body}, op.responses...)
	for _, p := range op.parameters {
		nodes = append(nodes, p, p.Get("schema"))
	}
	for _, n := range nodes {
		if n == nil {
			continue
		}
		for _, r := range d.Refusals {
			if r.Place.Below(n.Place.Pointer) {
				return r
			}
		}
		if r := refused[d.Known(n)]; r != nil {
			return r
		}
	}
	return nil
}
