package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	gen "example.com/oxgroups/gen/server"
)

// routes returns the router of the spec's paths.
func (s *Server) routes() *echo.Echo {
	e := echo.New()
	e.Binder = &binder{maxBody: s.maxBody}
	e.HTTPErrorHandler = s.refuseRouted
	gen.RegisterHandlersWithOptions(e, newExchange(s.store, e).strict, gen.RegisterHandlersOptions{
		BaseURL: BasePath,
		OperationMiddlewares: map[string][]echo.MiddlewareFunc{
			"updateWorkspaceGroup": {instead(s.updateWorkspaceGroup)},
		},
	})
	methods := map[string][]string{}
	for _, r := range e.Routes() {
		methods[r.Path] = append(methods[r.Path], r.Method)
	}
	for path, allowed := range methods {
		// echo would answer OPTIONS by itself.
		e.OPTIONS(path, func(echo.Context) error { return methodRefused(allowed) })
		// echo's last path parameter takes the rest of the path, slashes and all; a route below it ends that.
		e.RouteNotFound(strings.TrimSuffix(path, "/")+"/*", echo.NotFoundHandler)
	}
	return e
}

// route hands a request to the handler of its path, as echo's ServeHTTP does, with the context of the exchange.
func (s *Server) route(x *exchange, r *http.Request) {
	c := x.routed
	c.Reset(r, x)
	s.router.Router().Find(r.Method, echo.GetPath(r), c)
	if err := c.Handler()(c); err != nil {
		s.refuseRouted(err, c)
	}
}

// instead puts h in the place of the generated wrapper of an operation, which binds parameters by reflection and takes
// some that the spec forbids, "007" and a repeated name for example.
func instead(h echo.HandlerFunc) echo.MiddlewareFunc {
	return func(echo.HandlerFunc) echo.HandlerFunc { return h }
}

// exchangeOf returns the exchange that a routed request belongs to.
func exchangeOf(c echo.Context) *exchange { return c.Response().Writer.(*exchange) }

// updateWorkspaceGroup reads a request and hands it to the strict handler. What is wrong with the caller is told before
// what is wrong with the request.
func (s *Server) updateWorkspaceGroup(c echo.Context) error {
	x, r := exchangeOf(c), c.Request()
	x.route = c.Path()
	if err := s.authenticate(x, r); err != nil {
		return err
	}
	if err := s.acceptBody(x, r); err != nil {
		return err
	}
	id, params, err := updateParameters(c)
	if err != nil {
		return withBodyErrors(c, err)
	}
	return x.strict.UpdateWorkspaceGroup(c, id, params)
}

// refuseRouted answers the errors of routing and of operations. It is echo's HTTPErrorHandler.
func (s *Server) refuseRouted(err error, c echo.Context) {
	x := exchangeOf(c)
	x.route = c.Path()
	if allowed, ok := c.Get(echo.ContextKeyHeaderAllow).(string); ok {
		err = methodRefused(strings.Split(strings.ReplaceAll(allowed, http.MethodOptions+", ", ""), ", "))
	}
	s.refuse(x, c.Request(), err)
}

func methodRefused(allowed []string) error {
	return &refusal{status: http.StatusMethodNotAllowed, header: [2]string{"Allow", strings.Join(allowed, ", ")}}
}
