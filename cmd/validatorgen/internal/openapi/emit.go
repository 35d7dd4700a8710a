package openapi

import (
	"example.com/oxgroups/cmd/validatorgen/internal/emit"
	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// Emit writes the package for a document and the types of model, or checks alone where model is nil.
func Emit(d *Document, config emit.Config, model *gotype.Package) ([]emit.File, error) {
	g := emit.New(config, model)
	for _, op := range d.operations {
		if op.body != nil {
			g.MarkRequest(d.Compile(op.body))
		}
		for _, r := range op.responses {
			g.MarkResponse(d.Compile(r))
		}
	}
	return g.Files(d.roots(model), d.tables(), d.parsers(model))
}

// roots returns the components and the bodies that are no components.
func (d *Document) roots(model *gotype.Package) []emit.Root {
	var roots []emit.Root
	for _, c := range d.components {
		root := emit.Root{Name: codegen.SchemaNameToTypeName(c.name), Schema: c.schema}
		if model != nil {
			name, t := emit.TypeOf(model, c.name, c.schema)
			if t == nil {
				continue // nothing uses it, so oapi-codegen left it out
			}
			root.Name, root.Type, root.Expr = name, t, model.Name+"."+name
		}
		roots = append(roots, root)
	}
	for _, op := range d.operations {
		if op.body == nil || op.body.Get("$ref") != nil {
			continue
		}
		root := emit.Root{Name: typeName(op.id) + "JSONRequestBody", Schema: d.Compile(op.body)}
		if model != nil {
			if root.Type = model.Lookup(root.Name); root.Type == nil {
				continue
			}
		}
		roots = append(roots, root)
	}
	return roots
}

func typeName(id string) string { return codegen.UppercaseFirstCharacter(codegen.ToCamelCase(id)) }

// tables returns the schemas of request bodies, whose fields are listed.
func (d *Document) tables() []emit.Table {
	var tables []emit.Table
	seen := map[string]bool{}
	for _, op := range d.operations {
		if op.body == nil {
			continue
		}
		s := d.Compile(op.body)
		name := typeName(op.id)
		if component := s.Resolve().Component; component != "" {
			name = codegen.SchemaNameToTypeName(component)
		}
		if !seen[name] && len(s.Resolve().Properties()) > 0 {
			seen[name] = true
			tables = append(tables, emit.Table{Name: name, Schema: s})
		}
	}
	return tables
}

// parsers returns the operations that have parameters.
func (d *Document) parsers(model *gotype.Package) []emit.Operation {
	var all []emit.Operation
	for _, op := range d.operations {
		e := emit.Operation{ID: op.id, Name: typeName(op.id)}
		for _, n := range op.parameters {
			if p := d.parameter(n); p != nil {
				e.Parameters = append(e.Parameters, *p)
			}
		}
		if model != nil {
			e.Params = model.Lookup(e.Name + "Params")
		}
		if len(e.Parameters) > 0 {
			all = append(all, e)
		}
	}
	return all
}

// separators are what stands between the elements of an array, by style.
var separators = map[string]string{"simple": ",", "form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}

// parameter reads a parameter of a path or query; nil is one of a header or cookie, which are left to the caller.
func (d *Document) parameter(n *spec.Node) *emit.Parameter {
	p := &emit.Parameter{Name: n.Str("name"), In: n.Str("in"), Required: n.True("required")}
	if p.In != "path" && p.In != "query" {
		return nil
	}
	style := n.Str("style")
	if style == "" {
		style = map[string]string{"path": "simple", "query": "form"}[p.In]
	}
	p.Separator = separators[style]
	explode := n.True("explode") || style == "form" && n.Get("explode") == nil
	if explode && p.In == "query" {
		p.Separator = ""
	}
	p.Schema = d.Compile(n.Get("schema"))
	return p
}
