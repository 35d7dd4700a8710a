package postgres_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/gen/model"
)

// TestRoundTrips counts how often an update has to wait for the server, once its statements are prepared.
func TestRoundTrips(t *testing.T) {
	database := postgrestest.Database(t)
	p := newProxy(t, database)
	store := open(t, p.url(t, database)+"&pool_max_conns=1")
	if err := demo.Load(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	caller := authenticate(t, store)
	everything := referring("Acme", "x")
	everything.Notes.Set("all of it")
	everything.AddWorkspaceIds.Set([]int64{12, 13})
	everything.RemoveWorkspaceIds.Set([]int64{10})
	for _, test := range []struct {
		name string
		u    model.WorkspaceGroupUpdate
		in   group.Includes
		want int64
	}{
		{"a plain field", noted("x"), group.Includes{}, 2},
		{"everything", everything, group.Includes{}, 2},
		{"a plain field, everything included", noted("y"), group.All(), 3},
		{"everything, and everything included", everything, group.All(), 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 2 { // the first one prepares
				p.waits.Store(0)
				if _, err := store.Update(t.Context(), caller, 7, test.u, test.in); err != nil {
					t.Fatal(err)
				}
			}
			if got := p.waits.Load(); got != test.want {
				t.Errorf("%d round trips, want %d", got, test.want)
			}
			if _, err := store.Authenticate(t.Context(), demo.Token); err != nil || p.waits.Load() != test.want {
				t.Errorf("a known token is asked for (%v)", err)
			}
		})
	}
}

// proxy passes on connections to the server and counts the messages that clients wait on.
type proxy struct {
	net.Listener
	server string
	waits  atomic.Int64
	wg     sync.WaitGroup
}

func newProxy(t *testing.T, database string) *proxy {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, server: u.Host}
	p.wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.wg.Go(func() { p.pass(client) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.wg.Wait()
	})
	return p
}

// url returns that of a database through the proxy.
func (p *proxy) url(t *testing.T, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = p.Addr().String()
	return u.String()
}

func (p *proxy) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	p.wg.Go(func() {
		_, _ = io.Copy(client, server) // ends when either side closes
		client.Close()
	})
	defer server.Close()
	from := bufio.NewReader(client)
	for started := false; ; started = true {
		kind := byte(0) // the first message has none: https://www.postgresql.org/docs/current/protocol-message-formats.html
		if started {
			if kind, err = from.ReadByte(); err != nil {
				return
			}
			if kind == 'S' || kind == 'Q' {
				p.waits.Add(1)
			}
			if _, err := server.Write([]byte{kind}); err != nil {
				return
			}
		}
		size, err := from.Peek(4)
		if err != nil {
			return
		}
		if _, err := io.CopyN(server, from, int64(binary.BigEndian.Uint32(size))); err != nil {
			return
		}
	}
}
