// Package emit prints Go code: for each schema a function that reads a value from a validate.Scanner, checks it and keeps it
// in the type that oapi-codegen has for it, and one that appends the type's JSON. A rule is printed where the value is
// read, in plain statements, so that the code reads like the schema. It knows nothing of files and flags.
//
// Start reading at Files; plan.go has the one switch over the rules of a schema.
package emit

import (
	"fmt"
	"maps"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// Config says what the generated package is like.
type Config struct {
	Package   string
	Spec      string // the name of the spec's file, for comments
	Runtime   string // the import path of package validate
	RefuseNUL bool
	MaxDepth  int    // 0 is the default of package validate
	Server    string // the name of the package for the wiring, "" for none
	Kind      string // of the server: one of Kinds
	Import    string // the import path of this package, for the wiring
}

// Generator prints one package.
type Generator struct {
	config Config
	model  *gotype.Package // nil: only checks are printed
	names  map[string]bool
	done   map[function]string
	queue  []function
	// inResponse and inRequest say where a schema is used.
	inRequest, inResponse map[*schema.Schema]bool
	patterns              []pattern
	labels                map[string]string // names for the schemas at JSON Pointers
	tableNames            map[*schema.Schema]string
	err                   error // the first rule without code
}

// function is what one generated function does: it reads a value of a schema into a type, or, without a type, only checks
// it, or appends the JSON of the type.
type function struct {
	schema   *schema.Schema
	typ      *gotype.Type
	append   bool
	response bool // it appends as in a response, where that is another text than in a request
}

type pattern struct{ Name, Expr, Source string }

// New returns a generator for the types of model, or for checks alone where model is nil.
func New(config Config, model *gotype.Package) *Generator {
	return &Generator{
		config: config, model: model, names: map[string]bool{}, done: map[function]string{}, labels: map[string]string{},
		tableNames: map[*schema.Schema]string{},
		inRequest:  map[*schema.Schema]bool{}, inResponse: map[*schema.Schema]bool{},
	}
}

// MarkRequest says that a schema, and all below it, is used in requests.
func (g *Generator) MarkRequest(s *schema.Schema) { mark(g.inRequest, s) }

// MarkResponse says that a schema, and all below it, is used in responses.
func (g *Generator) MarkResponse(s *schema.Schema) { mark(g.inResponse, s) }

func mark(set map[*schema.Schema]bool, s *schema.Schema) {
	if set[s] {
		return
	}
	set[s] = true
	for _, child := range s.Children() {
		mark(set, child)
	}
}

// responseOnly reports whether a schema is never part of a request.
func (g *Generator) responseOnly(s *schema.Schema) bool {
	s = s.Resolve()
	return g.inResponse[s] && !g.inRequest[s]
}

// bothWays reports whether a schema is part of requests and of responses.
func (g *Generator) bothWays(s *schema.Schema) bool {
	s = s.Resolve()
	return g.inResponse[s] && g.inRequest[s]
}

// fail keeps the first error.
func (g *Generator) fail(format string, args ...any) {
	if g.err == nil {
		g.err = fmt.Errorf(format, args...)
	}
}

// code is the text of a function as it grows.
type code struct {
	strings.Builder
	vars map[string]int // how often a name was taken in this function
}

// line prints one line of Go.
func (c *code) line(format string, args ...any) {
	fmt.Fprintf(c, format+"\n", args...)
}

// child returns an empty text for an inner block, which knows the variables that are taken around it.
func (c *code) child() *code { return &code{vars: maps.Clone(c.vars)} }

// block prints header, a block of statements that knows the variables that are taken around it, and its end.
func (c *code) block(header string, body func(c *code)) {
	inner := c.child()
	body(inner)
	c.WriteString(header + " {\n" + inner.String() + "}\n")
}

// fresh returns a name for a variable that is not taken in this function.
func (c *code) fresh(name string) string {
	if c.vars == nil {
		c.vars = map[string]int{}
	}
	c.vars[name]++
	if n := c.vars[name]; n > 1 {
		return fmt.Sprintf("%s%d", name, n)
	}
	return name
}

// call returns the name of the function for f, which is printed if it is not yet.
func (g *Generator) call(f function) string {
	f.schema = f.schema.Resolve()
	if known, ok := g.done[f]; ok {
		return known
	}
	verb := "decode"
	switch {
	case f.append:
		verb = "append"
	case f.typ == nil:
		verb = "check"
	}
	name := g.nameOf(f.schema)
	if f.append && f.response && g.bothWays(f.schema) {
		name += "Response"
	}
	g.done[f] = g.unique(verb + name)
	g.queue = append(g.queue, f)
	return g.done[f]
}

func (g *Generator) unique(name string) string {
	candidate := name
	for n := 2; g.names[candidate]; n++ {
		candidate = fmt.Sprintf("%s%d", name, n)
	}
	g.names[candidate] = true
	return candidate
}
