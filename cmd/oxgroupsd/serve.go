package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/record"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/listen"
	"example.com/oxgroups/api/server/logging"
	"example.com/oxgroups/api/server/ops"
	"example.com/oxgroups/api/server/standin"
	"example.com/oxgroups/api/store/demo"
)

func newServe(std stdio, storeURL *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the endpoint until the process is told to end",
		Long: `Serve the endpoint under /api/v1 until the process gets SIGINT or SIGTERM; requests that were accepted are
finished first. Once it can serve, it prints one line: listening on http://ADDRESS. Its log goes to standard error.
SIGHUP reads the certificate and the log level again.`,
		Example: `  oxgroupsd serve --demo --store memory:
  oxgroupsd serve --addr 127.0.0.1:0 --store sqlite:groups.db
  oxgroupsd serve --config /etc/oxgroupsd.yaml`,
		Args: cobra.NoArgs,
	}
	s := &service{std: std, settings: addSettings(cmd.Flags()), flags: cmd.Flags()}
	cmd.RunE = action(func(cmd *cobra.Command, _ []string) error {
		return s.run(cmd.Context(), *storeURL)
	})
	return cmd
}

// service is one run of serve.
type service struct {
	*settings
	std   stdio
	flags *pflag.FlagSet

	log         *logging.Log
	certificate *listen.Certificate // nil without TLS
	store       group.Store
	server      *server.Server
	metrics     *ops.Metrics
	ready       ops.Readiness
	standIn     *standin.StandIn // nil unless it is asked for
	api, ops    []net.Listener
	loopback    bool // nobody on another machine can reach the API

	upstream  *url.URL  // of record: where the API is
	recording io.Writer // nil: nothing is written
}

func (s *service) run(ctx context.Context, storeURL string) error {
	signal.Ignore(syscall.SIGPIPE) // a log that nobody reads is not a reason to end
	if err := s.check(); err != nil {
		return err
	}
	level := slog.LevelInfo
	_ = level.UnmarshalText([]byte(s.logLevel)) // checked
	var err error
	if s.log, err = logging.New(s.std.err, s.logFormat, level); err != nil {
		return err
	}
	defer s.log.Close()
	if err := s.listen(); err != nil {
		return err
	}
	s.metrics = ops.NewMetrics()
	open := func(ctx context.Context) (group.Store, error) {
		return openStore(ctx, storeURL, s.std.getenv, hooks{s.log.Logger, s.metrics.ObserveCommit})
	}
	return with(ctx, open, func(store group.Store) error {
		s.store = store
		if err := s.prepare(ctx); err != nil {
			return errors.Join(err, s.closeListeners())
		}
		return s.serve(ctx)
	})
}

// listen opens the listeners, unless they would send tokens over a network in the clear.
func (s *service) listen() (err error) {
	if s.api, s.ops, err = listen.Inherited(); err != nil {
		return err
	}
	if len(s.api) == 0 {
		address, err := listen.Resolve(s.address)
		if err != nil {
			return &usageError{"--addr: " + err.Error()}
		}
		if s.loopback = listen.IsLoopback(address); !s.loopback {
			if err := s.checkReach(); err != nil {
				return err
			}
		}
		ln, err := listen.Open(address)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		s.api = []net.Listener{ln}
	} else {
		s.loopback = !slices.ContainsFunc(s.api, func(ln net.Listener) bool { return !listen.IsLoopback(ln.Addr()) })
		if !s.loopback {
			err = s.checkReach()
		}
	}
	err = errors.Join(err, s.listenOps())
	if err == nil && s.settings.standIn && slices.ContainsFunc(s.ops, func(ln net.Listener) bool { return !listen.IsLoopback(ln.Addr()) }) {
		err = &usageError{"--stand-in lets everybody who reaches --ops read and change the data: it has to be a loopback address"}
	}
	if err != nil {
		return errors.Join(err, s.closeListeners())
	}
	return nil
}

func (s *service) closeListeners() (err error) {
	for _, ln := range slices.Concat(s.api, s.ops) {
		err = errors.Join(err, ln.Close())
	}
	return err
}

// checkReach returns an error of usage where other machines should not reach the API.
func (s *service) checkReach() error {
	switch {
	case s.demo && s.demoToken == "":
		return &usageError{"--demo has a token that everybody knows, so it serves loopback addresses only, 127.0.0.1 for example; --demo-token names another one"}
	case s.demoToken == demo.Token:
		return &usageError{"--demo-token has to be one that not everybody knows"}
	case s.tlsCert == "" && !s.plainHTTP:
		return &usageError{"other machines reach this address, and tokens would go over the network in the clear: set --tls-cert and --tls-key, or --plain-http where something in front speaks TLS"}
	}
	return nil
}

// listenOps opens the listener for operations. Not to serve because its default address is taken would help nobody.
func (s *service) listenOps() error {
	if len(s.ops) > 0 || s.settings.ops == "off" {
		return nil
	}
	text := s.settings.ops
	if port, ok := strings.CutPrefix(text, ":"); ok {
		text = net.JoinHostPort("127.0.0.1", port)
	}
	address, err := listen.Resolve(text)
	if err != nil {
		return &usageError{"--ops: " + err.Error()}
	}
	ln, err := listen.Open(address)
	switch {
	case err == nil:
		s.ops = []net.Listener{ln}
	case text == defaultOps:
		s.log.Warn("the operations listener is off: its default address is taken", slog.String("cause", err.Error()))
	default:
		return fmt.Errorf("listen for operations: %w", err)
	}
	return nil
}

// prepare loads the demo data, or sees to it that a store with the demo token is not served to a network.
func (s *service) prepare(ctx context.Context) error {
	if s.demo {
		token := demo.Token
		if s.demoToken != "" {
			token = s.demoToken
		}
		if err := demo.LoadWithToken(ctx, s.store, token); err != nil {
			return fmt.Errorf("load the demo data: %w", err)
		}
	}
	if s.upstream != nil {
		return nil
	}
	if !s.loopback {
		if _, err := s.store.Authenticate(ctx, demo.Token); err == nil {
			return errors.New("this store has the demo token, which everybody knows: revoke it (oxgroupsd token revoke) or serve a loopback address")
		}
	}
	tokens, err := s.store.Tokens(ctx)
	if err != nil {
		return fmt.Errorf("list the tokens: %w", err)
	}
	if len(tokens) == 0 {
		s.log.Warn("no token exists, so every request will be refused; make one with: oxgroupsd token create")
	}
	return nil
}

// serve runs the server until ctx ends.
func (s *service) serve(ctx context.Context) error {
	options, closeTraces, err := s.options(ctx)
	if err == nil {
		s.server, err = server.New(s.updater(), options...)
	}
	if err != nil {
		return errors.Join(err, s.closeListeners())
	}
	s.addMetrics()

	var background sync.WaitGroup
	side, stopSide := context.WithCancel(context.WithoutCancel(ctx))
	handler := s.opsHandler()
	for _, ln := range s.ops {
		s.log.Info("operations listener", slog.String("address", ln.Addr().String()))
		background.Go(func() {
			if err := ops.Serve(side, ln, handler); err != nil {
				s.log.Error("the operations listener ended", slog.String("cause", err.Error()))
			}
		})
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // before it says that it serves
	background.Go(func() { s.reloadOnHangup(side, hangup) })
	background.Go(func() { watchdog(side) })
	if err = s.announce(); err == nil {
		s.ready.Start(s.storeReady)
		notify(daemon.SdNotifyReady)
		serving, stop := context.WithCancel(side)
		context.AfterFunc(ctx, func() { // it is not ready before anything else of its end begins
			s.ready.Stop()
			notify(daemon.SdNotifyStopping)
			stop()
		})
		err = s.server.Serve(serving, s.api...)
	}
	stopSide()
	background.Wait()
	if s.portFile != "" {
		_ = os.Remove(s.portFile) // it may not be there
	}
	return errors.Join(err, closeTraces())
}

// options returns what the settings mean for the server.
func (s *service) options(ctx context.Context) (options []server.Option, closeTraces func() error, err error) {
	if pool, ok := s.store.(interface{ MaxConnections() int }); ok {
		s.limits.Running = min(s.limits.Running, pool.MaxConnections())
	}
	s.limits.GroupRunning = max(1, min(s.limits.GroupRunning, s.limits.Running/2))
	options = []server.Option{
		server.WithLogger(s.log.Logger), server.WithMaxBodyBytes(s.maxBody), server.WithTimeouts(s.timeouts), server.WithLimits(s.limits),
	}
	if len(s.ops) > 0 {
		options = append(options, server.WithObserver(s.metrics.Observe))
	}
	if s.tlsCert != "" {
		if s.certificate, err = listen.LoadCertificate(s.tlsCert, s.tlsKey, s.log.Logger); err != nil {
			return nil, nil, err
		}
		config, err := s.certificate.Config(s.tlsClient)
		if err != nil {
			return nil, nil, err
		}
		options = append(options, server.WithTLS(config))
	} else if !s.loopback {
		s.log.Warn("tokens go over the network in the clear (--plain-http)")
	}
	cors, err := newCORS(s.origins)
	if err != nil {
		return nil, nil, err
	}
	traces, err := newTracing(ctx, s.std.getenv)
	if err != nil {
		return nil, nil, err
	}
	if s.standIn, err = s.newStandIn(ctx); err != nil {
		return nil, nil, err
	}
	if s.standIn != nil {
		options = append(options, s.standIn.Option())
	}
	options = append(options, server.WithWrapper(func(api http.Handler) http.Handler {
		if traces != nil {
			api = traces.around(api)
		}
		if s.standIn != nil {
			api = s.standIn.Wrap(api)
		}
		return cors(api)
	}))
	if traces == nil {
		return options, func() error { return nil }, nil
	}
	return options, func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := traces.close(ctx); err != nil { // a collector that is away is not a reason to fail
			s.log.Warn("traces were lost", slog.String("cause", err.Error()))
		}
		return nil
	}, nil
}

// newStandIn returns the stand-in, or nil where none is asked for.
func (s *service) newStandIn(ctx context.Context) (*standin.StandIn, error) {
	o := standin.Options{Faults: s.faults, RuleHeader: s.faultHeader}
	switch {
	case s.upstream != nil:
		recorder, err := record.New(s.upstream, s.recording, s.log.Logger)
		if err != nil {
			return nil, err
		}
		return standin.NewRecorder(ctx, recorder, o)
	case s.settings.standIn || s.demo:
		return standin.New(ctx, s.store, o)
	}
	return nil, nil
}

// updater returns the store for the server.
func (s *service) updater() group.Updater {
	if s.standIn != nil && s.upstream == nil {
		return s.standIn.Store()
	}
	return s.store
}

// opsHandler returns what the operations listeners serve.
func (s *service) opsHandler() http.Handler {
	var rest http.Handler
	if s.standIn != nil {
		s.standIn.URL = urlOf(s.api[0], s.certificate != nil)
		rest = s.standIn.Handler()
	}
	return ops.Handler(&s.ready, s.metrics, &s.log.Level, s.log.Logger, rest)
}

func (s *service) addMetrics() {
	s.metrics.Gauge("oxgroups_in_flight_requests", "Updates that are admitted and not answered.", func() float64 { return float64(s.server.InFlight()) })
	s.metrics.Gauge("oxgroups_open_connections", "Open connections of the API.", func() float64 { return float64(s.server.Connections()) })
	s.metrics.Counter("oxgroups_log_lines_dropped_total", "Log lines that were dropped because nobody took them.", func() float64 { return float64(s.log.Dropped()) })
	if pooled, ok := s.store.(ops.Pooled); ok {
		s.metrics.AddPool(pooled)
	}
}

// storeReady asks the store whether it can serve.
func (s *service) storeReady(ctx context.Context) error {
	if store, ok := s.store.(interface{ Ready(context.Context) error }); ok {
		return store.Ready(ctx)
	}
	return nil
}

// announce writes the port file and prints where the server listens, for people and for programs that start it. It closes the
// listeners where that fails.
func (s *service) announce() error {
	err := s.writePortFile()
	for _, ln := range s.api {
		if err == nil {
			_, err = fmt.Fprintf(s.std.out, "listening on %s\n", urlOf(ln, s.certificate != nil))
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("say where it listens: %w", err), s.closeListeners())
	}
	return nil
}

// writePortFile writes the port file, of which a reader sees all or nothing.
func (s *service) writePortFile() error {
	if s.portFile == "" {
		return nil
	}
	text := fmt.Sprintf("OXGROUPS_URL=%s%s\n", urlOf(s.api[0], s.certificate != nil), server.BasePath)
	for _, ln := range s.ops {
		text += fmt.Sprintf("OXGROUPS_OPS=%s\n", urlOf(ln, false))
	}
	if err := os.WriteFile(s.portFile+".new", []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(s.portFile+".new", s.portFile)
}

// urlOf returns where a listener is reached.
func urlOf(ln net.Listener, tls bool) string {
	switch {
	case ln.Addr().Network() == "unix":
		return "unix:" + ln.Addr().String()
	case tls:
		return "https://" + ln.Addr().String()
	}
	return "http://" + ln.Addr().String()
}

// reloadOnHangup reads the certificate and the log level again at each SIGHUP, until ctx ends.
func (s *service) reloadOnHangup(ctx context.Context, hangup chan os.Signal) {
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		}
		notify(daemon.SdNotifyReloading)
		if err := s.reload(); err != nil {
			s.log.Error("not reloaded", slog.String("cause", err.Error()))
		} else {
			s.log.Info("reloaded the certificate and the log level")
		}
		notify(daemon.SdNotifyReady)
	}
}

func (s *service) reload() error {
	fresh := pflag.NewFlagSet("", pflag.ContinueOnError)
	again := addSettings(fresh)
	fresh.String(configFlag, "", "")
	fresh.String(storeFlag, "", "")
	s.flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			_ = fresh.Set(f.Name, f.Value.String()) // it was valid
		}
	})
	if _, err := loadSettings(fresh, s.std.environ); err != nil {
		return err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(again.logLevel)); err != nil {
		return err
	}
	s.log.Level.Set(level)
	if s.certificate == nil {
		return nil
	}
	return s.certificate.Reload()
}
