package api_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/api/internal/postgrestest"
)

var everyEdit = flag.Bool("edits", false, "make every kind of edit of openapi.yaml in copies of the module; it takes many minutes")

// edited is a copy of the module whose openapi.yaml was edited, and nothing else by hand.
type edited struct {
	dir    string
	before string // programs of the module as it is, with the separator at the end
	after  string // programs of the copy
}

// newEdited makes a copy whose programs are built.
func newEdited(t *testing.T, edits ...func(spec string) string) *edited {
	t.Helper()
	e := generated(t, edits...)
	e.build(t, moduleRoot(t), e.before)
	e.build(t, e.dir, e.after)
	return e
}

// generated makes a copy whose code is generated anew. Its READMEs stay as they are, for it need not compile.
func generated(t *testing.T, edits ...func(spec string) string) *edited {
	t.Helper()
	if !*everyEdit {
		t.Skip("make one-edit-test makes every kind of edit")
	}
	e := &edited{dir: copyModule(t), before: t.TempDir() + "/", after: t.TempDir() + "/"}
	path := filepath.Join(e.dir, "openapi.yaml")
	spec, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(spec)
	for _, edit := range edits {
		text = edit(text)
	}
	write(t, path, text)
	run(t, e.dir, 0, "go", "generate", "-skip", "scripts/docs", ".")
	return e
}

func (e *edited) build(t *testing.T, dir, to string) {
	t.Helper()
	run(t, dir, 0, "go", "build", "-buildvcs=false", "-o", to, "./cmd/oxgroups", "./cmd/oxgroupsd")
}

// replace returns an edit that puts with in the place of old, which has to be there n times.
func replace(t *testing.T, old, with string, n int) func(string) string {
	return func(spec string) string {
		t.Helper()
		if got := strings.Count(spec, old); got != n {
			t.Fatalf("%q is %d times in openapi.yaml, want %d", old, got, n)
		}
		return strings.ReplaceAll(spec, old, with)
	}
}

// properties returns an edit that adds lines to the properties of a schema, as the first ones.
func properties(t *testing.T, schema string, lines ...string) func(string) string {
	return func(spec string) string {
		t.Helper()
		head, body, ok := strings.Cut(spec, "\n    "+schema+":\n")
		before, after, has := strings.Cut(body, "      properties:\n")
		if !ok || !has {
			t.Fatalf("openapi.yaml has no schema %s with properties", schema)
		}
		text := ""
		for _, line := range lines {
			text += "        " + line + "\n"
		}
		return head + "\n    " + schema + ":\n" + before + "      properties:\n" + text + after
	}
}

// A served store, and the command line for it.
type served struct {
	*edited
	url  string
	stop func()
}

func (e *edited) serve(t *testing.T, programs, store string) *served {
	t.Helper()
	url, stop := start(t, programs+"oxgroupsd", "serve", "--demo", "--addr", "127.0.0.1:0", "--ops", "off", "--store", store)
	t.Setenv("OXGROUPS_URL", url+"/api/v1")
	t.Setenv("OXGROUPS_TOKEN", "demo")
	return &served{e, url + "/api/v1", stop}
}

// update updates group 7 from the command line and returns the group, its external reference and its workspaces.
func (s *served) update(t *testing.T, programs string, args ...string) (group map[string]json.RawMessage) {
	t.Helper()
	out := stdout(t, s.dir, programs+"oxgroups", append([]string{"update", "7", "--json"}, args...)...)
	return groupOf(t, out, "7")
}

// groupOf returns a group of a document.
func groupOf(t *testing.T, document, id string) map[string]json.RawMessage {
	t.Helper()
	var doc struct {
		Groups map[string]map[string]json.RawMessage `json:"workspace_groups"`
	}
	if err := json.Unmarshal([]byte(document), &doc); err != nil || doc.Groups[id] == nil {
		t.Fatalf("no document with group %s: %s", id, document)
	}
	return doc.Groups[id]
}

// stdout runs a program that has to succeed and returns what it prints on standard output.
func stdout(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var stderr strings.Builder
	cmd.Dir, cmd.Stderr = dir, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, &stderr)
	}
	return string(out)
}

// put sends a body as it is and returns the status and the reply.
func (s *served) put(t *testing.T, path, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer demo")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(reply)
}

func equalJSON(t *testing.T, got json.RawMessage, want string) bool {
	t.Helper()
	if len(got) == 0 {
		return false
	}
	var g, w any
	parse(t, string(got), &g)
	parse(t, want, &w)
	return reflect.DeepEqual(g, w)
}

// parse is json.Unmarshal with numbers as they are written.
func parse(t *testing.T, text string, to any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		t.Fatalf("%.1000s: %v", text, err)
	}
}

// persistent are the engines whose data another program can open, each with a fresh and empty store.
func persistent(t *testing.T) map[string]func() string {
	return map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "groups.db") },
		"postgres": func() string { return postgrestest.Database(t) },
	}
}

// Each kind of field is, after one edit, settable in every way, checked, stored on every engine, returned, cleared, exported
// and imported; what was stored before stays; and the tests of the module still pass.
func TestEveryKindOfField(t *testing.T) {
	names := slices.Sorted(maps.Keys(fieldEdits))
	var update, group []string
	for _, name := range names {
		f := fieldEdits[name]
		line := f.key + ": " + f.schema
		if f.only != "group" {
			update = append(update, line)
		}
		if f.only != "update" {
			group = append(group, line)
		}
	}
	e := newEdited(t,
		properties(t, "WorkspaceGroupUpdate", update...),
		properties(t, "WorkspaceGroup", group...),
		properties(t, "Workspace", "sponsor: {type: string, nullable: true, description: Who pays}"),
		replace(t, "\n    Meta:\n", "\n    PostalAddress:\n      type: object\n      nullable: true\n      description: An address\n      required: [street]\n"+
			"      properties:\n        street: {type: string, description: The street}\n        zip: {type: string, nullable: true, description: The code}\n\n    Meta:\n", 1),
		replace(t, "enum: [successful, pending, failed, null]", "enum: [successful, pending, failed, stalled, null]", 1),
	)
	write(t, filepath.Join(e.dir, "cmd", "edited", "main.go"), goProgram(names))
	run(t, e.dir, 0, "go", "build", "-buildvcs=false", "-o", e.after, "./cmd/edited")

	t.Run("memory", func(t *testing.T) {
		s := e.serve(t, e.after, "memory:")
		defer s.stop()
		s.drive(t, names)
	})
	for engine, fresh := range persistent(t) {
		t.Run(engine, func(t *testing.T) { e.upgrade(t, names, fresh) })
	}
	t.Run("help", func(t *testing.T) {
		help := run(t, e.dir, 0, e.after+"oxgroups", "update", "--help")
		for _, want := range []string{"The fax number", "deprecated", "gold|silver", "default"} {
			if !strings.Contains(help, want) {
				t.Errorf("the help lacks %q:\n%s", want, help)
			}
		}
	})
	t.Run("tests of the module", e.testModule)
}

// fastTests are the packages whose tests know of the spec, but for those that take minutes.
var fastTests = []string{"./api/bulk/...", "./api/client/...", "./api/group/...", "./api/server/...", "./api/store", "./api/store/demo",
	"./api/store/memory", "./api/store/sqlite", "./api/store/postgres", "./api/store/storetest", "./cmd/oxgroups/...", "./cmd/oxgroupsd/...", "./gen/..."}

// upgrade makes a store with the programs as they are, and goes on with those of the edited copy.
func (e *edited) upgrade(t *testing.T, names []string, fresh func() string) {
	store := fresh()
	old := e.serve(t, e.before, store)
	old.update(t, e.before, "--name", "Acme", "--notes", "before")
	old.stop()

	s := e.serve(t, e.after, store)
	if got := s.update(t, e.after, "--name", "Acme"); string(got["notes"]) != `"before"` {
		t.Errorf("notes are %s after the upgrade", got["notes"])
	}
	s.drive(t, names)
	s.stop()

	// What replies do not show, and what an update cannot set, goes through export and import as well.
	document := stdout(t, e.dir, e.after+"oxgroupsd", "export", "--store", store)
	want := groupOf(t, document, "7")
	if string(want["pin"]) != fieldEdits["writeOnly"].one {
		t.Errorf("the export has %s for the field that is only written", want["pin"])
	}
	var whole map[string]any
	parse(t, document, &whole)
	member := func(kind, id string) map[string]any { return whole[kind].(map[string]any)[id].(map[string]any) }
	member("workspace_groups", "8")["rank"] = 3
	member("workspaces", "10")["sponsor"] = "Wile"
	data, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	document = string(data)
	file := filepath.Join(t.TempDir(), "groups.json")
	write(t, file, document)
	for engine, fresh := range persistent(t) {
		to := fresh()
		run(t, e.dir, 0, e.after+"oxgroupsd", "import", file, "--store", to)
		again := stdout(t, e.dir, e.after+"oxgroupsd", "export", "--store", to)
		if !equalJSON(t, json.RawMessage(again), document) {
			t.Errorf("imported to %s and exported it is another document:\n%s\nwant\n%s", engine, again, document)
		}
		run(t, e.dir, 0, e.after+"oxgroupsd", "doctor", "--store", to)
	}
}

// drive sets every field in each way.
func (s *served) drive(t *testing.T, names []string) {
	t.Helper()
	settable := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return fieldEdits[n].only == "group" })
	expect := func(way string, got map[string]json.RawMessage, value func(fieldEdit) string) {
		t.Helper()
		for _, name := range names {
			f := fieldEdits[name]
			switch raw, has := got[f.key]; {
			case f.only == "update" && has:
				t.Errorf("%s: %s is in the reply: %s", way, name, raw)
			case f.only == "" && !equalJSON(t, raw, value(f)):
				t.Errorf("%s: %s (%s) is %s, want %s", way, name, f.key, raw, value(f))
			}
		}
	}
	one := func(f fieldEdit) string { return f.one }
	two := func(f fieldEdit) string { return f.two }
	fields := func(value func(fieldEdit) string) (args []string) {
		for _, name := range settable {
			args = append(args, "--field", fieldEdits[name].key+"="+value(fieldEdits[name]))
		}
		return args
	}

	expect("Go", groupOf(t, run(t, s.dir, 0, s.after+"edited"), "7"), one)

	args := []string{"--name", "Acme"}
	for _, name := range settable {
		args = append(args, fieldEdits[name].flagArgs()...)
	}
	expect("flags", s.update(t, s.after, args...), two)
	expect("left out", s.update(t, s.after, "--name", "Acme"), two)
	expect("--field", s.update(t, s.after, append(fields(one), "--name", "Acme")...), one)

	header, row := []string{"id", "name"}, []string{"7", "Acme"}
	for _, name := range settable {
		for _, c := range fieldEdits[name].csv() {
			header, row = append(header, quoted(c.name)), append(row, quoted(c.cell))
		}
	}
	csv := filepath.Join(t.TempDir(), "groups.csv")
	write(t, csv, strings.Join(header, ",")+"\n"+strings.Join(row, ",")+"\n")
	run(t, s.dir, 0, s.after+"oxgroups", "apply", csv)
	expect("CSV", s.update(t, s.after, "--name", "Acme"), two)

	var members []string
	for _, name := range settable {
		members = append(members, fmt.Sprintf("%q:%s", fieldEdits[name].key, fieldEdits[name].one))
	}
	object := `{"id":7,"name":"Acme",` + strings.Join(members, ",") + "}\n"
	jsonl := filepath.Join(t.TempDir(), "groups.jsonl")
	write(t, jsonl, object)
	run(t, s.dir, 0, s.after+"oxgroups", "apply", jsonl)
	expect("JSONL", s.update(t, s.after, "--name", "Acme"), one)

	var clear []string
	for _, name := range settable {
		if f := fieldEdits[name]; f.clears {
			clear = append(clear, f.key)
		}
	}
	expect("--clear", s.update(t, s.after, "--name", "Acme", "--clear", strings.Join(clear, ",")), func(f fieldEdit) string {
		if f.clears {
			return "null"
		}
		return f.one
	})
	s.refuse(t, settable)
	s.update(t, s.after, append(fields(one), "--name", "Acme")...) // what the export is to have
	s.update(t, s.after, "--name", "Acme", "--external-reference", "service_name=jira,service_model=Issue,service_model_ref=A-1,status=stalled")
}

// refuse sends values that the rules forbid: the command line sends nothing, the server applies nothing.
func (s *served) refuse(t *testing.T, names []string) {
	t.Helper()
	for _, name := range names {
		f := fieldEdits[name]
		if out := run(t, s.dir, 2, s.after+"oxgroups", "update", "7", "--name", "Acme", "--field", f.key+"="+f.cannot); !strings.Contains(out, f.key) {
			t.Errorf("%s: what is wrong is not named: %s", name, out)
		}
		status, reply := s.put(t, "/workspace_groups/7", fmt.Sprintf(`{"workspace_group":{"name":"Acme",%q:%s}}`, f.key, f.cannot))
		if status != http.StatusBadRequest || !strings.Contains(reply, `"field":"`+f.key) {
			t.Errorf("%s: %s is answered with %d %s", name, f.cannot, status, reply)
		}
	}
}

func quoted(cell string) string { return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"` }

// flagArgs are the arguments that set the second value.
func (f fieldEdit) flagArgs() []string {
	if f.flags != nil {
		return f.flags
	}
	return []string{"--" + strings.ReplaceAll(f.key, "_", "-") + "=" + strings.Trim(f.two, `"`)}
}

// csv are the cells that set the second value.
func (f fieldEdit) csv() []column {
	if f.columns != nil {
		return f.columns
	}
	return []column{{f.key, strings.Trim(f.two, `"`)}}
}

// goProgram sets each field by its type and reads it from the typed reply.
func goProgram(names []string) string {
	var set, read strings.Builder
	for _, name := range names {
		f := fieldEdits[name]
		if f.goValue != "" {
			fmt.Fprintf(&set, "\tu.%s = %s\n", f.goName, f.goValue)
		}
		if f.only != "update" {
			fmt.Fprintf(&read, "\t\t%q: result.Group.%s,\n", f.key, f.goName)
		}
	}
	return `// Command edited sets the fields that were added, by their types.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"time"

	"github.com/oapi-codegen/runtime/types"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/gen/model"
)

var (
	_ = model.PostalAddress{}
	_ = types.Date{}
	_ = time.Now
)

// decoded returns the value of a type without a name.
func decoded[T any](_ *T, text string) (v T) {
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	c, err := client.New()
	if err != nil {
		log.Fatal(err)
	}
	u := client.Update{Name: "Acme"}
` + set.String() + `	result, err := c.UpdateWorkspaceGroup(context.Background(), 7, u, client.WithInclude(client.IncludeWorkspaces))
	if err != nil {
		log.Fatal(err)
	}
	var sponsor any
	if len(result.Included.Workspaces) > 0 {
		sponsor = result.Included.Workspaces[0].Sponsor
	}
	group, err := json.Marshal(map[string]any{
` + read.String() + `		"sponsor": sponsor,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("{\"workspace_groups\":{\"7\":%s}}\n", group)
}
`
}
