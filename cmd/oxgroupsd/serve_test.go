package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

const update = `{"workspace_group":{"name":"Acme","notes":"kept","add_workspace_ids":[12]}}`

func TestServeDemo(t *testing.T) {
	p := startProcess(t, "--demo", "--store", "memory:")
	if status, body := p.put(t, "?include=workspaces", "demo", update); status != 200 || !strings.Contains(body, `"workspace_ids":["10","11","12"]`) {
		t.Errorf("got %d %s", status, body)
	}
	if status, body := p.put(t, "", "nobody", update); status != 401 {
		t.Errorf("got %d %s", status, body)
	}
	p.stop(t, os.Interrupt)
}

// What was answered is there after a restart on the same file.
func TestRestart(t *testing.T) {
	store := newStore(t)
	p := startProcess(t, "--demo", "--store", store)
	_, before := p.put(t, "?include=workspaces,external_references,rate_card_sets", "demo", update)
	p.stop(t, syscall.SIGTERM)

	p = startProcess(t, "--demo", "--store", store)
	status, after := p.put(t, "?include=workspaces,external_references,rate_card_sets", "demo", `{"workspace_group":{"name":"Acme"}}`)
	if status != 200 || after != before {
		t.Errorf("before %s\nafter  %d %s", before, status, after)
	}
	p.stop(t, syscall.SIGTERM)
}

// A request that was accepted before SIGTERM is finished, and what it did is stored.
func TestTerminatedDuringARequest(t *testing.T) {
	store := newStore(t)
	p := startProcess(t, "--demo", "--store", store)
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	fmt.Fprintf(c, "PUT /api/v1/workspace_groups/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(update))
	// The server asks for the body: the request was accepted.
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("got %q, %v", line, err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for line := ""; !strings.Contains(line, "shutting down"); {
		if line, err = p.log.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(c, update); err != nil {
		t.Fatal(err)
	}
	if line, err := r.ReadString('\n'); err != nil || line != "\r\n" { // the end of the 100
		t.Fatalf("got %q, %v", line, err)
	}
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 || !resp.Close {
		t.Errorf("got %d, close: %v", resp.StatusCode, resp.Close)
	}
	if code, _ := p.end(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if out := oxgroupsd(t, "", "export", "--store", store).done(t).out; !strings.Contains(out, `"notes":"kept"`) {
		t.Error("the update is not in the store")
	}
}

func TestDemoIsForLoopbackOnly(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"} {
		t.Run(address, func(t *testing.T) {
			r := oxgroupsd(t, "", "serve", "--demo", "--store", "memory:", "--addr", address)
			if r.code != exitUsage || r.out != "" || !strings.Contains(r.err, "loopback") {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// The demo token stays in a file; without --demo it must not get to a network either.
func TestStoreWithDemoTokenIsForLoopbackOnly(t *testing.T) {
	store := newStore(t)
	startProcess(t, "--demo", "--store", store).stop(t, syscall.SIGTERM)
	r := oxgroupsd(t, "", "serve", "--store", store, "--addr", "0.0.0.0:0", "--plain-http")
	if r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "demo token") {
		t.Errorf("got %+v", r)
	}
}

func TestServeFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	r := oxgroupsd(t, "", "serve", "--store", "memory:", "--addr", taken.Addr().String())
	if r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "listen") {
		t.Errorf("got %+v", r)
	}
	r = oxgroupsd(t, "", "serve", "--store", "memory:", "--addr", "nonsense")
	if r.code != exitUsage || !strings.Contains(r.err, "--addr") {
		t.Errorf("got %+v", r)
	}
}

func TestServeTakesTokensThatWereMade(t *testing.T) {
	store := newStore(t)
	startProcess(t, "--demo", "--store", store).stop(t, syscall.SIGTERM)
	writer := strings.TrimSpace(oxgroupsd(t, "", "token", "create", "--store", store, "--account", "1", "--user", "2", "--workspaces", "12").done(t).out)
	reader := strings.TrimSpace(oxgroupsd(t, "", "token", "create", "--store", store, "--account", "1", "--user", "2", "--read-only").done(t).out)
	oxgroupsd(t, "", "token", "revoke", "--store", store, "1").done(t)

	p := startProcess(t, "--store", store)
	for name, tc := range map[string]struct {
		token  string
		status int
	}{"made": {writer, 200}, "read-only": {reader, 403}, "revoked": {"demo", 401}} {
		if status, body := p.put(t, "", tc.token, update); status != tc.status {
			t.Errorf("%s: got %d %s, want %d", name, status, body, tc.status)
		}
	}
	p.stop(t, syscall.SIGTERM)
}
