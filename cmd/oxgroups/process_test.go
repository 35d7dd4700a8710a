package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

// child is oxgroups as a process of its own, against a server of this test.
type child struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
}

// newChild prepares a command line; it runs in dir.
func newChild(t *testing.T, srv *clienttest.Server, dir string, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.CommandContext(t.Context(), self, args...)}
	c.Args[0] = "oxgroups" // testscript.Main tells by it what to be
	c.Dir = dir
	c.Env = append(os.Environ(), client.EnvURL+"="+srv.URL, client.EnvToken+"="+srv.Token, "GORACE=atexit_sleep_ms=0", "HOME="+dir, "TERM=xterm")
	c.Cmd.Stdout, c.Cmd.Stderr = &c.stdout, &c.stderr
	c.WaitDelay = 20 * time.Second
	return c
}

// exit waits for the end and returns the exit code, -1 where a signal ended it.
func (c *child) exit(t *testing.T) int {
	t.Helper()
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}
