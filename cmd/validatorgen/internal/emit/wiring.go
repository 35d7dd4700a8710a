package emit

import (
	"fmt"
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// wiring is what wiring.tmpl prints: the package that serves operations on echo.
type wiring struct {
	Package, Spec string
	Operations    []*operation
	Schemes       []string // the security schemes that operations name
	Ends          []string // paths of echo behind a last parameter, where nothing is found
	HasParameters bool
	HasReplies    bool
}

// wiring writes the file of the server package.
func (g *Generator) wiring(operations []*operation) (File, error) {
	w := wiring{Package: g.config.Server, Spec: g.config.Spec, Operations: operations}
	if err := w.route(); err != nil {
		return File{}, err
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
	doc, text := g.render("server", w), g.render("wiring.gen.go", w)
	if g.err != nil {
		return File{}, g.err
	}
	return g.file("wiring.gen.go", w.Package, doc, text)
}

// route finds out how echo has the paths. Its error names operations that echo cannot tell apart.
func (w *wiring) route() error {
	seen := map[string]*operation{}
	for _, op := range w.Operations {
		op.EchoPath = echoPath(op.Path)
		segments := strings.Split(op.EchoPath, "/")
		last := segments[len(segments)-1]
		for i, segment := range segments {
			if strings.HasPrefix(segment, ":") {
				segments[i] = ":"
			}
		}
		key := op.Method + " " + strings.Join(segments, "/")
		if other := seen[key]; other != nil {
			return fmt.Errorf("%s: operation %s: echo cannot tell %s %s from %s (%s)", op.Node.Place, op.ID, op.Method, op.Path, other.Path, other.Node.Place)
		}
		seen[key] = op
		// A last parameter of echo takes slashes too. A route that is not found ends it, unless other paths go on from there:
		// it would hide from those that another method is allowed.
		if name, open := strings.CutPrefix(last, ":"); open && w.goesOn(op) {
			op.OpenEnd = name
		} else if end := op.EchoPath + "/*"; open && !slices.Contains(w.Ends, end) {
			w.Ends = append(w.Ends, end)
		}
	}
	return nil
}

// goesOn reports whether the path of an operation begins that of another one.
func (w *wiring) goesOn(op *operation) bool {
	segments := strings.Split(op.Path, "/")
	return slices.ContainsFunc(w.Operations, func(other *operation) bool {
		more := strings.Split(other.Path, "/")
		if len(more) <= len(segments) {
			return false
		}
		for i, segment := range segments {
			if segment != more[i] && !strings.HasPrefix(segment, "{") {
				return false
			}
		}
		return true
	})
}

// echoPath returns a path template as echo has it: "/pets/:id". A segment with more than one parameter, or with text around one, is a
// parameter of echo that is named by its template: "/pets/:{id}.json".
func echoPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		switch {
		case isComposite(segment):
			segments[i] = ":" + segment
		case strings.HasPrefix(segment, "{"):
			segments[i] = ":" + strings.Trim(segment, "{}")
		default:
			segments[i] = strings.ReplaceAll(segment, ":", `\:`)
		}
	}
	return strings.Join(segments, "/")
}

// isComposite reports whether a segment of a path is more than one whole parameter.
func isComposite(segment string) bool {
	names := spec.PathNames(segment)
	return len(names) > 0 && segment != "{"+names[0]+"}"
}

// composites returns the segments of a path that have parameters as parts.
func composites(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(segment string) bool { return !isComposite(segment) })
}

// MethodName returns the constant of net/http for the method.
func (op *operation) MethodName() string {
	return "http.Method" + op.Method[:1] + strings.ToLower(op.Method[1:])
}

// HandlerParameters returns the parameters of the handler's method.
func (op *operation) HandlerParameters() string {
	list := append([]string{"c echo.Context"}, op.results(true)...)
	if len(op.Bodies) > 0 {
		list = append(list, "body *"+op.Argument())
	}
	return strings.Join(list, ", ")
}

// HandlerArguments returns what a route calls the handler's method with behind the context.
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
