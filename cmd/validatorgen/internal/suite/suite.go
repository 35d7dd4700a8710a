// Package suite runs files of the JSON Schema Test Suite against generated validators: it generates a check for every schema,
// builds them into one program with the tests, and runs it.
package suite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/emit"
	"example.com/oxgroups/cmd/validatorgen/internal/program"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

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

// ErrFailed says that a validator gave another verdict than a test expects.
var ErrFailed = errors.New("tests of the suite failed")

// Run runs every .json file in dir and prints a line for each schema that was refused and each test that failed, and then the
// counts. runtime is the import path below which the packages are that generated code imports. It needs the go command and
// a working directory inside the module.
func Run(ctx context.Context, dir, runtime string, stdout, stderr io.Writer) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return fmt.Errorf("list the suite: %w", err)
	}
	if len(files) == 0 {
		return fmt.Errorf("list the suite: no .json files in %s", dir)
	}
	p := tests{generator: emit.New(emit.Config{Package: "main", Spec: "the suite", Runtime: runtime}, nil)}
	for _, file := range files {
		if err := p.add(file, stdout); err != nil {
			return err
		}
	}
	generated, err := p.generator.Files(p.roots, nil, nil)
	if err != nil {
		return fmt.Errorf("generate the suite: %w", err)
	}
	return p.run(ctx, generated, stdout, stderr)
}

// tests is the program that runs the tests, as it grows.
type tests struct {
	generator *emit.Generator
	roots     []emit.Root
	tests     strings.Builder
	refused   int
}

// containers are keywords that only hold schemas for references.
var containers = []string{"definitions"}

func (p *tests) add(file string, stdout io.Writer) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the suite: %w", err)
	}
	var groups []group
	if err := json.Unmarshal(data, &groups); err != nil {
		return fmt.Errorf("read the suite: %s: %w", file, err)
	}
	base := filepath.Base(file)
	for _, g := range groups {
		root, err := spec.ParseJSON(base, g.Schema)
		if err != nil {
			return fmt.Errorf("read the suite: %w", err)
		}
		c := schema.NewCompiler(root)
		c.Containers = containers
		compiled := c.Compile(root.Root)
		c.Finish()
		if len(c.Refusals) > 0 {
			p.refused++
			fmt.Fprintf(stdout, "refused: %s: %s: %v\n", base, g.Description, c.Refusals[0])
			continue
		}
		name := "S" + strconv.Itoa(len(p.roots))
		p.roots = append(p.roots, emit.Root{Name: name, Schema: compiled})
		for _, t := range g.Tests {
			fmt.Fprintf(&p.tests, "\t{%q, Check%s, %q, %t},\n", base+": "+g.Description+": "+t.Description, name, t.Data, t.Valid)
		}
	}
	return nil
}

const mainSource = `package main

import (
	"fmt"
	"os"
)

type test struct {
	name  string
	check func([]byte) error
	data  string
	valid bool
}

func main() {
	passed, failed := 0, 0
	for _, t := range tests {
		if err := t.check([]byte(t.data)); (err == nil) != t.valid {
			failed++
			fmt.Printf("failed: %s: valid is %t: %v\n", t.name, t.valid, err)
			continue
		}
		passed++
	}
	fmt.Printf("%d passed, %d failed, REFUSED refused at generation\n", passed, failed)
	if failed > 0 {
		os.Exit(3)
	}
}

var tests = []test{
TESTS}
`

// run builds the program and runs it.
func (p *tests) run(ctx context.Context, generated []emit.File, stdout, stderr io.Writer) error {
	temp, err := os.MkdirTemp("", "schema-suite-")
	if err != nil {
		return fmt.Errorf("write the suite: %w", err)
	}
	defer os.RemoveAll(temp)
	text := strings.NewReplacer("REFUSED", strconv.Itoa(p.refused), "TESTS", p.tests.String()).Replace(mainSource)
	binary, err := program.Build(ctx, temp, "schema-suite", append(generated, emit.File{Name: "main.go", Text: []byte(text)}), stderr)
	if err != nil {
		return err
	}
	run := exec.CommandContext(ctx, binary)
	run.Stdout, run.Stderr = stdout, stderr
	if err := run.Run(); err != nil {
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 3 {
			return ErrFailed
		}
		return fmt.Errorf("run the suite: %w", err)
	}
	return nil
}
