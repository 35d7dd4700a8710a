// Package openapitest checks in tests that responses are as openapi.yaml says. kin-openapi is the judge: it shares no
// code with the generated encoders. It is for tests of this module only.
package openapitest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Transport returns a RoundTripper that sends requests through base (nil: http.DefaultTransport) and fails the test
// where a response is not as the spec says. It is safe for concurrent use.
func Transport(tb testing.TB, base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{tb: tb, base: base}
}

type transport struct {
	tb   testing.TB
	base http.RoundTripper
}

var _ http.RoundTripper = (*transport)(nil)

// RoundTrip sends r and checks what comes back. The body of the response can be read as if nobody had.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err := Check(r, resp.StatusCode, resp.Header, body); err != nil {
		t.tb.Errorf("%s %s: %d is not as openapi.yaml says: %v", r.Method, r.URL.Path, resp.StatusCode, err)
	}
	return resp, nil
}

// spec is openapi.yaml, found from this file: tests of many folders use it.
var spec = sync.OnceValues(func() (*openapi3.T, error) {
	_, here, _, _ := runtime.Caller(0)
	return openapi3.NewLoader().LoadFromFile(filepath.Join(filepath.Dir(here), "..", "..", "..", "openapi.yaml"))
})

// Check returns an error where a response is not one that the spec has for the request: its status, its header fields
// or its body. Where the spec has no such path, the response has to be one of the errors of the spec.
func Check(r *http.Request, status int, header http.Header, body []byte) error {
	doc, err := spec()
	if err != nil {
		return fmt.Errorf("load the spec: %w", err)
	}
	if header.Get("Content-Type") == "" {
		return fmt.Errorf("the response has no Content-Type")
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: route(doc, r)},
		Status:                 status,
		Header:                 header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			ExcludeResponseBody:   r.Method == http.MethodHead,
			MultiError:            true,
		},
	})
}

// route returns the operation that answers for r: the one of its path (a method that the path does not have is
// answered by those it has), or one that has the error responses of all.
func route(doc *openapi3.T, r *http.Request) *routers.Route {
	others := openapi3.NewResponsesWithCapacity(16)
	for template, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if matches(template, r.URL.Path) {
				return &routers.Route{Spec: doc, Path: template, PathItem: item, Method: method, Operation: operation}
			}
			for status, response := range operation.Responses.Map() {
				if !strings.HasPrefix(status, "2") {
					others.Set(status, response)
				}
			}
		}
	}
	return &routers.Route{Spec: doc, Operation: &openapi3.Operation{Responses: others}}
}

// matches reports whether path ends as template says; what precedes it is the base of some server.
func matches(template, path string) bool {
	want := strings.Split(template, "/")
	got := strings.Split(path, "/")
	if len(got) < len(want) {
		return false
	}
	got = got[len(got)-len(want):]
	for i, token := range want[1:] {
		if token != got[i+1] && !strings.HasPrefix(token, "{") {
			return false
		}
	}
	return true
}
