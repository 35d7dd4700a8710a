package api_test

import (
	"encoding/json"
	"flag"
	"fmt"
	goversion "go/version"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/modfile"
	modversion "golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

var update = flag.Bool("update", false, "write the table of what a consumer compiles into README.md")

// consumer is a module outside of this one that gets it as everybody does: by its path and version, from a proxy.
type consumer struct {
	dir string
	env []string
}

// newConsumer packs this module, and makes a module that requires it. Everything goes through the cache of modules that the
// tests run with, so that nothing has to be built twice; the version is one that no other run has, and is taken out again.
func newConsumer(t *testing.T) *consumer {
	t.Helper()
	version := fmt.Sprintf("v0.0.0-test.%d.%d", time.Now().UnixNano(), os.Getpid())
	cache := goEnv(t, "GOMODCACHE")
	t.Cleanup(func() {
		made, _ := filepath.Glob(filepath.Join(cache, "cache", "download", filepath.FromSlash(modulePath), "@v", version+".*"))
		for _, path := range append(made, filepath.Join(cache, filepath.FromSlash(modulePath)+"@"+version)) {
			if err := os.RemoveAll(path); err != nil {
				t.Error(err)
			}
		}
	})
	c := &consumer{dir: t.TempDir(), env: append(os.Environ(),
		"GOPROXY="+fileURL(packModule(t, version))+","+goEnv(t, "GOPROXY"),
		"GOPRIVATE=", "GONOPROXY=", "GONOSUMDB="+modulePath,
		"GOWORK=off",
		"GOTOOLCHAIN=local",
		"GOFLAGS=-mod=mod -modcacherw -buildvcs=false",
	)}
	c.run(t, "mod", "init", "sync.example/groups")
	c.run(t, "mod", "edit", "-go=1.21") // go get raises it as far as it has to
	for _, name := range []string{"main.go", "main_test.go"} {
		copyFile(t, filepath.Join(c.dir, name), filepath.Join("testdata", "consumer", name))
	}
	c.run(t, "get", module+"api/client@"+version, module+"api/client/clienttest@"+version)
	return c
}

func fileURL(path string) string { return "file://" + filepath.ToSlash(path) }

func goEnv(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(run(t, ".", 0, "go", "env", name))
}

// run runs the go command in the module and returns what it prints on stdout.
func (c *consumer) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := c.try(t, nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c *consumer) try(t *testing.T, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = c.dir
	cmd.Env = append(slices.Clip(c.env), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("go %s: %w\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return string(out), err
}

// packModule returns the directory of a proxy that has this module, in the layout of https://go.dev/ref/mod#goproxy-protocol.
func packModule(t *testing.T, version string) string {
	t.Helper()
	proxy := t.TempDir()
	at := filepath.Join(proxy, filepath.FromSlash(modulePath), "@v")
	write(t, filepath.Join(at, "list"), version+"\n")
	write(t, filepath.Join(at, version+".info"), `{"Version":"`+version+`"}`)
	copyFile(t, filepath.Join(at, version+".mod"), filepath.Join(moduleRoot(t), "go.mod"))
	var files []modzip.File
	for _, name := range moduleFiles(t) {
		files = append(files, moduleFile{name: filepath.ToSlash(name), at: filepath.Join(moduleRoot(t), name)})
	}
	zip, err := os.Create(filepath.Join(at, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	if err := modzip.Create(zip, modversion.Version{Path: modulePath, Version: version}, files); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return proxy
}

// moduleFile is a file to pack.
type moduleFile struct{ name, at string }

var _ modzip.File = moduleFile{}

func (f moduleFile) Path() string                 { return f.name }
func (f moduleFile) Lstat() (fs.FileInfo, error)  { return os.Lstat(f.at) }
func (f moduleFile) Open() (io.ReadCloser, error) { return os.Open(f.at) }

// A module that has this one as a dependency gets, builds, vets, tests and runs.
func TestConsumer(t *testing.T) {
	c := newConsumer(t)
	t.Run("vet", func(t *testing.T) { c.run(t, "vet", "./...") })
	t.Run("test", func(t *testing.T) { c.run(t, "test", "./...") })
	t.Run("run", func(t *testing.T) {
		program := filepath.Join(t.TempDir(), "groups")
		c.run(t, "build", "-o", program, ".")
		srv := clienttest.New(t)
		t.Setenv(client.EnvURL, srv.URL)
		t.Setenv(client.EnvToken, srv.Token)
		if got, want := run(t, c.dir, 0, program), "renamed 7 to Acme Rockets\n"; got != want {
			t.Errorf("it printed %q, want %q", got, want)
		}
		if g, _ := srv.Group(7); g.Name != "Acme Rockets" {
			t.Errorf("the group is %+v", g)
		}
	})
	t.Run("compiles", func(t *testing.T) { consumerCompiles(t, c) })
	t.Run("oldest Go", func(t *testing.T) { oldestGo(t, c) })
}

// maxPackages is how many packages outside the standard library a program compiles for api/client.
const maxPackages = 18

func consumerCompiles(t *testing.T, c *consumer) {
	imports := []string{"api/client", "api/client/clienttest"}
	table := "| import | packages of this module | other packages | from the modules |\n|---|---|---|---|\n"
	for _, path := range imports {
		all := c.packages(t, module+path)
		others := slices.DeleteFunc(slices.Clone(all), func(p compiled) bool { return p.Module.Path == modulePath })
		if path == "api/client" {
			if len(all) > maxPackages {
				t.Errorf("%s compiles %d packages outside the standard library, more than %d: %v", path, len(all), maxPackages, all)
			}
			for _, p := range all {
				if strings.Contains(p.ImportPath, "labstack") || strings.Contains(p.ImportPath, "kin-openapi") || strings.Contains(p.ImportPath, "sql") {
					t.Errorf("%s compiles %s", path, p.ImportPath)
				}
			}
		}
		modules := map[string]bool{}
		for _, p := range others {
			modules["`"+p.Module.Path+"`"] = true
		}
		table += fmt.Sprintf("| `%s` | %d | %d | %s |\n", path, len(all)-len(others), len(others), strings.Join(slices.Sorted(maps.Keys(modules)), ", "))
	}
	checkReadme(t, table)
}

// compiled is a package as go list tells of it.
type compiled struct {
	ImportPath string
	Standard   bool
	Module     *struct{ Path string }
}

// packages returns the packages outside the standard library that a program compiles for an import.
func (c *consumer) packages(t *testing.T, path string) (list []compiled) {
	t.Helper()
	// What a system adds is left out: the table is that of Linux.
	out, err := c.try(t, []string{"GOOS=linux", "GOARCH=amd64"}, "list", "-deps", "-json=ImportPath,Standard,Module", path)
	if err != nil {
		t.Fatal(err)
	}
	for decoder := json.NewDecoder(strings.NewReader(out)); ; {
		var p compiled
		switch err := decoder.Decode(&p); {
		case err == io.EOF:
			return list
		case err != nil:
			t.Fatal(err)
		case !p.Standard:
			list = append(list, p)
		}
	}
}

// checkReadme compares the table in the README, or writes it where the test runs with -update.
func checkReadme(t *testing.T, table string) {
	const begin, end = "<!-- go test ./api -run TestConsumer -update -->\n", "<!-- end -->\n"
	name := filepath.Join(moduleRoot(t), "README.md")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	got, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("README.md has no table between %q and %q", begin, end)
	}
	switch {
	case got == table:
	case *update:
		write(t, name, before+begin+table+end+after)
	default:
		t.Errorf("README.md says\n%s\nbut a consumer compiles\n%s\nrun: go test ./api -run TestConsumer -update", got, table)
	}
}

// oldestGo checks that README and documentation name the version that go.mod asks for, that a consumer is asked for no
// more, and that this version builds the consumer.
func oldestGo(t *testing.T, c *consumer) {
	data, err := os.ReadFile(filepath.Join(c.dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	oldest := strings.TrimSpace(run(t, moduleRoot(t), 0, "go", "list", "-m", "-f", "{{.GoVersion}}"))
	if got := theirs.Go.Version; got != oldest {
		t.Errorf("a consumer's go.mod has go %s, ours has %s", got, oldest)
	}
	language := goversion.Lang("go" + oldest) // go1.26
	for _, name := range []string{"README.md", "api/client/doc.go"} {
		text, err := os.ReadFile(filepath.Join(moduleRoot(t), name))
		if err != nil {
			t.Fatal(err)
		}
		for _, stated := range regexp.MustCompile(`Go (1\.\d+) or later`).FindAllStringSubmatch(string(text), -1) {
			if "go"+stated[1] != language {
				t.Errorf("%s says %q, go.mod has %s", name, stated[0], oldest)
			}
		}
		if !strings.Contains(string(text), "Go "+strings.TrimPrefix(language, "go")+" or later") {
			t.Errorf("%s does not say which Go it needs", name)
		}
	}
	c.buildWith(t, "go"+oldest)
}

// buildWith builds the consumer with a release of Go, which comes through the module proxy. Where it is not to be had, what
// is left is that the compiler of this run kept to the language version of go.mod.
func (c *consumer) buildWith(t *testing.T, release string) {
	env := []string{"GOTOOLCHAIN=" + release}
	if _, err := c.try(t, env, "version"); err != nil {
		fmt.Fprintf(os.Stderr, "\n*** %s: NOT BUILT WITH %s: %v\n\n", t.Name(), release, err)
		return
	}
	if _, err := c.try(t, env, "build", "-o", os.DevNull, "."); err != nil {
		t.Error(err)
	}
}
