package lint

import (
	"regexp"
	"slices"
	"strings"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// componentName is what the name of a component may be.
var componentName = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

func (c *checker) checkDocument(n *spec.Node) {
	if c.modern && n.Get("paths") == nil && n.Get("components") == nil && n.Get("webhooks") == nil {
		c.errorf(n, "paths is required in the OpenAPI Object, or components or webhooks")
	}
	if version := n.Get("openapi"); strings.Count(version.Text, ".") < 2 {
		c.errorf(version, "%s is not a version; write %s.0", version.Text, version.Text)
	}
	seen := map[string]bool{}
	for _, tag := range n.List("tags") {
		if name := tag.Str("name"); seen[name] {
			c.errorf(tag, "the tag %q is there twice", name)
		} else {
			seen[name] = name != ""
		}
	}
}

func (c *checker) checkComponents(n *spec.Node) {
	for _, section := range n.Members {
		for _, m := range section.Value.Members {
			if !strings.HasPrefix(section.Key, "x-") && !componentName.MatchString(m.Key) {
				c.errorf(m.Value, "%q is not a name of a component; it may have letters, digits and . _ -", m.Key)
			}
		}
	}
}

// checkServer compares the variables of a server with the template of its URL.
func (c *checker) checkServer(n *spec.Node) {
	names, variables := spec.PathNames(n.Str("url")), n.Keys("variables")
	for _, name := range names {
		if !slices.Contains(variables, name) {
			c.errorf(n, "{%s} is in the url but not among the variables%s", name, nearest.Hint(name, variables))
		}
	}
	for _, m := range n.Entries("variables") {
		if !slices.Contains(names, m.Key) {
			c.errorf(m.Value, "the url has no {%s}%s", m.Key, nearest.Hint(m.Key, names))
		}
		value, enum := m.Value.Get("default"), m.Value.List("enum")
		if value != nil && len(enum) > 0 && !slices.ContainsFunc(enum, func(e *spec.Node) bool { return e.Text == value.Text }) {
			c.errorf(value, "%q is none of the values of enum", value.Text)
		}
	}
}

func (c *checker) checkLink(n *spec.Node) {
	id := n.Get("operationId")
	if id == nil {
		return
	}
	var ids []string
	for _, op := range c.doc.Operations() {
		ids = append(ids, op.Node.Str("operationId"))
	}
	if !slices.Contains(ids, id.Text) {
		c.errorf(id, "there is no operation %q%s", id.Text, nearest.Hint(id.Text, ids))
	}
}

// schemeKeys are the keys that a security scheme needs, by its type.
var schemeKeys = map[string][]string{
	"apiKey": {"name", "in"}, "http": {"scheme"}, "oauth2": {"flows"}, "openIdConnect": {"openIdConnectUrl"},
}

func (c *checker) checkScheme(n *spec.Node) {
	for _, key := range schemeKeys[n.Str("type")] {
		if n.Get(key) == nil {
			c.errorf(n, "%s is required where type is %s", key, n.Str("type"))
		}
	}
}

func (c *checker) checkSecurity(n *spec.Node) {
	components := c.doc.Root.Get("components")
	for _, m := range n.Members {
		scheme := c.deref(components.Get("securitySchemes").Get(m.Key))
		if scheme == nil {
			c.errorf(m.Value, "there is no security scheme %q in components%s", m.Key, nearest.Hint(m.Key, components.Keys("securitySchemes")))
			c.problems[len(c.problems)-1].Wiring = true
			continue
		}
		var scopes []string
		for _, flow := range scheme.Entries("flows") {
			scopes = append(scopes, flow.Value.Keys("scopes")...)
		}
		for _, scope := range m.Value.Items {
			if scheme.Str("type") == "oauth2" && !slices.Contains(scopes, scope.Text) {
				c.unknown(scope, "scope of "+m.Key, scope.Text, scopes)
			}
		}
	}
}
