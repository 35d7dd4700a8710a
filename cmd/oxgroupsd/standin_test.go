package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
)

// A shell with curl can test with the stand-in.
func TestCurlAlone(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", filepath.Join("..", "..", ".scripts", "stand-in"), binary)
	cmd.Env = append(os.Environ(), asMain+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The stand-in is where it is asked for, and nowhere else.
func TestStandInIsAskedFor(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want int
	}{
		{[]string{"--demo"}, 200}, {[]string{"--stand-in"}, 200}, {nil, 404},
	} {
		p := startProcess(t, append([]string{"--store", "memory:", "--ops", "127.0.0.1:0"}, tc.args...)...)
		ops := "http://" + p.awaitLog(t, `operations listener.* address=(\S+)`)
		if status, body := get(t, ops+"/requests"); status != tc.want {
			t.Errorf("%v: %d %s", tc.args, status, body)
		}
		for _, path := range []string{"/requests", "/state", "/faults"} {
			if status, body := get(t, p.url+path); status != 404 || !strings.Contains(body, "No such path") {
				t.Errorf("%v: the API's listener has %s: %d %s", tc.args, path, status, body)
			}
		}
		p.stop(t, syscall.SIGTERM)
	}
}

// Where others reach the operations listener, they cannot get at data of one's own.
func TestStandInIsForLoopback(t *testing.T) {
	r := oxgroupsd(t, "", "serve", "--stand-in", "--store", "memory:", "--addr", "127.0.0.1:0", "--ops", "0.0.0.0:0")
	if r.code != exitUsage || !strings.Contains(r.err, "--ops") {
		t.Errorf("%d %s", r.code, r.err)
	}
}

// Both listeners may be Unix sockets; the port file names them while they are served.
func TestPortFile(t *testing.T) {
	dir := t.TempDir()
	file, socket := filepath.Join(dir, "ports"), filepath.Join(dir, "ops")
	p := startProcess(t, "--demo", "--store", "memory:", "--ops", "unix:"+socket, "--port-file", file,
		"--faults", `{"rules":[{"when":{"nth":1},"status":502}]}`, "--fault-header")
	text, err := os.ReadFile(file)
	if want := "OXGROUPS_URL=" + p.url + "/api/v1\nOXGROUPS_OPS=unix:" + socket + "\n"; err != nil || string(text) != want {
		t.Errorf("the port file has %q, want %q (%v)", text, want, err)
	}
	for i, want := range []int{502, 200} {
		if status, body := p.put(t, "", "demo", update); status != want {
			t.Errorf("request %d: %d %s", i, status, body)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, p.url+"/api/v1/workspace_groups/7", strings.NewReader(update))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Oxgroups-Fault", `{"status":503}`)
	if resp, err := p.client.Do(r); err != nil || resp.StatusCode != 503 {
		t.Errorf("a fault by header: %v, %v", resp, err)
	}
	unix := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	defer unix.CloseIdleConnections()
	resp, err := (&http.Client{Transport: unix}).Get("http://localhost/requests?status=502")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if list, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(list), `"fault":"status 502"`) {
		t.Errorf("got %s, %v", list, err)
	}
	p.stop(t, syscall.SIGTERM)
	if _, err := os.Stat(file); err == nil {
		t.Error("the port file is still there")
	}
}

// updates are requests of many kinds, 200 of them, and at the end one for each group that asks for everything.
func updates() (list [][2]string) {
	bodies := []string{
		`{"workspace_group":{"name":"Group %[1]d","notes":"n%[2]d"}}`,
		`{"workspace_group":{"name":"Group %[1]d","notes":null,"company":true,"add_workspace_ids":[%[2]d]},"include":"workspaces"}`,
		`{"workspace_group":{"name":"Group %[1]d","remove_workspace_ids":[%[2]d],"workspace_ids":["1"]}}`,
		`{"workspace_group":{"name":"Group %[1]d","external_reference":{"service_name":"s%[2]d","service_model":"M","service_model_ref":"%[2]d"}}}`,
		`{"workspace_group":{"name":""}}`, `{"workspace_group":`, `{"workspace_group":{"name":"Group %[1]d","add_workspace_ids":[101]}}`,
		`{"workspace_group":{"name":"Group 1"}}`,
	}
	all := "?include=" + allIncludes()
	for i := range 180 {
		id, query := i%20+1, ""
		if i%3 == 0 {
			query = all
		}
		list = append(list, [2]string{fmt.Sprint(id, query), fmt.Sprintf(bodies[i%len(bodies)]+"%.0[1]s%.0[2]s", id, i%90+1)})
	}
	for id := 1; id <= 20; id++ {
		list = append(list, [2]string{fmt.Sprint(id, all), fmt.Sprintf(`{"workspace_group":{"name":"Last %d"}}`, id)})
	}
	return list
}

// allIncludes names every association.
func allIncludes() string {
	var names []string
	for _, include := range client.Includes() {
		names = append(names, string(include))
	}
	return strings.Join(names, ",")
}

func send(t *testing.T, client *http.Client, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer demo")
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(reply)
}

// Replies through record are those without it, and an import of what it wrote gives what the groups had. The API is behind TLS.
func TestRecord(t *testing.T) {
	newAPI := func() http.Handler {
		store := memory.Open()
		if err := demo.Load(t.Context(), store); err != nil {
			t.Fatal(err)
		}
		srv, err := server.New(store)
		if err != nil {
			t.Fatal(err)
		}
		return srv.Handler()
	}
	var tokens atomic.Int64
	api, direct := newAPI(), httptest.NewServer(newAPI())
	defer direct.Close()
	upstream := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer demo" {
			tokens.Add(1)
		}
		api.ServeHTTP(w, r)
	}))
	defer upstream.Close()
	dir := t.TempDir()
	authority, out := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "seen")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: upstream.Certificate().Raw})
	if err := os.WriteFile(authority, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", authority)
	p := startCommand(t, "record", "--upstream", upstream.URL, "--out", out, "--addr", "127.0.0.1:0", "--ops", "127.0.0.1:0")
	ops := "http://" + p.awaitLog(t, `operations listener.* address=(\S+)`)

	updatedAt := regexp.MustCompile(`"(?:created|updated)_at":"20[2-9]\d-[^"]*"`)
	list := updates()
	for _, u := range list {
		status, body := send(t, p.client, p.url+"/api/v1/workspace_groups/"+u[0], u[1])
		wantStatus, want := send(t, direct.Client(), direct.URL+"/api/v1/workspace_groups/"+u[0], u[1])
		if status != wantStatus || updatedAt.ReplaceAllString(body, "") != updatedAt.ReplaceAllString(want, "") {
			t.Fatalf("%s %s: %d %s\nwithout record: %d %s", u[0], u[1], status, body, wantStatus, want)
		}
	}
	direct.Client().CloseIdleConnections()
	if tokens.Load() != int64(len(list)) {
		t.Errorf("%d of %d requests came with their token", tokens.Load(), len(list))
	}
	status, page := get(t, ops+"/requests?limit=1000")
	if status != 200 || strings.Count(page, `"id":`) != len(list) || !strings.Contains(page, `"violations":1`) {
		t.Errorf("the journal has %d %.300s", status, page)
	}
	if status, _ := get(t, ops+"/state"); status != 404 {
		t.Errorf("there is a state: %d", status)
	}
	p.stop(t, syscall.SIGTERM)

	seen, err := os.ReadFile(out)
	if err != nil || bytes.Contains(seen, []byte("demo")) || bytes.Contains(seen, []byte("Bearer")) {
		t.Errorf("what was written has a token: %v", err)
	}
	store := newStore(t)
	oxgroupsd(t, "", "import", out, "--store", store).done(t)
	var got, want map[string]json.RawMessage
	last := map[string]map[string]any{}
	lines := strings.Split(strings.TrimSpace(string(seen)), "\n")
	for _, line := range lines[len(lines)-20:] {
		var doc map[string]map[string]any
		if err := json.Unmarshal([]byte(line), &doc); err != nil {
			t.Fatal(err)
		}
		for name, objects := range doc {
			if last[name] == nil {
				last[name] = map[string]any{}
			}
			maps.Copy(last[name], objects)
		}
	}
	exported := oxgroupsd(t, "", "export", "--store", store).done(t).out
	text, err := json.Marshal(last)
	if err != nil || json.Unmarshal([]byte(exported), &got) != nil || json.Unmarshal(text, &want) != nil {
		t.Fatal(err, exported)
	}
	for name := range want {
		for _, m := range []map[string]json.RawMessage{got, want} {
			var sorted any
			if err := json.Unmarshal(m[name], &sorted); err != nil {
				t.Fatal(err)
			}
			m[name], _ = json.Marshal(sorted)
		}
		if name != "workspaces" && string(got[name]) != string(want[name]) {
			t.Errorf("%s: imported are\n%s\nanswered were\n%s", name, got[name], want[name])
		}
	}
	if len(want) != int(group.Kinds) {
		t.Errorf("the replies had the maps %v", slices.Collect(maps.Keys(want)))
	}
}

// What the vendor answers otherwise than the spec says is shown at its place in the reply, and kept as it is.
func TestRecordOfOtherShapes(t *testing.T) {
	const reply = "{\"count\":1,\"results\":[{\"key\":\"workspace_groups\",\"id\":\"7\"}],\"workspace_groups\":{\"7\":{\"id\":\"7\",\"name\":\"Acme\",\n\"company\":\"yes\",\"created_at\":\"2013-04-15T16:48:48-07:00\",\"updated_at\":\"2013-04-15T16:48:48-07:00\",\"workspace_ids\":[\"10\"]}},\n" +
		"\"workspaces\":{\"10\":{\"id\":\"10\",\"title\":\"Ten\",\"account_id\":1,\"due_date\":\"soon\",\"price\":\"TBD\"}},\"users\":{\"1\":{\"id\":\"1\"}}}"
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/base/workspace_groups/7.json" {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusTeapot)
			_ = http.NewResponseController(w).Flush() // so the reply has no length
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, reply)
	}))
	defer vendor.Close()
	out := filepath.Join(t.TempDir(), "seen")
	p := startCommand(t, "record", "--upstream", vendor.URL+"/base", "--out", out, "--addr", "127.0.0.1:0", "--ops", "127.0.0.1:0")
	ops := "http://" + p.awaitLog(t, `operations listener.* address=(\S+)`)
	plain := &http.Client{Transport: &http.Transport{}}
	defer plain.CloseIdleConnections()
	if status, body := send(t, plain, p.url+"/api/v1/workspace_groups/7.json", `{"workspace_group":{"name":"Acme","add_workspace_ids":["10"]}}`); status != 200 || body != reply {
		t.Errorf("got %d %s", status, body)
	}
	if status, _ := send(t, plain, p.url+"/api/v1/other", `{}`); status != http.StatusTeapot {
		t.Errorf("got %d", status)
	}
	for path, places := range map[string][]string{
		"/requests/1": {
			`{"pointer":"/workspace_group/add_workspace_ids/0","rule":"type","message":"must be an integer, without quotes: 10 and not \"10\"","line":1,"column":56}`,
			`{"in":"reply","pointer":"/workspace_groups/7/company","rule":"type","message":"must be a boolean","line":2,"column":11}`,
			`{"in":"reply","pointer":"/workspaces/10/due_date","rule":"format",`, `{"in":"reply","pointer":"/meta","rule":"required",`,
			`"tolerated":[{"pointer":"/workspace_group/add_workspace_ids/0"`,
		},
		"/requests/2": {`{"in":"request","pointer":"","rule":"operation","message":"the spec answers 404 Not Found"}`, `{"in":"reply","pointer":"","rule":"`},
	} {
		_, entry := get(t, ops+path)
		for _, want := range places {
			if !strings.Contains(entry, want) {
				t.Errorf("%s lacks %s: %s", path, want, entry)
			}
		}
	}
	vendor.Close()
	if status, body := send(t, plain, p.url+"/api/v1/workspace_groups/7", `{"workspace_group":{"name":"Acme"}}`); status != 502 || !strings.Contains(body, "Bad Gateway") {
		t.Errorf("without an API: %d %s", status, body)
	}
	p.stop(t, syscall.SIGTERM)

	store := newStore(t)
	r := oxgroupsd(t, "", "import", out, "--store", store).done(t)
	if !strings.Contains(r.err, "imported 1 workspace groups") {
		t.Errorf("it says %s", r.err)
	}
	exported := oxgroupsd(t, "", "export", "--store", store).done(t).out
	for _, want := range []string{`"company":"yes"`, `"due_date":"soon"`, `"price":"TBD"`} {
		if !strings.Contains(exported, want) {
			t.Errorf("the export lacks %s: %s", want, exported)
		}
	}
	for _, args := range [][]string{{"record"}, {"record", "--upstream", "ftp://x"}, {"record", "--upstream", "http://x", "--demo"}} {
		if r := oxgroupsd(t, "", args...); r.code != exitUsage {
			t.Errorf("%v: %d %s", args, r.code, r.err)
		}
	}
}
