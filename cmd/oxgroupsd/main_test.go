package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/server/openapitest"
)

// asMain makes the test binary the command itself, so that tests can run it as a process.
const asMain = "TEST_OXGROUPSD_AS_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asMain) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// result is what a command left behind.
type result struct {
	code     int
	out, err string
}

// oxgroupsd runs a command in this process, with no environment and with what comes before "|" on standard input.
func oxgroupsd(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := execute(t.Context(), args, stdio{
		in: strings.NewReader(stdin), out: &out, err: &err,
		getenv: func(string) string { return "" },
	})
	return result{code, out.String(), err.String()}
}

func (r result) done(t *testing.T) result {
	t.Helper()
	if r.code != exitDone {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	return r
}

func newStore(t *testing.T) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "groups.db")
}

// process is oxgroupsd serve as a process of its own.
type process struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	log    *bufio.Reader
	url    string
	client *http.Client

	discarding sync.WaitGroup
}

// discardLog reads the log until the process ends, so that nothing waits for its reader.
func (p *process) discardLog() {
	p.discarding.Go(func() { _, _ = io.Copy(io.Discard, p.log) })
}

// patience is how long a process may take for anything; a test that waits longer fails.
const patience = 30 * time.Second

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := startProcessAt(t, "127.0.0.1:0", args...)
	if !strings.HasPrefix(p.url, "http://127.0.0.1:") {
		t.Fatalf("it listens on %q", p.url)
	}
	return p
}

func startProcessAt(t *testing.T, address string, args ...string) *process {
	t.Helper()
	return startCommand(t, append([]string{"serve", "--addr", address, "--ops", "off"}, args...)...)
}

func startCommand(t *testing.T, args ...string) *process {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience+40**noiseTime+strained(0, 10*time.Minute))
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), asMain+"=1")
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
	base := &http.Transport{}
	p := &process{cmd: cmd, out: bufio.NewReader(out), log: bufio.NewReader(log), client: &http.Client{Transport: openapitest.Transport(t, base)}}
	t.Cleanup(func() {
		base.CloseIdleConnections()
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	line, err := p.out.ReadString('\n')
	if err != nil {
		rest, _ := io.ReadAll(p.log)
		t.Fatalf("it does not say where it listens: %v\n%s", err, rest)
	}
	url, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "listening on ")
	if !ok {
		t.Fatalf("it says %q", line)
	}
	p.url = url
	return p
}

// end waits for the process to end by itself and returns its exit code and what else it wrote to standard output.
func (p *process) end(t *testing.T) (code int, out string) {
	t.Helper()
	rest, err := io.ReadAll(p.out)
	if err != nil {
		t.Fatal(err)
	}
	p.discarding.Wait()
	if _, err := io.Copy(io.Discard, p.log); err != nil {
		t.Fatal(err)
	}
	err = p.cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode(), string(rest)
}

func (p *process) stop(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	if code, out := p.end(t); code != exitDone || out != "" {
		t.Errorf("exit code %d, standard output %q", code, out)
	}
}

// put updates group 7 and returns the status and the body of the reply.
func (p *process) put(t *testing.T, query, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, p.url+"/api/v1/workspace_groups/7"+query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(reply)
}
