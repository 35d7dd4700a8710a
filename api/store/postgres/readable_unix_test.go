//go:build unix

package postgres

import (
	"net"
	"testing"
	"time"
)

// TestReadable looks into a connection that somebody else reads at the same time, as pgx may.
func TestReadable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = c.Read(make([]byte, 1))
	}()
	if readable(c) {
		t.Error("a quiet connection is readable")
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	<-read // the end has arrived
	if !readable(c) {
		t.Error("a connection whose server has gone is not readable")
	}
	if err := c.SetReadDeadline(time.Now()); err != nil || !readable(c) {
		t.Errorf("a deadline hides that (%v)", err)
	}
}
