package clienttest

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// pipes is a listener whose connections are made in memory.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

var _ net.Listener = (*pipes)(nil)

func newPipes() *pipes {
	return &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
}

// dial has the signature of http.Transport.DialContext.
func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	reset := new(atomic.Bool)
	select {
	case p.accept <- &serverEnd{Conn: far, reset: reset}:
		return &clientEnd{Conn: near, reset: reset}, nil
	case <-p.closed:
		return nil, failed("dial", syscall.ECONNREFUSED)
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: ctx.Err()}
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// serverEnd can reset its connection as a *net.TCPConn can.
type serverEnd struct {
	net.Conn
	reset *atomic.Bool
}

// SetLinger makes Close reset the connection where sec is 0.
func (c *serverEnd) SetLinger(sec int) error {
	c.reset.Store(sec == 0)
	return nil
}

// clientEnd sees the same errors as on TCP.
type clientEnd struct {
	net.Conn
	reset *atomic.Bool
}

func (c *clientEnd) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err != nil && c.reset.Load() {
		err = failed("read", syscall.ECONNRESET)
	}
	return n, err
}

func (c *clientEnd) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if err != nil && c.reset.Load() {
		err = failed("write", syscall.ECONNRESET)
	}
	return n, err
}

func failed(op string, errno syscall.Errno) error {
	return &net.OpError{Op: op, Net: "pipe", Err: os.NewSyscallError(op, errno)}
}
