package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"example.com/oxgroups/api/store"
)

// misfit is a document with a value that does not fit the spec and a field that it does not have.
const misfit = `{"as_stored":true,"workspace_groups":{"7":{"id":"7","name":"Acme","company":"yes","retired":1}}}`

func TestDoctor(t *testing.T) {
	sound, unsound := newStore(t), newStore(t)
	oxgroupsd(t, demoDocument(), "import", "-", "--store", sound).done(t)
	r := oxgroupsd(t, misfit, "import", "-", "--store", unsound).done(t)
	if !strings.Contains(r.err, "1 values do not fit the spec") {
		t.Errorf("import says %s", r.err)
	}
	if r := oxgroupsd(t, "", "doctor", "--store", sound).done(t); r.out != "" {
		t.Errorf("a sound store: %s", r.out)
	}
	if r := oxgroupsd(t, "", "doctor", "--store", sound, "--json").done(t); r.out != "[]\n" {
		t.Errorf("a sound store as JSON: %q", r.out)
	}
	if r := oxgroupsd(t, "", "doctor", "--store", unsound); r.code != exitFailed || !strings.Contains(r.out, "workspace_groups 7  company") {
		t.Errorf("got %+v, want exit code 1 and the value", r)
	}
	r = oxgroupsd(t, "", "doctor", "--store", unsound, "--json")
	var found []store.Finding
	if err := json.Unmarshal([]byte(r.out), &found); err != nil || r.code != exitFailed {
		t.Fatalf("exit code %d, %v: %s", r.code, err, r.out)
	}
	want := []store.Finding{
		{Account: 1, Kind: "workspace_groups", ID: "7", Field: "company", Rule: "type", Message: "must be a boolean"},
		{Account: 1, Kind: "workspace_groups", ID: "7", Field: "retired", Rule: store.UnknownField, Message: "is not a field of the spec"},
	}
	if len(found) != 2 || found[0] != want[0] || found[1] != want[1] {
		t.Errorf("got %+v, want %+v", found, want)
	}
}

func TestBackup(t *testing.T) {
	from, to := newStore(t), filepath.Join(t.TempDir(), "copy.db")
	oxgroupsd(t, demoDocument(), "import", "-", "--store", from).done(t)
	oxgroupsd(t, "", "token", "create", "--account", "1", "--user", "1", "--store", from).done(t)
	oxgroupsd(t, "", "backup", to, "--store", from).done(t)
	for _, command := range [][]string{{"export"}, {"token", "list"}} {
		original := oxgroupsd(t, "", append(command, "--store", from)...).done(t).out
		if copied := oxgroupsd(t, "", append(command, "--store", "sqlite:"+to)...).done(t).out; copied != original {
			t.Errorf("%v of the copy is\n%s\nwant\n%s", command, copied, original)
		}
	}
	if r := oxgroupsd(t, "", "backup", to, "--store", from); r.code != exitFailed || !strings.Contains(r.err, "exist") {
		t.Errorf("a second copy to the same place: %+v", r)
	}
}

func TestAllAccounts(t *testing.T) {
	from, to := newStore(t), newStore(t)
	oxgroupsd(t, demoDocument(), "import", "-", "--store", from).done(t)
	oxgroupsd(t, `{"workspace_groups":{"900":{"id":"900","name":"Other"}}}`, "import", "-", "--store", from, "--account", "5").done(t)
	all := oxgroupsd(t, "", "export", "--all-accounts", "--store", from).done(t)
	if !strings.Contains(all.err, "tokens are not exported") {
		t.Errorf("export says %s", all.err)
	}
	oxgroupsd(t, all.out, "import", "-", "--store", to).done(t)
	if again := oxgroupsd(t, "", "export", "--all-accounts", "--store", to).done(t).out; again != all.out {
		t.Errorf("%d bytes became %d", len(all.out), len(again))
	}
}

func TestImportUnknownMaps(t *testing.T) {
	const doc = `{"workspace_groups":{"7":{"id":"7","name":"Acme"}},"expense_budgets":{"1":{"id":"1"}}}`
	store := newStore(t)
	if r := oxgroupsd(t, doc, "import", "-", "--store", store); r.code != exitFailed || !strings.Contains(r.err, "expense_budgets") || !strings.Contains(r.err, "--ignore-unknown") {
		t.Errorf("got %+v, want exit code 1, the map and the flag", r)
	}
	oxgroupsd(t, doc, "import", "-", "--store", store, "--ignore-unknown").done(t)
}

func TestTokenNameAndEnd(t *testing.T) {
	store := newStore(t)
	create := []string{"token", "create", "--store", store, "--account", "1", "--user", "1"}
	oxgroupsd(t, "", append(create, "--name", "CRM sync", "--expires", "720h")...).done(t)
	list := oxgroupsd(t, "", "token", "list", "--store", store).done(t).out
	if !strings.Contains(list, "CRM sync") || !strings.Contains(list, "EXPIRES") || !strings.Contains(list, "LAST USED") {
		t.Errorf("the list is\n%s", list)
	}
	for _, expires := range []string{"0s", "-1h", "soon"} {
		if r := oxgroupsd(t, "", append(create, "--expires", expires)...); r.code != exitUsage || !strings.Contains(r.err, "--expires") {
			t.Errorf("--expires %s: %+v", expires, r)
		}
	}
}

func TestDemoOnOtherData(t *testing.T) {
	store := newStore(t)
	oxgroupsd(t, `{"workspace_groups":{"7":{"id":"7","name":"Acme"}}}`, "import", "-", "--store", store).done(t)
	r := oxgroupsd(t, "", "serve", "--demo", "--addr", "127.0.0.1:0", "--store", store)
	if r.code != exitFailed || !strings.Contains(r.err, "the demo needs an empty one") || len(r.err) > 300 {
		t.Errorf("got %+v", r)
	}
}
