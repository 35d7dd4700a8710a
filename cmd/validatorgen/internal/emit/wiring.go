package emit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
)

// wiringHead is the part of the wiring that is the same for every document.
const wiringHead = `
// Authenticator checks one security scheme. It may keep who asks with c.Set. An error that is not nil refuses the request, and goes
// to the error handler of echo unchanged.
type Authenticator func(c echo.Context, scopes []string) error

// Options are what the routes need to know.
type Options struct {
	Authenticators map[string]Authenticator // by the name of the security scheme
	MaxBody        int64                    // bytes of a body; 0 is 1 MiB
	BracketedForms bool                     // forms have the bracketed names of Rails
}

// Router is an *echo.Echo or an *echo.Group.
type Router interface {
	Add(method, path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
	RouteNotFound(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
}

// wiring is what is between the router and a handler.
type wiring struct {
	handler        Handler
	authenticators map[string]Authenticator
	maxBody        int64
	bracketed      bool
}
`

// Parts of the wiring that are the same for every document that needs them.
const (
	authenticateCode = `
// scheme is a security scheme with the scopes that an operation needs.
type scheme struct {
	name   string
	scopes []string
}

// authenticate returns nil if all schemes of one alternative take the request, and the error of the first alternative if none does.
func (w *wiring) authenticate(c echo.Context, alternatives ...[]scheme) error {
	var first error
	for i, alternative := range alternatives {
		err := w.all(c, alternative)
		if err == nil {
			return nil
		}
		if i == 0 {
			first = err
		}
	}
	return first
}

func (w *wiring) all(c echo.Context, schemes []scheme) error {
	for _, s := range schemes {
		if err := w.authenticators[s.name](c, s.scopes); err != nil {
			return err
		}
	}
	return nil
}
`
	parametersCode = `
// parameters returns where a request has its parameters.
func parameters(c echo.Context) validate.Parameters {
	r := c.Request()
	return validate.Parameters{Path: c.Param, Escaped: r.URL.RawPath != "", Query: r.URL.RawQuery, Header: r.Header}
}
`
	replyCode = `
// reply writes a response.
func reply[T any](c echo.Context, status int, contentType string, encode func([]byte, *T) ([]byte, error), v *T) error {
	body, err := encode(nil, v)
	if err != nil {
		return fmt.Errorf("encode response %d: %w", status, err)
	}
	c.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	return c.Blob(status, contentType, body)
}
`
)

const wiringDoc = `// Package %s serves the operations of %s on echo: Register adds their routes, which authenticate, read and check a
// request before they call the Handler, and the Reply functions write what a handler answers.
//
// What is wrong with a request is returned to echo, whose HTTPErrorHandler answers it: a *wire.BodyError where the body was not read, a
// *wire.RequestError where parameters or body break the spec, and what authenticators and handlers return.
`

// wiring writes the file of the server package.
func (g *Generator) wiring(operations []*operation) (File, error) {
	if err := sameRoutes(operations); err != nil {
		return File{}, err
	}
	c := &code{}
	g.handler(c, operations)
	c.WriteString(wiringHead)
	for _, part := range []struct {
		code   string
		needed func(*operation) bool
	}{
		{authenticateCode, func(op *operation) bool { return !op.Open() }},
		{parametersCode, func(op *operation) bool { return op.parser != "" }},
		{replyCode, func(op *operation) bool { return len(op.replies) > 0 }},
	} {
		if slices.ContainsFunc(operations, part.needed) {
			c.WriteString(part.code)
		}
	}
	g.register(c, operations)
	for _, op := range operations {
		g.route(c, op, operations)
	}
	for _, op := range operations {
		g.replies(c, op)
	}
	return g.serverFile("wiring.gen.go", c.String())
}

// handler writes the interface of what the operations do.
func (g *Generator) handler(c *code, operations []*operation) {
	c.line("// Handler has a method for each operation.")
	c.line("type Handler interface {")
	for _, op := range operations {
		c.line("// %s handles %s %s.", op.name, op.Method, op.Path)
		if op.Summary != "" {
			c.line("// %s", strings.Join(strings.Fields(op.Summary), " "))
		}
		c.line("%s(%s) error", op.name, strings.Join(op.handlerParameters(), ", "))
	}
	c.line("}")
	c.line("")
	for _, op := range operations {
		g.bodyStruct(c, op)
	}
}

// handlerParameters returns the parameters of a handler's method.
func (op *operation) handlerParameters() []string {
	list := []string{"c echo.Context"}
	for _, p := range op.path() {
		list = append(list, p.local+" "+p.to.typ.Expr)
	}
	if op.params != nil {
		list = append(list, "params "+op.params.Expr)
	}
	if argument := op.argument(); argument != "" {
		list = append(list, "body *"+argument)
	}
	return list
}

// handlerArguments returns the arguments with which a route calls a handler's method.
func (op *operation) handlerArguments() []string {
	list := []string{"c"}
	for _, p := range op.path() {
		list = append(list, p.local)
	}
	if op.params != nil {
		list = append(list, "params")
	}
	if len(op.bodies) > 0 {
		list = append(list, "body")
	}
	return list
}

// register writes the function that adds the routes.
func (g *Generator) register(c *code, operations []*operation) {
	c.line("")
	c.line("// Register adds a route for every operation below prefix, for example \"/api/v1\". It returns an error if the security of an operation")
	c.line("// names a scheme that has no authenticator.")
	c.line("func Register(r Router, prefix string, h Handler, o Options) error {")
	if schemes := schemesOf(operations); len(schemes) > 0 {
		c.line("for _, name := range []string{%s} {", strings.Join(schemes, ", "))
		c.line("if o.Authenticators[name] == nil {")
		c.line("return fmt.Errorf(\"register the operations: the security scheme %%s has no authenticator\", name)")
		c.line("}")
		c.line("}")
	}
	if len(operations) == 0 {
		c.line("return nil")
		c.line("}")
		return
	}
	c.line("w := &wiring{handler: h, authenticators: o.Authenticators, maxBody: cmp.Or(o.MaxBody, 1<<20), bracketed: o.BracketedForms}")
	for _, op := range operations {
		c.line("r.Add(%s, prefix+%q, w.%s)", methodName(op.Method), echoPath(op.Path), op.routeName())
	}
	for _, path := range closed(operations) {
		c.line("r.RouteNotFound(prefix+%q, echo.NotFoundHandler) // the last parameter ends at a slash", path+"/*")
	}
	c.line("return nil")
	c.line("}")
	c.line("")
}

// schemesOf returns the names of the schemes that operations use, as literals of Go.
func schemesOf(operations []*operation) []string {
	var names []string
	for _, op := range operations {
		for _, requirement := range op.Security {
			for _, s := range requirement {
				names = append(names, strconv.Quote(s.Name))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// methodName returns the constant of net/http for a method.
func methodName(method string) string {
	return "http.Method" + method[:1] + strings.ToLower(method[1:])
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
	names := openapi.PathNames(segment)
	return len(names) > 0 && segment != "{"+names[0]+"}"
}

// composites returns the segments of a path that have parameters as parts, as literals of Go.
func composites(path string) []string {
	var all []string
	for segment := range strings.SplitSeq(path, "/") {
		if isComposite(segment) {
			all = append(all, strconv.Quote(segment))
		}
	}
	return all
}

// sameRoutes returns an error for operations that echo cannot tell apart.
func sameRoutes(operations []*operation) error {
	seen := map[string]*operation{}
	for _, op := range operations {
		segments := strings.Split(echoPath(op.Path), "/")
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
	}
	return nil
}

// openEnded reports whether a path of echo ends in a parameter, which would take slashes too.
func openEnded(path string) bool {
	return strings.HasPrefix(path[strings.LastIndexByte(path, '/')+1:], ":")
}

// closed returns the paths of echo that end in a parameter, without those that others go on from: a route that is not found
// would hide from those that another method is allowed.
func closed(operations []*operation) []string {
	var paths []string
	for _, op := range operations {
		if path := echoPath(op.Path); openEnded(path) && !goesOn(op, operations) && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// goesOn reports whether the path of an operation begins that of another one.
func goesOn(op *operation, operations []*operation) bool {
	segments := strings.Split(op.Path, "/")
	return slices.ContainsFunc(operations, func(other *operation) bool {
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

// routeName returns the name of the method that serves an operation.
func (op *operation) routeName() string { return "serve" + op.name }

// route writes the method that serves one operation.
func (g *Generator) route(c *code, op *operation, operations []*operation) {
	c.line("// %s serves %s %s.", op.routeName(), op.Method, op.Path)
	c.line("func (w *wiring) %s(c echo.Context) error {", op.routeName())
	if path := echoPath(op.Path); openEnded(path) && goesOn(op, operations) {
		c.line("if strings.Contains(c.Param(%q), \"/\") {", path[strings.LastIndexByte(path, '/')+2:])
		c.line("return echo.ErrNotFound // the last parameter ends at a slash")
		c.line("}")
	}
	g.authentication(c, op)
	if op.parser == "" && len(op.bodies) == 0 {
		c.line("return w.handler.%s(c)", op.name)
		c.line("}")
		c.line("")
		return
	}
	c.line("var problems wire.Problems")
	if op.parser != "" {
		results := op.handlerArguments()[1:]
		if len(op.bodies) > 0 {
			results = results[:len(results)-1]
		}
		in := "parameters(c)"
		if templates := composites(op.Path); len(templates) > 0 {
			c.line("in := parameters(c)")
			c.line("path, ok := wire.Path(c.Param, %s)", strings.Join(templates, ", "))
			c.line("if !ok {")
			c.line("return echo.ErrNotFound")
			c.line("}")
			c.line("in.Path = path")
			in = "in"
		}
		c.line("%s := validator.%s(%s)", strings.Join(append(results, "err"), ", "), op.parser, in)
		c.line("problems.Add(err)")
	}
	if len(op.bodies) > 0 {
		g.takeBody(c, op)
	}
	c.line("if err := problems.Err(); err != nil {")
	c.line("return err")
	c.line("}")
	c.line("return w.handler.%s(%s)", op.name, strings.Join(op.handlerArguments(), ", "))
	c.line("}")
	c.line("")
}

// authentication writes the check of who asks. An empty alternative comes last: it takes those that no other one knows.
func (g *Generator) authentication(c *code, op *operation) {
	if op.Open() {
		c.line("// No security: everyone may call it.")
		return
	}
	var alternatives []string
	anonymous := false
	for _, requirement := range op.Security {
		if len(requirement) == 0 {
			anonymous = true
			continue
		}
		alternatives = append(alternatives, alternative(requirement))
	}
	if anonymous {
		alternatives = append(alternatives, "nil")
	}
	c.line("if err := w.authenticate(c, %s); err != nil {", strings.Join(alternatives, ", "))
	c.line("return err")
	c.line("}")
}

func alternative(requirement openapi.Requirement) string {
	var schemes []string
	for _, s := range requirement {
		scopes := "nil"
		if len(s.Scopes) > 0 {
			scopes = fmt.Sprintf("%#v", s.Scopes)
		}
		schemes = append(schemes, fmt.Sprintf("{%q, %s}", s.Name, scopes))
	}
	return "[]scheme{" + strings.Join(schemes, ", ") + "}"
}

// replies writes the functions with which a handler answers.
func (g *Generator) replies(c *code, op *operation) {
	for i := range op.replies {
		r := &op.replies[i]
		name := "Reply" + op.name + r.name
		status, given := r.status()
		typ, argument, value := "any", "v", "&v"
		if r.root != nil {
			typ, value = "*"+r.root.goType(), "v"
		}
		if !given {
			argument = "status int, v"
		}
		c.line("// %s answers %s with response %s.", name, op.ID, r.Status)
		if text := firstLine(r.Description); text != "" {
			c.line("// %s", text)
		}
		c.line("func %s(c echo.Context, %s %s) error {", name, argument, typ)
		c.line("return reply(c, %s, %q, validator.%s, %s)", status, r.contentType(), r.encoder, value)
		c.line("}")
		c.line("")
	}
}

// status returns the expression of a response's status, and whether the spec gives it.
func (r *reply) status() (expr string, given bool) {
	if _, err := strconv.Atoi(r.Status); err == nil {
		return r.Status, true
	}
	return "status", false
}

// contentType returns what is sent as Content-Type.
func (r *reply) contentType() string {
	if strings.Contains(r.media.Name, "*") {
		return "application/json"
	}
	return r.media.Name
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// serverFile adds the head of the file.
func (g *Generator) serverFile(name, text string) (File, error) {
	server := *g
	server.config.Package = g.config.Server
	return server.file(name, fmt.Sprintf(wiringDoc, g.config.Server, g.config.Spec), text)
}
