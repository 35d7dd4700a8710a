// Package server serves the endpoint of openapi.yaml over HTTP: routing, authentication, limits, the two encodings of
// the body, and one table from errors to replies. It is the only package that knows echo (besides gen/server). What an
// update means and where it is stored is behind group.Updater.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
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
	journal   func(context.Context, Entry) // nil: none is kept
	router    *echo.Echo
	started   time.Time
	exchanges sync.Pool
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
		started:   time.Now(),
	}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
	}
	s.router = s.routes()
	s.exchanges.New = func() any { return newExchange(store, s.router) }
	return s, nil
}

// Handler returns what answers requests, for a test server or a larger one. Limits and timeouts of connections, and
// replies to requests that are no HTTP, are those of Serve.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }
