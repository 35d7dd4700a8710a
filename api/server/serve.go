package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
)

// Serve answers the connections of ln until ctx ends, then finishes what was accepted, closes ln and all connections,
// and returns nil. No handler runs any more when it returns, so the store can be closed.
//
// A request that comes on a kept connection after ctx ended finds the connection closed. Requests that are not
// finished after Timeouts.Shutdown are cut off, and Serve returns an error; so it does where ln fails.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	requests, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	var running sync.RWMutex // held for reading by each request
	srv := s.httpServer(requests, &running)

	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(&listener{Listener: ln, log: s.log}) }()

	var err error
	select {
	case <-ctx.Done():
		s.log.Info("shutting down", slog.Duration("timeout", s.timeouts.Shutdown))
		err = s.shutdown(ctx, srv)
		<-ended
	case err = <-ended:
		err = fmt.Errorf("accept connections: %w", err)
	}
	if err != nil {
		cutOff()
		err = errors.Join(err, srv.Close())
	}
	running.Lock()
	defer running.Unlock()
	return err
}

// slack is how much net/http may take beyond MaxHeaderBytes: it adds 4096 itself, and as much may be in its buffer already.
const slack = 2 * 4096

func (s *Server) httpServer(requests context.Context, running *sync.RWMutex) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			running.RLock()
			defer running.RUnlock()
			s.serve(w, r)
		}),
		ReadHeaderTimeout:            s.timeouts.ReadHeader,
		ReadTimeout:                  s.timeouts.Read,
		WriteTimeout:                 s.timeouts.Write,
		IdleTimeout:                  s.timeouts.Idle,
		MaxHeaderBytes:               s.maxHeader - slack,
		DisableGeneralOptionsHandler: true, // it answers "OPTIONS *" without our header fields
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		BaseContext:                  func(net.Listener) context.Context { return requests },
	}
}

func (s *Server) shutdown(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeouts.Shutdown)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests were cut off after %v: %w", s.timeouts.Shutdown, err)
	}
	return nil
}
