package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/validatorgen/internal/emit"
	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"golang.org/x/mod/modfile"
)

// runtimePath is where the packages are that generated code imports.
const runtimePath = "example.com/oxgroups/api/validate"

const usage = `Usage: validatorgen -spec FILE -out DIR [-model DIR] [flags]
       validatorgen -check -spec FILE

Validatorgen reads a document of OpenAPI 3.0, 3.1 or 3.2 (YAML or JSON, with the files that it refers to in its folder) and writes a Go package that decodes, checks and encodes JSON:

  DecodeX(data, *model.X) error   for each schema X of components/schemas that has a type in the model package
  AppendX([]byte, *model.X) ([]byte, error)
  CheckX(data) error              for each schema, where no model package is given
  ParseXParameters                for each operation with parameters
  DecodeXRequestBody              for each request body that is not a schema of its own
  XFields, XParameters            tables of the fields of each request body, and of the parameters of each operation

With -server it also writes the package that serves the operations, on echo, net/http or chi: Register, Handler, and the Reply functions.

The model package is what oapi-codegen writes with "models: true"; its names are taken from its source. A keyword that
cannot be compiled stops generation, and its file, line and JSON Pointer are printed; -exclude leaves out what you name.

Flags:
`

type options struct {
	spec, out, pkg     string
	server, kind       string
	model, modelImport string
	exclude            string
	refuseNUL, check   bool
	maxDepth           int
	stdout, stderr     io.Writer
}

func run(args []string, stdout, stderr io.Writer) int {
	o := options{stdout: stdout, stderr: stderr}
	flags := flag.NewFlagSet("validatorgen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.spec, "spec", "", "the OpenAPI document")
	flags.StringVar(&o.out, "out", "", "the folder to write to; .gen.go files of an earlier run that are not written again are removed")
	flags.StringVar(&o.pkg, "package", "", "the name of the package (default: the name of the folder)")
	flags.StringVar(&o.model, "model", "", "the folder of the types that oapi-codegen wrote; without it only checks are written")
	flags.StringVar(&o.modelImport, "model-import", "", "the import path of that folder (default: found through go.mod)")
	flags.StringVar(&o.server, "server", "", "the folder to write the wiring of the operations to (package: the name of the folder)")
	flags.StringVar(&o.kind, "server-kind", "echo", "what the wiring is for: "+strings.Join(emit.Kinds, ", ")+" (std is net/http)")
	flags.BoolVar(&o.refuseNUL, "refuse-nul", false, "refuse U+0000 in strings, for stores that cannot hold it")
	flags.StringVar(&o.exclude, "exclude", "", "operations to leave out, by operationId, and what stands at places such as #/components/schemas/Pet/default; separated by commas")
	flags.IntVar(&o.maxDepth, "max-depth", 0, "how deep a document may be nested (default 64)")
	flags.BoolVar(&o.check, "check", false, "print the mistakes of the document, and write nothing")
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
		fmt.Fprintf(stderr, "\nKeywords that are compiled: %s.\n", strings.Join(schema.Keywords(), ", "))
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if o.check && o.spec != "" && flags.NArg() == 0 {
		return report(stderr, check(o))
	}
	if o.spec == "" || o.out == "" || flags.NArg() > 0 {
		flags.Usage()
		return 2
	}
	return report(stderr, generate(o))
}

// report prints err and returns the exit code for it.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "validatorgen: %v\n", err)
	return 1
}

// load reads the document. A default that breaks its schema is an error; so is an example with -check, and a notice otherwise.
func load(o options) (*openapi.Document, error) {
	doc, err := openapi.Load(o.spec, strings.FieldsFunc(o.exclude, func(r rune) bool { return r == ',' })...)
	if err != nil {
		return nil, err
	}
	notices, mistakes := doc.BadValues()
	if o.check {
		notices, mistakes = nil, append(notices, mistakes...)
	}
	for _, line := range notices {
		fmt.Fprintln(o.stderr, line)
	}
	if len(mistakes) > 0 {
		return nil, errors.New(strings.Join(mistakes, "\n"))
	}
	return doc, nil
}

func generate(o options) error {
	doc, err := load(o)
	if err != nil {
		return err
	}
	for _, format := range slices.Sorted(maps.Keys(doc.UnknownFormats)) {
		fmt.Fprintf(o.stderr, "%s: format %q is not checked\n", doc.UnknownFormats[format], format)
	}
	for _, place := range doc.Ignored {
		fmt.Fprintf(o.stderr, "%s: ignored, because it is next to a $ref\n", place)
	}
	if o.server != "" && len(doc.NoWiring) > 0 {
		return errors.New(strings.Join(doc.NoWiring, "\n"))
	}
	for _, line := range slices.Concat(doc.LeftOut, doc.NoWiring) {
		fmt.Fprintln(o.stderr, line)
	}
	defer func() {
		for _, n := range doc.Notices {
			fmt.Fprintln(o.stderr, n)
		}
	}()
	var model *gotype.Package
	if o.model != "" {
		if model, err = loadModel(o); err != nil {
			return err
		}
	}
	config := emit.Config{
		Package: o.pkg, Spec: filepath.Base(o.spec), Runtime: runtimePath, RefuseNUL: o.refuseNUL, MaxDepth: o.maxDepth,
	}
	if config.Package == "" {
		if config.Package, err = packageName(o.out); err != nil {
			return err
		}
	}
	if o.server != "" {
		if config.Kind = o.kind; !slices.Contains(emit.Kinds, o.kind) {
			return nearest.Unknown("kind of server", o.kind, emit.Kinds)
		}
		if config.Server, err = packageName(o.server); err != nil {
			return err
		}
		if config.Import, err = importPath(o.out); err != nil {
			return err
		}
	}
	output, err := emit.Document(doc, config, model)
	if err != nil {
		return err
	}
	if err := write(o.out, output.Validator); err != nil || o.server == "" {
		return err
	}
	return write(o.server, output.Server)
}

// packageName returns the name of the package in a folder: that of the folder, without what no name can have.
func packageName(dir string) (string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the output folder: %w", err)
	}
	name := strings.Map(func(r rune) rune {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, filepath.Base(absolute))
	if !token.IsIdentifier(name) {
		return "", fmt.Errorf("%s is not a name of a Go package: write to another folder", filepath.Base(absolute))
	}
	return name, nil
}

func loadModel(o options) (*gotype.Package, error) {
	path := o.modelImport
	if path == "" {
		var err error
		if path, err = importPath(o.model); err != nil {
			return nil, err
		}
	}
	return gotype.Load(o.model, path)
}

// importPath finds the import path of a folder from the go.mod above it.
func importPath(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the import path of %s: %w", dir, err)
	}
	for root := dir; ; root = filepath.Dir(root) {
		data, err := os.ReadFile(filepath.Join(root, "go.mod"))
		if err == nil {
			below, err := filepath.Rel(root, dir)
			if err != nil {
				return "", fmt.Errorf("find the import path of %s: %w", dir, err)
			}
			return strings.TrimSuffix(modfile.ModulePath(data)+"/"+filepath.ToSlash(below), "/."), nil
		}
		if root == filepath.Dir(root) {
			return "", fmt.Errorf("find the import path of %s: no go.mod above it", dir)
		}
	}
}

// write writes the files and removes generated ones of an earlier run that are not among them.
func write(dir string, files []emit.File) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the package: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.gen.go"))
	if err != nil {
		return fmt.Errorf("write the package: %w", err)
	}
	for _, file := range old {
		written := slices.ContainsFunc(files, func(f emit.File) bool { return f.Name == filepath.Base(file) })
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("write the package: %w", err)
		}
		if written || !bytes.HasPrefix(text, []byte(emit.Head)) {
			continue // it is written anew, or another generator wrote it
		}
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("write the package: %w", err)
		}
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Text, 0o644); err != nil {
			return fmt.Errorf("write the package: %w", err)
		}
	}
	return nil
}
