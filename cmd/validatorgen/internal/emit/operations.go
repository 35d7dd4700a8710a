package emit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// Output is what is written for a document.
type Output struct {
	Validator []File
	Server    []File // none where Config.Server is empty
}

// Document writes the validators of a document for the types of model, or checks alone where model is nil, and the wiring of its
// operations where Config.Server asks for it. What is not generated is added to the document's notices.
func Document(d *openapi.Document, config Config, model *gotype.Package) (Output, error) {
	if err := setUpNames(); err != nil {
		return Output{}, err
	}
	g := New(config, model)
	names := namesOf(d, model)
	for _, op := range d.Operations {
		g.mark(op)
	}
	var operations []*operation
	for _, op := range d.Operations {
		operations = append(operations, g.operation(d, op, names))
	}
	files, err := g.Files(names.all(), tables(operations), operations)
	if err != nil || config.Server == "" {
		return Output{Validator: files}, err
	}
	if model == nil {
		return Output{}, fmt.Errorf("write the wiring of %s: it needs the types of a model", config.Spec)
	}
	wiring, err := g.wiring(operations)
	return Output{Validator: files, Server: wiring}, err
}

// setUpNames lets oapi-codegen set up its tables of initialisms, which it does only when it generates.
func setUpNames() error {
	empty := &openapi3.T{OpenAPI: "3.0.3", Info: &openapi3.Info{Title: "empty", Version: "1"}, Paths: openapi3.NewPaths()}
	if _, err := codegen.Generate(empty, codegen.Configuration{PackageName: "empty"}); err != nil {
		return fmt.Errorf("set up the names of oapi-codegen: %w", err)
	}
	return nil
}

// mark says where the schemas of an operation are used.
func (g *Generator) mark(op *openapi.Operation) {
	if op.Body != nil {
		for _, m := range op.Body.Content {
			if m.Schema != nil {
				g.MarkRequest(m.Schema)
			}
		}
	}
	for _, r := range op.Responses {
		for _, m := range r.Content {
			if m.Schema != nil {
				g.MarkResponse(m.Schema)
			}
		}
	}
}

// operation is an operation with what it has in Go. Templates read it.
type operation struct {
	*openapi.Operation
	Name       string
	params     *gotype.Type // the struct of oapi-codegen for all parameters but those of the path, nil where there are none
	Parameters []parameter
	Table      string // the variable that describes the parameters
	Parser     string // the function that reads the parameters, "" where there are none
	Bodies     []body
	Replies    []reply
	Route      string   // the path as the router has it
	Renamed    []string // names of parameters in the path, each with the one that the router has
	OpenEnd    string   // of echo: the last parameter of a path that others go on from
}

func (g *Generator) operation(d *openapi.Document, op *openapi.Operation, names *goNames) *operation {
	o := &operation{Operation: op, Name: names.operation(op)}
	if g.model != nil && slices.ContainsFunc(op.Parameters, func(p openapi.Parameter) bool { return p.In != "path" }) {
		o.params = g.model.Lookup(o.Name + "Params")
	}
	o.Parameters = g.parametersOf(d, o, names)
	o.Bodies = g.bodiesOf(d, o, names)
	o.Replies = g.repliesOf(d, o, names)
	return o
}

// tables returns the schemas of request bodies, whose fields are listed.
func tables(operations []*operation) []Table {
	var all []Table
	seen := map[*schema.Schema]bool{}
	for _, op := range operations {
		for _, b := range op.Bodies {
			if b.table.Name == "" {
				continue
			}
			if r := b.Schema.Resolve(); !seen[r] {
				seen[r] = true
				all = append(all, b.table)
			}
		}
	}
	return all
}

// goNames knows the names that oapi-codegen gave to what is in a document.
type goNames struct {
	model     *gotype.Package
	normalize func(string) string
	roots     []*Root
	// components are the roots of components/schemas.
	components map[*schema.Schema]*Root
}

// namesOf finds the way in which the names of a model were made, which is an option of oapi-codegen: the one that most of
// the types are there by.
func namesOf(d *openapi.Document, model *gotype.Package) *goNames {
	n := &goNames{model: model, normalize: codegen.ToCamelCase, components: map[*schema.Schema]*Root{}}
	if model != nil {
		most := 0
		for _, option := range slices.Sorted(maps.Keys(codegen.NameNormalizers)) {
			candidate := &goNames{model: model, normalize: codegen.NameNormalizers[option]}
			if hits := candidate.hits(d); hits > most {
				most, n.normalize = hits, candidate.normalize
			}
		}
	}
	for _, c := range d.Components {
		root := Root{Name: n.typeName(c.Name), Schema: c.Schema}
		if model != nil {
			for _, p := range append([]*gotype.Package{model}, model.Externals()...) {
				if name, t := TypeOf(p, c.Name, c.Schema); t != nil {
					root.Name, root.Type, root.Expr = name, t, p.Name+"."+name
					break
				}
			}
			if root.Type == nil {
				continue // nothing uses it, so oapi-codegen left it out
			}
		}
		n.components[c.Schema] = &root
		n.roots = append(n.roots, &root)
	}
	return n
}

// component returns the root of the component that a schema is, or refers to, or nil.
func (n *goNames) component(s *schema.Schema) *Root {
	for at := s; at != nil; at = at.Ref {
		if root := n.components[at]; root != nil {
			return root
		}
	}
	return nil
}

// add adds a root for a schema that is not a component.
func (n *goNames) add(name string, s *schema.Schema, t *gotype.Type) *Root {
	root := &Root{Name: name, Schema: s, Type: t}
	n.roots = append(n.roots, root)
	return root
}

// all returns the roots.
func (n *goNames) all() []Root {
	all := make([]Root, len(n.roots))
	for i, root := range n.roots {
		all[i] = *root
	}
	return all
}

// hits counts the types of a model that have the names that n gives.
func (n *goNames) hits(d *openapi.Document) int {
	hits := 0
	count := func(name string) {
		if n.model.Lookup(name) != nil {
			hits++
		}
	}
	for _, c := range d.Components {
		count(n.typeName(c.Name))
	}
	for _, op := range d.Operations {
		name := n.operation(op)
		count(name + "Params")
		count(name + "JSONRequestBody")
	}
	return hits
}

// typeName returns a name of the spec as oapi-codegen writes the name of a type.
func (n *goNames) typeName(name string) string { return prefix(name) + n.normalize(name) }

// prefix returns what oapi-codegen puts before a name that cannot begin an identifier: "N" before a digit.
func prefix(name string) string {
	return strings.TrimSuffix(codegen.SchemaNameToTypeName(name), codegen.ToCamelCase(name))
}

// operation returns the name of an operation.
func (n *goNames) operation(op *openapi.Operation) string {
	name := n.normalize(op.ID)
	name = prefix(name) + name
	if op.Alias > 0 {
		name += fmt.Sprintf("Alias%d", op.Alias-1)
	}
	return n.normalize(name)
}

// typeOf returns the Go type for values of a schema, where it can be written without a type declaration: types of components,
// basic types, and arrays of them. It is nil for anything else.
func (n *goNames) typeOf(s *schema.Schema) *gotype.Type {
	if root := n.component(s); root != nil && root.Type != nil && root.Type.Expr != "" {
		return root.Type
	}
	r := s.Resolve()
	switch typesOf(r) {
	case schema.Array:
		if items := itemsOf(r); items != nil {
			if elem := n.typeOf(items); elem != nil {
				return &gotype.Type{Kind: gotype.Slice, Expr: "[]" + elem.Expr, Elem: elem}
			}
		}
		return nil
	case schema.Object, 0:
		return nil
	}
	return basicType(r)
}

// basicType returns the type that oapi-codegen has for a boolean, number or string, and nil for anything else.
func basicType(s *schema.Schema) *gotype.Type {
	named := func(kind gotype.Kind, expr string) *gotype.Type {
		return &gotype.Type{Kind: kind, Expr: expr, Basic: expr}
	}
	switch format := formatOf(s.Resolve()); typesOf(s) {
	case schema.Integer:
		switch format {
		case "int64":
			return named(gotype.Int64, "int64")
		case "int32":
			return named(gotype.Int32, "int32")
		}
		return named(gotype.Int, "int")
	case schema.Number:
		if format == "double" {
			return named(gotype.Float64, "float64")
		}
		return named(gotype.Float32, "float32")
	case schema.Boolean:
		return named(gotype.Bool, "bool")
	case schema.String:
		switch format {
		case "date":
			return &gotype.Type{Kind: gotype.Date, Expr: "openapi_types.Date"}
		case "date-time":
			return &gotype.Type{Kind: gotype.Time, Expr: "time.Time"}
		case "uuid":
			return &gotype.Type{Kind: gotype.UUID, Expr: "openapi_types.UUID"}
		}
		return named(gotype.String, "string")
	}
	return nil
}

// What these files need to know of a schema behind its references.
func typesOf(s *schema.Schema) schema.Types   { return s.Resolve().Types() &^ schema.Null }
func itemsOf(s *schema.Schema) *schema.Schema { return s.Resolve().Items() }

// untyped reports whether the text of a parameter may be a value of more than one type.
func untyped(s *schema.Schema) bool {
	r := s.Resolve()
	possible := r.Possible() &^ schema.Null
	return (r.Combined() || r.Types() != 0 || len(r.Enum()) > 0) && (possible == 0 || possible&(possible-1) != 0)
}
