package torture

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// binary is oxgroupsd, built once for all tests of this process.
var binary = sync.OnceValues(func() (path string, err error) {
	dir, err := os.MkdirTemp("", "oxgroups-torture-")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "oxgroupsd.exe")
	out, err := exec.Command("go", "build", "-o", path, "example.com/oxgroups/cmd/oxgroupsd").CombinedOutput()
	if err != nil {
		os.Stderr.Write(out)
	}
	return path, err
})

// removeBinary removes what binary made, if it did.
func removeBinary() {
	if builtBinary {
		if path, err := binary(); path != "" || err == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
	}
}

// builtBinary is set by the tests that use binary, which run one after the other.
var builtBinary bool

// process is oxgroupsd on a store.
type process struct {
	cmd *exec.Cmd
	out *bufio.Reader
	log tail // read it only once the process has ended
}

// start starts oxgroupsd serve. The store is in its environment, for a URL may have a password.
func start(t *testing.T, store string) *process {
	t.Helper()
	return command(t, store, "serve", "--addr", "127.0.0.1:0", "--ops", "off", "--max-per-group", "64")
}

// tail keeps the end of what is written to it.
type tail struct{ end []byte }

const tailSize = 16 << 10

// Write keeps p.
func (l *tail) Write(p []byte) (int, error) {
	if len(l.end) > tailSize {
		l.end = append(l.end[:0], l.end[len(l.end)-tailSize/2:]...)
	}
	l.end = append(l.end, p...)
	return len(p), nil
}

// String returns what is kept.
func (l *tail) String() string { return string(l.end) }

// command starts oxgroupsd with arguments.
func command(t *testing.T, store string, args ...string) *process {
	t.Helper()
	builtBinary = true
	path, err := binary()
	if err != nil {
		t.Fatalf("build oxgroupsd: %v", err)
	}
	p := &process{cmd: exec.Command(path, args...)}
	p.cmd.Env = append(os.Environ(), "OXGROUPSD_STORE="+store, "OXGROUPSD_ADDR=")
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// url waits until the process can serve.
func (p *process) url(t *testing.T) string {
	t.Helper()
	line, err := p.out.ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		p.kill()
		t.Fatalf("oxgroupsd says %q, %v\n%s", line, err, p.log.String())
	}
	return url
}

// kill ends the process at once, as SIGKILL does, and waits for it. It may have ended already.
func (p *process) kill() {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_, _ = io.Copy(io.Discard, p.out)
	_ = p.cmd.Wait()
}

// end waits until the process has ended by itself.
func (p *process) end(t *testing.T) {
	t.Helper()
	_, _ = io.Copy(io.Discard, p.out)
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("oxgroupsd %q: %v\n%s", p.cmd.Args[1:], err, p.log.String())
	}
}
