package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"example.com/oxgroups/api/validate"
)

// madeUp stands for what a spec may come to have.
var madeUp = []validate.Field{
	{Name: "url", Kind: validate.String},
	{Name: "help", Kind: validate.String},
	{Name: "tag_ids", Kind: validate.Array, Items: validate.String},
	{Name: "tag", Kind: validate.String},
	{Name: "tags", Kind: validate.Array, Items: validate.String},
	{Name: "ratio", Kind: validate.Number},
	{Name: "level", Kind: validate.String, Enum: []string{"low", "high"}, Description: "How `high`\n it is"},
	{Name: "anything", Kind: validate.Any},
	{Name: "free", Kind: validate.Object},
	{Name: "rows", Kind: validate.Array, Items: validate.Object},
}

func TestFlagsOfAnySpec(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"a name that the command has":   {[]string{"--field-url", "x"}, `{"url":"x"}`},
		"a name that is always there":   {[]string{"--field-help", "x"}, `{"help":"x"}`},
		"a list and its singular":       {[]string{"--tag", "a", "--field-tag", "b"}, `{"tag_ids":["a"],"tag":"b"}`},
		"strings with commas and space": {[]string{"--tags", `" a,b",c`}, `{"tags":[" a,b","c"]}`},
		"a number":                      {[]string{"--ratio", "0.5"}, `{"ratio":0.5}`},
		"no number":                     {[]string{"--ratio", "half"}, `{"ratio":"half"}`},
		"the last of two wins":          {[]string{"--level", "low", "--level", "high"}, `{"level":"high"}`},
		"JSON":                          {[]string{"--anything", `[1,{"a":null}]`, "--free", `{"a":1}`}, `{"anything":[1,{"a":null}],"free":{"a":1}}`},
		"no JSON":                       {[]string{"--anything", `x y`}, `{"anything":"x y"}`},
		"a list of objects":             {[]string{"--rows", `"{""a"":1,""b"":2}",{}`}, `{"rows":[{"a":1,"b":2},{}]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var to assignments
			flags := pflag.NewFlagSet("", pflag.ContinueOnError)
			own := pflag.NewFlagSet("", pflag.ContinueOnError)
			own.String("url", "", "")
			addFieldFlags(flags, own, madeUp, &to)
			if err := flags.Parse(tt.args); err != nil {
				t.Fatal(err)
			}
			var o object
			for _, a := range to {
				o = o.set(a.path, a.value)
			}
			if got := string(o.append(nil)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestHelpOfAnySpec(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	addFieldFlags(flags, pflag.NewFlagSet("", pflag.ContinueOnError), madeUp, new(assignments))
	help := flags.FlagUsages()
	for _, want := range []string{"--level low|high", "How 'high' it is", "--tags string,...", "--free JSON", "--ratio number"} {
		if !strings.Contains(help, want) {
			t.Errorf("%q is not in\n%s", want, help)
		}
	}
}

func TestTextThatIsNotUTF8(t *testing.T) {
	var stderr strings.Builder
	sys := system{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr, getenv: func(string) string { return "" }}
	if code := run(t.Context(), []string{"update", "7", "--name", "A\xff"}, sys); code != exitUsage {
		t.Errorf("exit code %d, want %d", code, exitUsage)
	}
	if want := "oxgroups: --name: must be UTF-8\n"; stderr.String() != want {
		t.Errorf("got %q, want %q", stderr.String(), want)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	f := newFake(t)
	environment := map[string]string{"OXGROUPS_URL": f.URL, "OXGROUPS_TOKEN": "demo"}
	for _, format := range []string{"--json=true", "--json=false", "--jq=.", "--dry-run"} {
		t.Run(format, func(t *testing.T) {
			var stderr strings.Builder
			sys := system{stdin: strings.NewReader(""), stdout: fullDisk{}, stderr: &stderr, getenv: func(k string) string { return environment[k] }}
			code := run(t.Context(), []string{"update", "7", "--name", "Acme", format}, sys)
			if code != exitFailed || !strings.Contains(stderr.String(), "no space left") {
				t.Errorf("exit code %d, %q", code, stderr.String())
			}
		})
	}
}
