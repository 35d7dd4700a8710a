package openapi

import (
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Parameter is one parameter of an operation.
type Parameter struct {
	Name        string
	In          string // "path", "query", "header" or "cookie"
	Style       string // "simple", "form", "spaceDelimited", "pipeDelimited", "deepObject"; "content" for one that is JSON
	Explode     bool
	Required    bool
	AllowEmpty  bool
	Description string
	Schema      *schema.Schema
	Node        *spec.Node
}

// styles are the ones that are read, the first of each place being what holds where none is given.
var styles = map[string][]string{
	"path":   {"simple"},
	"query":  {"form", "spaceDelimited", "pipeDelimited", "deepObject"},
	"header": {"simple"},
	"cookie": {"form"},
}

// ignoredHeaders are no parameters by the text of OpenAPI: other keywords describe them.
var ignoredHeaders = []string{"accept", "content-type", "authorization"}

// parameters returns the parameters of an operation; they win over those of its path with the same name and place.
func (d *Document) parameters(op *Operation, item, n *spec.Node) []Parameter {
	var all []Parameter
	seen := map[string]bool{}
	for _, list := range []*spec.Node{n.Get("parameters"), item.Get("parameters")} {
		if list = d.deref(list); list == nil {
			continue
		}
		for _, p := range list.Items {
			p = d.deref(p)
			key := p.Str("in") + " " + p.Str("name")
			if p == nil || seen[key] {
				continue
			}
			seen[key] = true
			if read := d.parameter(op, p); read != nil {
				all = append(all, *read)
			}
		}
	}
	d.checkPath(op, n, all)
	return all
}

// parameter reads one parameter. What cannot be read is refused, or noticed, and nil.
func (d *Document) parameter(op *Operation, n *spec.Node) *Parameter {
	p := &Parameter{
		Name: n.Str("name"), In: n.Str("in"), Style: n.Str("style"), Required: n.True("required"),
		AllowEmpty: n.True("allowEmptyValue"), Description: n.Str("description"), Node: n,
	}
	known := styles[p.In]
	switch {
	case p.Name == "":
		d.refuse(n, "name", "a parameter must have a name")
		return nil
	case known == nil:
		d.refuse(n, "in", "must be one of path, query, header, cookie")
		return nil
	case p.In == "header" && slices.Contains(ignoredHeaders, strings.ToLower(p.Name)):
		d.Notice(op, n.Place, "header %s is no parameter by the text of OpenAPI: it is not read", p.Name)
		return nil
	}
	if p.Style == "" {
		p.Style = known[0]
	}
	if !slices.Contains(known, p.Style) {
		d.refuse(n.Get("style"), "style", "parameters of style "+p.Style+" are not supported in a "+p.In)
		return nil
	}
	if p.Explode = p.Style == "form"; n.Get("explode") != nil {
		p.Explode = n.True("explode")
	}
	s := n.Get("schema")
	if content := n.Get("content"); content != nil {
		if len(content.Members) != 1 || !isJSON(content.Members[0].Key) {
			d.refuse(content, "content", "the content of a parameter must be one media type, and JSON")
			return nil
		}
		p.Style, s = "content", content.Members[0].Value.Get("schema")
	}
	if s == nil {
		d.refuse(n, "schema", "a parameter must have a schema")
		return nil
	}
	p.Schema = d.Compile(s)
	return p
}

// checkParameters refuses objects in other styles than deepObject, and deepObject for anything else. It runs when all schemas
// are read; parameters whose schemas were refused are left alone.
func (d *Document) checkParameters() {
	refused := d.Refused()
	for _, op := range d.Operations {
		for _, p := range op.Parameters {
			if refused[p.Schema] != nil || p.Style == "content" {
				continue
			}
			isObject := p.Schema.Possible() == schema.Object
			switch {
			case isObject && p.Style != "deepObject":
				d.refuse(p.Node.Get("schema"), "type", "parameters of type object are not supported in style "+p.Style)
			case !isObject && p.Style == "deepObject":
				d.refuse(p.Node.Get("style"), "style", "deepObject is for objects")
			}
		}
	}
}

// checkPath compares the parameters of the path with its template.
func (d *Document) checkPath(op *Operation, n *spec.Node, all []Parameter) {
	names := PathNames(op.Path)
	for _, name := range names {
		if !slices.ContainsFunc(all, func(p Parameter) bool { return p.In == "path" && p.Name == name }) {
			d.refuse(n, "parameters", "the path has {"+name+"}, which is not among the parameters")
		}
	}
	for _, p := range all {
		if p.In == "path" && !slices.Contains(names, p.Name) {
			d.refuse(p.Node, "name", "the path "+op.Path+" has no {"+p.Name+"}")
		}
	}
}

// PathNames returns the names of the parameters in a path template, in their order.
func PathNames(path string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(path, "{")
		name, rest, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return names
		}
		names = append(names, name)
		path = rest
	}
}
