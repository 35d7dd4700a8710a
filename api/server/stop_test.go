package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/gen/model"
)

// exchange sends one good request and reads its reply. It reports whether the connection goes on.
func exchange(c net.Conn, r *bufio.Reader) (kept bool, err error) {
	if _, err := io.WriteString(c, request("", good)); err != nil {
		return false, fmt.Errorf("write: %w", err)
	}
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return false, fmt.Errorf("read: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return false, fmt.Errorf("read the body: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return false, fmt.Errorf("status %d", resp.StatusCode)
	}
	return !resp.Close, nil
}

// loader sends requests until the server takes no connection any more, and returns the first request without a reply.
func loader(addr string, reuse bool, served *atomic.Int64) error {
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return nil // the port is closed: nothing was sent
		}
		r, last := bufio.NewReader(c), time.Now()
		for kept := true; kept; {
			if kept, err = exchange(c, r); err != nil {
				c.Close()
				if time.Since(last) > 300*time.Millisecond {
					break // this machine was busy for longer than a stop waits for connections that look idle
				}
				return err
			}
			served.Add(1)
			last = time.Now()
			kept = kept && reuse
		}
		c.Close()
	}
}

// A stop under load answers every request that was sent, on kept connections and on new ones.
func TestStopUnderLoad(t *testing.T) {
	for range 3 {
		x := start(t, &fake{}, server.WithLimits(server.NoLimits()))
		var served atomic.Int64
		var loaders sync.WaitGroup
		lost := make(chan error, 12)
		for i := range cap(lost) {
			loaders.Go(func() { lost <- loader(x.addr, i%2 == 0, &served) })
		}
		for served.Load() < 500 {
			if len(lost) > 0 {
				t.Fatal(<-lost)
			}
			http.DefaultClient.CloseIdleConnections() // yields
		}
		if err := x.stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		loaders.Wait()
		for range cap(lost) {
			if err := <-lost; err != nil {
				t.Errorf("a request was lost: %v", err)
			}
		}
	}
}

// A body that never comes does not hold up a stop, and its sender is told.
func TestStopWithASlowBody(t *testing.T) {
	asked := make(chan struct{})
	x := start(t, &fake{authenticate: func(context.Context, string) (group.Caller, error) {
		close(asked)
		return group.Caller{TokenID: 1}, nil
	}})
	c, r := dial(t, x.addr)
	send(t, c, head+"Content-Length: 100\r\n\r\n{")
	<-asked
	if err := x.stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	receive(t, r).refused(t, 408, "system", "", "too slowly")
}

// The reply to a request that is in the store when the server stops says that the connection ends.
func TestLastReplySaysSo(t *testing.T) {
	entered, finish := make(chan struct{}), make(chan struct{})
	x := start(t, &fake{update: func(_ context.Context, _ group.Caller, _ int64, u model.WorkspaceGroupUpdate, _ group.Includes) (group.Snapshot, error) {
		close(entered)
		<-finish
		return group.Snapshot{Group: model.WorkspaceGroup{ID: "7", Name: u.Name}}, nil
	}})
	c, r := dial(t, x.addr)
	send(t, c, request("", good))
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- x.stop() }()
	for { // until the port is closed
		probe, err := net.Dial("tcp", x.addr)
		if err != nil {
			break
		}
		probe.Close()
	}
	close(finish)
	if a := reply(t, r); a.status != 200 || a.header.Get("Connection") != "close" {
		t.Errorf("got %d, %v", a.status, a.header)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// While the server drains it serves as before.
func TestDrain(t *testing.T) {
	timeouts := server.DefaultTimeouts()
	timeouts.Drain = 300 * time.Millisecond
	x := start(t, &fake{}, server.WithTimeouts(timeouts))
	stopped := make(chan error, 1)
	go func() { stopped <- x.stop() }()
	x.do(t, call{body: good}).group(t)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", x.addr); err == nil {
		t.Error("the port is open")
	}
}

// When no more connections may be open the one that was idle for longest makes room (of few, all are looked at), and one with a request on it stays.
func TestConnectionLimit(t *testing.T) {
	limits := server.DefaultLimits()
	limits.Connections = 3
	entered, finish := make(chan struct{}), make(chan struct{})
	x := start(t, &fake{update: func(_ context.Context, _ group.Caller, id int64, u model.WorkspaceGroupUpdate, _ group.Includes) (group.Snapshot, error) {
		if id == 8 {
			close(entered)
			<-finish
		}
		return group.Snapshot{Group: model.WorkspaceGroup{ID: "7", Name: u.Name}}, nil
	}}, server.WithLimits(limits))
	busy, busyReader := dial(t, x.addr)
	send(t, busy, "PUT /api/v1/workspace_groups/8 "+request("", good)[len("PUT "+put+" "):])
	<-entered
	idle, idleReader := dial(t, x.addr)
	if _, err := exchange(idle, idleReader); err != nil {
		t.Fatal(err)
	}
	for range 20 { // silent ones, each in the place of an older one
		dial(t, x.addr)
	}
	c, r := dial(t, x.addr)
	if _, err := exchange(c, r); err != nil {
		t.Errorf("a new client: %v", err)
	}
	ended := false
	for range 100 { // it is idle a moment after its reply, so some of the silent ones may have been idle for longer
		dial(t, x.addr)
		if err := idle.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := idleReader.ReadByte(); errors.Is(err, io.EOF) {
			ended = true
			break
		}
	}
	if !ended {
		t.Error("the idle connection stays open")
	}
	close(finish)
	if a := reply(t, busyReader); a.status != 200 {
		t.Errorf("the busy connection got %d", a.status)
	}
}
