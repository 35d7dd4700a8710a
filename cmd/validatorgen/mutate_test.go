package main

import (
	"bytes"
	"flag"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var documents = flag.String("documents", "", "a folder of further documents to mutate")

// A document with mistakes of any kind is refused by place, with nothing written, or becomes code that builds.
func FuzzMutatedDocuments(f *testing.F) {
	files := []string{"../../openapi.yaml", "example/openapi.yaml", "internal/library/openapi.yaml", "internal/served/openapi.yaml"}
	if *documents != "" {
		for _, pattern := range []string{"*.yaml", "*.json"} {
			more, err := filepath.Glob(filepath.Join(*documents, pattern))
			if err != nil {
				f.Fatal(err)
			}
			files = append(files, more...)
		}
	}
	var texts [][]byte
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		texts = append(texts, text)
		for seed := range uint64(8) {
			f.Add(uint16(i), seed)
		}
	}
	fset := token.NewFileSet()
	imported := importer.ForCompiler(fset, "source", nil)
	for _, name := range []string{"", "/compose", "/form", "/format"} { // which takes too long for one input
		if _, err := imported.Import(runtimePath + name); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, seed uint64) {
		var root yaml.Node
		if err := yaml.Unmarshal(texts[int(which)%len(texts)], &root); err != nil {
			t.Fatal(err)
		}
		m := mutation{rand.New(rand.NewPCG(seed, uint64(which)))}
		for range 1 + m.IntN(4) {
			m.mutate(&root)
		}
		text, err := yaml.Marshal(&root)
		if err != nil {
			t.Skip(err)
		}
		_, _, _ = generateInto(t, string(text), "-check")
		code, stderr, out := generateInto(t, string(text))
		written, _ := filepath.Glob(filepath.Join(out, "*.go"))
		switch {
		case code != 0 && (len(written) > 0 || !placed.MatchString(stderr)):
			t.Fatalf("refused without a place, or %d files were written: %s\n%s", len(written), stderr, text)
		case code == 0:
			if err := typeCheck(fset, imported, written); err != nil {
				t.Fatalf("what is written does not build: %v\n%s", err, text)
			}
		}
	})
}

var placed = regexp.MustCompile(`spec\.yaml:\d+:\d+: `)

// typeCheck does what the compiler does before it compiles.
func typeCheck(fset *token.FileSet, imported types.Importer, files []string) error {
	var parsed []*ast.File
	for _, file := range files {
		p, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, p)
	}
	_, err := (&types.Config{Importer: imported}).Check("validator", fset, parsed, nil)
	return err
}

// mutation changes documents at random.
type mutation struct{ *rand.Rand }

// oddities are values and names that documents do not expect.
var oddities = []string{
	"null", "true", "-1", "0.5", "1e400", "99999999999999999999", `""`, "[]", "{}", `"$&"`, `"a/b~c"`, `"func"`, `"9"`, "日本", `"a\0b"`, "type", "null: null",
	"{$ref: '#'}", "{$ref: '#/components/schemas'}", "[[[]]]", "'*/'", "'`'", "'\n'", "{type: object, properties: {a: {$ref: '#/paths'}}}",
}

func (m mutation) odd() *yaml.Node {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(oddities[m.IntN(len(oddities))]), &n); err != nil {
		panic(err)
	}
	return n.Content[0]
}

func (m mutation) mutate(root *yaml.Node) {
	var all []*yaml.Node
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if len(n.Content) > 0 {
			all = append(all, n)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(root.Content[0])
	at, other := all[m.IntN(len(all))], all[m.IntN(len(all))]
	step := 1
	if at.Kind == yaml.MappingNode {
		step = 2
	}
	i := m.IntN(len(at.Content)/step) * step
	value := &at.Content[i+step-1]
	switch m.IntN(8) {
	case 0: // it is left out
		at.Content = slices.Delete(at.Content, i, i+step)
	case 1: // it is there twice
		at.Content = append(at.Content, at.Content[i:i+step]...)
	case 2: // it is something else
		*value = m.odd()
	case 3: // it is another part of the document
		*value = clone(other)
	case 4: // it is named otherwise
		if key := m.odd(); step == 2 && key.Kind == yaml.ScalarNode {
			at.Content[i] = key
		}
	case 5: // another key has its name
		at.Content[i] = clone(other.Content[0])
	case 6: // it refers to what is around it, or elsewhere
		var ref yaml.Node
		names := []string{"#", "#/paths", "#/components/schemas/" + other.Content[0].Value, "#/components/parameters/" + other.Content[0].Value}
		if err := ref.Encode(map[string]string{"$ref": names[m.IntN(len(names))]}); err != nil {
			panic(err)
		}
		*value = &ref
	case 7: // it is nested deeply
		text := strings.Repeat("{type: object, properties: {a: ", 300) + "{type: string}" + strings.Repeat("}}", 300)
		var deep yaml.Node
		if err := yaml.NewDecoder(bytes.NewReader([]byte(text))).Decode(&deep); err != nil {
			panic(err)
		}
		*value = deep.Content[0]
	}
}

// clone copies a node, so that a document has no circles.
func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = nil
	for _, child := range n.Content {
		c.Content = append(c.Content, clone(child))
	}
	return &c
}
