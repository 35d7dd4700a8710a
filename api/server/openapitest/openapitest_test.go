package openapitest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/oxgroups/api/server/openapitest"
)

func TestCheck(t *testing.T) {
	const one = "/api/v1/workspace_groups/7"
	const failure = `{"errors":[{"type":"system","message":"m"}]}`
	const document = `{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},"results":[],"workspace_groups":{}}`
	for _, tc := range []struct {
		name, method, path string
		status             int
		kind, body         string
		ok                 bool
	}{
		{"a document", "PUT", one, 200, "application/json", document, true},
		{"a document with the suffix", "PUT", one + ".json", 200, "application/json", document, true},
		{"a document without count", "PUT", one, 200, "application/json", `{"results":[]}`, false},
		{"a document of another type", "PUT", one, 200, "text/plain", document, false},
		{"no content type", "PUT", one, 200, "", document, false},
		{"an error", "PUT", one, 404, "application/json", failure, true},
		{"an error of another form", "PUT", one, 404, "application/json", `{"message":"m"}`, false},
		{"a status under default", "PUT", one, 413, "application/json", failure, true},
		{"a status under default, of another form", "PUT", one, 413, "application/json", `{"message":"m"}`, false},
		{"another method", "GET", one, 405, "application/json", failure, true},
		{"no body of HEAD", "HEAD", one, 405, "application/json", "", true},
		{"another path", "PUT", "/x", 404, "application/json", failure, true},
		{"another path that is there", "PUT", "/x", 200, "application/json", document, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest(tc.method, tc.path, nil)
			h := http.Header{}
			if tc.kind != "" {
				h.Set("Content-Type", tc.kind)
			}
			if err := openapitest.Check(r, tc.status, h, []byte(tc.body)); (err == nil) != tc.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

// recorder is a test that counts its failures.
type recorder struct {
	testing.TB
	failures int
}

func (r *recorder) Errorf(string, ...any) { r.failures++ }

func TestTransportFailsTheTest(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	r := &recorder{TB: t}
	client := http.Client{Transport: openapitest.Transport(r, nil)}
	resp, err := client.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if r.failures != 1 {
		t.Errorf("a reply in plain text is %d failures", r.failures)
	}
}

func ExampleCheck() {
	r := httptest.NewRequest("PUT", "/api/v1/workspace_groups/7", nil)
	header := http.Header{"Content-Type": {"application/json"}}
	err := openapitest.Check(r, http.StatusNotFound, header, []byte(`{"errors":[{"type":"system","message":"Record not found"}]}`))
	fmt.Println(err)
	// Output: <nil>
}
