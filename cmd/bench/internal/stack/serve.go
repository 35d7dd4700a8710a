package stack

import (
	"context"
	"errors"
	"net"
	"net/http"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/cmd/bench/internal/canned"
)

// Serve answers the connections of ln until ctx ends. Ours is served by its own Serve; the others get the same timeouts,
// because a deadline costs something too.
func Serve(ctx context.Context, name string, ln net.Listener) error {
	if name == Durable {
		return serveDurable(ctx, ln)
	}
	if name == Ours {
		srv, err := server.New(canned.NewStore())
		if err != nil {
			return errors.Join(err, ln.Close())
		}
		return srv.Serve(ctx, ln)
	}
	s, err := New(name)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	t := server.DefaultTimeouts()
	srv := &http.Server{
		Handler: s.Handler, ReadHeaderTimeout: t.ReadHeader, ReadTimeout: t.Read, WriteTimeout: t.Write, IdleTimeout: t.Idle,
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	err = srv.Close()
	if serveErr := <-ended; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
