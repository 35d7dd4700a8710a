//go:build unix

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// tty is a terminal that a command runs in.
type tty struct {
	t    *testing.T
	pty  *os.File
	cmd  *exec.Cmd
	done chan struct{} // closed when all was read

	mu   sync.Mutex
	more *sync.Cond
	text bytes.Buffer
	end  bool
}

// startConsole runs oxgroups in a terminal that is columns wide.
func startConsole(t *testing.T, columns uint16, env []string, args ...string) *tty {
	t.Helper()
	path, err := exec.LookPath("oxgroups")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=xterm-256color", "GORACE=atexit_sleep_ms=0"}, env...)
	return startOnConsole(t, columns, cmd)
}

// startOnConsole starts cmd with a terminal in the place of those of stdin, stdout and stderr that it has not.
func startOnConsole(t *testing.T, columns uint16, cmd *exec.Cmd) *tty {
	t.Helper()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: columns})
	if err != nil {
		t.Fatal(err)
	}
	c := &tty{t: t, pty: file, cmd: cmd, done: make(chan struct{})}
	c.more = sync.NewCond(&c.mu)
	go c.read()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = file.Close()
		<-c.done
	})
	return c
}

func (c *tty) read() {
	defer close(c.done)
	chunk := make([]byte, 4096)
	for {
		n, err := c.pty.Read(chunk)
		c.mu.Lock()
		c.text.Write(chunk[:n])
		c.end = err != nil // Linux: EIO when the command has closed its side
		c.more.Broadcast()
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// expect waits until text is on the screen.
func (c *tty) expect(text string) {
	c.t.Helper()
	c.expectMatch(regexp.QuoteMeta(text))
}

// expectMatch waits until there is something on the screen that matches.
func (c *tty) expectMatch(pattern string) {
	c.t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !re.Match(c.text.Bytes()) {
		if c.end {
			c.t.Fatalf("%s did not appear in %q", pattern, &c.text)
		}
		c.more.Wait()
	}
}

// typed sends keys.
func (c *tty) typed(keys string) {
	c.t.Helper()
	if _, err := c.pty.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// wait returns what was on the screen, in lines that end with \n, and the exit code.
func (c *tty) wait() (string, int) {
	c.t.Helper()
	late := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	_ = c.cmd.Wait() // the code says how it ended
	<-c.done
	return strings.ReplaceAll(c.text.String(), "\r\n", "\n"), c.cmd.ProcessState.ExitCode()
}

// bus is the socket of a D-Bus session that never says anything.
type bus struct {
	path     string
	accepted chan struct{}
}

func hangingBus(t *testing.T) bus {
	b := bus{path: filepath.Join(t.TempDir(), "bus"), accepted: make(chan struct{})}
	l, err := net.Listen("unix", b.path)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		close(b.accepted)
		<-t.Context().Done()
		_ = conn.Close()
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	return b
}
