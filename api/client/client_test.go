package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/oxgroups/api/client"
)

func TestUpdateSendsWhatWasAskedFor(t *testing.T) {
	tests := map[string]struct {
		update client.Update
		opts   []client.Option
		uri    string
		body   string
	}{
		"only the name": {
			update: client.Update{Name: "Acme"},
			uri:    "/api/v1/workspace_groups/7",
			body:   `{"workspace_group":{"name":"Acme"}}`,
		},
		"null is sent, left out is not": {
			update: client.Update{Name: "Acme", Notes: client.Null[string]()},
			uri:    "/api/v1/workspace_groups/7",
			body:   `{"workspace_group":{"name":"Acme","notes":null}}`,
		},
		"zero values are sent": {
			update: client.Update{Name: "Acme", Company: client.Value(false)},
			uri:    "/api/v1/workspace_groups/7",
			body:   `{"workspace_group":{"company":false,"name":"Acme"}}`,
		},
		"includes go into the query": {
			update: client.Update{Name: "Acme"},
			opts:   []client.Option{client.WithInclude(client.IncludeWorkspaces), client.WithInclude(client.IncludeRateCardSets)},
			uri:    "/api/v1/workspace_groups/7?include=workspaces,rate_card_sets",
			body:   `{"workspace_group":{"name":"Acme"}}`,
		},
		"a reference": {
			update: client.Update{Name: "Acme", ExternalReference: client.Value(client.ReferenceUpdate{
				ServiceName: "jira", ServiceModel: "Issue", ServiceModelRef: "A-1", Status: client.Value(client.ReferenceStatusPending),
			})},
			uri: "/api/v1/workspace_groups/7",
			body: `{"workspace_group":{"external_reference":{"service_model":"Issue","service_model_ref":"A-1",` +
				`"service_name":"jira","status":"pending"},"name":"Acme"}}`,
		},
		"U+FFFD that the caller wrote": {
			update: client.Update{Name: "A\ufffd"},
			uri:    "/api/v1/workspace_groups/7",
			body:   `{"workspace_group":{"name":"A` + "\ufffd" + `"}}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, answer(200, document))
			if _, err := newClient(t, s).UpdateWorkspaceGroup(t.Context(), 7, tt.update, tt.opts...); err != nil {
				t.Fatal(err)
			}
			got := <-s.seen
			if got.method != http.MethodPut || strings.ReplaceAll(got.uri, "%2C", ",") != tt.uri {
				t.Errorf("request line: got %s %s, want PUT %s", got.method, got.uri, tt.uri)
			}
			if !sameJSON(t, got.body, tt.body) {
				t.Errorf("body: got %s, want %s", got.body, tt.body)
			}
			for key, want := range map[string]string{
				"Authorization": "Bearer " + canary, "Content-Type": "application/json", "Accept": "application/json",
			} {
				if got.header.Get(key) != want {
					t.Errorf("%s: got %q, want %q", key, got.header.Get(key), want)
				}
			}
		})
	}
}

func TestResult(t *testing.T) {
	s := newServer(t, answer(200, document))
	r, err := newClient(t, s).UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	if g := r.Group; g.ID != 7 || g.Name != "Acme" || !g.Notes.IsNull() {
		t.Errorf("group: %+v", g)
	}
	var titles []string
	for _, w := range r.Workspaces {
		titles = append(titles, w.Title)
	}
	if got := strings.Join(titles, " "); got != "Nine Ten Eleven" {
		t.Errorf("workspaces in order: got %q", got)
	}
	if refs := r.ExternalReferences; len(refs) != 1 || refs[0].ServiceName != "jira" {
		t.Errorf("references: %+v", refs)
	}
	if sets := r.RateCardSets; len(sets) != 1 || sets[0].Title != "Standard rates" {
		t.Errorf("rate card sets: %+v", sets)
	}
	if r.StatusCode != 200 || r.RequestID != "req-1" || string(r.Raw) != document || len(r.Warnings) != 0 {
		t.Errorf("the rest: %d %q %s %v", r.StatusCode, r.RequestID, r.Raw, r.Warnings)
	}
}

func TestResultWithoutIDs(t *testing.T) {
	doc := strings.Replace(document, `"workspace_ids":["9","10","11"],`, "", 1)
	s := newServer(t, answer(200, doc))
	r, err := newClient(t, s).UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	if w := r.Workspaces; len(w) != 3 || w[0].ID != 9 || w[1].ID != 10 {
		t.Errorf("not in numeric order: %+v", w)
	}
}

func TestValidationCostsNoRequest(t *testing.T) {
	tests := map[string]struct {
		id     int64
		update client.Update
		fields []string
	}{
		"no name":             {7, client.Update{}, []string{"name"}},
		"blank name":          {7, client.Update{Name: " "}, []string{"name"}},
		"id 0":                {0, client.Update{Name: "Acme"}, []string{"id"}},
		"a workspace id of 0": {7, client.Update{Name: "Acme", AddWorkspaceIds: client.Value([]int64{1, 0})}, []string{"add_workspace_ids.1"}},
		"not UTF-8":           {7, client.Update{Name: "A\xff"}, []string{""}},
		"U+0000":              {7, client.Update{Name: "A\x00"}, []string{""}},
		"unknown status": {7, client.Update{Name: "Acme", ExternalReference: client.Value(client.ReferenceUpdate{
			ServiceName: "jira", ServiceModel: "Issue", ServiceModelRef: "A-1", Status: client.Value(client.ReferenceStatus("done")),
		})}, []string{"external_reference.status"}},
		"several": {-1, client.Update{RemoveWorkspaceIds: client.Value([]int64{-5})}, []string{"id", "name", "remove_workspace_ids.0"}},
	}
	s := newServer(t, answer(200, document))
	c := newClient(t, s)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := c.UpdateWorkspaceGroup(t.Context(), tt.id, tt.update)
			var invalid *client.ValidationError
			if !errors.As(err, &invalid) || !errors.Is(err, client.ErrValidation) {
				t.Fatalf("got %v, want a ValidationError", err)
			}
			got := map[string]bool{}
			for _, p := range invalid.Problems() {
				got[p.Field] = true
				if p.Message == "" || p.Type != "validation" {
					t.Errorf("incomplete: %+v", p)
				}
			}
			for _, field := range tt.fields {
				if !got[field] {
					t.Errorf("%q is not named in %v", field, err)
				}
			}
			if s.requests() != 0 {
				t.Error("a request was sent")
			}
		})
	}
}

func TestWithoutValidation(t *testing.T) {
	s := newServer(t, answer(400, `{"errors":[{"type":"validation","message":"is required","field":"name"}]}`))
	_, err := newClient(t, s, client.WithoutValidation()).UpdateWorkspaceGroup(t.Context(), 7, client.Update{})
	var refused *client.Error
	if !errors.As(err, &refused) || s.requests() != 1 {
		t.Errorf("got %v after %d requests, want the API's answer", err, s.requests())
	}
}

func TestRequestHasNoToken(t *testing.T) {
	s := newServer(t, answer(200, document))
	req, err := newClient(t, s).Request(t.Context(), 7, client.Update{Name: "Acme"}, client.WithInclude(client.IncludeWorkspaces))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	if req.Header.Get("Authorization") != "" || req.URL.String() != s.url+"/workspace_groups/7?include=workspaces" ||
		string(body) != `{"workspace_group":{"name":"Acme"}}` || s.requests() != 0 {
		t.Errorf("got %s %v %s", req.URL, req.Header, body)
	}
}

func TestContextEndsACall(t *testing.T) {
	s := newServer(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := newClient(t, s)
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-s.seen; cancel() }()
		_, err := c.UpdateWorkspaceGroup(ctx, 7, client.Update{Name: "Acme"})
		if !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrConnection) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
	t.Run("WithTimeout", func(t *testing.T) {
		_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}, client.WithTimeout(time.Millisecond))
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, client.ErrConnection) {
			t.Errorf("got %v, want ErrConnection and context.DeadlineExceeded", err)
		}
	})
}

func TestBrokenReplies(t *testing.T) {
	tests := map[string]struct {
		handler http.HandlerFunc
		want    error
	}{
		"connection closed": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, client.ErrConnection},
		"cut short":         {answer(200, document[:40], "Content-Length", "1000"), client.ErrConnection},
		"too long":          {answer(200, document+strings.Repeat(" ", 8000)), client.ErrResponseTooLarge},
		"not JSON":          {answer(200, "<html>"), client.ErrBadResponse},
		"no group":          {answer(200, strings.NewReplacer(`"id":"7"}]`, `"id":"8"}]`, `{"7":{`, `{"9":{`).Replace(document)), client.ErrBadResponse},
		"no content":        {answer(204, ""), client.ErrBadResponse},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, newServer(t, tt.handler), client.WithMaxResponseBytes(8000))
			_, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestResponseOfExactlyTheBound(t *testing.T) {
	c := newClient(t, newServer(t, answer(200, document)), client.WithMaxResponseBytes(int64(len(document))))
	if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}); err != nil {
		t.Error(err)
	}
}

func TestConcurrentCalls(t *testing.T) {
	s := newServer(t, answer(200, document))
	go func() { // the record of requests is bounded
		for {
			select {
			case <-s.seen:
			case <-t.Context().Done():
				return
			}
		}
	}()
	c := newClient(t, s, client.WithHeader("X-Client", "all"))
	var calls sync.WaitGroup
	for range 16 {
		calls.Go(func() {
			for range 8 {
				r, err := c.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}, client.WithHeader("X-Call", "one"))
				if err != nil || len(r.Workspaces) != 3 {
					t.Errorf("got %v %v", r, err)
				}
			}
		})
	}
	calls.Wait()
}
