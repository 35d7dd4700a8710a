package differential

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/cmd/validatorgen/internal/emit"
	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"example.com/oxgroups/cmd/validatorgen/internal/program"
)

const (
	typedGroups   = 4  // in one program
	typedAttempts = 40 // to find that many
	typedShare    = 4  // one of so many cases is for typed decoders
)

// Decoders into the types of oapi-codegen give the verdicts of the checks without types, for a schema with a name and for the same
// schema inline as a property; what both read is written as the same JSON.
func TestTypedDecoders(t *testing.T) {
	count := map[string]int{}
	number := *seed
	for done := 0; done < *cases/typedShare; {
		var groups []*typedGroup
		for attempts := 0; len(groups) < typedGroups && attempts < typedAttempts; attempts++ {
			number++
			if g := newTypedGroup(t, number, len(groups)); g != nil {
				groups = append(groups, g)
			}
		}
		if len(groups) < typedGroups {
			t.Fatal("oapi-codegen takes too few of the schemas")
		}
		done += runTyped(t, groups, count)
	}
	t.Logf("%v", count)
	if count["accepted"] < count["documents"]/10 || count["refused"] < count["documents"]/10 {
		t.Errorf("the documents tell nothing: %v", count)
	}
}

// typedGroup is schemas and the packages that are generated for them.
type typedGroup struct {
	index   int // in the program
	schemas []object
	number  int
	files   []emit.File
}

// newTypedGroup returns nil where oapi-codegen cannot write types for the schemas.
func newTypedGroup(t *testing.T, number, index int) *typedGroup {
	t.Helper()
	g := &typedGroup{index: index, schemas: tame(schemas(newRandom(number, 0), groupSize)), number: number}
	later := number%2 == 1
	if later {
		g.schemas = modern(newRandom(number, 2), g.schemas)
	}
	components := object{}
	for i, s := range g.schemas {
		components[schemaName(i)] = s
		wrapper := object{"type": "object", "properties": object{"v": s}}
		if i%2 == 0 {
			wrapper["required"] = []string{"v"}
		}
		components["W"+schemaName(i)] = wrapper
	}
	text, err := openapiDocument(components)
	if err != nil {
		t.Fatal(err)
	}
	if later {
		text = modernDocument(text)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	source, err := codegen.Generate(doc, codegen.Configuration{
		PackageName: "model", Generate: codegen.GenerateOptions{Models: true}, OutputOptions: codegen.OutputOptions{SkipPrune: true, NullableType: true},
	})
	if err != nil {
		return nil
	}
	folder := fmt.Sprintf("g%d/", index)
	temp := t.TempDir()
	write(t, filepath.Join(temp, "spec.json"), text)
	write(t, filepath.Join(temp, "model", "model.go"), []byte(source))
	model, err := gotype.Load(filepath.Join(temp, "model"), "example.com/oxgroups/differential-typed/"+folder+"model")
	if err != nil {
		t.Fatal(err)
	}
	g.files = append(g.files, emit.File{Name: folder + "model/model.go", Text: []byte(source)})
	for name, types := range map[string]*gotype.Package{"check": nil, "validator": model} {
		compiled, err := openapi.Load(filepath.Join(temp, "spec.json"))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		files, err := emit.Document(compiled, emit.Config{Package: name, Spec: "random", Runtime: "example.com/oxgroups/api/validate"}, types)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, f := range files.Validator {
			g.files = append(g.files, emit.File{Name: folder + name + "/" + f.Name, Text: f.Text})
		}
	}
	return g
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tame changes schemas so that Go has types for them: names of properties that differ in Go, and no type inside itself.
func tame(list []object) []object {
	var change func(at int, v any) any
	change = func(at int, v any) any {
		switch v := v.(type) {
		case []any:
			out := make([]any, len(v))
			for i, item := range v {
				out[i] = change(at, item)
			}
			return out
		case object:
			out := object{}
			if v["properties"] != nil && v["type"] == nil {
				out["type"] = "object" // the type is a struct, which holds no other value
			}
			for key, value := range v {
				switch properties, ok := value.(object); {
				case key == "$ref":
					i, _ := strconv.Atoi(strings.TrimPrefix(value.(string), "#/components/schemas/S"))
					if at == 0 {
						return object{"type": "boolean"}
					}
					out[key] = "#/components/schemas/" + schemaName(i%at)
				case key == "properties" && ok:
					properties = maps.Clone(properties)
					delete(properties, "Name")
					delete(properties, "")
					out[key] = change(at, properties)
				case key == "enum":
					out[key] = value
				default:
					out[key] = change(at, value)
				}
			}
			return out
		}
		return v
	}
	for i, s := range list {
		list[i] = change(i, s).(object)
	}
	return list
}

const typedMain = `package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
IMPORTS)

type subject struct {
	check         func([]byte) error
	named, inline func([]byte) ([]byte, error)
}

// round decodes and encodes.
func round[T any](decode func([]byte, *T) error, encode func([]byte, *T) ([]byte, error)) func([]byte) ([]byte, error) {
	return func(data []byte) ([]byte, error) {
		var v T
		if err := decode(data, &v); err != nil {
			return nil, err
		}
		return encode(nil, &v)
	}
}

var subjects = []subject{
SUBJECTS}

// main reads lines of a number and a quoted document, and writes a line for each: the verdicts and whether the values are equal.
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
		s := subjects[i]
		named, err1 := s.named([]byte(text))
		inline, err2 := s.inline([]byte("{\"v\":" + text + "}"))
		same := "same"
		if err1 == nil && err2 == nil && compose.Canonical([]byte("{\"v\":"+string(named)+"}")) != compose.Canonical(inline) {
			same = fmt.Sprintf("%q %q", named, inline)
		}
		fmt.Fprintln(out, verdict(s.check([]byte(text))), verdict(err1), verdict(err2), same)
	}
}

func verdict(err error) string {
	var list validate.Violations
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, new(*validate.SyntaxError)):
		return "syntax"
	case !errors.As(err, &list):
		return fmt.Sprintf("%q", err.Error())
	}
	rules := make([]string, len(list))
	for i, v := range list {
		rules[i] = v.Rule
	}
	return strings.Join(rules, ",")
}
`

// runTyped builds the groups into one program, gives documents to it, and returns how many.
func runTyped(t *testing.T, groups []*typedGroup, count map[string]int) int {
	t.Helper()
	binary, groups := buildTyped(t, groups, count)
	var in bytes.Buffer
	var asked []outcome
	for _, g := range groups {
		for d := range documentsPerGroup {
			index := d % groupSize
			document := draw(newRandom(g.number, d+1), g.schemas, index)
			asked = append(asked, outcome{schema: object{"all": anyList(g.schemas), "this": g.schemas[index]}, text: document})
			fmt.Fprintf(&in, "%d %s\n", g.index*groupSize+index, strconv.Quote(document))
		}
	}
	var failed bytes.Buffer
	command := exec.CommandContext(t.Context(), binary)
	command.Stdin, command.Stderr = &in, &failed
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, failed.String())
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for i := 0; lines.Scan(); i++ {
		compareTyped(t, &asked[i], lines.Text(), count)
	}
	return len(asked)
}

// buildTyped builds a program of the groups, without those whose types do not compile, which oapi-codegen wrote.
func buildTyped(t *testing.T, groups []*typedGroup, count map[string]int) (binary string, built []*typedGroup) {
	t.Helper()
	for {
		var out bytes.Buffer
		binary, err := program.Build(t.Context(), t.TempDir(), "differential-typed", typedFiles(t, groups), &out)
		if err == nil {
			return binary, groups
		}
		built = nil
		for _, g := range groups {
			if !strings.Contains(out.String(), fmt.Sprintf("# example.com/oxgroups/differential-typed/g%d/model\n", g.index)) {
				built = append(built, g)
			}
		}
		if len(built) == len(groups) || len(built) == 0 {
			t.Fatalf("%v\n%s", err, out.String())
		}
		count["groups whose types do not compile"] += len(groups) - len(built)
		groups = built
	}
}

// typedFiles returns the files of the groups and the main package.
func typedFiles(t *testing.T, groups []*typedGroup) []emit.File {
	t.Helper()
	var files []emit.File
	var imports, subjects strings.Builder
	for _, g := range groups {
		files = append(files, g.files...)
		validator := generatedText(g.files, fmt.Sprintf("g%d/validator/", g.index))
		for _, name := range []string{"check", "validator"} {
			fmt.Fprintf(&imports, "\tg%d%s \"example.com/oxgroups/differential-typed/g%d/%s\"\n", g.index, name, g.index, name)
		}
		for s := range g.schemas {
			if !strings.Contains(validator, fmt.Sprintf("func DecodeS%d(", s)) || !strings.Contains(validator, fmt.Sprintf("func DecodeWS%d(", s)) {
				t.Fatalf("there is no decoder for schema %d of group %d", s, g.number)
			}
			text := strings.NewReplacer("GROUP", strconv.Itoa(g.index), "SCHEMA", strconv.Itoa(s), "SUBJECT", strconv.Itoa(g.index*groupSize+s)).Replace(subjectSource)
			subjects.WriteString(text)
		}
	}
	text := strings.NewReplacer("IMPORTS", imports.String(), "SUBJECTS", subjects.String()).Replace(typedMain)
	return append(files, emit.File{Name: "main.go", Text: []byte(text)})
}

const subjectSource = `	SUBJECT: {
		gGROUPcheck.CheckSSCHEMA,
		round(gGROUPvalidator.DecodeSSCHEMA, gGROUPvalidator.AppendSSCHEMA),
		round(gGROUPvalidator.DecodeWSSCHEMA, gGROUPvalidator.AppendWSSCHEMA),
	},
`

func generatedText(files []emit.File, folder string) string {
	var b strings.Builder
	for _, f := range files {
		if strings.HasPrefix(f.Name, folder) {
			b.Write(f.Text)
		}
	}
	return b.String()
}

func compareTyped(t *testing.T, o *outcome, line string, count map[string]int) {
	verdicts := strings.SplitN(line, " ", 4)
	check, named, inline, same := verdicts[0], verdicts[1], verdicts[2], verdicts[3]
	count["documents"]++
	if check == "ok" {
		count["accepted"]++
	} else {
		count["refused"]++
	}
	levels := depth(o.text)
	switch {
	case !strict(o.text) && inline != "syntax" && named == "syntax" && check == "syntax":
		count["JSON only with what is around it"]++
	case levels >= validate.DefaultMaxDepth:
		count["too deep, or so with one level more"]++
	case (check == "ok") == (named == "ok") && (check == "ok") == (inline == "ok") && (same == "same" || isNull(o.text)):
		count["agree"]++
	case check == "ok" && hasNumber(o.text, beyondGo):
		count["beyond the number of the Go type"]++
	default:
		if count["differ"]++; count["differ"] <= maxShown {
			t.Errorf("document %q: check %s, named %s, inline %s, values %s\nschema: %v", o.text, check, named, inline, same, o.schema["this"])
		}
	}
}

// isNull reports whether a document is null, for which the type of a schema with a name has no place.
func isNull(text string) bool { return strings.TrimSpace(text) == "null" }

// beyondGo reports whether a number is no int64 and no float64 without loss.
func beyondGo(text string) bool {
	r, ok := new(big.Rat).SetString(text)
	if !ok || r.IsInt() && !r.Num().IsInt64() {
		return true
	}
	return beyondFloat64(text)
}
