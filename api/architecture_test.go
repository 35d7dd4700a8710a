// Package api_test checks what holds across packages: which one may import what, that one edit of the spec is enough, and
// an update end to end.
package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	modulePath = "example.com/oxgroups"
	module     = modulePath + "/" // of its packages
)

func list(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Fields(string(out))
}

// Which packages may be among the dependencies of which.
func TestDependencies(t *testing.T) {
	const notStd = "{{if not .Standard}}{{.ImportPath}}{{end}}"
	for _, tc := range []struct {
		name, of  string
		forbidden []string
		only      []string // of those outside the standard library; nil is any
	}{
		{name: "a client's user compiles no server", of: "api/client",
			forbidden: []string{"github.com/labstack/", "github.com/getkin/", "sqlite", "pgx", module + "api/server", module + "api/store"}},
		{name: "the domain knows only the types", of: "api/group",
			only: []string{module + "api/group", module + "api/nullable", module + "gen/model", "github.com/oapi-codegen/runtime/types", "github.com/google/uuid"}},
		{name: "the runtime needs nothing but nullable fields", of: "api/validate", only: []string{module + "api/validate", module + "api/nullable"}},
		{name: "validators need no server", of: "gen/validator", forbidden: []string{"github.com/labstack/", "github.com/getkin/"}},
		{name: "bulk updates know neither terminal nor server", of: "api/bulk",
			forbidden: []string{"github.com/spf13/", "golang.org/x/term", "github.com/labstack/", "github.com/getkin/", module + "api/server", module + "api/store"}},
		{name: "engines know no HTTP", of: "api/store/sqlite", forbidden: []string{"github.com/labstack/", "github.com/getkin/", module + "api/server"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, dep := range list(t, "-deps", "-f", notStd, module+tc.of) {
				if slices.ContainsFunc(tc.forbidden, func(part string) bool { return strings.Contains(dep, part) }) {
					t.Errorf("%s compiles %s", tc.of, dep)
				}
				if tc.only != nil && !slices.Contains(tc.only, dep) {
					t.Errorf("%s compiles %s", tc.of, dep)
				}
			}
		})
	}
}

// Moving to another version of echo has to touch one package, besides the generated one.
func TestOnlyOnePackageKnowsEcho(t *testing.T) {
	const direct = `{{if not .Standard}}{{$p := .ImportPath}}{{range .Imports}}{{if eq . "github.com/labstack/echo/v4"}}{{$p}}{{end}}{{end}}{{end}}`
	got := list(t, "-f", direct, module+"...")
	slices.Sort(got)
	if want := []string{module + "api/server", module + "cmd/validatorgen/internal/served/server", module + "gen/server"}; !slices.Equal(got, want) {
		t.Errorf("echo is imported by %v, want %v", got, want)
	}
}

// A paragraph of a comment has at most four lines; what needs more belongs in a doc.go or a README.
func TestCommentsAreShort(t *testing.T) {
	fset := token.NewFileSet()
	for _, name := range moduleFiles(t) {
		if filepath.Ext(name) != ".go" || filepath.Base(name) == "doc.go" {
			continue
		}
		file, err := parser.ParseFile(fset, filepath.Join(moduleRoot(t), name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(file) {
			continue
		}
		for _, comment := range file.Comments {
			if strings.Contains(comment.Text(), "Output:\n") { // of an example
				continue
			}
			for _, paragraph := range strings.Split(comment.Text(), "\n\n") {
				if n := strings.Count(strings.TrimSpace(paragraph), "\n") + 1; n > 4 && !strings.HasPrefix(paragraph, "\t") {
					t.Errorf("%s: a paragraph of %d lines: %.60q", fset.Position(comment.Pos()), n, paragraph)
				}
			}
		}
	}
}
