package server

import (
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	// lingering is how long the rest of a refused body is read and thrown away, so that its sender gets to the reply.
	lingering = time.Second

	// stopGrace is how long a body may still come once the server stops.
	stopGrace = time.Second
)

// bodies are the calls whose bodies are being read. They would hold up a stop until they time out.
type bodies struct {
	mu       sync.Mutex
	reading  map[*call]struct{}
	stopping bool
}

func (b *bodies) add(x *call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reading == nil {
		b.reading = map[*call]struct{}{}
	}
	b.reading[x] = struct{}{}
	if b.stopping {
		x.limitRead(stopGrace)
	}
}

// limitRead bounds how long the body may still take.
func (x *call) limitRead(d time.Duration) {
	_ = http.NewResponseController(x.ResponseWriter).SetReadDeadline(time.Now().Add(d)) // a test's writer has none
}

func (b *bodies) remove(x *call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.reading, x)
}

// stop gives the bodies that are being read, and those of later requests, a second.
func (b *bodies) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopping = true
	for x := range b.reading {
		x.limitRead(stopGrace)
	}
}

// admitBody reserves memory for a body that is about to be read.
func (s *Server) admitBody(c echo.Context, x *call) error {
	n := c.Request().ContentLength
	if n == 0 || n > s.maxBody { // the wiring refuses it unread
		return nil
	}
	if n < 0 {
		n = s.maxBody
	}
	n = min(n, s.limits.BodyBytes/2)
	if err := s.limiter.reserve(x.by, n); err != nil {
		return err
	}
	x.reserved = n
	s.boundElements(c, x)
	s.bodies.add(x)
	return nil
}

// bodyWasRead notes that a stop has not to wait for the body any more.
func (s *Server) bodyWasRead(x *call) {
	x.bodyRead = true
	if x.reserved > 0 {
		s.bodies.remove(x)
	}
}

// releaseBody gives the memory of a body back.
func (s *Server) releaseBody(x *call) {
	if x.reserved == 0 {
		return
	}
	if !x.bodyRead {
		s.bodies.remove(x)
	}
	s.limiter.unreserve(x.by, x.reserved)
}
