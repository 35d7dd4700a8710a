package lint

import (
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// affixes are the words that tell the schema of a request from the one of the reply with the same resource.
var affixes = []string{
	"Create", "Update", "Upsert", "Edit", "New", "Patch", "Put", "Post", "Request", "Response", "Reply", "Input", "Output", "Params", "Payload",
	"Body", "Dto", "DTO", "Read", "Write",
}

// checkPairs compares what an operation takes with what it returns: the fields of a resource are the same ones in both, mostly.
func (c *checker) checkPairs() {
	for _, op := range c.doc.Operations() {
		requests, replies := c.resources(), c.resources()
		requests.addBody(op.Node.Get("requestBody"))
		for _, m := range op.Node.Entries("responses") {
			if strings.HasPrefix(m.Key, "2") {
				replies.addBody(m.Value)
			}
		}
		for name, request := range requests.found {
			if reply := replies.found[name]; reply != nil && reply != request {
				c.checkPair(request, reply)
			}
		}
	}
}

// resources are the object schemas that a body is made of, by their names without affixes; the body itself has the name "".
type resources struct {
	checker *checker
	found   map[string]*spec.Node
	seen    map[*spec.Node]bool
}

func (c *checker) resources() resources {
	return resources{checker: c, found: map[string]*spec.Node{}, seen: map[*spec.Node]bool{}}
}

func (r resources) addBody(n *spec.Node) {
	for _, m := range r.checker.deref(n).Entries("content") {
		if schema := m.Value.Get("schema"); schema != nil && spec.IsJSON(m.Key) {
			r.add(schema)
			if target := r.checker.deref(schema); target.Get("properties") != nil {
				r.found[""] = target
			}
		}
	}
}

func (r resources) add(n *spec.Node) {
	target := r.checker.deref(n)
	if target == nil || r.seen[target] {
		return
	}
	r.seen[target] = true
	if _, name, ok := componentOf("#" + target.Place.Pointer); ok && target.Get("properties") != nil {
		if name = bare(name); r.found[name] == nil || len(r.found[name].Get("properties").Members) < len(target.Get("properties").Members) {
			r.found[name] = target
		}
	}
	for _, property := range target.Entries("properties") {
		r.add(property.Value)
	}
	for _, child := range append(branches(target), target.Get("items"), target.Get("additionalProperties")) {
		r.add(child)
	}
}

// bare returns the name of a schema without affixes.
func bare(name string) string {
	name = codegen.SchemaNameToTypeName(name)
	for _, affix := range affixes {
		if rest := strings.TrimPrefix(strings.TrimSuffix(name, affix), affix); rest != "" && rest != name {
			return bare(rest)
		}
	}
	return name
}

func (c *checker) checkPair(request, reply *spec.Node) {
	sent := request.Get("properties").Members
	known := c.properties()
	known.add(reply)
	shared := 0
	for _, m := range sent {
		if known.names[m.Key] {
			shared++
		}
	}
	if shared == 0 || 2*shared < len(sent) {
		return // they are not the same resource
	}
	for _, m := range sent {
		field := reply.Get("properties").Get(m.Key)
		switch own, other := c.deref(m.Value), c.deref(field); {
		case !known.names[m.Key] && !own.True("writeOnly"):
			c.noticef(m.Value, "is in the request but not in the reply (%s); writeOnly: true says that it shall not be", reply.Place.Pointer)
		case own.Str("type") != other.Str("type") && own.Str("type") != "" && other.Str("type") != "":
			c.errorf(m.Value, "is of type %s in the request and %s in the reply, in %s: give both the same", own.Str("type"), other.Str("type"), field.Place.LineFrom(m.Value.Place))
		}
	}
}
