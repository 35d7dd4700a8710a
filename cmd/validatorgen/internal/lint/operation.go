package lint

import (
	"regexp"
	"slices"
	"strings"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Styles are the styles of a parameter by its place; the first one holds where none is given.
var Styles = map[string][]string{
	"path": {"simple", "label", "matrix"}, "query": {"form", "spaceDelimited", "pipeDelimited", "deepObject"}, "header": {"simple"}, "cookie": {"form"},
}

var statusCode = regexp.MustCompile(`^([1-5][0-9][0-9]|[1-5]XX|default)$`)

// checkPaths compares paths with each other.
func (c *checker) checkPaths(n *spec.Node) {
	seen := map[string]string{}
	for _, m := range n.Members {
		if strings.HasPrefix(m.Key, "x-") {
			continue
		}
		if !strings.HasPrefix(m.Key, "/") {
			c.errorf(m.Value, "a path begins with /")
		}
		if strings.ContainsAny(m.Key, "?#") {
			c.errorf(m.Value, "a path has no query; describe a parameter with in: query")
		}
		plain, names := m.Key, spec.PathNames(m.Key)
		if strings.Count(m.Key, "{") != len(names) || strings.Count(m.Key, "}") != len(names) || slices.Contains(names, "") {
			c.fatalf(m.Value, "a parameter of a path stands in braces, as in {id}")
		}
		for i, name := range names {
			if slices.Contains(names[:i], name) {
				c.errorf(m.Value, "{%s} is in the path twice", name)
			}
			plain = strings.ReplaceAll(plain, "{"+name+"}", "{}")
		}
		if seen[plain] != "" {
			c.errorf(m.Value, "is the same as the path %s; only the names of their parameters differ", seen[plain])
		}
		seen[plain] = m.Key
	}
}

// checkPathParameters compares the parameters of operations with the templates of their paths.
func (c *checker) checkPathParameters() {
	for _, op := range c.doc.Operations() {
		names := spec.PathNames(op.Path)
		c.checkDeclared(op.Item, names)
		c.checkDeclared(op.Node, names)
		if body := op.Node.Get("requestBody"); body != nil && slices.Contains([]string{"get", "head", "delete", "trace"}, op.Method) {
			c.noticef(body, "has no meaning for %s; many servers and clients drop it", strings.ToUpper(op.Method))
		}
		for _, name := range names {
			if !slices.ContainsFunc(c.doc.Parameters(op), func(p *spec.Node) bool { return p.Str("in") == "path" && p.Str("name") == name }) {
				c.fatalf(op.Node, "{%s} is in the path but not among the parameters; add {name: %s, in: path, required: true, schema: ...}", name, name)
			}
		}
	}
}

// checkDeclared checks the parameters that a path or an operation declares.
func (c *checker) checkDeclared(n *spec.Node, names []string) {
	declared := map[string]bool{}
	for _, item := range n.List("parameters") {
		p := c.deref(item)
		name, in := p.Str("name"), p.Str("in")
		if name == "" || in == "" {
			continue
		}
		if in == "path" && !slices.Contains(names, name) {
			c.fatalf(item, "the path has no {%s}%s", name, nearest.Hint(name, names))
		}
		if declared[in+" "+name] {
			c.errorf(item, "the %s parameter %q is there twice", in, name)
		}
		declared[in+" "+name] = true
	}
}

func (c *checker) checkParameter(n *spec.Node) {
	in, style := n.Str("in"), n.Str("style")
	switch {
	case n.Str("name") == "":
		c.fatalf(n, "name is required in the Parameter Object")
	case Styles[in] == nil:
		c.fatalf(n, "in must be one of path, query, header, cookie%s", nearest.Hint(in, []string{"path", "query", "header", "cookie"}))
	case in == "path" && !n.True("required"):
		c.errorf(n, "a path parameter needs required: true")
	}
	if style != "" && Styles[in] != nil && !slices.Contains(Styles[in], style) {
		c.fatalf(n.Get("style"), "%q is not a style of %s parameters%s", style, in, nearest.HintOrAll(style, Styles[in]))
	}
	c.checkValue(n, c.fatalf)
}

func (c *checker) checkHeader(n *spec.Node) { c.checkValue(n, c.errorf) }

// checkValue checks what parameters and headers have in common.
func (c *checker) checkValue(n *spec.Node, report func(n *spec.Node, format string, args ...any)) {
	schema, content := n.Get("schema"), n.Get("content")
	switch {
	case schema == nil && content == nil:
		report(n, "schema is required, or content in its place")
	case schema != nil && content != nil:
		c.errorf(content, "excludes schema; leave one of them out")
	case content != nil && len(content.Members) != 1:
		report(content, "must have one media type")
	}
	c.checkExamples(n)
}

func (c *checker) checkExamples(n *spec.Node) {
	if n.Get("example") != nil && n.Get("examples") != nil {
		c.errorf(n.Get("examples"), "excludes example; leave one of them out")
	}
}

// checkMedia checks the examples of a media type, and that its encodings are those of properties.
func (c *checker) checkMedia(n *spec.Node) {
	c.checkExamples(n)
	known := c.properties()
	known.add(n.Get("schema"))
	for _, m := range n.Entries("encoding") {
		if len(known.names) > 0 && !known.names[m.Key] && !known.open {
			c.errorf(m.Value, "%q is not a property of the schema%s", m.Key, known.hint(m.Key))
		}
	}
}

func (c *checker) checkResponse(n *spec.Node) {
	if n.Get("description") == nil && strings.HasPrefix(c.doc.Root.Get("openapi").Text, "3.1") {
		c.errorf(n, "description is required in the Response Object")
	}
	c.checkContent(n)
}

// checkContent checks the media types of a body.
func (c *checker) checkContent(n *spec.Node) {
	for _, m := range n.Entries("content") {
		if !strings.Contains(m.Key, "/") {
			c.errorf(m.Value, "%q is not a media type, such as application/json", m.Key)
		}
		if m.Value.Kind != spec.Mapping || m.Value.Get("schema") != nil || m.Value.Get("$ref") != nil {
			continue
		}
		if spec.IsJSON(m.Key) {
			c.errorf(m.Value, "schema is required: without it no code is generated for the body; schema: {} takes anything")
		} else {
			c.noticef(m.Value, "has no schema")
		}
	}
}

func (c *checker) checkResponses(n *spec.Node) {
	codes := 0
	for _, m := range n.Members {
		if strings.HasPrefix(m.Key, "x-") {
			continue
		}
		codes++
		if !statusCode.MatchString(m.Key) {
			c.errorf(m.Value, "%q is not a status; write one such as 404, a range such as 4XX, or default", m.Key)
		}
	}
	if codes == 0 {
		c.errorf(n, "must have at least one response")
	}
}
