// Package openapi reads an OpenAPI document into plain data: its schemas, and its operations with their parameters, bodies,
// responses and security. It knows nothing of Go code.
package openapi

import (
	"errors"

	"example.com/oxgroups/cmd/validatorgen/internal/lint"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Document is an OpenAPI document with its schemas compiled.
type Document struct {
	*schema.Compiler
	spec       *spec.Document
	Components []Component
	Operations []*Operation
	// Notices say what is not generated though it is valid OpenAPI.
	Notices []Notice
	// NoWiring says, a line each, why no server can be wired: security schemes that are not described.
	NoWiring []string
	// LeftOut says, a line each, what is not generated because operations are excluded.
	LeftOut []string
}

// Component is one of components/schemas, of the document or of another file; of equal names, the one that is read first.
type Component struct {
	Name   string
	Node   *spec.Node
	Schema *schema.Schema
}

// Load reads a document of OpenAPI 3.0, 3.1 or 3.2 and compiles every schema in it. Its error lists every keyword that cannot be compiled,
// with its place. What exclude names is left out: the IDs of operations, and places such as "#/components/schemas/Pet/default".
func Load(file string, exclude ...string) (*Document, error) {
	doc, err := spec.Load(file)
	if err != nil {
		return nil, err
	}
	if err := doc.CheckVersion(); err != nil {
		return nil, err
	}
	d := &Document{Compiler: schema.NewCompiler(doc), spec: doc}
	problems := lint.Inline(doc)
	if len(exclude) > 0 {
		if err := d.exclude(exclude); err != nil {
			return nil, err
		}
	}
	for _, p := range append(problems, lint.Check(doc)...) {
		switch {
		case p.Fatal:
			d.Refusals = append(d.Refusals, &schema.Refusal{Place: p.Place, Reason: p.Message})
		case p.Wiring:
			d.NoWiring = append(d.NoWiring, p.String())
		}
	}
	d.compile()
	if len(d.Refusals) == 0 {
		d.checkParameters()
		d.classify()
	}
	if len(d.Refusals) > 0 {
		return nil, refusals(d.Refusals)
	}
	return d, nil
}

// compile compiles every schema of the document.
func (d *Document) compile() {
	seen := map[string]bool{}
	add := func(n *spec.Node) {
		s := d.Compile(n)
		if name := s.Component; name != "" && !seen[name] {
			seen[name] = true
			d.Components = append(d.Components, Component{name, n, s})
		}
	}
	for _, m := range d.spec.Root.Get("components").Entries("schemas") {
		add(m.Value)
	}
	lint.Walk(d.spec, func(n *spec.Node, object string) {
		if object == "Schema" {
			add(n)
		}
	})
	d.readOperations()
	d.Finish()
}

func refusals(list []*schema.Refusal) error {
	errs := make([]error, len(list))
	for i, r := range list {
		errs[i] = r
	}
	return errors.Join(errs...)
}
