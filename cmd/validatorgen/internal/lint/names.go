package lint

import (
	"slices"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// goNames finds names that oapi-codegen makes one of. It has the first node by the name in Go.
type goNames struct {
	checker *checker
	seen    map[string]named
}

type named struct {
	node *spec.Node
	name string
}

func (c *checker) names() goNames { return goNames{c, map[string]named{}} }

// add reports a name that is another one's in Go.
func (g goNames) add(at *spec.Node, name, inGo string) {
	if first, taken := g.seen[inGo]; taken {
		g.checker.errorf(at, "%q is %s in Go, as is %q in %s; rename one of them", name, inGo, first.name, first.node.Place.LineFrom(at.Place))
		return
	}
	g.seen[inGo] = named{at, name}
}

// addAll adds the keys of a mapping.
func (g goNames) addAll(members []spec.Member) {
	for _, m := range members {
		g.add(m.Value, m.Key, goName(m.Value, m.Key))
	}
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

// checkNames checks that generated Go compiles: components, operations and parameters have names of their own. checkSchema does
// the same for properties.
func (c *checker) checkNames() {
	components := c.doc.Root.Get("components")
	schemas := c.names()
	schemas.addAll(components.Entries("schemas"))
	for _, section := range []string{"parameters", "requestBodies", "responses"} {
		own := c.names()
		own.addAll(components.Entries(section))
		for name, first := range own.seen {
			if _, taken := schemas.seen[name]; taken {
				c.noticef(first.node, "is %s in Go, as is a schema; oapi-codegen needs output-options: resolve-type-name-collisions", name)
			}
		}
	}
	operations, ids := c.names(), map[string]*spec.Node{}
	for _, op := range c.doc.Operations() {
		id := op.Node.Get("operationId")
		switch first := ids[op.Node.Str("operationId")]; {
		case id == nil:
			c.noticef(op.Node, "has no operationId; oapi-codegen makes one up from method and path")
		case first == id: // another path is a $ref to this one
		case first != nil:
			c.errorf(id, "%q is the operationId in %s too; it must be unique", id.Text, first.Place.LineFrom(id.Place))
		default:
			ids[id.Text] = id
			name := codegen.UppercaseFirstCharacter(codegen.ToCamelCase(id.Text))
			operations.add(id, id.Text, name)
			c.checkTypes(op, name, schemas)
		}
	}
}

// checkTypes checks the types that oapi-codegen writes for an operation, and the fields of the one for its parameters.
func (c *checker) checkTypes(op spec.Operation, name string, schemas goNames) {
	fields := c.names()
	parameters := c.doc.Parameters(op)
	slices.SortStableFunc(parameters, func(a, b *spec.Node) int { return a.Place.Line - b.Place.Line })
	for _, p := range parameters {
		if p.Str("name") != "" && p.Str("in") != "path" {
			fields.add(p, p.Str("name"), goName(p, p.Str("name")))
		}
	}
	var types []string
	if len(fields.seen) > 0 {
		types = append(types, name+"Params")
	}
	if op.Node.Get("requestBody") != nil {
		types = append(types, name+"JSONBody", name+"JSONRequestBody")
	}
	for _, name := range types {
		if first, taken := schemas.seen[name]; taken {
			id := op.Node.Get("operationId")
			c.errorf(id, "generates the type %s, which is the schema in %s too; rename one of them", name, first.node.Place.LineFrom(id.Place))
		}
	}
}
