package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/oxgroups/api/server"
)

// Pages of named origins may call, also where they are refused; for all others everything is as without CORS.
func TestCORS(t *testing.T) {
	const named = "https://app.example"
	srv, err := server.New(demoStore(t), server.WithCORS(named, "http://localhost:3000"))
	if err != nil {
		t.Fatal(err)
	}
	preflight := http.Header{"Access-Control-Request-Method": {"PUT"}, "Access-Control-Request-Headers": {"authorization,content-type"}}
	for _, tc := range []struct {
		name, method, origin string
		header               http.Header
		status               int
		allowed              bool
	}{
		{"preflight", "OPTIONS", named, preflight, 204, true},
		{"another named origin", "OPTIONS", "http://localhost:3000", preflight, 204, true},
		{"an update", "PUT", named, http.Header{"Authorization": {"Bearer demo"}, "Content-Type": {"application/json"}}, 200, true},
		{"an update that is refused", "PUT", named, nil, 401, true},
		{"an origin that is not named", "OPTIONS", "https://evil.example", preflight, 405, false},
		{"an origin that begins like a named one", "OPTIONS", named + ".evil.example", preflight, 405, false},
		{"no page", "PUT", "", http.Header{"Authorization": {"Bearer demo"}, "Content-Type": {"application/json"}}, 200, false},
		{"no page asks for options", "OPTIONS", "", nil, 405, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest(tc.method, server.BasePath+"/workspace_groups/7", strings.NewReader(good))
			for key, values := range tc.header {
				r.Header[key] = values
			}
			if tc.origin != "" {
				r.Header.Set("Origin", tc.origin)
			}
			w := httptest.NewRecorder()
			srv.Handler().ServeHTTP(w, r)
			h := w.Header()
			allowed := h.Get("Access-Control-Allow-Origin") == tc.origin && tc.origin != ""
			if w.Code != tc.status || allowed != tc.allowed || allowed != strings.Contains(h.Get("Vary"), "Origin") {
				t.Errorf("got %d %v", w.Code, h)
			}
			if tc.method == "OPTIONS" && tc.allowed && (h.Get("Access-Control-Allow-Methods") != "PUT" || h.Get("Access-Control-Allow-Headers") != "authorization,content-type") {
				t.Errorf("the preflight is answered with %v", h)
			}
			if tc.method == "PUT" && tc.allowed && !strings.Contains(h.Get("Access-Control-Expose-Headers"), "Retry-After") {
				t.Errorf("the page may not read Retry-After: %v", h)
			}
		})
	}
	for _, origin := range []string{"*", "app.example", "https://app.example/", "https://*.example", ""} {
		if _, err := server.New(demoStore(t), server.WithCORS(origin)); err == nil {
			t.Errorf("the origin %q is taken", origin)
		}
	}
}
