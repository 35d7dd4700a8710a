package server

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// Limits that apply where no option says otherwise.
const (
	DefaultMaxBodyBytes   = 1 << 20  // of a request's body
	DefaultMaxHeaderBytes = 64 << 10 // of a request's first line and header; 60 KiB are always taken
)

// Timeouts bound what one connection may hold. All but Drain have to be above zero.
type Timeouts struct {
	ReadHeader time.Duration // from the first byte of a request, or the start of a connection, to the end of the header
	Read       time.Duration // from there too, to the end of the body; 408 after it
	Work       time.Duration // from the end of the body to the answer of the store; 503 after it
	Write      time.Duration // from the end of the header to the end of the reply; more than Read and Work together
	Idle       time.Duration // between two requests of a connection
	Drain      time.Duration // between the end of readiness and the end of the listener
	Shutdown   time.Duration // for accepted requests to finish after that
}

// DefaultTimeouts returns the timeouts that apply where no option says otherwise.
func DefaultTimeouts() Timeouts {
	return Timeouts{
		ReadHeader: 2 * time.Second,
		Read:       15 * time.Second,
		Work:       10 * time.Second,
		Write:      30 * time.Second,
		Idle:       60 * time.Second,
		Shutdown:   10 * time.Second,
	}
}

// Option is a setting of New.
type Option func(*Server) error

// WithLogger makes the server log each request, and the causes of 500 and 503, to log. Tokens, paths, queries and bodies
// are never logged.
func WithLogger(log *slog.Logger) Option {
	return func(s *Server) error {
		if log == nil {
			return errors.New("the logger is nil")
		}
		s.log = log
		return nil
	}
}

// WithObserver makes the server call observe after each request, for metrics. Many goroutines call it at once.
func WithObserver(observe func(Observation)) Option {
	return func(s *Server) error {
		if observe == nil {
			return errors.New("the observer is nil")
		}
		s.observe = observe
		return nil
	}
}

// WithWrapper puts around around the handler of requests, for tracing.
func WithWrapper(around func(http.Handler) http.Handler) Option {
	return func(s *Server) error {
		if around == nil {
			return errors.New("the wrapper is nil")
		}
		s.around = around
		return nil
	}
}

// WithTLS makes Serve speak TLS, and HTTP/2 with it, on all listeners but Unix sockets.
func WithTLS(config *tls.Config) Option {
	return func(s *Server) error {
		if config == nil {
			return errors.New("the TLS configuration is nil")
		}
		s.tls = config
		return nil
	}
}

// WithMaxBodyBytes sets the size of the largest body that is taken; larger ones are answered 413.
func WithMaxBodyBytes(n int64) Option {
	return func(s *Server) error {
		if n < 1 {
			return errors.New("the largest body has to have at least one byte")
		}
		s.maxBody = n
		return nil
	}
}

// WithLimits sets all limits; begin with DefaultLimits to change one.
func WithLimits(l Limits) Option {
	return func(s *Server) error {
		s.limits = l
		return l.check()
	}
}

// WithTimeouts sets all timeouts; begin with DefaultTimeouts to change one.
func WithTimeouts(t Timeouts) Option {
	return func(s *Server) error {
		if min(t.ReadHeader, t.Read, t.Work, t.Write, t.Idle, t.Shutdown) <= 0 || t.Drain < 0 {
			return errors.New("every timeout has to be above zero")
		}
		s.timeouts = t
		return nil
	}
}
