package main

import (
	"net/http"
	"strings"
	"testing"
)

// Pages of named origins may call, also where they are refused or meet a fault; for all others everything is as without CORS.
func TestCORS(t *testing.T) {
	const named = "https://app.example"
	p := startProcess(t, "--demo", "--store", "memory:", "--cors", named+",http://localhost:3000", "--fault-header")
	preflight := http.Header{"Access-Control-Request-Method": {"PUT"}, "Access-Control-Request-Headers": {"authorization,content-type"}}
	update := http.Header{"Authorization": {"Bearer demo"}, "Content-Type": {"application/json"}}
	fault := http.Header{"Authorization": {"Bearer demo"}, "Content-Type": {"application/json"}, "X-Oxgroups-Fault": {`{"status":503}`}}
	for _, tc := range []struct {
		name, method, origin string
		header               http.Header
		status               int
		allowed              bool
	}{
		{"preflight", "OPTIONS", named, preflight, 204, true},
		{"another named origin", "OPTIONS", "http://localhost:3000", preflight, 204, true},
		{"an update", "PUT", named, update, 200, true},
		{"an update that is refused", "PUT", named, nil, 401, true},
		{"an update that meets a fault", "PUT", named, fault, 503, true},
		{"an origin that is not named", "OPTIONS", "https://evil.example", preflight, 405, false},
		{"an origin that begins like a named one", "OPTIONS", named + ".evil.example", preflight, 405, false},
		{"no page", "PUT", "", update, 200, false},
		{"no page asks for options", "OPTIONS", "", nil, 405, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), tc.method, p.url+"/api/v1/workspace_groups/7", strings.NewReader(`{"workspace_group":{"name":"Acme"}}`))
			if err != nil {
				t.Fatal(err)
			}
			for key, values := range tc.header {
				r.Header[key] = values
			}
			if tc.origin != "" {
				r.Header.Set("Origin", tc.origin)
			}
			w, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Body.Close()
			h := w.Header
			allowed := h.Get("Access-Control-Allow-Origin") == tc.origin && tc.origin != ""
			if w.StatusCode != tc.status || allowed != tc.allowed || allowed != strings.Contains(h.Get("Vary"), "Origin") {
				t.Errorf("got %d %v", w.StatusCode, h)
			}
			if tc.method == "OPTIONS" && tc.allowed && (h.Get("Access-Control-Allow-Methods") != "PUT" || h.Get("Access-Control-Allow-Headers") != "authorization,content-type") {
				t.Errorf("the preflight is answered with %v", h)
			}
			if tc.method == "PUT" && tc.allowed && !strings.Contains(h.Get("Access-Control-Expose-Headers"), "Retry-After") {
				t.Errorf("the page may not read Retry-After: %v", h)
			}
		})
	}
	for _, origin := range []string{"*", "app.example", "https://app.example/", "https://*.example"} {
		if r := oxgroupsd(t, "", "serve", "--demo", "--addr", "127.0.0.1:0", "--ops", "off", "--store", "memory:", "--cors", origin); r.code == exitDone || !strings.Contains(r.err, "--cors") {
			t.Errorf("the origin %q: exit code %d, %s", origin, r.code, r.err)
		}
	}
}
