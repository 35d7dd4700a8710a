package clienttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/server"
)

// Server is a fake of the API. It is safe for concurrent use.
type Server struct {
	// URL is the base URL, as client.WithBaseURL and OXGROUPS_URL take it. Nothing listens there with WithoutPort.
	URL string
	// Token is the first token of WithToken, or else "demo": with the sample data it has no access to the workspaces 101 to
	// 110, with other data to everything.
	Token client.Token
	// Client has the URL, the token and the options of WithClientOptions.
	Client *client.Client

	settings settings
	api      http.Handler // the real server
	stores   gate         // what the real server updates
	requests current

	transport *http.Transport
	http      *http.Server
	served    chan struct{} // closed when nothing is accepted any more
	running   sync.WaitGroup
	conns     sync.WaitGroup
	closing   chan struct{}
	closeOnce sync.Once

	mu      sync.Mutex
	clients []*client.Client
}

// New starts a server that is closed when the test ends. It fails the test where an option makes no sense or the data
// contradict each other. Call it in the goroutine of the test.
func New(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s, err := Start(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Start starts a server where there is no test to end it, in an Example for instance. Close it.
func Start(opts ...Option) (*Server, error) {
	s := &Server{served: make(chan struct{}), closing: make(chan struct{})}
	if err := s.start(opts); err != nil {
		return nil, fmt.Errorf("clienttest: %w", err)
	}
	return s, nil
}

func (s *Server) start(opts []Option) error {
	var err error
	if s.settings, err = newSettings(opts); err != nil {
		return err
	}
	s.Token = client.NewToken(s.settings.secret)
	if err := s.restore(); err != nil {
		return err
	}
	api, err := server.New(&s.stores, append(s.settings.server, server.WithJournal(record))...)
	if err != nil {
		return err
	}
	s.api = api.Handler()
	ln, err := s.open()
	if err != nil {
		return err
	}
	if s.Client, err = s.NewClient(); err != nil {
		return errors.Join(err, ln.Close())
	}
	s.serve(ln)
	return nil
}

// open makes the listener and what leads to it.
func (s *Server) open() (net.Listener, error) {
	s.transport = &http.Transport{MaxIdleConns: 100, MaxIdleConnsPerHost: 100, MaxResponseHeaderBytes: 1 << 20}
	if s.settings.withoutPort {
		ln := newPipes()
		s.transport.DialContext = ln.dial
		s.URL = "http://localhost" + server.BasePath
		return ln, nil
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.URL = "http://" + ln.Addr().String() + server.BasePath
	return ln, nil
}

func (s *Server) serve(ln net.Listener) {
	s.http = &http.Server{
		Handler:                      http.HandlerFunc(s.answer),
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0),
		// http.Server.Close does not wait for the goroutines of connections.
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.conns.Add(1)
			case http.StateClosed, http.StateHijacked:
				s.conns.Done()
			}
		},
	}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(ln) // ends with Close, and says no more than that
	}()
}

// Close ends what is under way, closes all connections, and returns when no goroutine is left. New does it for you.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.closing)
		s.mu.Lock()
		for _, c := range s.clients {
			c.CloseIdleConnections()
		}
		s.mu.Unlock()
		s.transport.CloseIdleConnections()
		_ = s.http.Close() // the listener is ours, and nothing is lost with a connection
		<-s.served
		s.conns.Wait()
		s.running.Wait()
	})
}

// NewClient returns one more client for the server, with options beside those of WithClientOptions.
func (s *Server) NewClient(opts ...client.Option) (*client.Client, error) {
	all := []client.Option{client.WithBaseURL(s.URL), client.WithToken(s.Token)}
	if s.settings.withoutPort {
		all = append(all, client.WithHTTPClient(s.HTTPClient()))
	}
	c, err := client.New(append(append(all, s.settings.client...), opts...)...)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = append(s.clients, c)
	return c, nil
}

// HTTPClient returns an http.Client that reaches the server, with WithoutPort too. Wrap its Transport to see what a client
// sends and gets, and hand it to client.WithHTTPClient; or send requests with it that the client would not.
func (s *Server) HTTPClient() *http.Client { return &http.Client{Transport: s.transport} }

// Reset forgets requests and faults that were injected, counts from one again, and brings data, tokens and the faults of
// WithFault back to what New made of its options. No request should be under way.
func (s *Server) Reset() {
	// What could be imported once can be imported again.
	_ = s.restore()
}

func (s *Server) restore() error {
	store := s.settings.store
	if store == nil {
		var err error
		if store, err = s.settings.seed.store(context.Background()); err != nil {
			return err
		}
	}
	s.stores.store.Store(&store)
	s.requests.begin(&s.settings)
	return nil
}
