package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/listen"
	"example.com/oxgroups/api/server/openapitest"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/gen/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is an engine that answers what a test wants.
type fake struct {
	group.Updater // nil: for operations that no test calls

	authenticate func(context.Context, string) (group.Caller, error)
	update       func(context.Context, group.Caller, int64, model.WorkspaceGroupUpdate, group.Includes) (group.Snapshot, error)
}

var _ group.Updater = (*fake)(nil)

func (f *fake) Authenticate(ctx context.Context, token string) (group.Caller, error) {
	if f.authenticate == nil {
		return group.Caller{TokenID: 1, AccountID: 1, UserID: 1}, nil
	}
	return f.authenticate(ctx, token)
}

func (f *fake) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	if f.update == nil {
		return group.Snapshot{Group: model.WorkspaceGroup{ID: "7", Name: u.Name}}, nil
	}
	return f.update(ctx, by, id, u, in)
}

// demoStore returns an engine with the demo data and a second token that may only read.
func demoStore(t *testing.T) group.Store {
	t.Helper()
	store := memory.Open()
	if err := demo.Load(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	_, _, err := store.CreateToken(t.Context(), group.NewToken{AccountID: 1, UserID: 2, ReadOnly: true, Secret: "reader"})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// target is a server on a real port.
type target struct {
	addr   string
	client *http.Client
	stop   func() error // ends Serve and returns what it returned
}

func start(t *testing.T, store group.Updater, opts ...server.Option) *target {
	t.Helper()
	srv, err := server.New(store, opts...)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := listen.Open(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ctx, ln) }()
	base := &http.Transport{}
	stopped := false
	x := &target{
		addr:   ln.Addr().String(),
		client: &http.Client{Transport: openapitest.Transport(t, base)},
		stop: func() error {
			stopped = true
			cancel()
			return <-ended
		},
	}
	t.Cleanup(func() {
		base.CloseIdleConnections()
		if !stopped {
			if err := x.stop(); err != nil {
				t.Errorf("Serve: %v", err)
			}
		}
	})
	return x
}

// call is one request; what is not given is as in a good one.
type call struct {
	method string
	path   string // and query
	token  string // "-": no Authorization
	kind   string // Content-Type; "-": none
	header http.Header
	body   string
	stream io.Reader // a body of unknown length, in place of body
}

const good = `{"workspace_group":{"name":"Acme"}}`

func (c call) request(t *testing.T, addr string) *http.Request {
	t.Helper()
	or := func(s, fallback string) string {
		if s == "" {
			return fallback
		}
		return s
	}
	body := c.stream
	if body == nil {
		body = strings.NewReader(c.body)
	}
	r, err := http.NewRequestWithContext(t.Context(), or(c.method, http.MethodPut), "http://"+addr+or(c.path, "/api/v1/workspace_groups/7"), body)
	if err != nil {
		t.Fatal(err)
	}
	if token := or(c.token, demo.Token); token != "-" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if kind := or(c.kind, "application/json"); kind != "-" {
		r.Header.Set("Content-Type", kind)
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	return r
}

// answer is a reply, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends a call and checks what holds for every reply.
func (x *target) do(t *testing.T, c call) answer {
	t.Helper()
	resp, err := x.client.Do(c.request(t, x.addr))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{resp.StatusCode, resp.Header, body}
	a.checkCommon(t, c.method)
	return a
}

func (a answer) checkCommon(t *testing.T, method string) {
	t.Helper()
	if a.header.Get("X-Request-Id") == "" {
		t.Error("no X-Request-Id")
	}
	if runtime := a.header.Get("X-Runtime"); len(runtime) < len("0.000000") || runtime[len(runtime)-7] != '.' {
		t.Errorf("X-Runtime is %q, want seconds with six decimals", runtime)
	}
	if got := a.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type is %q", got)
	}
	if method != http.MethodHead && !json.Valid(a.body) {
		t.Errorf("the body is not JSON: %q", a.body)
	}
}

func (a answer) errors(t *testing.T) []model.Error {
	t.Helper()
	var e model.Errors
	if err := json.Unmarshal(a.body, &e); err != nil {
		t.Fatal(err)
	}
	return e.Errors
}

// one returns the only error of a reply.
func (a answer) one(t *testing.T) (kind, field, message string) {
	t.Helper()
	errs := a.errors(t)
	if len(errs) != 1 {
		t.Fatalf("got %d errors, want one: %s", len(errs), a.body)
	}
	if errs[0].Field != nil {
		field = *errs[0].Field
	}
	return errs[0].Type, field, errs[0].Message
}

func (a answer) document(t *testing.T) model.WorkspaceGroupDocument {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("got %d %s, want 200", a.status, a.body)
	}
	var doc model.WorkspaceGroupDocument
	if err := json.Unmarshal(a.body, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// group returns the group that a reply is about.
func (a answer) group(t *testing.T) model.WorkspaceGroup {
	t.Helper()
	doc := a.document(t)
	if len(doc.Results) != 1 {
		t.Fatalf("got %d results", len(doc.Results))
	}
	g, ok := doc.WorkspaceGroups[doc.Results[0].ID]
	if !ok {
		t.Fatal("the map has no object for the result")
	}
	return g
}

func (a answer) refused(t *testing.T, status int, kind, field, message string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, status)
	}
	gotKind, gotField, gotMessage := a.one(t)
	if gotKind != kind || gotField != field || !strings.Contains(gotMessage, message) {
		t.Errorf("got %s %q %q, want %s %q %q", gotKind, gotField, gotMessage, kind, field, message)
	}
}

// unread is a body of unknown length.
func unread(size int) io.Reader { return io.MultiReader(bytes.NewReader(make([]byte, size))) }
