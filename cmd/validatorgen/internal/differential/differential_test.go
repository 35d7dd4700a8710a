package differential

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/validatorgen/internal/emit"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"example.com/oxgroups/cmd/validatorgen/internal/program"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

var (
	cases = flag.Int("differential", 20_000, "how many documents are compared")
	seed  = flag.Int("differential.seed", 1, "where the random schemas and documents begin")
)

// How the cases are divided: schemas that refer to each other are a group, groups are built into one program.
const (
	groupSize         = 10
	groupsInProgram   = 15
	documentsPerGroup = 1400
)

func TestAgainstKinOpenAPI(t *testing.T) { differential(t, false) }

// Schemas of OpenAPI 3.1 are compared with a validator of JSON Schema 2020-12.
func TestAgainstJSONSchema(t *testing.T) { differential(t, true) }

func differential(t *testing.T, modern bool) {
	var count tally
	for done, n := 0, 0; done < *cases; n++ {
		groups := min(groupsInProgram, (*cases-done+documentsPerGroup-1)/documentsPerGroup)
		run(t, *seed+n*groupsInProgram, groups, modern, &count)
		done += groups * documentsPerGroup
	}
	t.Logf("%d cases: %d accepted by both, %d refused by both, %d known differences, %d too deep for the other", count.cases, count.accepted, count.refused, count.differ, count.deep)
	for i, k := range known {
		t.Logf("%8d %s", count.known[i], k.name)
	}
	if count.accepted < count.cases/10 || count.refused < count.cases/10 {
		t.Errorf("the documents tell nothing: %d of %d are accepted, %d refused", count.accepted, count.cases, count.refused)
	}
}

// tally counts what was found.
type tally struct {
	sync.Mutex
	cases, accepted, refused, differ, deep int
	known                                  [16]int
	shown                                  int
}

// group is schemas that refer to each other, and documents for them.
type group struct {
	schemas   []object
	text      []byte // the document that has them
	oracle    oracle
	compiled  []*schema.Schema
	indices   []int // of the schema that a document is for
	documents []string
}

// oracle is another validator with the schemas of a group.
type oracle interface {
	accepts(index int, text string) bool
}

func newGroup(number int, later bool) (g *group, err error) {
	g = &group{schemas: schemas(newRandom(number, 0), groupSize)}
	if later {
		g.schemas = modern(newRandom(number, 2), withoutFormat(anyList(g.schemas)))
	}
	if g.text, err = document(g.schemas); err != nil {
		return nil, err
	}
	if later {
		g.text = modernDocument(g.text)
	}
	doc, err := spec.ParseJSON("random", g.text)
	if err != nil {
		return nil, err
	}
	c := schema.NewCompiler(doc)
	for _, m := range doc.Root.Get("components").Get("schemas").Members {
		g.compiled = append(g.compiled, c.Compile(m.Value))
	}
	c.Finish()
	if later {
		g.oracle, err = newJSONSchema(g.text)
	} else {
		g.oracle, err = newKin(g.schemas)
	}
	return g, err
}

// evaluates reports whether the evaluation of examples finds nothing wrong with a document.
func (g *group) evaluates(index int, text string) (bool, error) {
	doc, err := spec.ParseJSON("document", []byte(text))
	if err != nil {
		return false, err
	}
	return len(g.compiled[index].Evaluate(doc.Root, schema.Either)) == 0, nil
}

func (g *group) draw(number int) {
	for i := range documentsPerGroup {
		index := i % groupSize
		g.indices = append(g.indices, index)
		g.documents = append(g.documents, draw(newRandom(number, i+1), g.schemas, index))
	}
}

// run compares the documents of some groups.
func run(t *testing.T, first, n int, modern bool, count *tally) {
	t.Helper()
	groups := make([]*group, n)
	for i := range groups {
		g, err := newGroup(first+i, modern)
		if err != nil {
			t.Fatal(err)
		}
		groups[i] = g
	}
	binary := build(t, groups)
	var wait sync.WaitGroup
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, g := range groups {
		wait.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			g.draw(first + i)
			compare(t, g, verdicts(t, binary, i, g), count)
		})
	}
	wait.Wait()
}

// build generates validators for the schemas of all groups and builds a program that applies them.
func build(t *testing.T, groups []*group) string {
	t.Helper()
	temp := t.TempDir()
	var files []emit.File
	var table strings.Builder
	for i, g := range groups {
		file := filepath.Join(temp, fmt.Sprintf("group%d.json", i))
		if err := os.WriteFile(file, g.text, 0o600); err != nil {
			t.Fatal(err)
		}
		doc, err := openapi.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		generated, err := emit.Document(doc, emit.Config{Package: "main", Spec: "random", Runtime: "example.com/oxgroups/api/validate"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, renamed(generated.Validator, i)...)
		for s := range g.schemas {
			fmt.Fprintf(&table, "\tg%dCheck%s,\n", i, schemaName(s))
		}
	}
	files = append(files, emit.File{Name: "main.go", Text: []byte(strings.Replace(mainSource, "CHECKS", table.String(), 1))})
	var out bytes.Buffer
	binary, err := program.Build(context.Background(), temp, "differential-program", files, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return binary
}

// packageNames matches the names that a generated package declares.
var packageNames = regexp.MustCompile(`\b((Check|check|pattern)S\w*|inRequest|inResponse)\b`)

// renamed gives the functions of one group names of their own, as all groups are in one package.
func renamed(files []emit.File, group int) []emit.File {
	prefix := fmt.Sprintf("g%d", group)
	for i := range files {
		files[i] = emit.File{Name: prefix + files[i].Name, Text: packageNames.ReplaceAll(files[i].Text, []byte(prefix+"$0"))}
	}
	return files
}

const mainSource = `package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
)

var checks = []func([]byte) error{
CHECKS}

// main reads lines of a number and a quoted document, and writes a line for each: the rules that it breaks.
func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		number, quoted, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		i, err1 := strconv.Atoi(number)
		text, err2 := strconv.Unquote(quoted)
		if err1 != nil || err2 != nil {
			panic("unreadable: " + line)
		}
		fmt.Fprintln(out, verdict(checks[i]([]byte(text))))
	}
}

func verdict(err error) string {
	var list validate.Violations
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, new(*validate.SyntaxError)):
		return "syntax"
	case !errors.As(err, &list) || len(list) == 0:
		panic(fmt.Sprintf("not an error of a validator: %v", err))
	}
	rules := make([]string, len(list))
	for i, v := range list {
		rules[i] = v.Rule
	}
	return strings.Join(rules, ",")
}
`

// verdicts runs the program on the documents of a group.
func verdicts(t *testing.T, binary string, number int, g *group) []string {
	var in bytes.Buffer
	for i, text := range g.documents {
		fmt.Fprintf(&in, "%d %s\n", number*groupSize+g.indices[i], strconv.Quote(text))
	}
	command := exec.Command(binary)
	command.Stdin = &in
	var failed bytes.Buffer
	command.Stderr = &failed
	out, err := command.Output()
	if err != nil {
		t.Errorf("the program failed: %v\n%s", err, failed.String())
	}
	var lines []string
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		lines = append(lines, s.Text())
	}
	if len(lines) != len(g.documents) {
		t.Errorf("%d verdicts for %d documents", len(lines), len(g.documents))
		return nil
	}
	return lines
}

// maxShown bounds how many differences are printed.
const maxShown = 10

func compare(t *testing.T, g *group, verdicts []string, count *tally) {
	for i, rules := range verdicts {
		o := outcome{schema: g.schemas[g.indices[i]], text: g.documents[i], rules: rules}
		if levels := depth(o.text); levels > maxKinDepth {
			compareDeep(t, g, i, &o, levels, count)
			continue
		}
		if rules != "syntax" {
			if valid, err := g.evaluates(g.indices[i], o.text); err != nil || valid != o.accepted() {
				t.Errorf("schema %s, document %q: generated: %s, evaluated: %t, %v\nschemas: %s", schemaName(g.indices[i]), o.text, rules, valid, err, g.text)
			}
		}
		o.kin = g.oracle.accepts(g.indices[i], o.text)
		count.Lock()
		count.cases++
		switch {
		case o.accepted() && o.kin:
			count.accepted++
		case !o.accepted() && !o.kin:
			count.refused++
		default:
			o.schema = object{"all": anyList(g.schemas), "this": o.schema}
			if k := explanation(&o); k >= 0 {
				count.differ++
				count.known[k]++
			} else if count.shown++; count.shown <= maxShown {
				t.Errorf("schema %s, document %q: ours: %s, the other accepts it: %t\nschemas: %s", schemaName(g.indices[i]), o.text, rules, o.kin, g.text)
			} else {
				t.Fail()
			}
		}
		count.Unlock()
	}
}

// maxKinDepth bounds the nesting of what kin-openapi is asked: it visits a value once for each schema of an allOf, and so
// takes time that is exponential in the depth of recursive ones.
const maxKinDepth = 16

// compareDeep checks the one thing that is known of a deeper document: it is a syntax error exactly where it is not I-JSON or
// deeper than the limit.
func compareDeep(t *testing.T, g *group, i int, o *outcome, levels int, count *tally) {
	count.Lock()
	defer count.Unlock()
	count.cases++
	count.deep++
	if bad := !strict(o.text) || levels > validate.DefaultMaxDepth; bad != (o.rules == "syntax") {
		t.Errorf("schema %s, document %q of %d levels: %s\nschemas: %s", schemaName(g.indices[i]), o.text, levels, o.rules, g.text)
	}
}

func anyList(list []object) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// explanation returns the index of the known difference that explains an outcome, or -1.
func explanation(o *outcome) int {
	for i, k := range known {
		if k.explains(o) {
			return i
		}
	}
	return -1
}
