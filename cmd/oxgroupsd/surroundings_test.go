package main

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// serveAs starts serve through a shell script, in which "$@" is the command, with files from descriptor 3 on.
func serveAs(t *testing.T, script string, files []*os.File, args ...string) *process {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", script, "sh", binary, "serve", "--demo", "--store", "memory:"}, args...)...)
	cmd.Env, cmd.ExtraFiles = append(os.Environ(), asMain+"=1"), files
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, out: bufio.NewReader(out), log: bufio.NewReader(log), client: http.DefaultClient}
	line, err := p.out.ReadString('\n')
	if err != nil {
		rest, _ := io.ReadAll(p.log)
		t.Fatalf("it does not say where it listens: %v\n%s", err, rest)
	}
	p.url = strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	return p
}

// systemd hands over the sockets, hears of readiness and of the end, and is told that the process lives.
func TestSystemd(t *testing.T) {
	socket := func() (*os.File, string) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		f, err := ln.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		return f, "http://" + ln.Addr().String()
	}
	api, apiURL := socket()
	ops, opsURL := socket()
	path := filepath.Join(t.TempDir(), "notify")
	notices, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer notices.Close()
	await := func(want string) {
		t.Helper()
		for buffer := make([]byte, 256); ; {
			n, err := notices.Read(buffer)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(buffer[:n]), want) {
				return
			}
		}
	}
	script := `export LISTEN_PID=$$ WATCHDOG_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=api:ops WATCHDOG_USEC=20000 NOTIFY_SOCKET=` + path + `; exec "$@"`
	p := serveAs(t, script, []*os.File{api, ops}, "--addr", "192.0.2.1:1")
	api.Close()
	ops.Close()
	await("READY=1")
	await("WATCHDOG=1")
	if p.url != apiURL {
		t.Errorf("it listens on %s, the socket is %s", p.url, apiURL)
	}
	if status, body := p.put(t, "", "demo", update); status != 200 {
		t.Errorf("got %d %s", status, body)
	}
	if status, body := get(t, opsURL+"/readyz"); status != 200 {
		t.Errorf("operations: %d %s", status, body)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await("STOPPING=1")
	if code, _ := p.end(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

// With a certificate the server speaks TLS, and HTTP/2 to who asks for it.
func TestHTTP2(t *testing.T) {
	peer := httptest.NewUnstartedServer(nil)
	peer.EnableHTTP2 = true
	peer.StartTLS()
	defer peer.Close()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	secret, err := x509.MarshalPKCS8PrivateKey(peer.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: peer.TLS.Certificates[0].Certificate[0]},
		key:  {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := startProcessAt(t, "127.0.0.1:0", "--demo", "--store", "memory:", "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(p.url, "https://127.0.0.1:") {
		t.Fatalf("it listens on %s", p.url)
	}
	client := peer.Client()
	defer client.CloseIdleConnections()
	send := func(method, token string, body io.Reader) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, p.url+"/api/v1/workspace_groups/7", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return resp
	}
	for _, tc := range []struct {
		method, token string
		body          io.Reader
		want          int
	}{
		{"PUT", "demo", strings.NewReader(update), 200},
		{"PUT", "nobody", strings.NewReader(update), 401},
		{"PUT", "demo", io.LimitReader(zeros{}, 2<<20), 413},
		{"DELETE", "demo", nil, 405},
		{"PUT", "demo", strings.NewReader(update), 200},
	} {
		if resp := send(tc.method, tc.token, tc.body); resp.StatusCode != tc.want || resp.ProtoMajor != 2 || resp.Header.Get("Connection") != "" {
			t.Errorf("%s as %s: %s %d, Connection %q, want %d", tc.method, tc.token, resp.Proto, resp.StatusCode, resp.Header.Get("Connection"), tc.want)
		}
	}
	p.stop(t, syscall.SIGTERM)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// The variables of OpenTelemetry send a span of each request to a collector, with nothing that a caller sent as secret.
func TestTraces(t *testing.T) {
	spans := make(chan string, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		spans <- r.URL.Path + " " + string(body)
	}))
	defer collector.Close()
	script := fmt.Sprintf(`export OTEL_EXPORTER_OTLP_ENDPOINT=%s OTEL_SERVICE_NAME=groups; exec "$@"`, collector.URL)
	p := serveAs(t, script, nil, "--addr", "127.0.0.1:0", "--ops", "off")
	if status, body := p.put(t, "?include=workspaces", "demo", `{"workspace_group":{"name":"Confidential"}}`); status != 200 {
		t.Fatalf("got %d %s", status, body)
	}
	http.DefaultClient.CloseIdleConnections()
	p.stop(t, syscall.SIGTERM) // which sends what is left
	got := <-spans
	if !strings.HasPrefix(got, "/v1/traces ") || !strings.Contains(got, "groups") || !strings.Contains(got, "http.response.status_code") {
		t.Errorf("the collector got %q", got)
	}
	for _, secret := range []string{"Confidential", "Bearer", "include="} {
		if strings.Contains(got, secret) {
			t.Errorf("the span has %s", secret)
		}
	}
}
