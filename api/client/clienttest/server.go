package clienttest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/front"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
)

// Server is a fake of the API. It is safe for concurrent use.
type Server struct {
	URL    string         // the base URL; with WithoutPort nothing listens there
	Token  string         // the secret of the first token of WithToken, or else "demo"
	Client *client.Client // a client with both

	store     group.Store // behind the real server
	faults    *front.Faults
	log       history
	http      *httptest.Server
	transport *http.Transport
	closing   chan struct{}
	closeOnce sync.Once
}

// New starts a server that is closed when the test ends. It fails the test if an option makes no sense.
func New(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s, err := Start(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Start starts a server outside of a test, in an Example for instance. Close it.
func Start(opts ...Option) (*Server, error) {
	s := &Server{closing: make(chan struct{}), transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	if err := s.start(opts); err != nil {
		return nil, fmt.Errorf("clienttest: %w", err)
	}
	return s, nil
}

func (s *Server) start(opts []Option) error {
	set, err := newSettings(opts)
	if err != nil {
		return err
	}
	if s.store = set.store; s.store == nil {
		if s.store, err = set.newStore(context.Background()); err != nil {
			return err
		}
	}
	api, err := server.New(front.Gate(s.store, false), server.WithLimits(server.NoLimits()), server.WithJournal(front.Saw))
	if err != nil {
		return err
	}
	s.faults, s.Token, s.log = &set.faults, set.secret, history{keep: set.keep, added: make(chan struct{})}
	const most = 16 << 20 // beyond what the real server takes
	s.http = httptest.NewUnstartedServer(&front.Front{
		API: api.Handler(), Faults: s.faults, Keep: most, Closing: s.closing,
		Record: func(_ context.Context, x *front.Exchange) { s.log.add(newRequest(x)) },
	})
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0)
	if set.withoutPort {
		memory := &memoryListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		_ = s.http.Listener.Close()
		s.http.Listener, s.transport.DialContext = memory, memory.dial
	}
	s.http.Start()
	s.URL = s.http.URL + server.BasePath
	s.Client, err = s.NewClient()
	return err
}

// Close ends what is under way and closes all connections. New calls it when the test ends.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.closing)
		s.transport.CloseIdleConnections()
		s.http.Close()
	})
}

// NewClient returns another client for the server.
func (s *Server) NewClient(opts ...client.Option) (*client.Client, error) {
	return client.New(append([]client.Option{
		client.WithBaseURL(s.URL), client.WithToken(s.Token), client.WithHTTPClient(s.HTTPClient()),
	}, opts...)...)
}

// HTTPClient returns an http.Client that reaches the server. Wrap its Transport to see what a client sends and receives.
func (s *Server) HTTPClient() *http.Client { return &http.Client{Transport: s.transport} }

// memoryListener accepts connections that are made in memory.
type memoryListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

var _ net.Listener = (*memoryListener)(nil)

// dial has the signature of http.Transport.DialContext.
func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
