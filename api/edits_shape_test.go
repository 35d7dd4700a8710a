package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// byHand counts the files that are edited in a copy beside openapi.yaml.
type byHand struct {
	*edited
	files []string
}

// add adds the files of an archive.
func (h *byHand) add(t *testing.T, archive string) {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", archive))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		write(t, filepath.Join(h.dir, f.Name), string(f.Data))
		h.files = append(h.files, f.Name)
	}
}

// edit replaces texts in a file, each of which has to be there once.
func (h *byHand) edit(t *testing.T, file string, texts ...string) {
	t.Helper()
	path := filepath.Join(h.dir, file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(texts); i += 2 {
		if n := strings.Count(text, texts[i]); n != 1 {
			t.Fatalf("%q is %d times in %s", texts[i], n, file)
		}
		text = strings.Replace(text, texts[i], texts[i+1], 1)
	}
	write(t, path, text)
	h.files = append(h.files, file)
}

// most fails the test if more files were edited.
func (h *byHand) most(t *testing.T, n int) {
	t.Helper()
	t.Logf("%d files by hand: %v", len(h.files), h.files)
	if len(h.files) > n {
		t.Errorf("%d files are edited by hand, want at most %d", len(h.files), n)
	}
}

// named returns the places that the compiler names in a copy that does not compile: each file and line once.
func (e *edited) named(t *testing.T) (places []string) {
	t.Helper()
	out := run(t, e.dir, 1, "go", "build", "-gcflags=-e", "./...")
	for _, m := range regexp.MustCompile(`(?m)^([a-z]\S+\.go:\d+):`).FindAllStringSubmatch(out, -1) {
		if !slices.Contains(places, m[1]) {
			places = append(places, m[1])
		}
	}
	t.Logf("the compiler names %v", places)
	return places
}

// testModule runs the tests of the copy that know of the spec.
func (e *edited) testModule(t *testing.T) {
	t.Helper()
	run(t, e.dir, 0, "go", "generate", "-run", "scripts/docs", ".")
	run(t, e.dir, 0, "go", "vet", "./...")
	t.Log(run(t, e.dir, 0, "go", append([]string{"test", "-short"}, fastTests...)...))
}

// A second operation does not compile without its handler, and needs nothing else to be routed, authenticated and checked.
func TestEveryKindOfOperation(t *testing.T) {
	e := generated(t, replace(t, "\n  /workspace_groups/{id}:\n", `
  /workspace_groups/{id}:
    get:
      operationId: getWorkspaceGroup
      tags: [workspace_groups]
      summary: Get a workspace group
      parameters:
        - $ref: '#/components/parameters/Id'
        - $ref: '#/components/parameters/Include'
      responses:
        '200':
          description: The group
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/WorkspaceGroupDocument'
        '401':
          $ref: '#/components/responses/Unauthorized'
        '404':
          $ref: '#/components/responses/NotFound'
        default:
          $ref: '#/components/responses/Refused'
`, 1))
	for _, place := range e.named(t) {
		if !strings.HasPrefix(place, filepath.Join("api", "server")+"/") {
			t.Errorf("a second operation needs an edit of %s", place)
		}
	}
	h := &byHand{edited: e}
	h.add(t, "operation.txtar")
	h.edit(t, "api/group/store.go", "// Store is a whole engine", `// Getter is what reading a group needs.
type Getter interface {
	// Get returns the group. Its errors are those of Update.
	Get(ctx context.Context, by Caller, id int64, in Includes) (Snapshot, error)
}

// Store is a whole engine`, "type Updater interface {\n", "type Updater interface {\n\tGetter\n")
	h.edit(t, "cmd/oxgroups/internal/cli/cli.go", "update.NewCmd(streams), ", "update.NewCmd(streams), get.NewCmd(streams), ",
		"\t\"example.com/oxgroups/cmd/oxgroups/internal/update\"\n", "\t\"example.com/oxgroups/cmd/oxgroups/internal/get\"\n\t\"example.com/oxgroups/cmd/oxgroups/internal/update\"\n")
	h.most(t, 6)
	e.build(t, e.dir, e.after)
	stores := persistent(t)
	stores["memory"] = func() string { return "memory:" }
	for engine, fresh := range stores {
		t.Run(engine, func(t *testing.T) {
			s := e.serve(t, e.after, fresh())
			defer s.stop()
			s.get(t)
		})
	}
	run(t, e.dir, 0, "go", "vet", "./...") // the tests of the server take GET for a method that the path does not have
}

// get reads groups by the second operation, over HTTP and from the command line.
func (s *served) get(t *testing.T) {
	t.Helper()
	for name, tc := range map[string]struct {
		path, token string
		status      int
	}{
		"without a token": {"/workspace_groups/7", "", http.StatusUnauthorized},
		"another token":   {"/workspace_groups/7", "another", http.StatusUnauthorized},
		"no id":           {"/workspace_groups/007", "demo", http.StatusBadRequest},
		"no group":        {"/workspace_groups/999", "demo", http.StatusNotFound},
		"the group":       {"/workspace_groups/7", "demo", http.StatusOK},
		"with the suffix": {"/workspace_groups/7.json", "demo", http.StatusOK},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+tc.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tc.token != "" {
			r.Header.Set("Authorization", "Bearer "+tc.token)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != tc.status {
			t.Errorf("%s: %d %s, want %d", name, resp.StatusCode, body, tc.status)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	s.update(t, s.after, "--name", "Acme", "--notes", "read me")
	got := groupOf(t, stdout(t, s.dir, s.after+"oxgroups", "get", "7"), "7")
	if string(got["notes"]) != `"read me"` || string(got["workspace_ids"]) != `["10","11"]` {
		t.Errorf("the command shows %s", got)
	}
}

// An association that is added to the spec does not compile until the domain and the stores know it; then it is stored on every
// engine, returned, exported and imported, over an upgrade of a database made before.
func TestEveryKindOfAssociation(t *testing.T) {
	e := generated(t,
		properties(t, "WorkspaceGroupDocument", "invoices: {type: object, description: The invoices by id, additionalProperties: {$ref: '#/components/schemas/Invoice'}}"),
		properties(t, "WorkspaceGroup", "invoice_ids: {type: array, items: {type: string}, description: Ids of the invoices of the group}"),
		replace(t, "\n    RateCardSet:\n", `
    Invoice:
      type: object
      description: An invoice
      required: [id, title]
      additionalProperties: true
      properties:
        id: {type: string, description: The id of the invoice}
        title: {type: string, description: What it is for}

    RateCardSet:
`, 1))
	if places := e.named(t); len(places) == 0 || len(places) > 10 {
		t.Errorf("the compiler names %d places, want 1 to 10", len(places))
	}
	h := &byHand{edited: e}
	h.add(t, "association.txtar")
	h.edit(t, "api/group/kind.go", "\tWorkspaceKind\n", "\tWorkspaceKind\n\tInvoiceKind\n",
		"\t{\"workspaces\", \"workspace_ids\"},\n", "\t{\"workspaces\", \"workspace_ids\"},\n\t{\"invoices\", \"invoice_ids\"},\n")
	h.edit(t, "api/store/kind.go", "rateCardSetKind, workspaceKind}", "rateCardSetKind, workspaceKind, invoiceKind}",
		"\tMeta               model.Meta\n", "\tInvoices *map[string]model.Invoice\n\tMeta               model.Meta\n",
		"\tworkspaceKind = kind[", `	invoiceKind = kind[model.Invoice]{group.InvoiceKind, validator.DecodeInvoice, validator.AppendInvoice,
		func(d *model.WorkspaceGroupDocument) **map[string]model.Invoice { return &d.Invoices },
		func(g *model.WorkspaceGroup) **[]string { return &g.InvoiceIds }}
	workspaceKind = kind[`)
	h.most(t, 10)
	e.build(t, moduleRoot(t), e.before)
	e.build(t, e.dir, e.after)
	for engine, fresh := range persistent(t) {
		t.Run(engine, func(t *testing.T) { e.upgradeAssociation(t, fresh) })
	}
	t.Run("tests of the module", e.testModule)
}

// upgradeAssociation puts invoices beside a group of a store that was made before there were any.
func (e *edited) upgradeAssociation(t *testing.T, fresh func() string) {
	store := fresh()
	old := e.serve(t, e.before, store)
	old.update(t, e.before, "--name", "Acme", "--notes", "before")
	old.stop()
	file := filepath.Join(t.TempDir(), "invoices.json")
	write(t, file, `{"workspace_groups":{"7":{"id":"7","name":"Acme","invoice_ids":["3","5"]}},
		"invoices":{"3":{"id":"3","title":"Rockets","total":7},"5":{"id":"5","title":"Skates"}}}`)
	run(t, e.dir, 0, e.after+"oxgroupsd", "import", file, "--store", store)
	s := e.serve(t, e.after, store)
	if got := s.update(t, s.after, "--name", "Acme", "--include", "invoices"); string(got["invoice_ids"]) != `["3","5"]` {
		t.Errorf("the group has the invoices %s", got["invoice_ids"])
	}
	if out := run(t, s.dir, 0, s.after+"oxgroups", "update", "7", "--name", "Acme", "--include", "invoices", "--jq", ".invoices[].title"); out != "Rockets\nSkates\n" {
		t.Errorf("the invoices are %s", out)
	}
	if got := s.update(t, s.after, "--name", "Acme"); got["invoice_ids"] != nil {
		t.Errorf("the group has the invoices %s, which nobody asked for", got["invoice_ids"])
	}
	s.stop()
	document := stdout(t, e.dir, e.after+"oxgroupsd", "export", "--store", store)
	write(t, file, document)
	to := fresh()
	run(t, e.dir, 0, e.after+"oxgroupsd", "import", file, "--store", to)
	if again := stdout(t, e.dir, e.after+"oxgroupsd", "export", "--store", to); !equalJSON(t, json.RawMessage(again), document) || !strings.Contains(again, `"total":7`) {
		t.Errorf("imported and exported again it is another document: %s", again)
	}
	run(t, e.dir, 0, e.after+"oxgroupsd", "doctor", "--store", to)
}
