// Package openapi finds what an OpenAPI document has to generate code for: its schemas, the bodies and parameters of its
// operations, and where each schema is used.
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
	components []component
	operations []operation
	// LeftOut says, a line each, what is not generated because of a keyword that cannot be compiled.
	LeftOut []string
	named   map[*schema.Refusal]bool // the refusals that LeftOut has
}

type component struct {
	name   string
	node   *spec.Node
	schema *schema.Schema
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
			d.components = append(d.components, component{m.Key, m.Value, d.Compile(m.Value)})
		}
	}
	for _, section := range []string{"responses", "parameters", "requestBodies", "headers", "callbacks"} {
		d.compileMembers(components.Get(section))
	}
	d.compileMembers(d.spec.Root.Get("paths"))
	d.readOperations()
	d.Finish()
	d.checkParameters()
}

func (d *Document) compileMembers(n *spec.Node) {
	if n == nil {
		return
	}
	for _, m := range n.Members {
		if !strings.HasPrefix(m.Key, "x-") {
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

// deref follows a $ref to a parameter, body, response or path; what cannot be followed is refused and nil.
func (d *Document) deref(n *spec.Node) *spec.Node {
	seen := map[*spec.Node]bool{}
	for {
		ref := n.Get("$ref")
		if ref == nil {
			return n
		}
		target, err := d.spec.Resolve(ref.Text)
		if err != nil {
			d.Refuse(ref, "$ref", "%v", err)
			return nil
		}
		if seen[target] {
			d.Refuse(ref, "$ref", "refers to itself")
			return nil
		}
		seen[target] = true
		n = target
	}
}
