package page_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/oxgroups/api/server/standin/page"
)

func TestHandler(t *testing.T) {
	handler := page.Handler()
	for _, test := range []struct {
		path   string
		status int
		kind   string // of the content
		has    string
	}{
		{"/", 200, "text/html", "<title>oxgroupsd</title>"},
		{"/docs", 200, "text/html", "<title>oxgroupsd</title>"},
		{"/page/page.js", 200, "text/javascript", "import"},
		{"/page/page.css", 200, "text/css", "color-scheme"},
		{"/docs/swagger-ui-bundle.js", 200, "application/javascript", "SwaggerUIBundle"},
		{"/docs/", 301, "text/html", "/docs"}, // Swagger UI's own page has scripts that the policy forbids
		{"/page/nothing.js", 404, "text/plain", "not found"},
	} {
		t.Run(test.path, func(t *testing.T) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", test.path, nil))
			h := w.Header()
			if w.Code != test.status || !strings.HasPrefix(h.Get("Content-Type"), test.kind) || !strings.Contains(w.Body.String(), test.has) {
				t.Errorf("got %d, %s, without %q", w.Code, h.Get("Content-Type"), test.has)
			}
			if policy := h.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; ") || strings.Contains(policy, "unsafe") {
				t.Errorf("the content security policy is %s", policy)
			}
		})
	}
}
