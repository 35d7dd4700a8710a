package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// awaitLog reads the log up to a line that matches, and returns the first group of the match.
func (p *process) awaitLog(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for {
		line, err := p.log.ReadString('\n')
		if err != nil {
			t.Fatalf("the log ends without %s: %v", pattern, err)
		}
		if m := re.FindStringSubmatch(line); m != nil {
			return m[len(m)-1]
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestOperations(t *testing.T) {
	p := startProcess(t, "--demo", "--store", "memory:", "--ops", ":0", "--drain", "5s")
	ops := "http://" + p.awaitLog(t, `operations listener.* address=(\S+)`)
	if !strings.HasPrefix(ops, "http://127.0.0.1:") {
		t.Errorf("without a host it listens on %s", ops)
	}
	p.put(t, "", "demo", update)
	p.put(t, "", "nobody", update)
	for _, path := range []string{"/livez", "/readyz"} {
		if status, body := get(t, ops+path); status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	_, metrics := get(t, ops+"/metrics")
	for _, want := range []string{`status="200"} 1`, `status="401"} 1`, "oxgroups_open_connections", "oxgroups_log_lines_dropped_total 0", "go_goroutines"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
	if status, _ := p.put(t, "/../../metrics", "demo", update); status == 200 {
		t.Error("the API has the metrics")
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.awaitLog(t, "shutting down")
	if status, _ := get(t, ops+"/readyz"); status != 503 {
		t.Errorf("ready while it drains: %d", status)
	}
	if status, _ := get(t, ops+"/livez"); status != 200 {
		t.Errorf("not alive while it drains: %d", status)
	}
	if status, body := p.put(t, "", "demo", update); status != 200 {
		t.Errorf("while it drains: %d %s", status, body)
	}
	if code, _ := p.end(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

func TestHangupReloads(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("log-level: error\n")
	p := startProcess(t, "--demo", "--store", "memory:", "--config", file)
	p.put(t, "", "demo", update) // not in the log
	write("log-level: info\n")
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.awaitLog(t, "msg=.reloaded")
	p.put(t, "", "demo", update)
	p.awaitLog(t, `msg=request .*status=200`)
	write("log-levl: debug\n")
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.awaitLog(t, "not reloaded.*log-levl")
	p.stop(t, syscall.SIGTERM)
}

// startUnread starts a server whose log goes to a pipe that the test holds and does not read.
func startUnread(t *testing.T) (url string, cmd *exec.Cmd, log *os.File) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, binary, "serve", "--addr", "127.0.0.1:0", "--ops", "off", "--demo", "--store", "memory:")
	cmd.Env, cmd.Stderr = append(os.Environ(), asMain+"=1"), w
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "listening on ")), cmd, log
}

// A log that nobody reads, or whose reader dies, stops neither requests nor the end of the process.
func TestUnreadLog(t *testing.T) {
	for _, dies := range []bool{false, true} {
		t.Run(fmt.Sprintf("its reader dies: %v", dies), func(t *testing.T) {
			url, cmd, log := startUnread(t)
			if dies {
				log.Close()
			}
			p := &process{cmd: cmd, url: url, client: http.DefaultClient}
			for range 1000 { // which is more than a pipe holds
				if status, body := p.put(t, "", "demo", update); status != 200 {
					t.Fatalf("got %d %s", status, body)
				}
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			log.Close()
		})
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "api.sock")
	p := startProcessAt(t, "unix:"+path, "--demo", "--store", "memory:")
	if p.url != "unix:"+path {
		t.Errorf("it listens on %s", p.url)
	}
	p.url = "http://socket"
	p.client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
	if status, body := p.put(t, "", "demo", update); status != 200 {
		t.Errorf("got %d %s", status, body)
	}
	p.client.CloseIdleConnections()
	p.stop(t, syscall.SIGTERM)
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket is left behind")
	}
}

func TestReach(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		code int
		want string
	}{
		"in the clear":         {[]string{"--addr", "0.0.0.0:0"}, exitUsage, "--plain-http"},
		"the demo":             {[]string{"--addr", "0.0.0.0:0", "--demo", "--plain-http"}, exitUsage, "loopback"},
		"the demo's own token": {[]string{"--addr", "0.0.0.0:0", "--demo", "--plain-http", "--demo-token", "demo"}, exitUsage, "--demo-token"},
		"operations":           {[]string{"--addr", "127.0.0.1:0", "--ops", "nonsense"}, exitUsage, "--ops"},
		"no certificate":       {[]string{"--addr", "127.0.0.1:0", "--tls-cert", "/nowhere", "--tls-key", "/nowhere"}, exitFailed, "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			r := oxgroupsd(t, "", append([]string{"serve", "--store", "memory:", "--ops", "off"}, tc.args...)...)
			if r.code != tc.code || r.out != "" || !strings.Contains(r.err, tc.want) {
				t.Errorf("got %+v, want exit code %d and %s", r, tc.code, tc.want)
			}
		})
	}
	p := startProcessAt(t, "0.0.0.0:0", "--demo", "--demo-token", "another", "--plain-http", "--store", "memory:")
	p.awaitLog(t, "in the clear")
	_, port, _ := strings.Cut(strings.TrimPrefix(p.url, "http://["), "]:")
	if port == "" {
		port = p.url[strings.LastIndex(p.url, ":")+1:]
	}
	p.url = "http://127.0.0.1:" + port
	if status, body := p.put(t, "", "another", update); status != 200 {
		t.Errorf("the token of --demo-token: %d %s", status, body)
	}
	if status, _ := p.put(t, "", "demo", update); status != 401 {
		t.Errorf("the demo token: %d", status)
	}
	p.stop(t, syscall.SIGTERM)
}
