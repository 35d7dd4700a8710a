// Package server serves the endpoint of openapi.yaml over HTTP with echo: authentication, limits, the log, and one table
// from errors to replies. Routes, parameters and bodies are handled by the generated package gen/server; what an update
// means and where it is stored is behind group.Updater.
//
// Start with New in server.go.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

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
	limits    Limits
	journal   func(context.Context, Entry) // nil: none is kept
	observe   func(Observation)            // nil: nobody observes
	around    func(http.Handler) http.Handler
	tls       *tls.Config // nil: plain HTTP

	limiter     *limiter
	auth        *authenticator
	connections *connections
	bodies      bodies
	stopping    atomic.Bool
	handler     http.Handler
}

// New returns a server on store. Without options it has the limits of DefaultLimits and DefaultTimeouts and logs nothing.
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
		limits:    DefaultLimits(),
	}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
	}
	s.limiter = newLimiter(s.limits)
	s.auth = newAuthenticator(store, s.limits.AuthFailures)
	s.connections = newConnections(s.limits.Connections)
	router, err := s.routes()
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	// All that is around an operation, outermost first. The generated wiring calls authenticate, reads the request, and calls
	// the operation; refuseRouted answers what either of them returns.
	s.handler = router
	for _, middleware := range []func(http.Handler) http.Handler{
		canonicalPath,
		s.recoverPanics,
		s.logRequests, // one line, the metrics and the journal, after the reply
		s.begin,       // the request id, the header fields that every reply has, and the end of what a request holds
	} {
		s.handler = middleware(s.handler)
	}
	if s.around != nil {
		s.handler = s.around(s.handler)
	}
	return s, nil
}

// Handler returns what answers requests, for a test server or a larger one. Timeouts and limits of connections are those
// of Serve.
func (s *Server) Handler() http.Handler { return s.handler }

// InFlight returns how many updates are admitted and not answered.
func (s *Server) InFlight() int { return s.limiter.updates() }

// Connections returns how many connections are open.
func (s *Server) Connections() int { return s.connections.count() }

// routes returns the router of the spec's paths.
func (s *Server) routes() (*echo.Echo, error) {
	e := echo.New()
	e.HTTPErrorHandler = s.refuseRouted
	err := gen.Register(e, BasePath, operations{s}, gen.Options{
		Authenticators: map[string]gen.Authenticator{"bearerAuth": s.authenticate},
		MaxBody:        s.maxBody,
		BracketedForms: true,
	})
	if err != nil {
		return nil, err
	}
	methods := map[string][]string{}
	for _, r := range e.Routes() {
		if r.Method != echo.RouteNotFound {
			methods[r.Path] = append(methods[r.Path], r.Method)
		}
	}
	for path, allowed := range methods {
		// echo would answer OPTIONS by itself.
		e.OPTIONS(path, func(c echo.Context) error {
			c.Response().Header().Set("Allow", strings.Join(allowed, ", "))
			return echo.ErrMethodNotAllowed
		})
	}
	return e, nil
}

// canonicalPath makes the forms of one path equal before they are routed: /7.json is /7, and so is /%37 (RFC 3986,
// section 6.2.2.2). An escaped slash stays escaped: it does not separate.
func canonicalPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		const suffix = ".json"
		if r.URL.RawPath != "" || strings.HasSuffix(r.URL.Path, suffix) {
			u, canonical := *r.URL, *r
			if !strings.Contains(strings.ToLower(u.RawPath), "%2f") {
				u.RawPath = ""
			}
			u.Path, u.RawPath = strings.TrimSuffix(u.Path, suffix), strings.TrimSuffix(u.RawPath, suffix)
			canonical.URL = &u
			r = &canonical
		}
		next.ServeHTTP(w, r)
	})
}
