package server_test

import (
	"bufio"
	"bytes"
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

// What net/http answers before a handler sees it has the form of every other error.
func TestRepliesBeforeHandlers(t *testing.T) {
	x := start(t, &fake{})
	for _, tc := range []struct {
		name, request string
		status        int
		kind, message string
	}{
		{"no HTTP at all", "hello\r\n\r\n", 400, "syntax", "malformed"},
		{"a malformed header", "PUT / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n", 400, "syntax", "malformed"},
		{"no Host", "PUT / HTTP/1.1\r\n\r\n", 400, "syntax", "missing required Host header"},
		{"a malformed Host", "PUT / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "syntax", "malformed Host header"},
		{"an invalid header value", "PUT / HTTP/1.1\r\nHost: x\r\nX-A: a\x01b\r\n\r\n", 400, "syntax", "malformed"},
		{"a malformed Content-Length", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400, "syntax", "malformed"},
		{"another HTTP version", "PUT / HTTP/3.0\r\nHost: x\r\n\r\n", 505, "system", "version"},
		{"another transfer coding", "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "system", "transfer coding"},
		{"another expectation", head + "Expect: a miracle\r\nContent-Length: 0\r\n\r\n", 417, "system", "100-continue"},
		{"a header without end", "PUT / HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("a", 70<<10), 431, "system", "header"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, r := dial(t, x.addr)
			send(t, c, tc.request)
			a := receive(t, r)
			a.refused(t, tc.status, tc.kind, "", tc.message)
			if a.header.Get("Connection") != "close" && a.header.Get("Content-Length") == "" {
				t.Errorf("the header is %v", a.header)
			}
			if rest, err := io.ReadAll(r); len(rest) > 0 {
				t.Errorf("behind the reply there is %q (%v)", rest, err)
			}
			x.do(t, call{body: good}).group(t)
		})
	}
}

// Text of a caller that looks like a reply of net/http stays as it is.
func TestBodyThatLooksLikeAReply(t *testing.T) {
	x := start(t, &fake{update: func(_ context.Context, _ group.Caller, _ int64, u model.WorkspaceGroupUpdate, _ group.Includes) (group.Snapshot, error) {
		return group.Snapshot{Group: model.WorkspaceGroup{ID: "7", Name: u.Name}}, nil
	}})
	name := strings.Repeat("HTTP/1.1 417 Expectation Failed\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n", 500)
	g := x.do(t, call{body: fmt.Sprintf(`{"workspace_group":{"name":%s}}`, quote(name))}).group(t)
	if g.Name != name {
		t.Errorf("got %d bytes, want %d", len(g.Name), len(name))
	}
}

func quote(s string) string {
	return `"` + strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(s) + `"`
}

func TestOptionsOfTheServer(t *testing.T) {
	x := start(t, &fake{})
	c, r := dial(t, x.addr)
	send(t, c, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
	receive(t, r).refused(t, 404, "system", "", "Record not found")
}

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
		receive(t, r).refused(t, 400, "syntax", "", "could not be read")
	})
	t.Run("too large is refused before it is sent", func(t *testing.T) {
		c, r := dial(t, x.addr)
		send(t, c, head+"Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
		receive(t, r).refused(t, 413, "system", "", "1048576")
	})
}

// A client that sends all of its body before it reads still gets the reply.
func TestReplyToALargeBody(t *testing.T) {
	x := start(t, &fake{})
	body := strings.Repeat(" ", 4<<20)
	for name, fields := range map[string]string{
		"kept":         fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body),
		"closed":       fmt.Sprintf("Connection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body),
		"chunks":       fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body),
		"closed chunk": fmt.Sprintf("Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body),
	} {
		t.Run(name, func(t *testing.T) {
			c, r := dial(t, x.addr)
			send(t, c, head+fields)
			receive(t, r).refused(t, 413, "system", "", "1048576")
		})
	}
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
			if len(got) > 0 { // net/http takes half a line for a malformed one
				receive(t, bufio.NewReader(bytes.NewReader(got))).refused(t, 400, "syntax", "", "malformed")
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
