// Package server serves the endpoint of openapi.yaml over HTTP: routing, authentication, limits, the two encodings of
// the body, and one table from errors to replies. It is the only package that knows echo (besides gen/server). What an
// update means and where it is stored is behind group.Updater.
package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
	gen "example.com/oxgroups/gen/server"
)

// BasePath is where the paths of openapi.yaml begin.
const BasePath = "/api/v1"

// Server serves the endpoint on a store. It is safe for concurrent use.
type Server struct {
	store     group.Updater
	log       *slog.Logger
	maxBody   int64
	maxHeader int
	timeouts  Timeouts
	handler   http.Handler
}

// New returns a server on store. Without options it has the limits that the constants name and logs nothing.
// It returns an error where the store is nil or an option is out of its range.
func New(store group.Updater, opts ...Option) (*Server, error) {
	if store == nil {
		return nil, errors.New("server: no store")
	}
	s := &Server{
		store:     store,
		log:       slog.New(slog.DiscardHandler),
		maxBody:   DefaultMaxBodyBytes,
		maxHeader: DefaultMaxHeaderBytes,
		timeouts:  DefaultTimeouts(),
	}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
	}
	s.handler = s.routes()
	return s, nil
}

// Handler returns what answers requests, for a test server or a larger one. Limits and timeouts of connections, and
// replies to requests that are no HTTP, are those of Serve.
func (s *Server) Handler() http.Handler { return s.handler }

func (s *Server) routes() http.Handler {
	e := echo.New()
	e.Binder = &binder{maxBody: s.maxBody}
	e.HTTPErrorHandler = s.writeError
	e.Pre(s.observe, s.limitHeader)
	e.Use(refuseMethod)
	gen.RegisterHandlersWithOptions(e, gen.NewStrictHandler(operations{s.store}, nil), gen.RegisterHandlersOptions{
		BaseURL: BasePath,
		OperationMiddlewares: map[string][]echo.MiddlewareFunc{
			"updateWorkspaceGroup": {s.limitTime, s.authenticate, s.acceptBody, checkUpdateParameters},
		},
	})
	// echo's last path parameter takes the rest of the path, slashes and all; a route below it ends that.
	for _, r := range e.Routes() {
		e.RouteNotFound(strings.TrimSuffix(r.Path, "/")+"/*", echo.NotFoundHandler)
	}
	return canonicalPath(e) // not among the middleware: echo routes the request as it came
}
