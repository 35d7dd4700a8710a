package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store/demo"
)

const defaultAddress = "127.0.0.1:8080"

func newServe(io stdio, open opener) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the endpoint until the process is told to end",
		Long: `Serve the endpoint under /api/v1 until the process gets SIGINT or SIGTERM; requests that were accepted are
finished first. Once it can serve, it prints one line: listening on http://ADDRESS. Its log goes to standard error.`,
		Example: `  oxgroupsd serve --demo --store memory:
  oxgroupsd serve --addr 127.0.0.1:0 --store sqlite:groups.db`,
		Args: cobra.NoArgs,
	}
	s := serve{io: io}
	address := io.getenv("OXGROUPSD_ADDR")
	if address == "" {
		address = defaultAddress
	}
	cmd.Flags().StringVar(&s.address, "addr", address, "address and port to listen on; port 0 picks a free one (environment: OXGROUPSD_ADDR)")
	cmd.Flags().Lookup("addr").DefValue = defaultAddress
	cmd.Flags().BoolVar(&s.demo, "demo", false, `load sample data and the token "`+demo.Token+`"; for loopback addresses only`)
	cmd.RunE = action(func(cmd *cobra.Command, _ []string) error {
		return s.run(cmd.Context(), open)
	})
	return cmd
}

type serve struct {
	io      stdio
	address string
	demo    bool
}

func (s serve) run(ctx context.Context, open opener) error {
	address, err := net.ResolveTCPAddr("tcp", s.address)
	if err != nil {
		return &usageError{"--addr has to be ADDRESS:PORT, 127.0.0.1:8080 for example"}
	}
	if s.demo && !address.IP.IsLoopback() {
		return &usageError{"--demo has a token that everybody knows, so it serves loopback addresses only, 127.0.0.1 for example"}
	}
	return with(ctx, open, func(store group.Store) error {
		log := slog.New(slog.NewTextHandler(s.io.err, nil))
		if err := s.prepare(ctx, store, address, log); err != nil {
			return err
		}
		return s.listen(ctx, store, address, log)
	})
}

// prepare loads the demo data, or sees to it that a store with the demo token is not served to a network.
func (s serve) prepare(ctx context.Context, store group.Store, address *net.TCPAddr, log *slog.Logger) error {
	if s.demo {
		if err := demo.Load(ctx, store); err != nil {
			return fmt.Errorf("load the demo data: %w", err)
		}
		return nil
	}
	_, err := store.Authenticate(ctx, demo.Token)
	if err == nil && !address.IP.IsLoopback() {
		return errors.New("this store has the demo token, which everybody knows: revoke it (oxgroupsd token revoke) or serve a loopback address")
	}
	tokens, err := store.Tokens(ctx)
	if err != nil {
		return fmt.Errorf("list the tokens: %w", err)
	}
	if len(tokens) == 0 {
		log.Warn("no token exists, so every request will be refused; make one with: oxgroupsd token create")
	}
	return nil
}

func (s serve) listen(ctx context.Context, store group.Store, address *net.TCPAddr, log *slog.Logger) error {
	srv, err := server.New(store, server.WithLogger(log))
	if err != nil {
		return err
	}
	ln, err := net.ListenTCP("tcp", address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if _, err := fmt.Fprintf(s.io.out, "listening on http://%s\n", ln.Addr()); err != nil {
		return errors.Join(fmt.Errorf("say where it listens: %w", err), ln.Close())
	}
	return srv.Serve(ctx, ln)
}
