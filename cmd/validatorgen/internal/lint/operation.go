package lint

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// styles are the styles of a parameter, by its place.
var styles = map[string][]string{
	"path": {"matrix", "label", "simple"}, "query": {"form", "spaceDelimited", "pipeDelimited", "deepObject"}, "header": {"simple"}, "cookie": {"form"},
}

var (
	template      = regexp.MustCompile(`\{[.;]?([^{}]*?)\*?\}`) // with the marks of RFC 6570 that oapi-codegen takes
	componentName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	statusCode    = regexp.MustCompile(`^([1-5][0-9][0-9]|[1-5]XX|default)$`)
)

// members returns the members of an object, and none of what is no object.
func members(n *spec.Node) []spec.Member {
	if n == nil {
		return nil
	}
	return n.Members
}

func items(n *spec.Node) []*spec.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

func (c *checker) checkTags(n *spec.Node) {
	seen := map[string]bool{}
	for _, tag := range items(n.Get("tags")) {
		if name := tag.Str("name"); seen[name] {
			c.errorf(tag, "tag %q stands there twice", name)
		} else {
			seen[name] = name != ""
		}
	}
}

func (c *checker) checkServer(n *spec.Node) {
	for _, found := range template.FindAllStringSubmatch(n.Str("url"), -1) {
		if n.Get("variables").Get(found[1]) == nil {
			c.errorf(n.Get("url"), "{%s} is not among variables", found[1])
		}
	}
}

func (c *checker) checkComponents(n *spec.Node) {
	for _, section := range n.Members {
		for _, m := range members(section.Value) {
			if !strings.HasPrefix(section.Key, "x-") && !componentName.MatchString(m.Key) {
				c.errorf(m.Value, "the name of a component is made of A-Z, a-z, 0-9, dot, hyphen and underscore")
			}
		}
	}
}

// readOperations reads the operationIds, which links name from anywhere.
func (c *checker) readOperations() {
	for _, path := range members(c.doc.Root.Get("paths")) {
		item := c.deref(path.Value)
		for _, method := range methods {
			if id := item.Get(method).Str("operationId"); id != "" && c.operations[id] == nil {
				c.operations[id] = item.Get(method)
			}
		}
	}
}

func (c *checker) checkPaths(n *spec.Node) {
	seen := map[string]string{}
	for _, m := range n.Members {
		if strings.HasPrefix(m.Key, "x-") {
			continue
		}
		if !strings.HasPrefix(m.Key, "/") {
			c.errorf(m.Value, "a path begins with /")
		}
		plain := template.ReplaceAllString(m.Key, "{}")
		if seen[plain] != "" {
			c.errorf(m.Value, "is the same as the path %s; only the names of their parameters differ", seen[plain])
		}
		seen[plain] = m.Key
		if item := c.deref(m.Value); item != nil {
			c.checkPath(m.Key, m.Value, item)
		}
	}
}

func (c *checker) checkPath(path string, at, item *spec.Node) {
	names := map[string]bool{}
	for _, found := range template.FindAllStringSubmatch(path, -1) {
		if names[found[1]] {
			c.errorf(at, "{%s} stands in the path twice", found[1])
		}
		names[found[1]] = true
	}
	shared := c.parameters(item, names)
	for _, method := range methods {
		op := item.Get(method)
		if op == nil || op.Kind != spec.Mapping || op.Get("$ref") != nil {
			continue
		}
		own := c.parameters(op, names)
		for name := range names {
			if !shared["path "+name] && !own["path "+name] {
				c.errorf(op, "{%s} is in the path but not among the parameters; add {name: %s, in: path, required: true, schema: ...}", name, name)
			}
		}
	}
}

// parameters returns which parameters a path or an operation declares, as "in name".
func (c *checker) parameters(n *spec.Node, template map[string]bool) map[string]bool {
	declared := map[string]bool{}
	for _, item := range items(n.Get("parameters")) {
		p := c.deref(item)
		name, in := p.Str("name"), p.Str("in")
		if p == nil || name == "" || in == "" {
			continue
		}
		if in == "path" && !template[name] {
			c.errorf(item, "the path has no {%s}%s", name, nearest.Hint(name, slices.Sorted(maps.Keys(template))))
		}
		if declared[in+" "+name] {
			c.errorf(item, "the %s parameter %q stands there twice", in, name)
		}
		declared[in+" "+name] = true
	}
	return declared
}

func (c *checker) checkOperation(n *spec.Node) {
	id := n.Str("operationId")
	switch first := c.operations[id]; {
	case id == "":
		c.noticef(n, "has no operationId; oapi-codegen makes one up from method and path")
	case first != nil && first != n:
		c.errorf(n.Get("operationId"), "%q is the operationId in line %d too; it must be unique", id, first.Place.Line)
	}
}

func (c *checker) checkParameter(n *spec.Node) {
	in := n.Str("in")
	if in == "" {
		return
	}
	if styles[in] == nil {
		c.unknown(n.Get("in"), "place of a parameter", in, []string{"path", "query", "header", "cookie"})
		return
	}
	if in == "path" && !n.True("required") {
		c.errorf(n, "a path parameter needs required: true")
	}
	if style := n.Str("style"); style != "" && !slices.Contains(styles[in], style) {
		c.unknown(n.Get("style"), "style of "+in+" parameters", style, styles[in])
	}
	if name := strings.ToLower(n.Str("name")); in == "header" && (name == "accept" || name == "content-type" || name == "authorization") {
		c.noticef(n, "is ignored, by the text of 3.0.3; requestBody, responses and security describe it")
	}
	c.checkValue(n)
}

// checkValue checks what parameters and headers have in common.
func (c *checker) checkValue(n *spec.Node) {
	schema, content := n.Get("schema"), n.Get("content")
	switch {
	case schema == nil && content == nil:
		c.errorf(n, "schema is required, or content in its place")
	case schema != nil && content != nil:
		c.errorf(content, "excludes schema; leave one of them out")
	case content != nil && len(content.Members) != 1:
		c.errorf(content, "must have one media type")
	}
	c.checkExamples(n)
}

func (c *checker) checkExamples(n *spec.Node) {
	if n.Get("example") != nil && n.Get("examples") != nil {
		c.errorf(n.Get("examples"), "excludes example; leave one of them out")
	}
}

// checkContent checks the media types of a body.
func (c *checker) checkContent(n *spec.Node) {
	for _, m := range members(n.Get("content")) {
		if !strings.Contains(m.Key, "/") {
			c.errorf(m.Value, "%q is no media type, such as application/json", m.Key)
		}
		if m.Value.Kind != spec.Mapping || m.Value.Get("schema") != nil || m.Value.Get("$ref") != nil {
			continue
		}
		if isJSON(m.Key) {
			c.errorf(m.Value, "schema is required: without it no code is generated for the body; schema: {} takes anything")
		} else {
			c.noticef(m.Value, "has no schema")
		}
	}
}

func isJSON(mediaType string) bool {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	mediaType = strings.TrimSpace(mediaType)
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

func (c *checker) checkResponses(n *spec.Node) {
	codes := 0
	for _, m := range n.Members {
		if strings.HasPrefix(m.Key, "x-") {
			continue
		}
		codes++
		if !statusCode.MatchString(m.Key) {
			c.errorf(m.Value, "%q is no status; write one such as 404, a range such as 4XX, or default", m.Key)
		}
	}
	if codes == 0 {
		c.errorf(n, "must have at least one response")
	}
}

func (c *checker) checkLink(n *spec.Node) {
	id, ref := n.Str("operationId"), n.Str("operationRef")
	switch {
	case id != "" && ref != "":
		c.errorf(n.Get("operationRef"), "excludes operationId; leave one of them out")
	case id != "" && c.operations[id] == nil:
		c.errorf(n.Get("operationId"), "%q is no operationId of the document%s", id, nearest.Hint(id, slices.Sorted(maps.Keys(c.operations))))
	}
}

func (c *checker) checkSecurity(n *spec.Node) {
	schemes := c.doc.Root.Get("components").Get("securitySchemes")
	for _, m := range n.Members {
		scheme := schemes.Get(m.Key)
		if scheme == nil {
			c.errorf(m.Value, "there is no security scheme %q in components%s", m.Key, nearest.Hint(m.Key, memberKeys(schemes)))
			continue
		}
		if typ := c.deref(scheme).Str("type"); len(m.Value.Items) > 0 && (typ == "http" || typ == "apiKey") {
			c.noticef(m.Value, "should be [], as schemes of type %s have no scopes", typ)
		}
	}
}

// schemeKeys are the keys that a security scheme must have, by its type.
var schemeKeys = map[string][]string{"apiKey": {"name", "in"}, "http": {"scheme"}, "oauth2": {"flows"}, "openIdConnect": {"openIdConnectUrl"}}

func (c *checker) checkScheme(n *spec.Node) {
	typ := n.Str("type")
	if typ == "" {
		return
	}
	if schemeKeys[typ] == nil {
		c.unknown(n.Get("type"), "type of security schemes", typ, slices.Sorted(maps.Keys(schemeKeys)))
	}
	for _, key := range schemeKeys[typ] {
		if n.Get(key) == nil {
			c.errorf(n, "%s is required where type is %s", key, typ)
		}
	}
	if in := n.Str("in"); typ == "apiKey" && in != "" && in != "query" && in != "header" && in != "cookie" {
		c.unknown(n.Get("in"), "place of an API key", in, []string{"query", "header", "cookie"})
	}
}
