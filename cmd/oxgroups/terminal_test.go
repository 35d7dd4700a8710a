//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"example.com/oxgroups/api/client"
)

// console is a terminal that a command runs in.
type console struct {
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
func startConsole(t *testing.T, columns uint16, env []string, args ...string) *console {
	t.Helper()
	path, err := exec.LookPath("oxgroups")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=xterm-256color", "GORACE=atexit_sleep_ms=0"}, env...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: columns})
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, pty: file, cmd: cmd, done: make(chan struct{})}
	c.more = sync.NewCond(&c.mu)
	go c.read()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = file.Close()
		<-c.done
	})
	return c
}

func (c *console) read() {
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
func (c *console) expect(text string) {
	c.t.Helper()
	late := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !strings.Contains(c.text.String(), text) {
		if c.end {
			c.t.Fatalf("%q did not appear in %q", text, &c.text)
		}
		c.more.Wait()
	}
}

// typed sends keys.
func (c *console) typed(keys string) {
	c.t.Helper()
	if _, err := c.pty.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// wait returns what was on the screen, in lines that end with \n, and the exit code.
func (c *console) wait() (string, int) {
	c.t.Helper()
	late := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	_ = c.cmd.Wait() // the code says how it ended
	<-c.done
	return strings.ReplaceAll(c.text.String(), "\r\n", "\n"), c.cmd.ProcessState.ExitCode()
}

// startFake starts the API and returns it with the environment in which commands find it.
func startFake(t *testing.T) (*watched, []string) {
	f := &watched{Server: newFake(t)}
	return f, []string{client.EnvURL + "=" + f.URL, client.EnvToken + "=demo"}
}

func TestTableOnATerminal(t *testing.T) {
	_, env := startFake(t)
	text, code := startConsole(t, 100, env, "update", "7", "--name", "日本", "--include", "workspaces", "--clear", "notes").wait()
	bold := func(s string) string { return "\x1b[1m" + s + "\x1b[0m" }
	want := bold("id") + "             7\n" +
		bold("name") + "           日本\n" +
		bold("company") + "        true\n" +
		bold("contact_name") + "   -\n" +
		bold("email") + "          -\n" +
		bold("phone_number") + "   -\n" +
		bold("address") + "        -\n" +
		bold("website") + "        -\n" +
		bold("notes") + "          -\n" +
		bold("created_at") + "     2013-04-15T16:48:48-07:00\n" +
		bold("updated_at") + "     2013-04-16T00:00:00Z\n" +
		bold("workspace_ids") + "  10, 11\n\n" +
		bold("workspaces") + "\n" +
		bold("id  title          archived") + "\n" +
		"10  Rocket skates  false\n" +
		"11  Tunnel paint   true\n"
	if code != exitDone || text != want {
		t.Errorf("exit code %d, got\n%q\nwant\n%q", code, text, want)
	}
}

func TestColours(t *testing.T) {
	_, env := startFake(t)
	for name, tt := range map[string]struct {
		env  string
		want bool
	}{
		"a terminal":              {"A=", true},
		"NO_COLOR":                {"NO_COLOR=1", false},
		"an empty NO_COLOR":       {"NO_COLOR=", true},
		"a terminal without them": {"TERM=dumb", false},
		"CLICOLOR":                {"CLICOLOR=0", false},
	} {
		t.Run(name, func(t *testing.T) {
			for args, text := range map[string]string{
				"update 7 --name Acme":    "Acme",
				"update 7 --company --xx": "unknown flag",
				"update 7 --company":      "name: is required",
			} {
				text = strings.Replace(text, "name:", map[bool]string{true: "\x1b[1mname\x1b[0m:", false: "name:"}[tt.want], 1)
				got, _ := startConsole(t, 80, append(env, tt.env), strings.Fields(args)...).wait()
				if strings.Contains(got, "\x1b[") != tt.want || !strings.Contains(got, text) {
					t.Errorf("%s: got %q", args, got)
				}
			}
		})
	}
}

func TestWidthOfTheTerminal(t *testing.T) {
	_, env := startFake(t)
	for _, columns := range []uint16{1, 20, 40, 80} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			long := strings.Repeat("word ", 50) + strings.Repeat("語", 60)
			text, code := startConsole(t, columns, append(env, "NO_COLOR=1"),
				"update", "7", "--name", "Acme", "--notes", long, "--include", "workspaces").wait()
			if code != exitDone || !strings.Contains(text, "Acme") {
				t.Errorf("exit code %d, got %q", code, text)
			}
			for _, line := range strings.Split(text, "\n") {
				if columns >= 40 && width.StringWidth(line) > int(columns) {
					t.Errorf("%d columns: %q", width.StringWidth(line), line)
				}
			}
		})
	}
}

// What the server sends reaches a terminal only as text.
func TestControlCharactersOnATerminal(t *testing.T) {
	_, env := startFake(t)
	notes := "red \x1b[31m \u009b31m \u202e " + "\U000e0001 \a 日"
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"table":         {nil, `red \x1b[31m \u009b31m \u202e \U000e0001 \a 日`},
		"json":          {[]string{"--json"}, `"notes": "red \u001b[31m \u009b31m \u202e \udb40\udc01 \u0007 日"`},
		"jq":            {[]string{"--jq", ".workspace_groups[].notes"}, `red \x1b[31m \u009b31m \u202e \U000e0001 \a 日`},
		"jq of a value": {[]string{"--jq", "[.workspace_groups[].notes]"}, `["red \u001b[31m \u009b31m \u202e \udb40\udc01 \u0007 日"]`},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"update", "7", "--name", "Acme", "--notes", notes}, tt.args...)
			text, code := startConsole(t, 200, append(env, "NO_COLOR=1"), args...).wait()
			if code != exitDone || !strings.Contains(text, tt.want) || strings.ContainsAny(text, "\x1b\u009b\u202e\U000e0001\a") {
				t.Errorf("exit code %d, got %q, want %q in it", code, text, tt.want)
			}
		})
	}
}

func TestLoginOnATerminal(t *testing.T) {
	_, env := startFake(t)
	dir := filepath.Join(t.TempDir(), "config")
	env = append(env, client.EnvToken+"=", envConfigDir+"="+dir)
	c := startConsole(t, 80, env, "auth", "login")
	c.expect("(it is not shown): ")
	c.typed("demo\r")
	text, code := c.wait()
	if code != exitDone || strings.Contains(text, "demo") || !strings.Contains(text, "profiles.json") {
		t.Errorf("exit code %d, %q", code, text)
	}
	if text, code := startConsole(t, 80, env, "update", "7", "--name", "Acme").wait(); code != exitDone {
		t.Errorf("the token is not used: exit code %d, %q", code, text)
	}
}

func TestLoginEndsWithoutAToken(t *testing.T) {
	for name, tt := range map[string]struct {
		keys string
		code int
	}{
		"interrupted": {"half-a-tok\x03", exitInterrupted},
		"Ctrl-D":      {"\x04", exitUsage},
		"empty":       {"\r", exitUsage},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "config")
			c := startConsole(t, 80, []string{envConfigDir + "=" + dir}, "auth", "login")
			c.expect("(it is not shown): ")
			hidden, err := term.GetState(int(c.pty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			c.typed(tt.keys)
			c.expect("oxgroups:")
			shown, err := term.GetState(int(c.pty.Fd()))
			text, code := c.wait()
			if code != tt.code || strings.Contains(text, "half-a-tok") {
				t.Errorf("exit code %d, %q", code, text)
			}
			if err != nil || reflect.DeepEqual(hidden, shown) {
				t.Errorf("the terminal did not get its echo back: %v", err)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("something was stored")
			}
		})
	}
}

func TestInterruptOnATerminal(t *testing.T) {
	f, env := startFake(t)
	t.Run("while a request is under way", func(t *testing.T) {
		c := startConsole(t, 80, env, "update", "900", "--name", "Acme")
		if err := f.await(1); err != nil {
			t.Fatal(err)
		}
		c.typed("\x03")
		if text, code := c.wait(); code != exitInterrupted || !strings.Contains(text, "may have been applied or not") {
			t.Errorf("exit code %d, %q", code, text)
		}
	})
	t.Run("while the update is typed", func(t *testing.T) {
		c := startConsole(t, 80, env, "update", "7", "--from", "-")
		c.expect("Ctrl-D behind it:")
		c.typed("{\x03")
		if text, code := c.wait(); code != exitInterrupted || strings.Contains(text, "applied") {
			t.Errorf("exit code %d, %q", code, text)
		}
	})
	t.Run("while the keyring does not answer", func(t *testing.T) {
		asked := hangingBus(t)
		dir := filepath.Join(t.TempDir(), "config")
		c := startConsole(t, 80, append(env, client.EnvToken+"=", envConfigDir+"="+dir, "DBUS_SESSION_BUS_ADDRESS=unix:path="+asked.path), "auth", "login")
		c.expect("(it is not shown): ")
		c.typed("demo\r")
		select {
		case <-asked.accepted:
		case <-time.After(patience):
			t.Fatal("the keyring was not asked")
		}
		c.typed("\x03")
		if text, code := c.wait(); code != exitInterrupted {
			t.Errorf("exit code %d, %q", code, text)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Error("something was stored")
		}
	})
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
