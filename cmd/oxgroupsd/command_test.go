package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

func TestUsage(t *testing.T) {
	store := newStore(t)
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown command", []string{"frobnicate"}, "unknown command"},
		{"unknown flag", []string{"serve", "--nope"}, "--nope"},
		{"an argument too many", []string{"serve", "x"}, "x"},
		{"no file", []string{"import", "--store", store}, "arg"},
		{"account 0", []string{"export", "--store", store, "--account", "0"}, "--account"},
		{"account of text", []string{"import", "-", "--store", store, "--account", "x"}, "--account"},
		{"token alone", []string{"token", "--store", store}, "create"},
		{"unknown token command", []string{"token", "frobnicate", "--store", store}, "frobnicate"},
		{"token without account", []string{"token", "create", "--store", store, "--user", "1"}, "account"},
		{"token without user", []string{"token", "create", "--store", store, "--account", "1"}, "user"},
		{"workspaces of text", []string{"token", "create", "--store", store, "--account", "1", "--user", "1", "--workspaces", "x"}, "--workspaces"},
		{"no workspaces", []string{"token", "create", "--store", store, "--account", "1", "--user", "1", "--workspaces", ""}, "--workspaces"},
		{"revoke text", []string{"token", "revoke", "x", "--store", store}, "ID"},
		{"a URL with a bad escape", []string{"export", "--store", "postgres://u:hunter2%zz@h/d"}, "postgres://USER"},
		{"a URL with a bad parameter", []string{"export", "--store", "postgres://u:hunter2@h/d?sslmode=perhaps"}, "sslmode"},
		{"another scheme", []string{"export", "--store", "mysql://u:hunter2@h/d"}, "sqlite:PATH"},
		{"no path", []string{"export", "--store", "sqlite:"}, "sqlite:PATH"},
		{"memory that ends with the command", []string{"export", "--store", "memory:"}, "memory:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := oxgroupsd(t, "", tc.args...)
			if r.code != exitUsage || r.out != "" || !strings.Contains(r.err, tc.want) {
				t.Errorf("got %+v, want exit code 2 and something of %q", r, tc.want)
			}
			if strings.Contains(r.err, "hunter2") {
				t.Error("the error has the password")
			}
		})
	}
	t.Run("help", func(t *testing.T) {
		if r := oxgroupsd(t, "", "serve", "--help").done(t); !strings.Contains(r.out, "--addr") {
			t.Errorf("got %s", r.out)
		}
	})
}

func demoDocument() string {
	doc := demo.Document()
	text, err := validator.AppendWorkspaceGroupDocument(nil, &doc)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// export | import into a new file | export is the same bytes, by a file and by standard input.
func TestExportImportExport(t *testing.T) {
	first, second := newStore(t), newStore(t)
	r := oxgroupsd(t, demoDocument(), "import", "-", "--store", first).done(t)
	if r.out != "" || !strings.Contains(r.err, "20 workspace groups") {
		t.Errorf("import says %+v", r)
	}
	exported := oxgroupsd(t, "", "export", "--store", first).done(t).out
	file := filepath.Join(t.TempDir(), "groups.json")
	if err := os.WriteFile(file, []byte(exported), 0o600); err != nil {
		t.Fatal(err)
	}
	oxgroupsd(t, "", "import", file, "--store", second).done(t)
	if again := oxgroupsd(t, "", "export", "--store", second).done(t).out; again != exported {
		t.Errorf("%d bytes became %d", len(exported), len(again))
	}
	var doc model.WorkspaceGroupDocument
	if err := validator.DecodeWorkspaceGroupDocument([]byte(exported), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Count != 20 || len(doc.Results) != 20 || len(doc.WorkspaceGroups) != 20 || len(*doc.Workspaces) != 200 || len(*doc.ExternalReferences) != 1 || len(*doc.RateCardSets) != 1 {
		t.Errorf("got %d groups, %d results, %d workspaces", doc.Count, len(doc.Results), len(*doc.Workspaces))
	}
}

func TestExportOfAnEmptyAccount(t *testing.T) {
	store := newStore(t)
	out := oxgroupsd(t, "", "export", "--store", store, "--account", "9").done(t).out
	want := "{"
	for k := range group.Kinds {
		want += fmt.Sprintf("%q:{},", k)
	}
	want += `"results":[],"count":0,"meta":{"count":0,"page_count":1,"page_number":1,"page_size":20}}`
	var got bytes.Buffer
	if err := json.Compact(&got, []byte(out)); err != nil || got.String() != want {
		t.Errorf("got %s, %v", out, err)
	}
	oxgroupsd(t, out, "import", "-", "--store", store).done(t)
}

func TestImportIntoAnAccount(t *testing.T) {
	store := newStore(t)
	const doc = `{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},"results":[],"workspace_groups":
		{"7":{"id":"7","name":"Acme","created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00"}}}`
	oxgroupsd(t, doc, "import", "-", "--store", store, "--account", "2").done(t)
	if out := oxgroupsd(t, "", "export", "--store", store).done(t).out; strings.Contains(out, "Acme") {
		t.Error("the group is in account 1")
	}
	if out := oxgroupsd(t, "", "export", "--store", store, "--account", "2").done(t).out; !strings.Contains(out, "Acme") {
		t.Error("the group is not in account 2")
	}
	r := oxgroupsd(t, doc, "import", "-", "--store", store, "--account", "3")
	if r.code != exitFailed || !strings.Contains(r.err, "refused") {
		t.Errorf("the id of another account: %+v", r)
	}
}

func TestImportRefuses(t *testing.T) {
	for _, tc := range []struct{ name, doc, want string }{
		{"no JSON", "{", "at byte 1"},
		{"nothing", "", "at byte 0"},
		{"another document", `{}`, "/workspace_groups: is required (required)"},
		{"a rule of a field", strings.Replace(demoDocument(), `"name":"Acme"`, `"name":7`, 1), "/workspace_groups/7/name: must be a string (type)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			store := newStore(t)
			r := oxgroupsd(t, tc.doc, "import", "-", "--store", store)
			if r.code != exitFailed || !strings.Contains(r.err, tc.want) {
				t.Errorf("got %+v, want exit code 1 and %q", r, tc.want)
			}
			if _, err := os.Stat(strings.TrimPrefix(store, "sqlite:")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the store was touched: %v", err)
			}
		})
	}
	t.Run("no file", func(t *testing.T) {
		r := oxgroupsd(t, "", "import", filepath.Join(t.TempDir(), "none.json"), "--store", newStore(t))
		if r.code != exitFailed || !strings.Contains(r.err, "none.json") {
			t.Errorf("got %+v", r)
		}
	})
}

// A pipe that is closed is an error of export, not a short document that looks done.
func TestExportToAClosedPipe(t *testing.T) {
	store := newStore(t)
	oxgroupsd(t, demoDocument(), "import", "-", "--store", store).done(t)
	var stderr bytes.Buffer
	code := execute(t.Context(), []string{"export", "--store", store}, stdio{
		out: closed{}, err: &stderr, getenv: func(string) string { return "" },
	})
	if code != exitFailed || !strings.Contains(stderr.String(), "write the document") {
		t.Errorf("exit code %d, %s", code, &stderr)
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestToken(t *testing.T) {
	store := newStore(t)
	oxgroupsd(t, demoDocument(), "import", "-", "--store", store).done(t)
	create := oxgroupsd(t, "", "token", "create", "--store", store, "--account", "1", "--user", "2", "--workspaces", "10,11", "--read-only").done(t)
	secret := strings.TrimSuffix(create.out, "\n")
	if len(secret) < 32 || strings.ContainsAny(secret, " \n") {
		t.Errorf("standard output is %q, want the token alone", create.out)
	}
	if strings.Contains(create.err, secret) {
		t.Error("the token is in the notes too")
	}
	list := oxgroupsd(t, "", "token", "list", "--store", store).done(t)
	lines := strings.Split(strings.TrimSpace(list.out), "\n")
	if len(lines) != 2 || strings.Join(strings.Fields(lines[1])[:5], " ") != "1 1 2 read 2" || !strings.HasSuffix(lines[1], " -") {
		t.Errorf("the list is\n%s", list.out)
	}
	if strings.Contains(list.out, secret) {
		t.Error("the list has the token")
	}
	oxgroupsd(t, "", "token", "revoke", "1", "--store", store).done(t)
	if list := oxgroupsd(t, "", "token", "list", "--store", store).done(t); strings.HasSuffix(strings.TrimSpace(list.out), " -") {
		t.Errorf("the revoked token is listed as\n%s", list.out)
	}
	if r := oxgroupsd(t, "", "token", "revoke", "9", "--store", store); r.code != exitFailed || !strings.Contains(r.err, "no token 9") {
		t.Errorf("got %+v", r)
	}
	r := oxgroupsd(t, "", "token", "create", "--store", store, "--account", "1", "--user", "2", "--workspaces", "9999")
	if r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "workspaces") {
		t.Errorf("got %+v", r)
	}
}

func TestDefaultPath(t *testing.T) {
	for _, tc := range []struct {
		name, goos string
		env        map[string]string
		want       string
	}{
		{"Linux", "linux", map[string]string{"HOME": "/home/u"}, "/home/u/.local/share/oxgroups/oxgroups.db"},
		{"XDG", "linux", map[string]string{"HOME": "/home/u", "XDG_DATA_HOME": "/data"}, "/data/oxgroups/oxgroups.db"},
		{"a relative XDG path is ignored", "linux", map[string]string{"HOME": "/home/u", "XDG_DATA_HOME": "data"}, "/home/u/.local/share/oxgroups/oxgroups.db"},
		{"macOS", "darwin", map[string]string{"HOME": "/Users/u"}, "/Users/u/Library/Application Support/oxgroups/oxgroups.db"},
		{"Windows", "windows", map[string]string{"LOCALAPPDATA": "/local"}, "/local/oxgroups/oxgroups.db"},
		{"no home", "linux", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := defaultPath(tc.goos, func(name string) string { return tc.env[name] })
			if filepath.ToSlash(got) != tc.want || (err == nil) != (tc.want != "") {
				t.Errorf("got %q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

// The environment sets what no flag does.
func TestEnvironment(t *testing.T) {
	data := t.TempDir()
	env := map[string]string{"XDG_DATA_HOME": data, "HOME": data, "LOCALAPPDATA": data}
	run := func(args ...string) result {
		var out, err bytes.Buffer
		code := execute(t.Context(), args, stdio{in: strings.NewReader(demoDocument()), out: &out, err: &err, getenv: func(name string) string { return env[name] }, environ: environ(env)})
		return result{code, out.String(), err.String()}
	}
	env["OXGROUPSD_STORE"] = newStore(t)
	run("import", "-").done(t)
	if out := run("export").done(t).out; !strings.Contains(out, "Acme") {
		t.Error("OXGROUPSD_STORE is not used")
	}
	if out := run("export", "--store", newStore(t)).done(t).out; strings.Contains(out, "Acme") {
		t.Error("OXGROUPSD_STORE wins over the flag")
	}
	delete(env, "OXGROUPSD_STORE")
	if out := run("export").done(t).out; strings.Contains(out, "Acme") {
		t.Error("the default store is that of OXGROUPSD_STORE")
	}
	found := false
	err := filepath.WalkDir(data, func(path string, _ os.DirEntry, err error) error {
		found = found || filepath.Base(path) == "oxgroups.db"
		return err
	})
	if err != nil || !found {
		t.Errorf("the default store is not in the data directory (%v)", err)
	}
	env["OXGROUPSD_ADDR"] = "192.0.2.1:0"
	if r := run("serve", "--demo"); r.code != exitUsage || !strings.Contains(r.err, "loopback") {
		t.Errorf("OXGROUPSD_ADDR is not used: %+v", r)
	}
}

func environ(env map[string]string) (list []string) {
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// failing is a store that cannot be closed.
type failing struct{ group.Store }

func (failing) Close() error { return errors.New("the disk is full") }

func TestCloseErrorsAreReported(t *testing.T) {
	open := func(context.Context) (group.Store, error) { return failing{}, nil }
	err := with(t.Context(), open, func(group.Store) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("got %v", err)
	}
}
