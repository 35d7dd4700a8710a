package openapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// exclude takes out of the document what is named: operations by their IDs, and anything by its place, such as
// "#/components/schemas/Pet/default". Components that only an operation which is taken out uses go with it.
func (d *Document) exclude(names []string) error {
	with, without := map[*spec.Node]bool{}, map[*spec.Node]bool{}
	for _, name := range names {
		n, err := d.remove(name)
		if err != nil {
			return fmt.Errorf("exclude %s: %w", name, err)
		}
		d.reach(n, with)
	}
	components := d.spec.Root.Get("components")
	for _, m := range d.spec.Root.Members {
		if m.Value != components {
			d.reach(m.Value, without)
		}
	}
	each := func(visit func(section *spec.Node, c spec.Member)) {
		if components == nil {
			return
		}
		for _, section := range components.Members {
			for _, c := range slices.Clone(section.Value.Members) {
				visit(section.Value, c)
			}
		}
	}
	each(func(_ *spec.Node, c spec.Member) {
		if !with[c.Value] {
			d.reach(c.Value, without) // it is there for its own sake
		}
	})
	each(func(section *spec.Node, c spec.Member) {
		if !without[c.Value] {
			section.Remove(c.Key)
			d.LeftOut = append(d.LeftOut, fmt.Sprintf("%s: left out with the operations that use it", c.Value.Place))
		}
	})
	return nil
}

// remove takes an operation or a place out of the document.
func (d *Document) remove(name string) (*spec.Node, error) {
	if strings.Contains(name, "#/") {
		return d.spec.Remove(name)
	}
	var ids []string
	for _, op := range d.spec.Operations() {
		id := operationID(op)
		if id == name {
			op.Item.Remove(op.Method)
			return op.Node, nil
		}
		ids = append(ids, id)
	}
	return nil, nearest.Unknown("operation", name, ids)
}

// operationID returns the operationId, or what oapi-codegen makes of method and path where there is none.
func operationID(op spec.Operation) string {
	return cmp.Or(op.Node.Str("operationId"), op.Method+strings.ReplaceAll(op.Path, "/", "-"))
}

// reach adds n to found, and all below it and behind its references.
func (d *Document) reach(n *spec.Node, found map[*spec.Node]bool) {
	if n == nil || found[n] {
		return
	}
	found[n] = true
	for _, item := range n.Items {
		d.reach(item, found)
	}
	for _, m := range n.Members {
		d.reach(m.Value, found)
	}
	if ref := n.Get("$ref"); ref != nil && ref.Kind == spec.String {
		target, _ := d.spec.Resolve(ref)
		d.reach(target, found)
	}
}
