// Package openapi reads an OpenAPI document into plain data: its schemas, and its operations with their parameters, bodies,
// responses and security. It knows nothing of Go code.
package openapi

import (
	"errors"
	"fmt"
	"strings"

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
	// LeftOut says, a line each, what is not generated because of a keyword that cannot be compiled.
	LeftOut []string
	named   map[*schema.Refusal]bool // the refusals that LeftOut has
}

// Component is one of components/schemas.
type Component struct {
	Name   string
	Node   *spec.Node
	Schema *schema.Schema
}

// Load reads an OpenAPI 3.0 document and compiles every schema in it. Its error lists every keyword that cannot be compiled,
// with its place. With partial, what has such a keyword is left out instead, and listed in LeftOut.
func Load(file string, partial bool) (*Document, error) {
	doc, err := spec.Load(file)
	if err != nil {
		return nil, err
	}
	if version := doc.Root.Str("openapi"); !strings.HasPrefix(version, "3.0.") {
		place := doc.Root.Place
		if n := doc.Root.Get("openapi"); n != nil {
			place = n.Place
		}
		return nil, fmt.Errorf("%s: openapi: version %q is not supported, 3.0.x is", place, version)
	}
	d := &Document{Compiler: schema.NewCompiler(doc), spec: doc}
	d.compile()
	if len(d.Refusals) > 0 && !partial {
		return nil, refusals(d.Refusals)
	}
	d.leaveOut()
	return d, nil
}

// compile compiles every schema of the document.
func (d *Document) compile() {
	components := d.spec.Root.Get("components")
	if schemas := components.Get("schemas"); schemas != nil {
		for _, m := range schemas.Members {
			d.Components = append(d.Components, Component{m.Key, m.Value, d.Compile(m.Value)})
		}
	}
	for _, section := range []string{"responses", "parameters", "requestBodies", "headers", "callbacks", "securitySchemes"} {
		d.compileMembers(components.Get(section))
	}
	d.compileMembers(d.spec.Root.Get("paths"))
	d.readOperations()
	d.Finish()
	d.checkParameters()
	d.classify()
}

func (d *Document) compileMembers(n *spec.Node) {
	if n == nil {
		return
	}
	for _, m := range n.Members {
		if !strings.HasPrefix(m.Key, "x-") {
			d.deref(m.Value)
			d.compileBelow(m.Value)
		}
	}
}

func refusals(list []*schema.Refusal) error {
	errs := make([]error, len(list))
	for i, r := range list {
		errs[i] = r
	}
	return errors.Join(errs...)
}

// compileBelow compiles every schema below a node that is not a schema itself.
func (d *Document) compileBelow(n *spec.Node) {
	for _, item := range n.Items {
		d.compileBelow(item)
	}
	for _, m := range n.Members {
		switch {
		case m.Key == "schema" && m.Value.Kind == spec.Mapping:
			d.Compile(m.Value)
		case m.Key == "example", m.Key == "examples", strings.HasPrefix(m.Key, "x-"):
		default:
			d.compileBelow(m.Value)
		}
	}
}
