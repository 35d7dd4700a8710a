package api_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A field that is added to openapi.yaml is, after go generate and with no other edit, settable from the command line,
// checked, stored and returned; a rule that is added is kept.
func TestOneEdit(t *testing.T) {
	dir := copyModule(t)
	edit(t, filepath.Join(dir, "openapi.yaml"),
		// In the update and in the group, whose properties begin alike from notes on.
		"        notes:\n", "        fax_number:\n          type: string\n          nullable: true\n          description: The fax number\n        notes:\n", 2)
	edit(t, filepath.Join(dir, "openapi.yaml"),
		"          description: The name of the group, unique", "          maxLength: 12\n          description: The name of the group, unique", 1)
	run(t, dir, 0, "go", "generate", ".")
	bin := filepath.Join(dir, "bin") + string(filepath.Separator)
	run(t, dir, 0, "go", "build", "-o", bin, "./cmd/oxgroups", "./cmd/oxgroupsd")

	store := "sqlite:" + filepath.Join(t.TempDir(), "groups.db")
	url, stop := start(t, bin+"oxgroupsd", "serve", "--demo", "--addr", "127.0.0.1:0", "--store", store)
	t.Setenv("OXGROUPS_URL", url+"/api/v1")
	t.Setenv("OXGROUPS_TOKEN", "demo")
	for _, tc := range []struct {
		name string
		code int
		args []string
		want string
	}{
		{"set", 0, []string{"--name", "Acme", "--fax-number", "555-1", "--json"}, `"fax_number":"555-1"`},
		{"kept", 0, []string{"--name", "Acme", "--json"}, `"fax_number":"555-1"`},
		{"shown", 0, []string{"--name", "Acme"}, "fax_number"},
		{"cleared", 0, []string{"--name", "Acme", "--clear", "fax_number", "--json"}, `"fax_number":null`},
		{"set again", 0, []string{"--name", "Acme", "--fax-number", "555-2", "--json"}, `"fax_number":"555-2"`},
		{"the new rule", 2, []string{"--name", "Acme Corporation"}, "name: must have at most 12 characters"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out := run(t, dir, tc.code, bin+"oxgroups", append([]string{"update", "7"}, tc.args...)...)
			if !strings.Contains(out, tc.want) {
				t.Errorf("got %s, want %s in it", out, tc.want)
			}
		})
	}
	csv := filepath.Join(dir, "groups.csv")
	if err := os.WriteFile(csv, []byte("id,name,fax_number\n7,Acme,555-3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, dir, 0, bin+"oxgroups", "apply", csv)
	stop()
	if out := run(t, dir, 0, bin+"oxgroupsd", "export", "--store", store); !strings.Contains(out, `"fax_number":"555-3"`) {
		t.Errorf("the export lacks the new field: %s", out)
	}
}

// A keyword that cannot be compiled stops generation, and is named with its place.
func TestUnsupportedKeyword(t *testing.T) {
	dir := copyModule(t)
	spec := filepath.Join(dir, "openapi.yaml")
	edit(t, spec, "    Meta:\n", "    Meta:\n      patternProperties: {}\n", 1)
	out := run(t, dir, 1, "go", "generate", ".")
	for _, want := range []string{"openapi.yaml:", "/components/schemas/Meta/patternProperties", `"patternProperties" is not a key of the Schema Object`} {
		if !strings.Contains(out, want) {
			t.Errorf("got %s, want %s in it", out, want)
		}
	}
}

// edit replaces old, which has to be there times times, in a file.
func edit(t *testing.T, file, old, with string, times int) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), old); n != times {
		t.Fatalf("%q is %d times in %s, want %d", old, n, file, times)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(data), old, with)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a program that has to end with code and returns all that it prints. In copies of the module go builds with
// -trimpath: without it the build cache knows packages by their directory, and each copy compiles all of them.
func run(t *testing.T, dir string, code int, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if dir != moduleRoot(t) {
		cmd.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath"))
	}
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("%s %v ended with %d, want %d:\n%s", name, args, got, code, out)
	}
	return string(out)
}

// start starts a server and returns the URL that it prints, and a function that ends it.
func start(t *testing.T, name string, args ...string) (url string, stop func()) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), name, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server printed %q: %v", line, err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "listening on ")), func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended: %v", err)
		}
	}
}
