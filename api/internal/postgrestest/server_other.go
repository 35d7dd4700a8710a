//go:build !unix

package postgrestest

import (
	"context"
	"errors"
	"testing"
)

const maintenance = ""

// Server is a cluster. On this system there is none.
type Server struct{}

func newServer(context.Context) (*Server, error) {
	return nil, errors.New("a private cluster needs a system of the Unix family")
}

// Restart does nothing: nobody has a Server here.
func (*Server) Restart(testing.TB) {}

// Program returns nothing.
func (*Server) Program(string) string { return "" }

func (*Server) name(string) string                         { return "" }
func (*Server) url(string) string                          { return "" }
func (*Server) exec(context.Context, string, string) error { return nil }
func (*Server) remove() error                              { return nil }
