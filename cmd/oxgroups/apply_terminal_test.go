//go:build unix

package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"example.com/oxgroups/api/client/clienttest"
)

// onTerminal is a child whose stderr is a terminal, with somebody at the keys.
type onTerminal struct {
	*child
	keys *os.File
	read chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

// startOnTerminal starts a child on a terminal of 100 columns.
func startOnTerminal(t *testing.T, c *child) *onTerminal {
	t.Helper()
	c.Stdin, c.Cmd.Stderr = nil, nil // pty.Start puts the terminal there
	keys, err := pty.StartWithSize(c.Cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	term := &onTerminal{child: c, keys: keys, read: make(chan struct{})}
	go func() {
		defer close(term.read)
		buf := make([]byte, 4096)
		for {
			n, err := keys.Read(buf)
			term.mu.Lock()
			term.out.Write(buf[:n])
			term.mu.Unlock()
			if err != nil {
				return // EIO: the process is gone
			}
		}
	}()
	return term
}

// screen returns what was written to the terminal.
func (o *onTerminal) screen() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.out.String()
}

// await waits until the terminal shows what matches.
func (o *onTerminal) await(t *testing.T, pattern string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(time.Minute); !re.MatchString(o.screen()); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = o.Process.Kill()
			t.Fatalf("the terminal never shows %s, but\n%q", pattern, o.screen())
		}
	}
}

// end waits for the process and returns its exit code and what the terminal shows.
func (o *onTerminal) end(t *testing.T) (code int, screen string) {
	t.Helper()
	code = o.exit(t)
	<-o.read
	_ = o.keys.Close()
	return code, o.screen()
}

// interruptKey is what Ctrl-C sends.
const interruptKey = "\x03"

func (o *onTerminal) press(t *testing.T, keys string) {
	t.Helper()
	if _, err := o.keys.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// A terminal shows how far the run is, in one line that is gone at the end.
func TestProgressOnTerminal(t *testing.T) {
	srv := clienttest.New(t, clienttest.WithFault(clienttest.Every(50), clienttest.Status(503).RetryAfter("0")))
	dir := t.TempDir()
	writeFile(t, dir, "groups.csv", csvRows(200))
	term := startOnTerminal(t, newChild(t, srv, dir, "apply", "groups.csv", "--rate", "100", "--json"))
	term.await(t, `\r\d+ of 200 rows done, 0 rejected, \d+ rows/s, \d+s left, [1-9]\d* retries, limit 100/s\x1b\[K`)
	code, screen := term.end(t)
	if code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if !regexp.MustCompile(`\r\x1b\[K200 applied, \d retries in [\d.]+s \(\d+ rows/s\)\r\n$`).MatchString(screen) {
		t.Errorf("the terminal ends with %q", screen[max(0, len(screen)-200):])
	}
	if !strings.HasPrefix(term.stdout.String(), `{"finished":true,"rows":200,`) || strings.Count(term.stdout.String(), "\n") != 1 {
		t.Errorf("stdout has %q", &term.stdout)
	}
}

// The first Ctrl-C finishes what is in flight and says how to go on; what was finished is not sent again.
func TestInterrupt(t *testing.T) {
	srv := clienttest.New(t, clienttest.WithFault(clienttest.Always(), clienttest.Latency(300*time.Millisecond)))
	dir := t.TempDir()
	writeFile(t, dir, "groups.csv", csvRows(200))
	term := startOnTerminal(t, newChild(t, srv, dir, "apply", "groups.csv", "--concurrency", "4"))
	if _, err := srv.Await(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	term.press(t, interruptKey)
	code, screen := term.end(t)
	if code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	for _, want := range []string{`interrupted: waiting for \d requests; interrupt again to stop at once`, `\d+ applied, \d+ not sent`, "interrupted\r\n", "go on with: oxgroups apply groups.csv --resume\r\n"} {
		if !regexp.MustCompile(want).MatchString(screen) {
			t.Errorf("no %q on the terminal:\n%s", want, screen)
		}
	}
	sent := srv.Count()
	if sent >= 200 {
		t.Fatalf("%d rows were sent", sent)
	}
	srv.Inject(clienttest.Always(), clienttest.Latency(0))
	c := newChild(t, srv, dir, "apply", "groups.csv", "--resume")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if code := c.exit(t); code != exitDone || srv.Count() != 200 {
		t.Errorf("resumed: exit code %d, %d requests, want 0 and 200: %s", code, srv.Count(), &c.stderr)
	}
}

// The second Ctrl-C does not wait for the API.
func TestInterruptTwice(t *testing.T) {
	srv := clienttest.New(t, clienttest.WithFault(clienttest.Always(), clienttest.Hang()))
	dir := t.TempDir()
	writeFile(t, dir, "groups.csv", csvRows(200))
	term := startOnTerminal(t, newChild(t, srv, dir, "apply", "groups.csv"))
	term.await(t, `rows done`)
	term.press(t, interruptKey)
	term.await(t, `interrupt again`)
	term.press(t, interruptKey)
	code, screen := term.end(t)
	if code != exitInterrupted || !strings.Contains(screen, "go on with: oxgroups apply groups.csv --resume\r\n") {
		t.Errorf("exit code %d, want %d:\n%s", code, exitInterrupted, screen)
	}
}

// What a terminal does with Ctrl-C, a signal does to a job without one; and a stdin that gives nothing does not keep it.
func TestSignal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		srv := clienttest.New(t, clienttest.WithFault(clienttest.Always(), clienttest.Latency(200*time.Millisecond)))
		dir := t.TempDir()
		writeFile(t, dir, "groups.csv", csvRows(200))
		c := newChild(t, srv, dir, "apply", "groups.csv", "--concurrency", "4")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := srv.Await(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
		if err := c.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := c.exit(t); code != exitInterrupted || c.stdout.Len() > 0 {
			t.Errorf("%v: exit code %d, stdout %q, stderr %s", signal, code, &c.stdout, &c.stderr)
		}
	}
}

func TestInterruptWhileReading(t *testing.T) {
	srv := clienttest.New(t)
	c := newChild(t, srv, t.TempDir(), "apply", "-", "--format", "csv")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	// More than a pipe and the buffers hold, so that the program reads when this is written.
	if _, err := in.Write([]byte(csvRows(20000))); err != nil {
		t.Fatal(err)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := c.exit(t); code != exitInterrupted || !strings.Contains(c.stderr.String(), "interrupted\nnothing was sent") || srv.Count() != 0 {
		t.Errorf("exit code %d, %d requests, stderr %s", code, srv.Count(), &c.stderr)
	}
}
