package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/oxgroups/internal/cli"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

func TestTextThatIsNotUTF8(t *testing.T) {
	t.Parallel()
	var stderr strings.Builder
	sys := console.IO{In: strings.NewReader(""), Out: io.Discard, Err: &stderr, Getenv: func(string) string { return "" }}
	if code := cli.Run(t.Context(), []string{"update", "7", "--name", "A\xff"}, sys); code != console.ExitUsage {
		t.Errorf("exit code %d, want %d", code, console.ExitUsage)
	}
	if want := "oxgroups: --name: must be UTF-8\nsee \"oxgroups update --help\"\n"; stderr.String() != want {
		t.Errorf("got %q, want %q", stderr.String(), want)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	environment := map[string]string{"OXGROUPS_URL": f.URL, "OXGROUPS_TOKEN": "demo"}
	for _, format := range []string{"--json=true", "--json=false", "--jq=.", "--dry-run"} {
		t.Run(format, func(t *testing.T) {
			var stderr strings.Builder
			sys := console.IO{In: strings.NewReader(""), Out: fullDisk{}, Err: &stderr, Getenv: func(k string) string { return environment[k] }}
			code := cli.Run(t.Context(), []string{"update", "7", "--name", "Acme", format}, sys)
			if code != console.ExitFailed || !strings.Contains(stderr.String(), "no space left") {
				t.Errorf("exit code %d, %q", code, stderr.String())
			}
		})
	}
}
