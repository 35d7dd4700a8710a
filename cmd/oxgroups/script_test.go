package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"

	"example.com/oxgroups/cmd/oxgroups/internal/cli"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

func TestMain(m *testing.M) {
	testscript.Main(leakTested{m}, map[string]func(){"oxgroups": impatient})
}

// impatient is main with a client that does not wait before it sends a request again.
func impatient() {
	signal.Ignore(syscall.SIGPIPE)
	streams := console.Process()
	streams.Client = []client.Option{client.WithBackoff(0, 0)}
	os.Exit(cli.Run(context.Background(), os.Args[1:], streams))
}

// leakTested looks for goroutines that outlived the tests.
type leakTested struct{ *testing.M }

func (m leakTested) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return code
}

// TestScript runs the command line as a process against a fake API. Beside testscript's own commands there are
//
//	code N PROGRAM ARG...   runs a program that must exit with N
//	interrupt PROGRAM ARG... runs a program, interrupts it when the fake has its request, and expects 130
//	noreader PROGRAM ARG...  runs a program whose stdout nobody reads any more; it must end with 0 and say nothing
//	sent JSON               checks the body of the last request; `sent` alone: that there was none
//	inorder FILE            checks that stdout has each line of FILE, in that order; lines of other fields may be between them
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			srv, err := clienttest.Start(fakeOptions()...)
			if err != nil {
				return err
			}
			env.Defer(srv.Close)
			env.Values["fake"] = &watched{Server: srv}
			env.Setenv("OXGROUPS_URL", srv.URL)
			env.Setenv("OXGROUPS_TOKEN", "demo")
			env.Setenv("HOME", env.WorkDir+"/home")   // profiles are kept in it
			env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector keeps each process for a second otherwise
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": cmdCode, "interrupt": cmdInterrupt, "noreader": cmdNoReader, "sent": cmdSent, "inorder": cmdInOrder,
		},
	})
}

func cmdCode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := codeOf(ts, ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func codeOf(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

func cmdInOrder(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(ts.ReadFile("stdout"), "\n")
	for want := range strings.Lines(ts.ReadFile(args[0])) {
		at := slices.Index(lines, strings.TrimSuffix(want, "\n"))
		if at < 0 {
			ts.Fatalf("stdout lacks %q, or has it too early", want)
		}
		lines = lines[at+1:]
	}
}

func cmdNoReader(ts *testscript.TestScript, _ bool, args []string) {
	cmd := command(ts, args)
	r, w, err := os.Pipe()
	ts.Check(err)
	ts.Check(r.Close())
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &stderr
	err = cmd.Run()
	ts.Check(w.Close())
	if got := codeOf(ts, err); got != console.ExitDone || stderr.Len() > 0 {
		ts.Fatalf("exit code %d, stderr %q", got, &stderr)
	}
}

// command returns a command in the environment of the script.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "GORACE", client.EnvURL, client.EnvToken} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

func cmdInterrupt(ts *testscript.TestScript, _ bool, args []string) {
	cmd := command(ts, args)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	srv := ts.Value("fake").(*watched)
	before := srv.Count()
	ts.Check(cmd.Start())
	if err := srv.await(before + 1); err != nil {
		_ = cmd.Process.Kill()
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	if got := codeOf(ts, cmd.Wait()); got != console.ExitInterrupted || stdout.Len() > 0 || !bytes.Contains(stderr.Bytes(), []byte("interrupted")) {
		ts.Fatalf("exit code %d, stdout %q, stderr %q", got, &stdout, &stderr)
	}
}

func cmdSent(ts *testscript.TestScript, _ bool, args []string) {
	last := ts.Value("fake").(*watched).sent()
	if len(args) == 0 {
		if last != "" {
			ts.Fatalf("sent %s, want nothing", last)
		}
		return
	}
	var got, want any
	ts.Check(json.Unmarshal([]byte(args[0]), &want))
	if err := json.Unmarshal([]byte(last), &got); err != nil || !reflect.DeepEqual(got, want) {
		ts.Fatalf("sent %s, want %s", last, args[0])
	}
}
