//go:build unix

package main

import (
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/oxgroups/api/client/clienttest"

	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// startOnTerminal starts a child whose stderr is a terminal of 100 columns.
func startOnTerminal(t *testing.T, c *child) *tty {
	t.Helper()
	c.Cmd.Stderr = nil
	return startOnConsole(t, 100, c.Cmd)
}

// interruptKey is what Ctrl-C sends.
const interruptKey = "\x03"

// A terminal shows how far the run is, in one line that is gone at the end.
func TestProgressOnTerminal(t *testing.T) {
	t.Parallel()
	srv := clienttest.New(t, clienttest.WithFault(clienttest.Every(50), clienttest.Status(503).Header("Retry-After", "0")))
	dir := t.TempDir()
	writeFile(t, dir, "groups.csv", csvRows(200))
	c := newChild(t, srv, dir, "apply", "groups.csv", "--rate", "100", "--json")
	term := startOnTerminal(t, c)
	term.expectMatch(`0 rejected, [1-9]\d* sent again, limit 100/s +\d+% .*\(\d+/200, \d+ rows/s\)`)
	screen, code := term.wait()
	if code != console.ExitDone {
		t.Errorf("exit code %d", code)
	}
	if !regexp.MustCompile(`\r(\x1b\[2?K)?200 applied, \d sent again in [\d.]+s \(\d+ rows/s\)\n$`).MatchString(screen) {
		t.Errorf("the terminal ends with %q", screen[max(0, len(screen)-200):])
	}
	if !strings.HasPrefix(c.stdout.String(), `{"finished":true,"rows":200,`) || strings.Count(c.stdout.String(), "\n") != 1 {
		t.Errorf("stdout has %q", &c.stdout)
	}
}

// The first Ctrl-C finishes what is in flight and says how to go on; what was finished is not sent again.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	srv := clienttest.New(t, clienttest.WithFault(clienttest.Always(), clienttest.Latency(100*time.Millisecond)))
	dir := t.TempDir()
	writeFile(t, dir, "groups.csv", csvRows(100))
	term := startOnTerminal(t, newChild(t, srv, dir, "apply", "groups.csv", "--concurrency", "4"))
	if _, err := srv.Await(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	term.typed(interruptKey)
	screen, code := term.wait()
	if code != console.ExitInterrupted {
		t.Errorf("exit code %d, want %d", code, console.ExitInterrupted)
	}
	for _, want := range []string{`interrupted: waiting for \d requests; interrupt again to stop at once`, `\d+ applied, \d+ not sent`, "interrupted\n", "go on with: oxgroups apply groups.csv --resume --concurrency 4\n"} {
		if !regexp.MustCompile(want).MatchString(screen) {
			t.Errorf("no %q on the terminal:\n%s", want, screen)
		}
	}
	sent := srv.Count()
	if sent >= 100 {
		t.Fatalf("%d rows were sent", sent)
	}
	srv.Inject(clienttest.Always(), clienttest.Latency(0))
	c := newChild(t, srv, dir, "apply", "groups.csv", "--resume")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if code := c.exit(t); code != console.ExitDone || srv.Count() != 100 {
		t.Errorf("resumed: exit code %d, %d requests, want 0 and 100: %s", code, srv.Count(), &c.stderr)
	}
}

// The second Ctrl-C does not wait for the API.
func TestInterruptTwice(t *testing.T) {
	t.Parallel()
	srv := clienttest.New(t, clienttest.WithFault(clienttest.Always(), clienttest.Hang()))
	dir := t.TempDir()
	writeFile(t, dir, "groups.csv", csvRows(200))
	term := startOnTerminal(t, newChild(t, srv, dir, "apply", "groups.csv"))
	term.expectMatch(`0/200`)
	term.typed(interruptKey)
	term.expectMatch(`interrupt again`)
	term.typed(interruptKey)
	screen, code := term.wait()
	if code != console.ExitInterrupted || !strings.Contains(screen, "go on with: oxgroups apply groups.csv --resume\n") {
		t.Errorf("exit code %d, want %d:\n%s", code, console.ExitInterrupted, screen)
	}
}

// What a terminal does with Ctrl-C, a signal does to a job without one; and a stdin that gives nothing does not keep it.
func TestSignal(t *testing.T) {
	t.Parallel()
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
		if code := c.exit(t); code != console.ExitInterrupted || c.stdout.Len() > 0 {
			t.Errorf("%v: exit code %d, stdout %q, stderr %s", signal, code, &c.stdout, &c.stderr)
		}
	}
}

func TestInterruptWhileReading(t *testing.T) {
	t.Parallel()
	srv := clienttest.New(t)
	c := newChild(t, srv, t.TempDir(), "apply", "-")
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
	if code := c.exit(t); code != console.ExitInterrupted || !strings.Contains(c.stderr.String(), "interrupted\nnothing was sent") || srv.Count() != 0 {
		t.Errorf("exit code %d, %d requests, stderr %s", code, srv.Count(), &c.stderr)
	}
}
