package suite

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/validatorgen/internal/emit"
	"example.com/oxgroups/cmd/validatorgen/internal/program"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// committed has the files of the suite that every run of the tests takes.
const committed = "../../testdata/json-schema-tests"

var dir = flag.String("suite", committed, "the folder with files of the JSON Schema Test Suite, for draft 4")

// No test of the suite fails. Schemas that are refused are counted by keyword; of the committed files only patternProperties is,
// which OpenAPI 3.0 has not.
func TestSuite(t *testing.T) {
	r := runSuite(t, *dir)
	t.Logf("%d passed, %d failed, %d schemas refused when generating", r.passed, len(r.failed), r.refusals())
	for _, keyword := range slices.Sorted(maps.Keys(r.refused)) {
		t.Logf("refused: %3d %s", len(r.refused[keyword]), keyword)
	}
	for _, line := range r.failed {
		t.Error("failed:", line)
	}
	if *dir == committed && (r.passed != 204 || len(r.refused["patternProperties"]) != 3 || r.refusals() != 3) {
		t.Errorf("of the committed files 204 tests pass and 3 schemas are refused for patternProperties; refused are %v", r.refused)
	}
}

// A wrong verdict is reported, so that a run without failures says something.
func TestFailuresAreReported(t *testing.T) {
	temp := t.TempDir()
	text := `[{"description":"d","schema":{"type":"string"},"tests":[{"description":"wrong","data":1,"valid":true},{"description":"right","data":1,"valid":false}]},
		{"description":"e","schema":{"contains":{}},"tests":[{"description":"never run","data":1,"valid":true}]}]`
	if err := os.WriteFile(filepath.Join(temp, "x.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runSuite(t, temp)
	if r.passed != 1 || len(r.failed) != 2 || !strings.Contains(r.failed[0], "x.json: d: wrong") || !strings.Contains(r.failed[1], "x.json: d: wrong") || len(r.refused["contains"]) != 1 || r.refusals() != 1 {
		t.Errorf("got %+v", r)
	}
}

// result is what came of the tests in a folder.
type result struct {
	passed  int
	failed  []string            // a line for each test with another verdict
	refused map[string][]string // schemas that cannot be compiled, by the keyword
}

func (r *result) refusals() int {
	n := 0
	for _, list := range r.refused {
		n += len(list)
	}
	return n
}

// group is one schema of a file with its tests.
type group struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

// suite is the program that runs the tests, as it grows.
type suite struct {
	result
	roots []emit.Root
	tests strings.Builder // the table of tests, as Go
}

// runSuite generates a check for every schema in the .json files of a folder, builds one program of them and runs it.
func runSuite(t *testing.T, dir string) *result {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no .json files in %s: %v", dir, err)
	}
	s := suite{result: result{refused: map[string][]string{}}}
	for _, file := range files {
		s.add(t, file)
	}
	generator := emit.New(emit.Config{Package: "main", Spec: "the suite", Runtime: "example.com/oxgroups/api/validate"}, nil)
	generated, err := generator.Files(s.roots, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.run(t, generated)
	return &s.result
}

// add compiles the schemas of a file. Definitions only hold schemas for references.
func (s *suite) add(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var groups []group
	if err := json.Unmarshal(data, &groups); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	base := filepath.Base(file)
	for _, g := range groups {
		doc, err := spec.ParseJSON(base, g.Schema)
		if err != nil {
			t.Fatal(err)
		}
		c := schema.NewCompiler(doc)
		c.Containers = []string{"definitions"}
		compiled := c.Compile(doc.Root)
		c.Finish()
		if len(c.Refusals) > 0 {
			keyword := c.Refusals[0].Keyword
			s.refused[keyword] = append(s.refused[keyword], base+": "+g.Description)
			continue
		}
		name := "S" + strconv.Itoa(len(s.roots))
		s.roots = append(s.roots, emit.Root{Name: name, Schema: compiled})
		for _, test := range g.Tests {
			s.evaluate(t, compiled, base+": "+g.Description+": "+test.Description, test.Data, test.Valid)
			fmt.Fprintf(&s.tests, "\t{%q, Check%s, %q, %t},\n", base+": "+g.Description+": "+test.Description, name, test.Data, test.Valid)
		}
	}
}

// evaluate gives a test to the evaluation of examples, too, which has to agree with generated code.
func (s *suite) evaluate(t *testing.T, compiled *schema.Schema, name string, data []byte, valid bool) {
	t.Helper()
	doc, err := spec.ParseJSON("data", data)
	if err != nil {
		t.Fatal(err)
	}
	if found := compiled.Evaluate(doc.Root, schema.Either); (len(found) == 0) != valid {
		s.failed = append(s.failed, fmt.Sprintf("%s: as an example: %v", name, found))
	}
}

const mainSource = `package main

import "fmt"

var tests = []struct {
	name  string
	check func([]byte) error
	data  string
	valid bool
}{
TESTS}

// main prints a line for each test: how it ended and its name.
func main() {
	for _, t := range tests {
		if err := t.check([]byte(t.data)); (err == nil) == t.valid {
			fmt.Printf("passed %q\n", t.name)
		} else {
			fmt.Printf("failed %q: valid is %t: %q\n", t.name, t.valid, fmt.Sprint(err))
		}
	}
}
`

// run builds the program and runs it.
func (s *suite) run(t *testing.T, generated []emit.File) {
	t.Helper()
	main := emit.File{Name: "main.go", Text: []byte(strings.Replace(mainSource, "TESTS", s.tests.String(), 1))}
	var stderr bytes.Buffer
	binary, err := program.Build(t.Context(), t.TempDir(), "schema-suite", append(generated, main), &stderr)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	out, err := exec.CommandContext(t.Context(), binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(line, "failed "); ok {
			s.failed = append(s.failed, strings.TrimSpace(name))
		} else {
			s.passed++
		}
	}
}
