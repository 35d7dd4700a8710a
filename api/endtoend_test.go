package api_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/server/openapitest"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/sqlite"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Run(m)) }

// serve serves the demo data in a SQLite file on a port of its own, and returns a client for it and a function that stops
// both. What the server answers is checked against openapi.yaml.
func serve(t *testing.T, file string) (c *client.Client, stop func()) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Load(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	srv, err := clienttest.Start(clienttest.WithStore(store, demo.Token))
	if err != nil {
		t.Fatal(err)
	}
	checked := srv.HTTPClient()
	checked.Transport = openapitest.Transport(t, checked.Transport)
	if c, err = srv.NewClient(client.WithHTTPClient(checked)); err != nil {
		t.Fatal(err)
	}
	return c, func() {
		srv.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// From the generated client over a real port to SQLite and back, and the same after a restart.
func TestEndToEnd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "groups.db")
	c, stop := serve(t, file)
	includes := client.WithInclude(client.IncludeWorkspaces, client.IncludeExternalReferences, client.IncludeRateCardSets)
	first, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{
		Name:               "Acme",
		Notes:              client.Value("rockets 🚀"),
		Email:              client.Null[string](),
		Company:            client.Value(false),
		AddWorkspaceIds:    client.Value([]int64{12, 12, 10}),
		RemoveWorkspaceIds: client.Value([]int64{11, 50}),
		ExternalReference: client.Value(client.ReferenceUpdate{
			ServiceName: "jira", ServiceModel: "Issue", ServiceModelRef: "A-1",
		}),
	}, includes)
	if err != nil {
		t.Fatal(err)
	}
	check := func(t *testing.T, r *client.Result) {
		t.Helper()
		g := r.Group
		if v, _ := g.Notes.Value(); v != "rockets 🚀" || !g.Email.IsNull() {
			t.Errorf("notes %q, email %+v", v, g.Email)
		}
		if v, ok := g.Company.Value(); v || !ok {
			t.Errorf("company is %+v", g.Company)
		}
		var ids []int64
		for _, w := range r.Workspaces {
			ids = append(ids, w.ID)
		}
		if !slices.Equal(ids, []int64{10, 12}) {
			t.Errorf("workspaces are %v", ids)
		}
		if refs := r.ExternalReferences; len(refs) != 1 || refs[0].ServiceModelRef != "A-1" {
			t.Errorf("references are %+v", refs)
		}
		if sets := r.RateCardSets; len(sets) != 1 {
			t.Errorf("rate card sets are %+v", sets)
		}
	}
	check(t, first)
	refusals(t, c)
	stop()

	c, stop = serve(t, file)
	defer stop()
	second, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}, includes)
	if err != nil {
		t.Fatal(err)
	}
	check(t, second)
	if !bytes.Equal(first.Raw, second.Raw) {
		t.Errorf("an update that changes nothing, after a restart:\n%s\nbefore it:\n%s", second.Raw, first.Raw)
	}
}

// refusals are errors of each kind as the client tells them.
func refusals(t *testing.T, c *client.Client) {
	for _, tc := range []struct {
		name   string
		id     int64
		update client.Update
		opts   []client.Option
		want   error
		field  string
	}{
		{"the spec forbids it, locally", 7, client.Update{}, nil, client.ErrValidation, "name"},
		{"the spec forbids it, remotely", 7, client.Update{}, []client.Option{client.WithoutValidation()}, client.ErrValidation, "name"},
		{"a workspace out of reach", 7, client.Update{Name: "Acme", AddWorkspaceIds: client.Value([]int64{101})}, nil, client.ErrRefused, "add_workspace_ids"},
		{"a name that is taken", 8, client.Update{Name: "ACME"}, nil, client.ErrRefused, "name"},
		{"no such group", 999, client.Update{Name: "Acme"}, nil, client.ErrNotFound, ""},
		{"an unknown token", 7, client.Update{Name: "Acme"}, []client.Option{client.WithToken("unknown")}, client.ErrUnauthorized, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := c.UpdateWorkspaceGroup(t.Context(), tc.id, tc.update, tc.opts...)
			if !errors.Is(err, tc.want) {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			var remote *client.Error
			if errors.As(err, &remote) && tc.field != "" && (len(remote.Errors) != 1 || remote.Errors[0].Field != tc.field) {
				t.Errorf("got %+v, want the field %s", remote.Errors, tc.field)
			}
		})
	}
}
