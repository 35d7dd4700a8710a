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
}

type component struct {
	name   string
	node   *spec.Node
	schema *schema.Schema
}

// Load reads an OpenAPI 3.0 document and compiles every schema in it. Its error lists every keyword that cannot be compiled,
// with its place.
func Load(file string) (*Document, error) {
	doc, err := spec.Load(file)
	if err != nil {
		return nil, err
	}
	return compile(doc)
}

func compile(doc *spec.Document) (*Document, error) {
	if version := doc.Root.Str("openapi"); !strings.HasPrefix(version, "3.0.") {
		return nil, fmt.Errorf("%s: openapi: version %q is not supported, 3.0.x is", doc.Root.Place, version)
	}
	d := &Document{Compiler: schema.NewCompiler(doc), spec: doc}
	if schemas := doc.Root.Get("components").Get("schemas"); schemas != nil {
		for _, m := range schemas.Members {
			d.components = append(d.components, component{m.Key, m.Value, d.Compile(m.Value)})
		}
	}
	if components := doc.Root.Get("components"); components != nil {
		for _, section := range components.Members {
			if section.Key == "schemas" {
				continue
			}
			for _, m := range section.Value.Members {
				d.compileBelow(m.Value)
			}
		}
	}
	if paths := doc.Root.Get("paths"); paths != nil {
		for _, m := range paths.Members {
			d.compileBelow(m.Value)
		}
	}
	d.readOperations()
	d.Finish()
	if len(d.Refusals) > 0 {
		return nil, refusals(d.Refusals)
	}
	return d, nil
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

// deref follows a $ref to a parameter, body or response.
func (d *Document) deref(n *spec.Node) *spec.Node {
	for range 10 {
		ref := n.Get("$ref")
		if ref == nil {
			return n
		}
		target, err := d.spec.Resolve(ref.Text)
		if err != nil {
			d.Refusals = append(d.Refusals, &schema.Refusal{Place: ref.Place, Keyword: "$ref", Reason: err.Error()})
			return nil
		}
		n = target
	}
	return nil
}
