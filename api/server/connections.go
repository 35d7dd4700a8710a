package server

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// A listener that takes no new connections hands out those that wait already, until none came for a drainStep, and for no
// longer than drainTime.
const (
	drainStep = 20 * time.Millisecond
	drainTime = time.Second
)

// connections knows the open connections of a server and keeps their number below a bound. net/http tells it their states.
type connections struct {
	most int // 0: any number

	mu   sync.Mutex
	open map[net.Conn]time.Time // since when it is idle; zero while a request is on it
	room *sync.Cond             // signalled when one is closed
	gone chan struct{}          // closed when none is open; nil unless somebody waits for it
}

func newConnections(most int) *connections {
	c := &connections{most: most, open: map[net.Conn]time.Time{}}
	c.room = sync.NewCond(&c.mu)
	return c
}

// changed is the ConnState hook of http.Server.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew, http.StateIdle:
		c.open[conn] = time.Now()
	case http.StateActive:
		c.open[conn] = time.Time{}
	default:
		delete(c.open, conn)
		c.room.Signal()
		if len(c.open) == 0 && c.gone != nil {
			close(c.gone)
			c.gone = nil
		}
	}
}

// makeRoom waits until one more connection may be open. It closes one that was idle for long to get there.
func (c *connections) makeRoom() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.most > 0 && len(c.open) >= c.most {
		if conn := c.longIdle(); conn != nil {
			c.open[conn] = time.Time{}
			_ = conn.Close() // its goroutine then tells that it is closed
		}
		c.room.Wait()
	}
}

// longIdle returns the connection that was idle for longest among some of the open ones, which are in random order. It is nil
// where all have requests.
func (c *connections) longIdle() (conn net.Conn) {
	const some = 64 // all of them would cost more the more there are
	seen, oldest := 0, time.Now()
	for candidate, since := range c.open {
		if seen++; seen > some && conn != nil {
			break
		}
		if !since.IsZero() && !since.After(oldest) {
			conn, oldest = candidate, since
		}
	}
	return conn
}

// allClosed returns a channel that is closed once no connection is open.
func (c *connections) allClosed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone == nil {
		c.gone = make(chan struct{})
	}
	gone := c.gone
	if len(c.open) == 0 {
		close(c.gone)
		c.gone = nil
	}
	return gone
}

// count returns how many connections are open.
func (c *connections) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// bounded is a listener whose connections count.
type bounded struct {
	net.Listener
	connections *connections

	mu    sync.Mutex
	until time.Time // the end of drain; zero before it begins
}

// Accept returns the next connection once there is room for it.
func (b *bounded) Accept() (net.Conn, error) {
	for quiet := false; ; {
		conn, err := b.Listener.Accept()
		switch {
		case err == nil:
			b.connections.makeRoom()
			return conn, nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return nil, err
		case quiet || !b.more():
			return nil, net.ErrClosed // net/http would go on after a timeout
		}
		quiet = true
	}
}

// drain ends Accept once the connections that wait in the kernel are handed out: closing a listener would reset them, and
// the requests on them.
func (b *bounded) drain() {
	refuseNew(b.Listener)
	b.mu.Lock()
	b.until = time.Now().Add(drainTime)
	b.mu.Unlock()
	if !b.more() {
		_ = b.Listener.Close()
	}
}

// more lets Accept go on for a moment, and reports whether it may.
func (b *bounded) more() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.Listener.(interface{ SetDeadline(time.Time) error })
	return ok && time.Now().Before(b.until) && l.SetDeadline(time.Now().Add(drainStep)) == nil
}
