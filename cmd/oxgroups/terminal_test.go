//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/term"

	"example.com/oxgroups/api/client"

	"example.com/oxgroups/cmd/oxgroups/internal/account"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// startFake starts the API and returns it with the environment in which commands find it.
func startFake(t *testing.T) (*watched, []string) {
	f := &watched{Server: newFake(t)}
	return f, []string{client.EnvURL + "=" + f.URL, client.EnvToken + "=demo"}
}

func TestTableOnATerminal(t *testing.T) {
	t.Parallel()
	_, env := startFake(t)
	text, code := startConsole(t, 100, env, "update", "7", "--name", "日本", "--include", "workspaces", "--clear", "notes").wait()
	if code != console.ExitDone {
		t.Fatalf("exit code %d, got %q", code, text)
	}
	// A table of two columns, then one for each association: names are bold, wide characters take two columns.
	bold := func(s string) string { return `\x1b\[1m` + s + `\x1b\[0m` }
	for _, want := range []string{
		bold("name") + " +日本\n",
		bold("company") + " +true\n",
		bold("notes") + " +-\n",
		bold("workspace_ids") + " +10, 11\n\n" + bold("workspaces") + "\n" + bold("id  title          archived") + "\n" +
			"10  Rocket skates  false\n" +
			"11  Tunnel paint   true\n",
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("got\n%q\nwant a match of\n%q", text, want)
		}
	}
}

func TestColours(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
	_, env := startFake(t)
	for _, columns := range []uint16{1, 20, 40, 80} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			long := strings.Repeat("word ", 50) + strings.Repeat("語", 60)
			text, code := startConsole(t, columns, append(env, "NO_COLOR=1"),
				"update", "7", "--name", "Acme", "--notes", long, "--include", "workspaces").wait()
			if code != console.ExitDone || !strings.Contains(text, "Acme") {
				t.Errorf("exit code %d, got %q", code, text)
			}
			for _, line := range strings.Split(text, "\n") {
				if columns >= 40 && console.Width.StringWidth(line) > int(columns) {
					t.Errorf("%d columns: %q", console.Width.StringWidth(line), line)
				}
			}
		})
	}
}

// What the server sends reaches a terminal only as text.
func TestControlCharactersOnATerminal(t *testing.T) {
	t.Parallel()
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
			if code != console.ExitDone || !strings.Contains(text, tt.want) || strings.ContainsAny(text, "\x1b\u009b\u202e\U000e0001\a") {
				t.Errorf("exit code %d, got %q, want %q in it", code, text, tt.want)
			}
		})
	}
}

func TestLoginOnATerminal(t *testing.T) {
	t.Parallel()
	_, env := startFake(t)
	dir := filepath.Join(t.TempDir(), "config")
	env = append(env, client.EnvToken+"=", account.EnvConfigDir+"="+dir)
	c := startConsole(t, 80, env, "auth", "login")
	c.expect("(it is not shown): ")
	c.typed("demo\r")
	text, code := c.wait()
	if code != console.ExitDone || strings.Contains(text, "demo") || !strings.Contains(text, "profiles.json") {
		t.Errorf("exit code %d, %q", code, text)
	}
	if text, code := startConsole(t, 80, env, "update", "7", "--name", "Acme").wait(); code != console.ExitDone {
		t.Errorf("the token is not used: exit code %d, %q", code, text)
	}
}

func TestLoginEndsWithoutAToken(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		keys string
		code int
	}{
		"interrupted": {"half-a-tok\x03", console.ExitInterrupted},
		"empty":       {"\r", console.ExitUsage},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "config")
			c := startConsole(t, 80, []string{account.EnvConfigDir + "=" + dir}, "auth", "login")
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

// A signal that ends the program gives the terminal its echo back.
func TestLoginEndsWithASignal(t *testing.T) {
	t.Parallel()
	c := startConsole(t, 80, []string{account.EnvConfigDir + "=" + t.TempDir()}, "auth", "login")
	c.expect("(it is not shown): ")
	hidden, err := term.GetState(int(c.pty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	c.expect("oxgroups:")
	shown, err := term.GetState(int(c.pty.Fd()))
	if text, code := c.wait(); code != console.ExitInterrupted || err != nil || reflect.DeepEqual(hidden, shown) {
		t.Errorf("exit code %d, %q, %v; the terminal did not get its echo back", code, text, err)
	}
}

func TestInterruptOnATerminal(t *testing.T) {
	t.Parallel()
	f, env := startFake(t)
	t.Run("while a request is under way", func(t *testing.T) {
		c := startConsole(t, 80, env, "update", "900", "--name", "Acme")
		if err := f.await(1); err != nil {
			t.Fatal(err)
		}
		c.typed("\x03")
		if text, code := c.wait(); code != console.ExitInterrupted || !strings.Contains(text, "may have been applied or not") {
			t.Errorf("exit code %d, %q", code, text)
		}
	})
	t.Run("while the update is typed", func(t *testing.T) {
		c := startConsole(t, 80, env, "update", "7", "--from", "-")
		c.expect("press Ctrl-D:")
		c.typed("{\x03")
		if text, code := c.wait(); code != console.ExitInterrupted || strings.Contains(text, "applied") {
			t.Errorf("exit code %d, %q", code, text)
		}
	})
	t.Run("while the keyring does not answer", func(t *testing.T) {
		asked := hangingBus(t)
		dir := filepath.Join(t.TempDir(), "config")
		c := startConsole(t, 80, append(env, client.EnvToken+"=", account.EnvConfigDir+"="+dir, "DBUS_SESSION_BUS_ADDRESS=unix:path="+asked.path), "auth", "login")
		c.expect("(it is not shown): ")
		c.typed("demo\r")
		select {
		case <-asked.accepted:
		case <-time.After(patience):
			t.Fatal("the keyring was not asked")
		}
		c.typed("\x03")
		if text, code := c.wait(); code != console.ExitInterrupted {
			t.Errorf("exit code %d, %q", code, text)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Error("something was stored")
		}
	})
}
