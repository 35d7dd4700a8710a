package client_test

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// document is a reply with every association; ids are out of textual order on purpose.
const document = `{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},` +
	`"results":[{"key":"workspace_groups","id":"7"}],` +
	`"workspace_groups":{"7":{"id":"7","name":"Acme","company":true,"notes":null,` +
	`"created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00",` +
	`"workspace_ids":["9","10","11"],"external_reference_ids":["1"],"rate_card_set_ids":["2"]}},` +
	`"external_references":{"1":{"id":"1","service_name":"jira","service_model":"Issue","service_model_ref":"A-1","status":"pending",` +
	`"subject_id":7,"subject_type":"WorkspaceGroup","created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00"}},` +
	`"workspaces":{"10":{"id":"10","title":"Ten"},"11":{"id":"11","title":"Eleven"},"9":{"id":"9","title":"Nine"}},` +
	`"rate_card_sets":{"2":{"id":"2","title":"Standard rates"}}}`

// request is what a server got.
type request struct {
	method, uri, body string
	header            http.Header
}

// server answers with handler and hands out what it got.
type server struct {
	url  string
	seen chan request
}

func newServer(t testing.TB, handler http.HandlerFunc) *server {
	t.Helper()
	s := &server{seen: make(chan request, 16)}
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.seen <- request{r.Method, r.RequestURI, string(body), r.Header.Clone()}
		handler(w, r)
	}))
	t.Cleanup(ts.Close)
	s.url = ts.URL + "/api/v1"
	return s
}

// newTLSServer serves over one version of TLS, and HTTP/2.
func newTLSServer(t testing.TB, version uint16, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	ts := httptest.NewUnstartedServer(handler)
	ts.EnableHTTP2 = true
	ts.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes fail on purpose
	ts.TLS = &tls.Config{MinVersion: version, MaxVersion: version}
	ts.StartTLS()
	t.Cleanup(ts.Close)
	return ts
}

// requests returns how many requests came that were not taken from seen.
func (s *server) requests() int { return len(s.seen) }

// answer is a handler that gives the same reply to all requests.
func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "req-1")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func newClient(t testing.TB, s *server, opts ...client.Option) *client.Client {
	t.Helper()
	base := []client.Option{client.WithBaseURL(s.url), client.WithToken(canary), client.WithoutRetries()}
	c, err := client.New(append(base, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// canary is the token of the tests; it must come up nowhere but in the Authorization header.
const canary = "canary-5ecret"
