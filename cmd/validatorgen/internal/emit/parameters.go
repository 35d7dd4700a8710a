package emit

import (
	"fmt"
	"go/doc"
	"go/token"
	"strings"
	"unicode"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// Operation is an operation with the parameters of its path and query.
type Operation struct {
	ID         string // as in the spec
	Name       string // in Go
	Parameters []Parameter
	Params     *gotype.Type // the struct for the parameters of the query, nil if there is none
}

// Parameter is one parameter.
type Parameter struct {
	Name      string
	In        string // "path" or "query"
	Required  bool
	Separator string // between the elements of an array; "" where each element is a value of its own
	Schema    *schema.Schema
}

// operation writes the parser of the parameters of an operation.
func (g *Generator) operation(c *code, op Operation) {
	var results, names []string
	taken := g.reserved()
	locals := map[string]string{}
	if g.model != nil {
		for _, p := range op.Parameters {
			if p.In == "path" {
				name := local(p.Name, taken)
				locals[p.Name] = name
				results, names = append(results, name+" "+g.pathType(p.Schema).Expr), append(names, name)
			}
		}
		if op.Params != nil {
			results, names = append(results, "params "+op.Params.Expr), append(names, "params")
		}
	}
	verb := "Parse"
	if g.model == nil {
		verb = "Check"
	}
	name := g.unique(verb + op.Name + "Parameters")
	c.line("// %s reads the parameters of the operation %s.", name, op.ID)
	c.line("// path returns the value of a parameter of the path, with its escapes undone.")
	c.line("func %s(path func(name string) string, query url.Values) (%s) {", name, strings.Join(append(results, "err error"), ", "))
	c.line("var errs validate.ParameterErrors")
	for _, p := range op.Parameters {
		g.labels[p.Schema.Place.Pointer] = op.Name + exported(p.Name)
		g.parameter(c, op, p, locals[p.Name])
	}
	c.line("return %s\n}\n", strings.Join(append(names, "errs.Err()"), ", "))
}

// reserved returns the names that a parameter's variable cannot have: packages, and variables of the code around it.
func (g *Generator) reserved() map[string]bool {
	taken := map[string]bool{}
	for _, name := range []string{
		"path", "query", "params", "errs", "err", "s", "values", "number", "text", "value", "exact", "parsed", "ok", "start", "url", "utf8", "http", "regexp", "strconv", "time", "validate", "compose", "format",
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

// pathType returns the Go type that oapi-codegen gives to a parameter of the path, for the types that it reads directly.
func (g *Generator) pathType(s *schema.Schema) *gotype.Type {
	r := s.Resolve()
	switch r.Types() &^ schema.Null {
	case schema.Integer:
		switch formatOf(r) {
		case "int64":
			return &gotype.Type{Kind: gotype.Int64, Expr: "int64", Basic: "int64"}
		case "int32":
			return &gotype.Type{Kind: gotype.Int32, Expr: "int32", Basic: "int32"}
		}
		return &gotype.Type{Kind: gotype.Int, Expr: "int", Basic: "int"}
	case schema.Number:
		if formatOf(r) == "double" {
			return &gotype.Type{Kind: gotype.Float64, Expr: "float64", Basic: "float64"}
		}
		return &gotype.Type{Kind: gotype.Float32, Expr: "float32", Basic: "float32"}
	case schema.Boolean:
		return &gotype.Type{Kind: gotype.Bool, Expr: "bool", Basic: "bool"}
	case schema.Array:
		if r.Items() != nil {
			elem := g.pathType(r.Items())
			return &gotype.Type{Kind: gotype.Slice, Expr: "[]" + elem.Expr, Elem: elem}
		}
	}
	return &gotype.Type{Kind: gotype.String, Expr: "string", Basic: "string"}
}

func (g *Generator) parameter(c *code, op Operation, p Parameter, local string) {
	to := target{}
	switch {
	case g.model == nil:
	case p.In == "path":
		to = target{g.pathType(p.Schema), local}
	case op.Params != nil:
		if f := op.Params.Field(p.Name); f != nil {
			to = target{f.Type, "params." + f.Name}
		}
	}
	body := c.child()
	array := p.Schema.Resolve().Types()&schema.Array != 0
	if p.In == "path" {
		value := fmt.Sprintf("path(%q)", p.Name)
		g.parameterValue(body, p, to, parameterJSON(p, value, fmt.Sprintf("validate.SplitParameter(%s, %q)", value, p.Separator)))
		c.line("{\n%s}", body.String())
		return
	}
	c.line("if values := query[%q]; len(values) > 0 {", p.Name)
	single := !array || p.Separator != ""
	if single {
		c.line("if len(values) > 1 {\nerrs.Repeated(%q)\n}", p.Name)
	}
	list := "values"
	if p.Separator != "" {
		list = fmt.Sprintf("validate.SplitParameter(values[0], %q)", p.Separator)
	}
	g.parameterValue(body, p, to, parameterJSON(p, "values[0]", list))
	c.WriteString(body.String())
	if p.Required {
		c.line("} else {\nerrs.Missing(%q)", p.Name)
	}
	c.line("}")
}

// parameterJSON returns the expression of the JSON that a parameter stands for.
func parameterJSON(p Parameter, value, list string) string {
	r := p.Schema.Resolve()
	if r.Types()&schema.Array != 0 {
		kind := "String"
		if r.Items() != nil {
			kind = parameterKind(r.Items())
		}
		return fmt.Sprintf("validate.AppendParameterList(nil, validate.%s, %s)", kind, list)
	}
	return fmt.Sprintf("validate.AppendParameter(nil, validate.%s, %s)", parameterKind(r), value)
}

func parameterKind(s *schema.Schema) string {
	switch s.Resolve().Types() &^ schema.Null {
	case schema.Integer:
		return "Integer"
	case schema.Number:
		return "Number"
	case schema.Boolean:
		return "Boolean"
	default:
		return "String"
	}
}

func (g *Generator) parameterValue(c *code, p Parameter, to target, json string) {
	c.line("s := validate.NewScanner(%s, %s)", json, g.options(p.Schema))
	g.value(c, p.Schema, to)
	c.line("errs.Add(%q, s)", p.Name)
}
