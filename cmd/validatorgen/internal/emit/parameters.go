package emit

import (
	"fmt"
	"go/doc"
	"go/token"
	"strings"
	"unicode"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// parameter is a parameter with its place in Go.
type parameter struct {
	openapi.Parameter
	local string // the variable of a parameter of the path
	to    target // nowhere where only checks are written
}

// parametersOf gives each parameter of an operation its place: those of the path are results of their own, the others are
// fields of oapi-codegen's struct.
func (g *Generator) parametersOf(d *openapi.Document, op *operation, names *goNames) []parameter {
	var all []parameter
	taken := g.reserved()
	for _, p := range op.Parameters {
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
	for _, name := range openapi.PathNames(op.Path) {
		for _, p := range op.parameters {
			if p.In == "path" && p.Name == name {
				all = append(all, p)
			}
		}
	}
	return all
}

// parseFunction writes the table of the parameters of an operation, and the function that reads them.
func (g *Generator) parseFunction(c *code, op *operation) {
	if len(op.parameters) == 0 {
		return
	}
	var results, names []string
	if g.model != nil {
		for _, p := range op.path() {
			results, names = append(results, p.local+" "+p.to.typ.Expr), append(names, p.local)
		}
		if op.params != nil {
			results, names = append(results, "params "+op.params.Expr), append(names, "params")
		}
	}
	table := g.unique(op.name + "Parameters")
	c.line("// %s lists the parameters of the operation %s.", table, op.ID)
	c.line("var %s = []validate.Parameter{", table)
	for _, p := range op.parameters {
		g.parameterEntry(c, p)
	}
	c.line("}")
	c.line("")
	verb := "Parse"
	if g.model == nil {
		verb = "Check"
	}
	op.parser = g.unique(verb + op.name + "Parameters")
	c.line("// %s reads the parameters of the operation %s. An error is a validate.Violations.", op.parser, op.ID)
	c.line("func %s(in validate.Parameters) (%s) {", op.parser, strings.Join(append(results, "err error"), ", "))
	c.line("r, p := validate.ReadParameters(in, %s), %s", g.options(anything), table)
	for i, p := range op.parameters {
		g.labels[p.Schema.Place.Pointer] = op.name + exported(p.Name)
		g.parameter(c, i, p)
	}
	c.line("return %s", strings.Join(append(names, "r.Err()"), ", "))
	c.line("}")
	c.line("")
}

// parameterEntry writes the description of a parameter.
func (g *Generator) parameterEntry(c *code, p parameter) {
	head := fmt.Sprintf("In: %q, Style: %q", p.In, p.Style)
	if p.Explode {
		head += ", Explode: true"
	}
	if p.AllowEmpty {
		head += ", AllowEmpty: true"
	}
	c.line("{%s, Field: validate.Field{", head)
	c.line("Name: %q, Kind: %s,", p.Name, parameterKind(p.Schema))
	r := p.Schema.Resolve()
	if items := itemsOf(r); items != nil && typesOf(r) == schema.Array {
		c.line("Items: %s,", parameterKind(items))
	}
	for _, fact := range g.facts(p.Schema, p.Required, p.Description) {
		c.line("%s,", fact)
	}
	if p.Style == "deepObject" {
		c.line("Fields: []validate.Field{")
		for _, property := range r.Properties() {
			items := "validate.Any"
			if s := itemsOf(property.Schema); s != nil {
				items = parameterKind(s)
			}
			c.line("{Name: %q, Kind: %s, Items: %s},", property.Name, parameterKind(property.Schema), items)
		}
		c.line("},")
	}
	c.line("}},")
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

// parameter writes the reading of the parameter at i.
func (g *Generator) parameter(c *code, i int, p parameter) {
	c.line("if s := r.Value(&p[%d], %s); s != nil {", i, g.elementCheck(p))
	g.value(c, p.Schema, p.to)
	c.line("r.End(&p[%d], s)", i)
	c.line("}")
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
		"cmp", "compose", "echo", "fmt", "form", "format", "http", "json", "openapi_types", "regexp", "strconv", "strings", "time",
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
