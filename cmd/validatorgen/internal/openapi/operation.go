package openapi

import (
	"fmt"
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Operation is one operation: a method of a path.
type Operation struct {
	ID         string // the operationId, or what oapi-codegen makes of method and path where there is none
	Alias      int    // 1 and more: the path is a $ref to another one whose operation has the same ID
	Method     string // "PUT"
	Path       string // "/workspace_groups/{id}"
	Summary    string
	Parameters []Parameter // its own first, then those of its path
	Body       *Body       // nil: it has none
	Responses  []Response
	Security   []Requirement // one of them has to be met; none: it is open
	Node       *spec.Node
}

// Requirement is what one alternative of an operation's security asks for: all of its schemes. An empty one is always met.
type Requirement []Scheme

// Scheme is a security scheme with the scopes that an operation needs.
type Scheme struct {
	Name   string
	Scopes []string
}

// Notice says that something of an operation is not generated, or not as one may expect.
type Notice struct {
	Place     spec.Place
	Operation string
	Reason    string
}

// String returns the notice as "file:line: #pointer: operation ID: reason".
func (n Notice) String() string {
	return fmt.Sprintf("%s: operation %s: %s", n.Place, n.Operation, n.Reason)
}

// Notice adds a notice about an operation.
func (d *Document) Notice(op *Operation, place spec.Place, format string, args ...any) {
	n := Notice{place, op.ID, fmt.Sprintf(format, args...)}
	if !slices.Contains(d.Notices, n) {
		d.Notices = append(d.Notices, n)
	}
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

func (d *Document) readOperations() {
	paths := d.spec.Root.Get("paths")
	if paths == nil {
		return
	}
	aliases := map[string]int{}
	for _, path := range paths.Members {
		if strings.HasPrefix(path.Key, "x-") {
			continue
		}
		item := d.deref(path.Value)
		for _, method := range methods {
			n := item.Get(method)
			if n == nil {
				continue
			}
			if ref := n.Get("$ref"); ref != nil {
				d.refuse(ref, "$ref", "OpenAPI has no reference in the place of an operation; refer to a whole path item")
				continue
			}
			op := d.operation(path.Key, method, item, n)
			if strings.HasPrefix(path.Value.Str("$ref"), "#/paths/") {
				aliases[op.ID]++
				op.Alias = aliases[op.ID]
			}
			d.Operations = append(d.Operations, op)
		}
	}
}

func (d *Document) operation(path, method string, item, n *spec.Node) *Operation {
	op := &Operation{
		ID: n.Str("operationId"), Method: strings.ToUpper(method), Path: path, Summary: n.Str("summary"), Node: n,
	}
	if op.ID == "" {
		op.ID = method + strings.ReplaceAll(path, "/", "-")
	}
	if body := n.Get("requestBody"); body != nil {
		op.Body = d.body(d.deref(body))
	}
	op.Responses = d.responses(n.Get("responses"))
	op.Parameters = d.parameters(op, item, n)
	op.Security = d.security(n)
	if callbacks := n.Get("callbacks"); callbacks != nil {
		d.Notice(op, callbacks.Place, "callbacks are requests that the server sends: nothing is generated for them")
	}
	return op
}

// security returns the alternatives of an operation: its own, or those of the document.
func (d *Document) security(n *spec.Node) []Requirement {
	list := n.Get("security")
	if list == nil {
		list = d.spec.Root.Get("security")
	}
	if list == nil {
		return nil
	}
	if list.Kind != spec.Sequence {
		d.refuse(list, "security", "must be an array of requirements")
		return nil
	}
	schemes := d.spec.Root.Get("components").Get("securitySchemes")
	var all []Requirement
	for _, item := range list.Items {
		requirement := Requirement{}
		for _, m := range item.Members {
			if schemes.Get(m.Key) == nil {
				d.refuse(m.Value, "security", "scheme "+m.Key+" is not one of components/securitySchemes")
				continue
			}
			scheme := Scheme{Name: m.Key}
			for _, scope := range m.Value.Items {
				scheme.Scopes = append(scheme.Scopes, scope.Text)
			}
			requirement = append(requirement, scheme)
		}
		all = append(all, requirement)
	}
	return all
}

// Open reports whether everyone may call the operation without being asked who they are.
func (op *Operation) Open() bool {
	return !slices.ContainsFunc(op.Security, func(r Requirement) bool { return len(r) > 0 })
}

// deref follows a $ref to a parameter, body, response or path; what cannot be followed is refused and nil.
func (d *Document) deref(n *spec.Node) *spec.Node {
	seen := map[*spec.Node]bool{}
	for {
		ref := n.Get("$ref")
		if ref == nil {
			return n
		}
		target, err := d.spec.Resolve(ref.Text)
		if err != nil {
			d.refuse(ref, "$ref", err.Error())
			return nil
		}
		if seen[target] {
			d.refuse(ref, "$ref", "refers to itself")
			return nil
		}
		seen[target] = true
		n = target
	}
}

func (d *Document) refuse(n *spec.Node, keyword, reason string) {
	for _, r := range d.Refusals {
		if r.Place == n.Place && r.Keyword == keyword {
			return // several operations may share it
		}
	}
	d.Refuse(n, keyword, "%s", reason)
}
