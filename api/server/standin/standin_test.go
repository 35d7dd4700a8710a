package standin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/standin"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/api/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stand is a stand-in with the server behind it, each on a port.
type stand struct {
	*testing.T
	api, ops string
	client   *http.Client
}

const token = "a-token-of-the-tests-that-is-long"

func start(t *testing.T, store group.Store, o standin.Options) *stand {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	if err := demo.LoadWithToken(ctx, store, token); err != nil {
		t.Fatal(err)
	}
	in, err := standin.New(ctx, store, o)
	if err != nil {
		t.Fatal(err)
	}
	srv, err := server.New(in.Store(), in.Option(), server.WithWrapper(in.Wrap))
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(srv.Handler())
	in.URL = api.URL
	ops := httptest.NewServer(in.Handler())
	transport := &http.Transport{}
	t.Cleanup(func() {
		cancel()
		transport.CloseIdleConnections()
		api.Close()
		ops.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &stand{t, api.URL + "/api/v1", ops.URL, &http.Client{Transport: transport}}
}

// on returns the stand for a subtest.
func (s *stand) on(t *testing.T) *stand {
	t.Helper()
	copied := *s
	copied.T = t
	return &copied
}

func (s *stand) do(method, url, body string, header ...string) (int, string) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, url, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err.Error()
	}
	return resp.StatusCode, string(text)
}

// put updates a group.
func (s *stand) put(path, body string, header ...string) int {
	s.Helper()
	status, _ := s.do("PUT", s.api+path, body, append([]string{"Authorization", "Bearer " + token, "Content-Type", "application/json"}, header...)...)
	return status
}

// get reads JSON from the stand-in.
func (s *stand) get(path string, v any) {
	s.Helper()
	status, text := s.do("GET", s.ops+path, "")
	if err := json.Unmarshal([]byte(text), v); err != nil || status != 200 {
		s.Fatalf("%s: %d %s (%v)", path, status, text, err)
	}
}

func (s *stand) want(status int, method, path, body string, header ...string) string {
	s.Helper()
	got, text := s.do(method, s.ops+path, body, header...)
	if got != status {
		s.Fatalf("%s %s: %d %s, want %d", method, path, got, text, status)
	}
	return text
}

type place struct {
	In, Pointer, Rule, Message string
	Line, Column               int
}

type entry struct {
	ID             int64
	Status         int
	Group, Message string
	Fault          string
	Violations     int
	Changed        bool
	TokenID        int64 `json:"token_id"`
	Request, Reply struct {
		Headers   http.Header
		Body      string
		Truncated bool
	}
	Problems, Ignored, Tolerated []place
	Before, After                map[string]any
}

func (s *stand) newest() (e entry) {
	s.Helper()
	var list struct{ Requests []entry }
	s.get("/requests?limit=1", &list)
	if len(list.Requests) != 1 {
		s.Fatal("the journal is empty")
	}
	s.get(fmt.Sprint("/requests/", list.Requests[0].ID), &e)
	return e
}

// Everything that is wrong with a request, or odd, is named with its line and column in the body as it was sent.
func TestPlaces(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{})
	for _, tc := range []struct {
		name, kind, path, body string
		status                 int
		want                   []string // what: pointer line:column rule
	}{
		{"JSON", "application/json", "/workspace_groups/7", "{\n \"workspace_group\": {\n  \"name\": \" \", \"company\":\"true\",\n  \"ü\": 1, \"workspace_ids\": [],\n  \"add_workspace_ids\": [10, \"12\"]\n }, \"filters\": \"\"}", 400, []string{
			"problem: /workspace_group/name 3:11 pattern", "problem: /workspace_group/company 3:26 type", "problem: /workspace_group/add_workspace_ids/1 5:29 type",
			"ignored: /workspace_group/ü 4:3", "ignored: /workspace_group/workspace_ids 4:11", "ignored: /filters 6:5",
			`tolerated: /workspace_group/company 3:26 Rails would take "true" as true`, `tolerated: /workspace_group/add_workspace_ids/1 5:29 Rails would take "12" as 12`}},
		{"a field that is missing", "application/json", "/workspace_groups/7", "{\"workspace_group\":\n{\"notes\":null}}", 400,
			[]string{"problem: /workspace_group/name 2:1 required"}},
		{"no JSON", "application/json", "/workspace_groups/7", "{\"workspace_group\":\n  {\"name\" \"x\"}}", 400,
			[]string{"problem:  2:11 syntax"}},
		{"refused by the data", "application/json", "/workspace_groups/8", "{\"workspace_group\":{\"name\":\"ACME\",\n\"remove_workspace_ids\":[101]}}", 422,
			[]string{"problem: /workspace_group/name 1:28 refused", "problem: /workspace_group/remove_workspace_ids 2:24 refused"}},
		{"a parameter", "application/json", "/workspace_groups/0", `{"workspace_group":{"name":"x"}}`, 400, []string{"problem: path /id 0:0 minimum"}},
		{"a form", "application/x-www-form-urlencoded", "/workspace_groups/7", "workspace_group[name]=&workspace_group[company]=&workspace_group[hue]=1&workspace_group[add_workspace_ids][]=7&workspace_group[add_workspace_ids][]=x", 400, []string{
			"problem: /workspace_group/name 1:1 pattern", "problem: /workspace_group/add_workspace_ids/1 1:112 type", "ignored: /workspace_group/hue 1:50",
			`tolerated: /workspace_group/company 1:24 Rails would take "" as null`}},
		{"no token", "application/json", "/workspace_groups/7", `{"only":"x"}`, 401, []string{"ignored: /only 1:2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := s.on(t)
			authorization := "Bearer " + token
			if tc.status == 401 {
				authorization = "Bearer another"
			}
			if got := s.put(tc.path, tc.body, "Content-Type", tc.kind, "Authorization", authorization); got != tc.status {
				t.Errorf("answered %d, want %d", got, tc.status)
			}
			e := s.newest()
			if e.Request.Body != tc.body || e.Status != tc.status || e.Message == "" || e.Violations != len(e.Problems) {
				t.Errorf("got %+v", e)
			}
			var got []string
			for what, list := range map[string][]place{"problem": e.Problems, "ignored": e.Ignored, "tolerated": e.Tolerated} {
				for _, p := range list {
					line := fmt.Sprintf("%s: %s%s %d:%d %s", what, p.In+strings.Repeat(" ", min(1, len(p.In))), p.Pointer, p.Line, p.Column, p.Rule)
					if what == "tolerated" {
						line += p.Message
					}
					got = append(got, strings.TrimSpace(line))
				}
			}
			for _, want := range tc.want {
				if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+want+"\n") {
					t.Errorf("%q is missing", want)
				}
			}
			if len(got) != len(tc.want) {
				t.Errorf("got\n%s", strings.Join(got, "\n"))
			}
		})
	}
}

// What an update changed is shown as it was and as it is; what was refused changed nothing.
func TestChanges(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{})
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"Acme","notes":"new","add_workspace_ids":[12]}}`)
	e := s.newest()
	if !e.Changed || e.Before["notes"] != nil || e.After["notes"] != "new" || len(e.Before["workspace_ids"].([]any)) != 2 || len(e.After["workspace_ids"].([]any)) != 3 {
		t.Errorf("got %v, %v", e.Before, e.After)
	}
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"Acme","notes":"new"}}`)
	if e = s.newest(); e.Changed || e.TokenID == 0 || e.Group != "7" {
		t.Errorf("got %+v", e)
	}
	s.put("/workspace_groups/8", `{"workspace_group":{"name":"Acme"}}`)
	if e = s.newest(); e.Changed || e.Before != nil || e.After != nil {
		t.Errorf("of a refused update it says %v, %v", e.Before, e.After)
	}
}

func TestFilters(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{Entries: 5})
	s.put("/workspace_groups/1", `{"workspace_group":{"name":"dropped"}}`)
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"Acme"}}`)
	s.put("/workspace_groups/8", `{"workspace_group":{"name":"Acme"}}`)
	s.put("/workspace_groups/8", `{"workspace_group":{}}`)
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"Zebra"}}`)
	s.do("GET", s.api+"/workspace_groups/7", "")
	for _, tc := range []struct {
		query string
		ids   string
		total int
	}{
		{"", "[6 5 4 3 2]", 5}, {"?status=422", "[3]", 1}, {"?status=4xx", "[6 4 3]", 3}, {"?method=get", "[6]", 1}, {"?group=8", "[4 3]", 2},
		{"?text=zebra", "[5]", 1}, {"?text=is%20required", "[4]", 1}, {"?limit=2", "[6 5]", 5}, {"?before=4&limit=1", "[3]", 5}, {"?status=5xx", "[]", 0},
	} {
		var list struct {
			Requests       []entry
			Total, Dropped int
		}
		s.get("/requests"+tc.query, &list)
		ids := []int64{}
		for _, e := range list.Requests {
			ids = append(ids, e.ID)
		}
		if fmt.Sprint(ids) != tc.ids || list.Total != tc.total || list.Dropped != 1 {
			t.Errorf("%s: %v of %d, %d dropped; want %s of %d", tc.query, ids, list.Total, list.Dropped, tc.ids, tc.total)
		}
	}
	for _, query := range []string{"status=abc", "status=44xx", "limit=0", "before=x", "group=-1"} {
		s.want(400, "GET", "/requests?"+query, "")
	}
	s.want(404, "GET", "/requests/1", "")
	s.want(404, "GET", "/requests/7", "")
	s.want(204, "DELETE", "/requests", "")
	s.want(404, "GET", "/requests/6", "")
}

// The journal takes no more memory than it may, and the newest request is always there.
func TestBytes(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{Bytes: 100 << 10})
	for i := range 50 {
		s.put("/workspace_groups/7", fmt.Sprintf(`{"workspace_group":{"name":"%d","notes":"%s"}}`, i, strings.Repeat("n", 10<<10)))
	}
	var list struct{ Total, Dropped int }
	s.get("/requests", &list)
	if list.Total < 1 || list.Total > 9 || list.Total+list.Dropped != 50 {
		t.Errorf("got %+v", list)
	}
	s.put("/workspace_groups/7", strings.Repeat(" ", 1<<20)+`{"more":1}`)
	if e := s.newest(); e.ID != 51 || !e.Request.Truncated || e.Status != 413 {
		t.Errorf("got %d, %d, truncated %t", e.ID, e.Status, e.Request.Truncated)
	}
}

// A token is nowhere in what the journal shows, and its requests can be sent again all the same.
func TestTokensAreHidden(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{})
	s.put("/workspace_groups/7?key=other+secret&token=other+secret&access_token="+token, `{"workspace_group":{"name":"Acme","notes":"`+token+`"},"`+token+`":1}`, "User-Agent", token, "X-Secret", "secret")
	for _, path := range []string{"/requests", "/requests/1", "/requests/1/curl", "/requests/1/har", "/requests.har"} {
		text := s.want(200, "GET", path, "")
		if strings.Contains(text, token) || strings.Contains(text, "secret") {
			t.Errorf("%s shows a secret: %s", path, text)
		}
	}
	if curl := s.want(200, "GET", "/requests/1/curl", ""); !strings.Contains(curl, `-H "Authorization: Bearer $OXGROUPS_TOKEN"`) {
		t.Errorf("the curl line is %s", curl)
	}
	var again struct {
		ID     int64
		Status int
	}
	if err := json.Unmarshal([]byte(s.want(200, "POST", "/requests/1/replay", "")), &again); err != nil || again.Status != 200 || again.ID != 2 {
		t.Errorf("sent again: %+v, %v", again, err)
	}
}

func TestReplay(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{})
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"Acme"}}`)
	for _, tc := range []struct {
		edit   string
		status int // of the API
		code   int // of the stand-in
	}{
		{"", 200, 200},
		{`{"body":"{\"workspace_group\":{}}"}`, 400, 200},
		{`{"path":"/api/v1/workspace_groups/99"}`, 404, 200},
		{`{"method":"DELETE"}`, 405, 200},
		{`{"query":"include=workspaces"}`, 200, 200},
		{`{"headers":{"Authorization":"Bearer x"}}`, 401, 200},
		{`{"path":"no slash"}`, 0, 400}, {`{"method":"a b"}`, 0, 400}, {`{"unknown":1}`, 0, 400}, {`{`, 0, 400},
	} {
		var out struct {
			ID     int64
			Status int
			Body   string
		}
		text := s.want(tc.code, "POST", "/requests/1/replay", tc.edit)
		if tc.code != 200 {
			continue
		}
		if err := json.Unmarshal([]byte(text), &out); err != nil || out.Status != tc.status || out.Body == "" {
			t.Errorf("%s: %s, want %d", tc.edit, text, tc.status)
		}
		if e := s.newest(); e.ID != out.ID || e.Status != tc.status {
			t.Errorf("%s: the journal has %+v", tc.edit, e)
		}
	}
	s.want(200, "PUT", "/faults", `{"rules":[{"reset":true}]}`)
	if text := s.want(200, "POST", "/requests/1/replay", ""); !strings.Contains(text, `"status":0`) {
		t.Errorf("a fault in the way of a replay: %s", text)
	}
}

// A reader of the stream gets what comes while it reads, and what it has missed.
func TestStream(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{})
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"first"}}`)
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"second"}}`)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, err := http.NewRequestWithContext(ctx, "GET", s.ops+"/requests/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", "1")
	resp, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() (event string) {
		for lines.Scan() && lines.Text() != "" {
			event += lines.Text() + "\n"
		}
		return event
	}
	if hello := next(); !strings.HasPrefix(hello, ":") {
		t.Errorf("got %q", hello)
	}
	if event := next(); !strings.HasPrefix(event, "event: request\nid: 2\ndata: {\"id\":2,") {
		t.Errorf("got %q", event)
	}
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"third"}}`)
	if event := next(); !strings.Contains(event, "id: 3\n") {
		t.Errorf("got %q", event)
	}
	s.want(204, "DELETE", "/requests", "")
	if event := next(); !strings.HasPrefix(event, "event: cleared\n") {
		t.Errorf("got %q", event)
	}
	s.put("/workspace_groups/7", `{"workspace_group":{"name":"fourth"}}`)
	if event := next(); !strings.Contains(event, "id: 4\n") {
		t.Errorf("got %q", event)
	}
}

// The state goes back to the seed, on each engine: rows, what is out of reach, and the ids of new references.
func TestState(t *testing.T) {
	for name, store := range map[string]func() (group.Store, error){
		"memory": func() (group.Store, error) { return memory.Open(), nil },
		"sqlite": func() (group.Store, error) { return sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "groups.db")) },
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := store()
			if err != nil {
				t.Fatal(err)
			}
			s := start(t, opened, standin.Options{})
			seed := s.want(200, "GET", "/state", "")
			const change = `{"workspace_group":{"name":"Changed","add_workspace_ids":[12],"external_reference":{"service_name":"new","service_model":"M","service_model_ref":"1"}}}`
			changed := func(s *stand) string {
				s.Helper()
				if status := s.put("/workspace_groups/7?include=workspaces,external_references", change); status != 200 {
					s.Fatalf("the update was answered %d", status)
				}
				return s.want(200, "GET", "/state/workspace_groups/7", "")
			}
			first := changed(s)
			if !strings.Contains(first, `"name":"Changed"`) || !strings.Contains(first, `"external_reference_ids":["1","2"]`) || !strings.Contains(first, `"12":{"id":"12"`) {
				t.Errorf("group 7 is %s", first)
			}
			s.want(204, "PUT", "/snapshots/a", "")
			kept := s.want(200, "GET", "/state", "")
			s.want(204, "POST", "/reset", "")
			if got := s.want(200, "GET", "/state", ""); got != seed {
				t.Errorf("after the reset the state is\n%s\nwant\n%s", got, seed)
			}
			s.want(204, "POST", "/snapshots/a/restore", "")
			if got := s.want(200, "GET", "/state", ""); got != kept {
				t.Errorf("after the restore the state is\n%s\nwant\n%s", got, kept)
			}
			s.want(204, "PUT", "/state", seed)
			if got := s.want(200, "GET", "/state", ""); got != seed {
				t.Errorf("after it was put the state is\n%s\nwant\n%s", got, seed)
			}
			if status := s.put("/workspace_groups/7", `{"workspace_group":{"name":"Acme","add_workspace_ids":[101]}}`); status != 422 {
				t.Errorf("a workspace that was out of reach: %d", status)
			}
			s.want(204, "PUT", "/state", `{"workspace_groups":{"3":{"id":"3","name":"Mine"}},"workspaces":{"5":{"id":"5","title":"T"}}}`)
			if status := s.put("/workspace_groups/3", `{"workspace_group":{"name":"Mine","add_workspace_ids":[5]}}`); status != 200 {
				t.Errorf("an update of what was put: %d", status)
			}
			s.want(204, "POST", "/reset", "")
			if all := s.want(200, "GET", "/state/workspace_groups", ""); strings.Contains(all, `"5"]`) || !strings.Contains(all, `"Mine"`) {
				t.Errorf("after the second reset there is %s", all)
			}
			s.want(404, "GET", "/state/workspace_groups/7", "")
			for _, broken := range []string{``, `{`, `{"workspace_groups":{"1":{"id":"1","name":7}}}`, `{"workspace_groups":{"1":{"id":"2","name":"a"}}}`, seed + seed} {
				if status, text := s.do("PUT", s.ops+"/state", broken); status != 400 && status != 422 || !strings.Contains(text, `"error"`) {
					t.Errorf("%.60s: %d %s", broken, status, text)
				}
			}
			s.want(400, "PUT", "/snapshots/a%20b", "")
			s.want(404, "POST", "/snapshots/none/restore", "")
			if list := s.want(200, "GET", "/snapshots", ""); list != "{\"snapshots\":[\"a\"]}\n" {
				t.Errorf("the snapshots are %s", list)
			}
			s.want(204, "DELETE", "/snapshots/a", "")
			s.want(404, "DELETE", "/snapshots/a", "")
		})
	}
}

// A page of another origin can neither read nor change anything, even if its name leads here.
func TestOtherOrigins(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{})
	for _, tc := range []struct {
		name   string
		method string
		path   string
		header []string
		status int
	}{
		{"a name that leads here", "GET", "/requests", []string{"Host", "page.example:9090"}, 403},
		{"localhost", "GET", "/requests", []string{"Host", "localhost:9090"}, 200},
		{"a name of a container", "GET", "/requests", []string{"Host", "oxgroupsd:9090"}, 200},
		{"an IPv6 address", "GET", "/requests", []string{"Host", "[::1]:9090"}, 200},
		{"a form of another page", "POST", "/reset", []string{"Origin", "https://page.example"}, 403},
		{"a script of another port", "POST", "/reset", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"the own page", "POST", "/reset", []string{"Sec-Fetch-Site", "same-origin"}, 204},
		{"no browser", "POST", "/reset", nil, 204},
		{"the API from another page", "PUT", "/api/v1/workspace_groups/7", []string{"Origin", "https://page.example"}, 403},
	} {
		if status, text := s.do(tc.method, s.ops+tc.path, "", tc.header...); status != tc.status {
			t.Errorf("%s: %d %s, want %d", tc.name, status, text, tc.status)
		}
	}
}

// The spec that is served has no server but this one, and its requests work from the origin of the page.
func TestSpec(t *testing.T) {
	s := start(t, memory.Open(), standin.Options{})
	spec := s.want(200, "GET", "/openapi.yaml", "")
	if strings.Contains(spec, "mavenlink.com") || !strings.Contains(spec, "servers:\n  - url: /api/v1\n") || !strings.Contains(spec, "\nsecurity:\n") {
		t.Errorf("the servers are %.900s", spec)
	}
	status, text := s.do("PUT", s.ops+"/api/v1/workspace_groups/7", `{"workspace_group":{"name":"Acme"}}`, "Authorization", "Bearer "+token, "Content-Type", "application/json")
	if status != 200 || s.newest().Status != 200 {
		t.Errorf("%d %s", status, text)
	}
}
