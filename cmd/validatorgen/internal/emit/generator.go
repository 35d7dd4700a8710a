// Package emit writes Go code: for each schema a function that reads a value from a validate.Scanner, checks it and keeps it
// in the type that oapi-codegen has for it, and one that appends the type's JSON. A rule is written where the value is
// read, in plain statements, so that the code reads like the schema. It knows nothing of files and flags.
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
	MaxDepth  int // 0 is the default of jsonscan
}

// Generator writes one package.
type Generator struct {
	config Config
	model  *gotype.Package // nil: only checks are written
	names  map[string]bool
	done   map[function]string
	queue  []function
	// inResponse and inRequest say where a schema is used.
	inRequest, inResponse map[*schema.Schema]bool
	patterns              []pattern
	orders                map[string]string // the variable of each list of properties
	labels                map[string]string // names for the schemas at JSON Pointers
}

// function is what one generated function reads: a value of a schema into a type, or, without a type, only checks it.
type function struct {
	schema *schema.Schema
	typ    *gotype.Type
	append bool // it appends the type's JSON instead
}

type pattern struct{ name, expr, source string }

// New returns a generator for the types of model, or for checks alone where model is nil.
func New(config Config, model *gotype.Package) *Generator {
	return &Generator{
		config: config, model: model, names: map[string]bool{}, done: map[function]string{},
		orders:    map[string]string{},
		labels:    map[string]string{},
		inRequest: map[*schema.Schema]bool{}, inResponse: map[*schema.Schema]bool{},
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
	return g.inResponse[s] && !g.inRequest[s]
}

// code is the text of a function as it grows.
type code struct {
	strings.Builder
	vars map[string]int // how often a name was taken in this function
}

func (c *code) line(format string, args ...any) {
	fmt.Fprintf(c, format+"\n", args...)
}

// child returns an empty text for an inner block, which knows the variables that are taken around it.
func (c *code) child() *code { return &code{vars: maps.Clone(c.vars)} }

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

// call returns the name of the function for f, which is written if it is not yet.
func (g *Generator) call(f function, name string) string {
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
	unique := g.unique(verb + name)
	g.done[f] = unique
	g.queue = append(g.queue, f)
	return unique
}

func (g *Generator) unique(name string) string {
	candidate := name
	for n := 2; g.names[candidate]; n++ {
		candidate = fmt.Sprintf("%s%d", name, n)
	}
	g.names[candidate] = true
	return candidate
}
