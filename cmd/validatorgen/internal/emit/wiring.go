package emit

import (
	"fmt"
	"slices"
	"strings"
)

// wiring is what wiring.tmpl prints: the package that serves operations. The templates in server have what differs by the kind of server.
type wiring struct {
	Package, Spec string
	Kind          string // one of Kinds
	Operations    []*operation
	Schemes       []string // the security schemes that operations name
	Ends          []string // paths of echo after a last parameter, where nothing is found
	HasParameters bool
	HasReplies    bool
}

// wiring writes the server package.
func (g *Generator) wiring(operations []*operation) ([]File, error) {
	w := wiring{Package: g.config.Server, Spec: g.config.Spec, Kind: g.config.Kind, Operations: operations}
	if err := w.route(); err != nil {
		return nil, err
	}
	for _, op := range operations {
		for _, requirement := range op.Security {
			for _, s := range requirement {
				w.Schemes = append(w.Schemes, s.Name)
			}
		}
		for i := range op.Bodies {
			b := &op.Bodies[i]
			if b.Fields = "nil"; b.table.Name != "" {
				b.Fields = "validator." + g.tableNames[b.Schema.Resolve()]
			}
		}
		w.HasParameters = w.HasParameters || op.Parser != ""
		w.HasReplies = w.HasReplies || len(op.Replies) > 0
	}
	slices.Sort(w.Schemes)
	w.Schemes = slices.Compact(w.Schemes)
	text := &section{name: "wiring"}
	text.add(g.renderFor(w.Kind, "wiring.gen.go", w))
	for _, op := range operations {
		text.add(g.renderFor(w.Kind, "route", op))
	}
	for _, op := range operations {
		text.add(g.renderFor(w.Kind, "replies", op))
	}
	doc := g.renderFor(w.Kind, "server", w)
	if g.err != nil {
		return nil, g.err
	}
	return g.write(w.Package, doc, text)
}

// MethodName returns the constant of net/http for the method.
func (op *operation) MethodName() string {
	return "http.Method" + op.Method[:1] + strings.ToLower(op.Method[1:])
}

// HandlerParameters returns the parameters of the handler's method after the context.
func (op *operation) HandlerParameters() string {
	list := op.results(true)
	if len(op.Bodies) > 0 {
		list = append(list, "body *"+op.Argument())
	}
	return strings.Join(append([]string{""}, list...), ", ")
}

// HandlerArguments returns what a route calls the handler's method with after the context.
func (op *operation) HandlerArguments() string {
	list := op.results(false)
	if len(op.Bodies) > 0 {
		list = append(list, "body")
	}
	return strings.Join(append([]string{""}, list...), ", ")
}

// Alternatives returns the requirements of the operation's security. The empty one comes last: it takes those that no other one knows.
func (op *operation) Alternatives() string {
	var alternatives []string
	for _, requirement := range op.Security {
		var schemes []string
		for _, s := range requirement {
			scopes := "nil"
			if len(s.Scopes) > 0 {
				scopes = fmt.Sprintf("%#v", s.Scopes)
			}
			schemes = append(schemes, fmt.Sprintf("{%q, %s}", s.Name, scopes))
		}
		if len(schemes) > 0 {
			alternatives = append(alternatives, "[]scheme{"+strings.Join(schemes, ", ")+"}")
		}
	}
	if len(alternatives) < len(op.Security) {
		alternatives = append(alternatives, "nil")
	}
	return strings.Join(alternatives, ", ")
}
