package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/gen/model"
)

// dial opens a connection that ends with the test, and gives up on a server that does not answer.
func dial(t *testing.T, addr string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, r *bufio.Reader) answer {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{resp.StatusCode, resp.Header, body}
	a.checkCommon(t, "")
	return a
}

// head is the beginning of a request up to its own header fields.
const head = "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\nContent-Type: application/json\r\n"

func TestBrokenBodies(t *testing.T) {
	timeouts := server.DefaultTimeouts()
	timeouts.Read = 200 * time.Millisecond
	x := start(t, &fake{}, server.WithTimeouts(timeouts))
	t.Run("malformed chunks", func(t *testing.T) {
		c, r := dial(t, x.addr)
		send(t, c, head+"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
		receive(t, r).refused(t, 400, "syntax", "", "could not be read")
	})
	t.Run("shorter than its length", func(t *testing.T) {
		c, r := dial(t, x.addr)
		send(t, c, head+"Content-Length: 100\r\n\r\n{")
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		receive(t, r).refused(t, 400, "syntax", "", "could not be read")
	})
	t.Run("too slow", func(t *testing.T) {
		c, r := dial(t, x.addr)
		send(t, c, head+"Content-Length: 100\r\n\r\n{")
		receive(t, r).refused(t, 408, "system", "", "too slowly")
		if rest, err := io.ReadAll(r); len(rest) > 0 || err != nil {
			t.Errorf("after the reply there is %q (%v)", rest, err)
		}
	})
	t.Run("too large is refused before it is sent", func(t *testing.T) {
		c, r := dial(t, x.addr)
		send(t, c, head+"Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
		receive(t, r).refused(t, 413, "system", "", "1048576")
	})
}

// A connection that sends no whole header is closed.
func TestSlowHeader(t *testing.T) {
	timeouts := server.DefaultTimeouts()
	timeouts.ReadHeader = 100 * time.Millisecond
	x := start(t, &fake{}, server.WithTimeouts(timeouts))
	for name, sent := range map[string]string{"nothing": "", "half a line": "PUT /api", "no end": head} {
		t.Run(name, func(t *testing.T) {
			c, r := dial(t, x.addr)
			send(t, c, sent)
			got, err := io.ReadAll(r)
			if err != nil {
				t.Errorf("got %v, want the end of the connection", err)
			}
			if len(got) > 0 && !strings.HasPrefix(string(got), "HTTP/1.1 400 ") { // half a line is a malformed one
				t.Errorf("got %q", got)
			}
		})
	}
	if got := server.DefaultTimeouts().ReadHeader; got > 2*time.Second {
		t.Errorf("a slow connection is held for %v", got)
	}
}

// The store that does not answer in time costs its caller a 503, not the connection.
func TestSlowStore(t *testing.T) {
	timeouts := server.DefaultTimeouts()
	timeouts.Work = 50 * time.Millisecond
	x := start(t, &fake{update: func(ctx context.Context, _ group.Caller, _ int64, _ model.WorkspaceGroupUpdate, _ group.Includes) (group.Snapshot, error) {
		<-ctx.Done()
		return group.Snapshot{}, &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	}}, server.WithTimeouts(timeouts))
	x.do(t, call{body: good}).refused(t, 503, "system", "", "Service unavailable")
}

func TestShutdownFinishesWhatWasAccepted(t *testing.T) {
	accepted, finish := make(chan struct{}), make(chan struct{})
	x := start(t, &fake{update: func(ctx context.Context, _ group.Caller, _ int64, u model.WorkspaceGroupUpdate, _ group.Includes) (group.Snapshot, error) {
		close(accepted)
		<-finish
		if err := ctx.Err(); err != nil {
			return group.Snapshot{}, err
		}
		return group.Snapshot{Group: model.WorkspaceGroup{ID: "7", Name: u.Name}}, nil
	}})
	kept, keptReader := dial(t, x.addr)
	send(t, kept, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	receive(t, keptReader).refused(t, 404, "system", "", "")

	c, r := dial(t, x.addr)
	send(t, c, head+fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(good), good))
	<-accepted
	stopped := make(chan error, 1)
	go func() { stopped <- x.stop() }()
	// The idle connection is closed when the shutdown begins; a request on it is not answered by half.
	if _, err := keptReader.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the kept connection: %v, want its end", err)
	}
	close(finish)
	if g := receive(t, r).group(t); g.Name != "Acme" {
		t.Errorf("got %q", g.Name)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if c, err := net.Dial("tcp", x.addr); err == nil {
		c.Close()
		t.Error("the port still takes connections")
	}
}

func TestShutdownIsBounded(t *testing.T) {
	timeouts := server.DefaultTimeouts()
	timeouts.Shutdown = 50 * time.Millisecond
	accepted, ended := make(chan struct{}), false
	x := start(t, &fake{update: func(ctx context.Context, _ group.Caller, _ int64, _ model.WorkspaceGroupUpdate, _ group.Includes) (group.Snapshot, error) {
		close(accepted)
		<-ctx.Done()
		ended = true
		return group.Snapshot{}, &group.Error{Code: group.Unavailable, Err: ctx.Err()}
	}}, server.WithTimeouts(timeouts))
	c, _ := dial(t, x.addr)
	send(t, c, head+fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(good), good))
	<-accepted
	err := x.stop()
	if err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("Serve: %v, want that requests were cut off", err)
	}
	if !ended {
		t.Error("Serve returned while a request was in the store")
	}
}

func TestListenerThatFails(t *testing.T) {
	srv, err := server.New(&fake{})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := srv.Serve(t.Context(), ln); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve: %v", err)
	}
}
