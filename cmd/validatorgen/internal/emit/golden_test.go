package emit_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/validatorgen/internal/emit"
	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the code in testdata/*.txtar")

// Files of an archive: two are written by hand, the others are generated from them.
const (
	specFile  = "openapi.yaml"
	modelFile = "model.go" // the types as oapi-codegen writes them, where decoding differs from checking
	checkFile = "check.go" // what is generated without a model
)

// Each keyword has an archive with a small schema and the code that is generated for it.
func TestKeywords(t *testing.T) {
	for _, keyword := range schema.Keywords() {
		t.Run(keyword, func(t *testing.T) {
			golden(t, keyword, filepath.Join("testdata", strings.TrimPrefix(keyword, "$")+".txtar"))
		})
	}
}

// An archive without a keyword documents nothing.
func TestArchivesHaveKeywords(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if !slices.Contains(schema.Keywords(), name) && !slices.Contains(schema.Keywords(), "$"+name) {
			t.Errorf("%s is named after no keyword", file)
		}
	}
}

func golden(t *testing.T, keyword, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatalf("every keyword needs an archive: %v", err)
	}
	written := map[string][]byte{}
	for _, f := range archive.Files {
		written[f.Name] = f.Data
	}
	if !bytes.Contains(written[specFile], []byte(keyword+":")) {
		t.Fatalf("%s does not use %s", specFile, keyword)
	}
	got := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{{Name: specFile, Data: written[specFile]}}}
	dir := t.TempDir()
	write(t, filepath.Join(dir, specFile), written[specFile])
	got.Files = append(got.Files, txtar.File{Name: checkFile, Data: generated(t, dir, nil)["decode.gen.go"]})
	if written[modelFile] != nil {
		write(t, filepath.Join(dir, "model", modelFile), written[modelFile])
		model, err := gotype.Load(filepath.Join(dir, "model"), "example.com/model")
		if err != nil {
			t.Fatal(err)
		}
		typed := generated(t, dir, model)
		got.Files = append(got.Files, txtar.File{Name: modelFile, Data: written[modelFile]})
		for _, name := range []string{"decode", "encode"} {
			got.Files = append(got.Files, txtar.File{Name: name + ".go", Data: typed[name+".gen.go"]})
		}
	}
	text := txtar.Format(got)
	if *update {
		write(t, file, text)
		return
	}
	if diff := cmp.Diff(string(txtar.Format(archive)), string(text)); diff != "" {
		t.Errorf("%s is not what is generated; -update rewrites it:\n%s", file, diff)
	}
}

// generated returns the functions of the files that are generated for the spec in dir, by the name of the file.
func generated(t *testing.T, dir string, model *gotype.Package) map[string][]byte {
	t.Helper()
	doc, err := openapi.Load(filepath.Join(dir, specFile))
	if err != nil {
		t.Fatal(err)
	}
	files, err := emit.Document(doc, emit.Config{Package: "validator", Spec: specFile, Runtime: "example.com/oxgroups/api/validate"}, model)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range files.Validator {
		all[f.Name] = declarations(t, f)
	}
	return all
}

// declarations returns a file without what is the same for every spec: its head, its imports and the options of scanners.
func declarations(t *testing.T, f emit.File) []byte {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, f.Name, f.Text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, d := range parsed.Decls {
		begin := d.Pos()
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc != nil {
				begin = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if d.Tok == token.IMPORT || d.Lparen.IsValid() {
				continue
			}
			if d.Doc != nil {
				begin = d.Doc.Pos()
			}
		}
		fmt.Fprintf(&out, "%s\n\n", f.Text[set.Position(begin).Offset:set.Position(d.End()).Offset])
	}
	return append(bytes.TrimSpace(out.Bytes()), '\n')
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
