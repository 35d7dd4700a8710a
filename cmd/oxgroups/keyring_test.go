package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"example.com/oxgroups/api/client"

	"example.com/oxgroups/cmd/oxgroups/internal/account"
	"example.com/oxgroups/cmd/oxgroups/internal/cli"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// inProcess runs a command line in this process, where the keyring can be a mock.
type inProcess struct {
	t     *testing.T
	env   map[string]string
	stdin string
}

func (p inProcess) run(wantCode int, args ...string) (stdout, stderr string) {
	p.t.Helper()
	var out, problems strings.Builder
	sys := console.IO{In: strings.NewReader(p.stdin), Out: &out, Err: &problems, Getenv: func(k string) string { return p.env[k] }}
	if code := cli.Run(p.t.Context(), args, sys); code != wantCode {
		p.t.Errorf("%v: exit code %d, want %d; %s", args, code, wantCode, &problems)
	}
	return out.String(), problems.String()
}

func TestTokensInTheKeyring(t *testing.T) {
	keyring.MockInit()
	f := newFake(t)
	dir := t.TempDir()
	p := inProcess{t: t, stdin: "demo\n", env: map[string]string{
		account.EnvConfigDir: dir, client.EnvURL: f.URL, "DBUS_SESSION_BUS_ADDRESS": "the mock is behind it",
	}}

	if _, said := p.run(console.ExitDone, "auth", "login"); !strings.Contains(said, "is in the keyring.") || strings.Contains(said, "demo") {
		t.Errorf("login said %q", said)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "profiles.json")); err != nil || strings.Contains(string(data), "demo") {
		t.Errorf("%s, %v", data, err)
	}
	p.run(console.ExitDone, "update", "7", "--name", "Acme")
	if out, _ := p.run(console.ExitDone, "auth", "status"); !strings.Contains(out, "token_from\tkeyring\n") {
		t.Errorf("status is %q", out)
	}
	p.run(console.ExitDone, "auth", "logout")
	p.run(console.ExitUnauthorized, "update", "7", "--name", "Acme")

	// Without its session the keyring cannot be reached: that is said, and nothing is forgotten.
	p.run(console.ExitDone, "auth", "login")
	delete(p.env, "DBUS_SESSION_BUS_ADDRESS")
	if runtime.GOOS == "linux" {
		if _, said := p.run(console.ExitUnauthorized, "update", "7", "--name", "Acme"); !strings.Contains(said, "there is none here") {
			t.Errorf("update said %q", said)
		}
		p.run(console.ExitFailed, "auth", "logout")
	}
}

func TestLoginWithABrokenKeyring(t *testing.T) {
	keyring.MockInitWithError(errors.New("no such interface"))
	defer keyring.MockInit()
	f := newFake(t)
	p := inProcess{t: t, stdin: "demo", env: map[string]string{
		account.EnvConfigDir: t.TempDir(), client.EnvURL: f.URL, "DBUS_SESSION_BUS_ADDRESS": "the mock is behind it",
	}}
	if _, said := p.run(console.ExitDone, "auth", "login"); !strings.Contains(said, "The keyring was not used: no such interface.\n") {
		t.Errorf("login said %q", said)
	}
	p.run(console.ExitDone, "update", "7", "--name", "Acme")
	p.run(console.ExitDone, "auth", "logout")

	// Asked for the file, it does not mention the keyring.
	if _, said := p.run(console.ExitDone, "auth", "login", "--no-keyring"); strings.Contains(said, "was not used") {
		t.Errorf("login said %q", said)
	}
}
