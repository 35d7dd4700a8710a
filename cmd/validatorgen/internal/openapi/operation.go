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
	Alias      int    // 1 and more: the path is a $ref to one that another path is or names, so that its operation has the same ID
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

func (d *Document) readOperations() {
	aliases, seen := map[string]int{}, map[*spec.Node]bool{}
	for _, at := range d.spec.Operations() {
		op := d.operation(at)
		if strings.HasPrefix(at.Entry.Str("$ref"), "#/paths/") || seen[at.Node] {
			aliases[op.ID]++
			op.Alias = aliases[op.ID]
		}
		seen[at.Node] = true
		d.Operations = append(d.Operations, op)
	}
}

func (d *Document) operation(at spec.Operation) *Operation {
	n := at.Node
	op := &Operation{
		ID: operationID(at), Method: strings.ToUpper(at.Method), Path: at.Path,
		Summary: n.Str("summary"), Node: n,
	}
	if body := d.deref(n.Get("requestBody")); body != nil {
		op.Body = &Body{Required: body.True("required"), Content: d.content(body), Node: body}
	}
	op.Responses = d.responses(n)
	for _, p := range d.spec.Parameters(at) {
		if read := d.parameter(op, p); read != nil {
			op.Parameters = append(op.Parameters, *read)
		}
	}
	op.Security = d.security(n)
	if callbacks := n.Get("callbacks"); callbacks != nil {
		d.Notice(op, callbacks.Place, "callbacks are requests that the server sends: nothing is generated for them")
	}
	return op
}

// security returns the alternatives of an operation: its own, or those of the document.
func (d *Document) security(n *spec.Node) []Requirement {
	if n.Get("security") == nil {
		n = d.spec.Root
	}
	var all []Requirement
	for _, item := range n.List("security") {
		requirement := Requirement{}
		for _, m := range item.Members {
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

// deref follows a $ref to a body or response; where it leads nowhere, which is refused already, it returns nil.
func (d *Document) deref(n *spec.Node) *spec.Node {
	target, _ := d.spec.Deref(n)
	return target
}

func (d *Document) refuse(n *spec.Node, keyword, reason string) {
	for _, r := range d.Refusals {
		if r.Place == n.Place && r.Keyword == keyword {
			return // several operations may share it
		}
	}
	d.Refuse(n, keyword, "%s", reason)
}
