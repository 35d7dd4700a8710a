package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
)

// Each request has its entry, with what was read of it and what was answered.
func TestJournal(t *testing.T) {
	type key struct{}
	entries := make(chan server.Entry, 1)
	srv, err := server.New(demoStore(t), server.WithJournal(func(ctx context.Context, e server.Entry) {
		if ctx.Value(key{}) != "outer" {
			t.Error("the context is not that of the request")
		}
		entries <- e
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name     string
		call     call
		update   string // its name; "": none
		includes group.Includes
		problems int
		status   int
	}{
		{"applied", call{body: `{"workspace_group":{"name":"New"},"include":"workspaces"}`}, "New", group.Includes{group.WorkspaceKind: true}, 0, 200},
		{"a form", call{kind: "application/x-www-form-urlencoded", body: `workspace_group[name]=New&workspace_group[id]=7`}, "New", group.Includes{}, 0, 200},
		{"no such group", call{path: "/api/v1/workspace_groups/999", body: good}, "Acme", group.Includes{}, 0, 404},
		{"refused by the data", call{path: "/api/v1/workspace_groups/8", body: `{"workspace_group":{"name":"NEW"}}`}, "NEW", group.Includes{}, 1, 422},
		{"refused by the spec", call{body: `{"workspace_group":{"company":7}}`}, "", group.Includes{}, 2, 400},
		{"no JSON", call{body: `{"`}, "", group.Includes{}, 1, 400},
		{"an id that is none", call{path: "/api/v1/workspace_groups/x", body: `{"only":1}`}, "", group.Includes{}, 2, 400},
		{"no token", call{token: "-", body: good}, "", group.Includes{}, 0, 401},
		{"no such route", call{path: "/", body: good}, "", group.Includes{}, 0, 404},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := tc.call.request(t, "localhost")
			srv.Handler().ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "outer")))
			e := <-entries
			name := ""
			if e.Update != nil {
				name = e.Update.Name
			}
			problems := len(e.Violations) + len(e.Refused)
			if e.Syntax != nil {
				problems++
			}
			if name != tc.update || e.Includes != tc.includes || problems != tc.problems || e.Status != tc.status || w.Code != tc.status {
				t.Errorf("got the name %q, %+v, %d problems, status %d; answered %d", name, e.Includes, problems, e.Status, w.Code)
			}
			if known := tc.name != "no token" && tc.name != "no such route"; (e.Caller.TokenID == 1) != known {
				t.Errorf("got the caller %+v", e.Caller)
			}
			if e.RequestID == "" || e.RequestID != w.Header().Get("X-Request-Id") {
				t.Errorf("the entry has the request id %q, the reply %q", e.RequestID, w.Header().Get("X-Request-Id"))
			}
		})
	}
	if _, err := server.New(demoStore(t), server.WithJournal(nil)); err == nil {
		t.Error("a journal that is nil is taken")
	}
}

// ErrorBody has the message of the error table where it has one.
func TestErrorBody(t *testing.T) {
	for status, want := range map[int]string{
		http.StatusTooManyRequests: `{"errors":[{"type":"system","message":"Too many requests"}]}`,
		http.StatusBadGateway:      `{"errors":[{"type":"system","message":"Bad Gateway"}]}`,
		599:                        `{"errors":[{"type":"system","message":"Status 599"}]}`,
	} {
		if got := string(server.ErrorBody(status)); got != want {
			t.Errorf("%d: got %s, want %s", status, got, want)
		}
	}
}
