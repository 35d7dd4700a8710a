// Package ops is what an operator sees of a running server: whether it lives and is ready, its metrics, its profiles and
// the level of its log. It is served on a listener of its own, which callers of the API cannot reach.
//
// Start with ops.go.
package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"sync"
	"time"
)

const (
	readyTimeout = 2 * time.Second
	readyMaxAge  = time.Second // an answer serves all probes that come within it
	shutdownTime = time.Second
)

// Readiness reports whether a server should be sent requests. The zero value is not ready.
type Readiness struct {
	mu      sync.Mutex
	check   func(context.Context) error
	checked time.Time
	err     error
}

// Start makes the server ready as long as check returns nil. It is asked at most once a second.
func (r *Readiness) Start(check func(context.Context) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.check, r.checked = check, time.Time{}
}

// Stop makes the server not ready for good.
func (r *Readiness) Stop() { r.Start(nil) }

var errNotServing = errors.New("not serving")

// Err returns why the server is not ready, nil where it is.
func (r *Readiness) Err(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.check == nil {
		return errNotServing
	}
	if time.Since(r.checked) >= readyMaxAge {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
		defer cancel()
		r.err, r.checked = r.check(ctx), time.Now()
	}
	return r.err
}

// Handler returns the handler of the operations listener:
//
//	GET /livez          200 while the process answers
//	GET /readyz         200 while it serves and its store answers, 503 otherwise
//	GET /metrics        in the format of Prometheus
//	GET /log-level      the level of the log; PUT with debug, info, warn or error changes it
//	GET /debug/pprof/   profiles
//
// Everything else is for rest, if that is not nil. Why a server is not ready is in the log alone. What changes something is
// refused from pages of other origins.
func Handler(ready *Readiness, metrics *Metrics, level *slog.LevelVar, log *slog.Logger, rest http.Handler) http.Handler {
	mux := http.NewServeMux()
	if rest != nil {
		mux.Handle("/", rest)
	}
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := ready.Err(r.Context()); err != nil {
			log.Warn("not ready", slog.String("cause", err.Error()))
			answer(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	mux.Handle("GET /metrics", metrics.handler())
	mux.HandleFunc("GET /log-level", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, level.Level().String()) })
	mux.HandleFunc("PUT /log-level", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64))
		var l slog.Level
		if err == nil {
			err = l.UnmarshalText(text)
		}
		if err != nil {
			answer(w, http.StatusBadRequest, "the body has to be debug, info, warn or error")
			return
		}
		level.Set(l)
		log.Warn("the log level was changed", slog.String("level", l.String()))
		answer(w, http.StatusOK, l.String())
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return http.NewCrossOriginProtection().Handler(mux)
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // where it fails the caller is gone
}

// Serve answers on ln until ctx ends. A profile that is being taken then is cut off after a second.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler) error {
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 2 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn)}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("operations listener: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if srv.Shutdown(stop) != nil {
		_ = srv.Close()
	}
	<-ended
	return nil
}
