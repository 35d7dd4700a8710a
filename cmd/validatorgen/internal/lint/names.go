package lint

import (
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// goNames finds names that oapi-codegen makes one of.
type goNames struct {
	checker *checker
	seen    map[string]*spec.Node
	names   map[string]string
}

func (c *checker) names() goNames {
	return goNames{checker: c, seen: map[string]*spec.Node{}, names: map[string]string{}}
}

// add reports a name that is another one's in Go.
func (g goNames) add(at *spec.Node, name, inGo string) {
	if first := g.seen[inGo]; first != nil {
		g.checker.errorf(at, "%q is %s in Go, as is %q in line %d; rename one of them", name, inGo, g.names[inGo], first.Place.Line)
		return
	}
	g.seen[inGo], g.names[inGo] = at, name
}

// goName is the name of a type or field, with x-go-name where it is given.
func goName(n *spec.Node, name string) string {
	for _, key := range []string{"x-go-type-name", "x-go-name"} {
		if given := n.Str(key); given != "" {
			return given
		}
	}
	return codegen.SchemaNameToTypeName(name)
}

// checkNames checks that generated Go compiles: components, operations, parameters and properties have names of their own.
func (c *checker) checkNames() {
	components := c.doc.Root.Get("components")
	schemas := c.names()
	for _, m := range members(components.Get("schemas")) {
		schemas.add(m.Value, m.Key, goName(m.Value, m.Key))
	}
	for _, section := range []string{"parameters", "requestBodies", "responses"} {
		own := c.names()
		for _, m := range members(components.Get(section)) {
			name := goName(m.Value, m.Key)
			own.add(m.Value, m.Key, name)
			if schemas.seen[name] != nil {
				c.noticef(m.Value, "is %s in Go, as is a schema; oapi-codegen needs output-options: resolve-type-name-collisions", name)
			}
		}
	}
	c.checkOperationNames(schemas)
	walk(c.doc.Root, shape{name: "OpenAPI"}, func(n *spec.Node, object string) {
		if object == "Schema" {
			fields := c.names()
			for _, m := range members(n.Get("properties")) {
				fields.add(m.Value, m.Key, goName(m.Value, m.Key))
			}
		}
	})
}

func (c *checker) checkOperationNames(schemas goNames) {
	operations, named := c.names(), map[*spec.Node]bool{nil: true}
	for _, path := range members(c.doc.Root.Get("paths")) {
		item := c.deref(path.Value)
		for _, method := range methods {
			op := item.Get(method)
			id := op.Str("operationId")
			if id == "" || c.operations[id] != op || named[op] {
				continue // nothing to name, named twice, or in the place of a path by a $ref
			}
			named[op] = true
			name := codegen.UppercaseFirstCharacter(codegen.ToCamelCase(id))
			operations.add(op.Get("operationId"), id, name)
			fields := c.names()
			for _, p := range append(items(item.Get("parameters")), items(op.Get("parameters"))...) {
				if p := c.deref(p); p.Str("name") != "" && p.Str("in") != "path" {
					c.addParameter(fields, p)
				}
			}
			for suffix, used := range map[string]bool{
				"Params": len(fields.seen) > 0, "JSONBody": op.Get("requestBody") != nil, "JSONRequestBody": op.Get("requestBody") != nil,
			} {
				if first := schemas.seen[name+suffix]; used && first != nil {
					c.errorf(op.Get("operationId"), "generates the type %s, which is the schema in line %d too; rename one of them", name+suffix, first.Place.Line)
				}
			}
		}
	}
}

// addParameter adds a field of the type of an operation's parameters; an operation's own parameter replaces one of its path.
func (c *checker) addParameter(fields goNames, p *spec.Node) {
	name := goName(p, p.Str("name"))
	if first := fields.seen[name]; first != nil && first.Str("name") == p.Str("name") && first.Str("in") == p.Str("in") {
		return
	}
	fields.add(p, p.Str("name"), name)
}
