package lint_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/validatorgen/internal/lint"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the problems into testdata anew")

// TestCheck reads testdata/*.txtar: of each pair of files the first is a document, or a part of one, and the second has its problems,
// a line each.
func TestCheck(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			in, want := archive.Files[i], &archive.Files[i+1]
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+in.Name, func(t *testing.T) {
				got := problems(t, document(string(in.Data)))
				if *update {
					want.Data = []byte(got)
				}
				if got != string(want.Data) {
					t.Errorf("got\n%swant\n%s", got, want.Data)
				}
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// document completes a part of a document: schemas, parameters, paths or components.
func document(part string) string {
	if strings.HasPrefix(part, "openapi:") {
		return part
	}
	text := "openapi: 3.0.3\ninfo: {title: test, version: '1'}\n"
	kind, _, _ := strings.Cut(part, ":")
	switch kind {
	case "schemas":
		return text + "paths: {}\ncomponents:\n" + indent(part)
	case "operation":
		return text + "paths:\n  /things/{id}:\n    parameters:\n      - {name: id, in: path, required: true, schema: {type: string}}\n    get:\n      operationId: getThing\n" +
			strings.ReplaceAll("\n"+strings.TrimPrefix(part, "operation:\n"), "\n", "\n    ")
	case "paths":
		return text + part
	}
	return text + "paths: {}\n" + part
}

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }

func problems(t *testing.T, text string) string {
	t.Helper()
	doc, err := spec.ParseYAML("s", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range lint.Check(doc) {
		kind := "error"
		if p.Notice {
			kind = "notice"
		}
		fmt.Fprintf(&b, "%s %s %s\n", kind, strings.TrimPrefix(p.Place.Pointer, "/components"), p.Message)
	}
	return b.String()
}

// No document makes the check panic, however it is built.
func FuzzCheck(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			f.Add(document(string(archive.Files[i].Data)))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if doc, err := spec.ParseYAML("s", []byte(text)); err == nil {
			lint.Check(doc)
		}
	})
}
