package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// politeness is how long connections that are kept get for one more request, whose reply says that it was the last.
const politeness = 500 * time.Millisecond

// Serve answers the connections of all listeners until ctx ends and returns nil once they are closed. No handler runs
// any more then, so the store can be closed.
//
// When ctx ends, Timeouts.Drain passes first, for those who look at readiness. Then no new connection is taken, each
// reply is the last of its connection, and the connections that get no request are closed. Requests that are not
// finished after Timeouts.Shutdown are cut off, and Serve returns an error; so it does where a listener fails.
func (s *Server) Serve(ctx context.Context, listeners ...net.Listener) error {
	requests, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	var running sync.RWMutex // held for reading by each request
	srv := s.httpServer(requests, &running)

	var accepting sync.WaitGroup
	failed := make(chan error, len(listeners))
	open := make([]*bounded, len(listeners))
	for i, ln := range listeners {
		open[i] = &bounded{Listener: ln, connections: s.connections}
		accepting.Go(func() { failed <- s.accept(srv, open[i]) })
	}
	var err error
	select {
	case <-ctx.Done():
		s.log.Info("shutting down", slog.Duration("drain", s.timeouts.Drain), slog.Duration("timeout", s.timeouts.Shutdown))
		time.Sleep(s.timeouts.Drain)
		s.stopping.Store(true)
		s.bodies.stop()
		for _, l := range open {
			l.drain()
		}
		accepting.Wait()
		err = s.stop(ctx, srv)
	case err = <-failed:
		err = fmt.Errorf("accept connections: %w", err)
	}
	if err != nil {
		cutOff()
		err = errors.Join(err, srv.Close())
	}
	accepting.Wait()
	running.Lock()
	defer running.Unlock()
	return err
}

// accept serves the connections of one listener until it is closed. TLS is for networks alone.
func (s *Server) accept(srv *http.Server, ln *bounded) error {
	if s.tls != nil && ln.Addr().Network() != "unix" {
		return srv.ServeTLS(ln, "", "")
	}
	return srv.Serve(ln)
}

// stop ends all connections. net/http drops a request that it has read while it shuts down, so connections that are in
// use get to their last reply before that.
func (s *Server) stop(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeouts.Shutdown)
	defer cancel()
	select {
	case <-s.connections.allClosed():
	case <-time.After(min(politeness, s.timeouts.Shutdown)):
	}
	if err := srv.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests were cut off after %v: %w", s.timeouts.Shutdown, err)
	}
	return nil
}

// slack is how much net/http may take beyond MaxHeaderBytes: it adds 4096 itself, and as much may be in its buffer already.
const slack = 2 * 4096

func (s *Server) httpServer(requests context.Context, running *sync.RWMutex) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			running.RLock()
			defer running.RUnlock()
			s.handler.ServeHTTP(w, r)
		}),
		TLSConfig:                    s.tls,
		ReadHeaderTimeout:            s.timeouts.ReadHeader,
		ReadTimeout:                  s.timeouts.Read,
		WriteTimeout:                 s.timeouts.Write,
		IdleTimeout:                  s.timeouts.Idle,
		MaxHeaderBytes:               s.maxHeader - slack,
		DisableGeneralOptionsHandler: true, // it answers "OPTIONS *" without our header fields
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		BaseContext:                  func(net.Listener) context.Context { return requests },
		ConnState:                    s.connections.changed,
	}
}
