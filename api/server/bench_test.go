package server_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/gen/model"
)

// discard is a ResponseWriter that keeps nothing, so that only the handler is measured.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

type body struct{ strings.Reader }

func (*body) Close() error { return nil }

// BenchmarkRequest is one whole request without a socket: routing, authentication, body, reply.
func BenchmarkRequest(b *testing.B) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s, err := server.New(&fake{update: func(_ context.Context, _ group.Caller, _ int64, u model.WorkspaceGroupUpdate, _ group.Includes) (group.Snapshot, error) {
		return group.Snapshot{Group: model.WorkspaceGroup{ID: "7", Name: u.Name, CreatedAt: at, UpdatedAt: at}}, nil
	}})
	if err != nil {
		b.Fatal(err)
	}
	for _, bc := range []struct{ name, body string }{
		{"accepted", inGroup(`"notes":"Prefers rockets","company":true,"email":"wile@acme.example","add_workspace_ids":[10,12,13,14,15],
			"external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1","status":"successful","locked":false}`)},
		{"refused", `{"workspace_group":{"notes":"Prefers rockets"}}`},
	} {
		b.Run(bc.name, func(b *testing.B) {
			r, err := http.NewRequest(http.MethodPut, server.BasePath+"/workspace_groups/7", nil)
			if err != nil {
				b.Fatal(err)
			}
			r.Header = http.Header{"Authorization": {"Bearer demo"}, "Content-Type": {"application/json"}}
			r.ContentLength = int64(len(bc.body))
			w := &discard{http.Header{}}
			reader := &body{}
			r.Body = io.NopCloser(reader)
			b.ReportAllocs()
			for b.Loop() {
				reader.Reset(bc.body)
				clear(w.header)
				s.Handler().ServeHTTP(w, r)
			}
		})
	}
}
