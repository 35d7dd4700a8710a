package api_test

import (
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

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
	// The one file by hand. What it reads is the engines' business: a method in each of the three, and a command.
	write(t, filepath.Join(e.dir, "api", "server", "get.go"), `package server

import (
	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

func (o operations) GetWorkspaceGroup(echo.Context, int64, model.GetWorkspaceGroupParams) error {
	return &group.Error{Code: group.NotFound}
}
`)
	e.build(t, e.dir, e.after)
	s := e.serve(t, e.after, "memory:")
	defer s.stop()
	for name, tc := range map[string]struct {
		path, token string
		status      int
	}{
		"without a token": {"/workspace_groups/7", "", http.StatusUnauthorized},
		"another token":   {"/workspace_groups/7", "another", http.StatusUnauthorized},
		"no id":           {"/workspace_groups/007", "demo", http.StatusBadRequest},
		"the handler":     {"/workspace_groups/7", "demo", http.StatusNotFound},
		"with the suffix": {"/workspace_groups/7.json", "demo", http.StatusNotFound},
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
	s.update(t, s.after, "--name", "Acme")
}

// An association that is added to the spec does not compile until the domain knows it.
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
	switch places := e.named(t); {
	case len(places) == 0:
		t.Error("it compiles although nothing stores the association")
	case len(places) > 10:
		t.Errorf("the compiler names %d places, want at most 10", len(places))
	}
}
