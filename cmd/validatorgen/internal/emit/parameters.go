package emit

import (
	"go/doc"
	"go/token"
	"strings"
	"unicode"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// parameter is a parameter with its place in Go.
type parameter struct {
	openapi.Parameter
	local string // the variable of a parameter of the path
	to    target // nowhere where only checks are written

	Kind    string   // a constant of package validate
	Facts   []string // what else there is to say, as fields of a validate.Field
	Fields  []field  // of an object
	Others  []string // the names that are not properties of an open object; nil where it is not open
	Check   string   // the function that decides which type a text has, or nil
	Reading string   // the statements that read and check it
}

// parametersOf gives each parameter of an operation its place: those of the path are results of their own, the others are
// fields of oapi-codegen's struct.
func (g *Generator) parametersOf(d *openapi.Document, op *operation, names *goNames) []parameter {
	var all []parameter
	taken := g.reserved()
	for _, p := range op.Operation.Parameters {
		one := parameter{Parameter: p}
		switch {
		case g.model == nil:
		case p.In == "path":
			one.local = local(p.Name, taken)
			one.to = target{names.typeOf(p.Schema), one.local}
			if one.to.none() {
				one.to.typ = &gotype.Type{Kind: gotype.Any, Expr: "any"}
			}
		case op.params != nil:
			if f := op.params.Field(p.Name); f != nil {
				one.to = target{f.Type, "params." + f.Name}
			}
			fallthrough
		default:
			if one.to.none() || hidden(one.to.typ) {
				d.Notice(op.Operation, p.Node.Place, "parameter %s is checked; oapi-codegen has no type for it that can be set, so the handler reads it from the request", p.Name)
				one.to = target{}
			}
		}
		all = append(all, one)
	}
	return all
}

// hidden reports whether a type has nothing that another package can set: oapi-codegen's anonymous structs for unions.
func hidden(t *gotype.Type) bool {
	if t.Kind == gotype.Pointer || t.Kind == gotype.Nullable {
		t = t.Elem
	}
	return t.Expr == "" && (t.Kind == gotype.Other || t.Union)
}

// path returns the parameters of the path in the order in which they stand there.
func (op *operation) path() []parameter {
	var all []parameter
	for _, name := range spec.PathNames(op.Path) {
		for _, p := range op.Parameters {
			if p.In == "path" && p.Name == name {
				all = append(all, p)
			}
		}
	}
	return all
}

// results returns the variables that have the parameters, with their types where typed is set: those of the path, and params.
func (op *operation) results(typed bool) []string {
	var list []string
	add := func(name, typ string) {
		if typed {
			name += " " + typ
		}
		list = append(list, name)
	}
	for _, p := range op.path() {
		if p.local != "" {
			add(p.local, p.to.typ.Expr)
		}
	}
	if op.params != nil {
		add("params", op.params.Expr)
	}
	return list
}

// Results returns the results of the function that reads the parameters, up to the error.
func (op *operation) Results() string { return followed(op.results(true)) }

// Parsed returns the variables that have them.
func (op *operation) Parsed() string { return followed(op.results(false)) }

// followed returns a list that another element follows.
func followed(list []string) string { return strings.Join(append(list, ""), ", ") }

// parseFunction prints the table of the parameters of an operation, and the function that reads them.
func (g *Generator) parseFunction(op *operation) string {
	if len(op.Parameters) == 0 {
		return ""
	}
	op.Table = g.unique(op.Name + "Parameters")
	for i := range op.Parameters {
		g.describe(&op.Parameters[i])
	}
	for i := range op.Parameters {
		op.Parameters[i].Others = op.others(op.Parameters[i])
	}
	verb := "Parse"
	if g.model == nil {
		verb = "Check"
	}
	op.Parser = g.unique(verb + op.Name + "Parameters")
	for i := range op.Parameters {
		p := &op.Parameters[i]
		g.labels[p.Schema.Place.ID()] = op.Name + exported(p.Name)
		p.Check = g.elementCheck(*p)
		c := &code{}
		g.value(c, p.Schema, p.to)
		p.Reading = c.String()
	}
	return g.render("parameters.gen.go", op)
}

// describe fills in what the table says of a parameter.
func (g *Generator) describe(p *parameter) {
	p.describeParts()
	p.Facts = append(p.Facts, g.facts(p.Schema, p.Required, p.Description)...)
}

// describeParts fills in its kind, and what is in it.
func (p *parameter) describeParts() {
	r := p.Schema.Resolve()
	p.Kind = parameterKind(p.Schema)
	if items := itemsOf(r); items != nil && typesOf(r) == schema.Array {
		p.Facts = append(p.Facts, "Items: "+parameterKind(items))
	}
	if (p.Kind != "validate.Object" || p.Style == "content") && p.Style != "deepObject" {
		return
	}
	for _, property := range r.AllProperties() {
		f := field{Name: property.Name, Kind: parameterKind(property.Schema)}
		if items := itemsOf(property.Schema); items != nil {
			f.Facts = []string{"Items: " + parameterKind(items)}
		}
		p.Fields = append(p.Fields, f)
	}
}

// others returns the names that are not properties of an object whose names stand alone in the query and that has properties without a
// field: those of other parameters. It is nil for any other parameter.
func (op *operation) others(p parameter) []string {
	r := p.Schema.Resolve()
	open := schema.Get[schema.AdditionalProperties](r).Schema != nil || len(p.Fields) == 0 && !schema.Has[schema.AdditionalProperties](r)
	if !p.to.none() {
		t := p.to.typ.Value()
		open = open || t.Kind == gotype.Map || t.Additional != nil
	}
	if p.Kind != "validate.Object" || p.Style != "form" || !p.Explode || p.In != "query" || !open {
		return nil
	}
	names := []string{}
	for _, other := range op.Parameters {
		switch {
		case other.In != p.In || other.Name == p.Name:
		case other.Kind == p.Kind && other.Style == p.Style && other.Explode:
			for _, f := range other.Fields {
				names = append(names, f.Name)
			}
		default:
			names = append(names, other.Name)
		}
	}
	return names
}

// parameterKind returns the kind by which the text of a parameter is read.
func parameterKind(s *schema.Schema) string {
	if untyped(s) {
		return "validate.Any"
	}
	if kind := fieldKinds[s.Resolve().Possible()&^schema.Null]; kind != "" {
		return "validate." + kind
	}
	return "validate.String"
}

// elementCheck returns the function that decides which type a text has, or nil.
func (g *Generator) elementCheck(p parameter) string {
	s := p.Schema
	if items := itemsOf(s); items != nil && typesOf(s) == schema.Array {
		s = items
	}
	if p.Style != "content" && (untyped(s) || p.AllowEmpty) {
		return g.call(function{schema: s})
	}
	return "nil"
}

// reserved returns the names that a parameter's variable cannot have: packages, and variables of the code around it.
func (g *Generator) reserved() map[string]bool {
	taken := map[string]bool{}
	for _, name := range []string{
		"in", "r", "p", "s", "c", "w", "path", "params", "body", "media", "problems", "err", "ok",
		"values", "number", "text", "value", "exact", "parsed", "start",
		"chi", "cmp", "compose", "context", "echo", "fmt", "form", "format", "http", "json", "openapi_types", "regexp", "strconv", "strings", "time",
		"url", "utf8", "validate", "validator", "wire",
	} {
		taken[name] = true
	}
	if g.model != nil {
		taken[g.model.Name] = true
	}
	return taken
}

// local returns a name for the variable of a parameter.
func local(name string, taken map[string]bool) string {
	camel := []rune(exported(name))
	camel[0] = unicode.ToLower(camel[0])
	candidate := string(camel)
	for token.IsKeyword(candidate) || doc.IsPredeclared(candidate) || taken[candidate] {
		candidate += "_"
	}
	taken[candidate] = true
	return candidate
}
