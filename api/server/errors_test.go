package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

func inGroup(members string) string { return `{"workspace_group":{"name":"Acme",` + members + `}}` }

// Every row of the error table, by all the ways that lead to it, on the demo data.
func TestErrors(t *testing.T) {
	x := start(t, demoStore(t))
	const path = "/api/v1/workspace_groups/"
	const form = "application/x-www-form-urlencoded"
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	for _, tc := range []struct {
		name                 string
		call                 call
		status               int
		kind, field, message string
	}{
		{"400 not JSON", call{body: `{"workspace_group":`}, 400, "syntax", "", "at byte 19"},
		{"400 not UTF-8", call{body: inGroup("\"notes\":\"\xff\"")}, 400, "syntax", "", "at byte"},
		{"400 a lone surrogate", call{body: inGroup(`"notes":"\ud800"`)}, 400, "syntax", "", "at byte"},
		{"400 U+0000", call{body: inGroup(`"notes":"\u0000"`)}, 400, "syntax", "", "at byte"},
		{"400 a duplicate key", call{body: inGroup(`"name":"B"`)}, 400, "syntax", "", "at byte"},
		{"400 a duplicate unknown key", call{body: inGroup(`"x":{"a":1,"a":2}`)}, 400, "syntax", "", "at byte"},
		{"400 the envelope twice", call{body: `{"workspace_group":{"name":1},"workspace_group":{"name":"Acme"}}`}, 400, "syntax", "", "at byte"},
		{"400 data after the document", call{body: good + "{}"}, 400, "syntax", "", "at byte 35"},
		{"400 nested too deep", call{body: inGroup(`"x":` + deep)}, 400, "syntax", "", "at byte"},
		{"400 no body", call{}, 400, "syntax", "", "at byte 0"},
		{"400 no body of a form", call{kind: form}, 400, "syntax", "", "at byte 0"},
		{"400 a form with a broken escape", call{kind: form, body: "workspace_group[name]=%zz"}, 400, "syntax", "", "percent"},
		{"400 a form with a name twice", call{kind: form, body: "include=a&include=b"}, 400, "syntax", "", "at byte 10"},
		{"400 a broken query", call{path: path + "7?include=%zz", body: good}, 400, "syntax", "", "query"},
		{"400 no name", call{body: `{"workspace_group":{"notes":"x"}}`}, 400, "validation", "name", "required"},
		{"400 null name", call{body: `{"workspace_group":{"name":null}}`}, 400, "validation", "name", "string"},
		{"400 blank name", call{body: `{"workspace_group":{"name":" \t"}}`}, 400, "validation", "name", ""},
		{"400 a wrong type", call{body: inGroup(`"company":"yes"`)}, 400, "validation", "company", "boolean"},
		{"400 a wrong type in a form", call{kind: form, body: "workspace_group[name]=A&workspace_group[company]=yes"}, 400, "validation", "company", "boolean"},
		{"400 no envelope", call{body: `{"name":"Acme"}`}, 400, "validation", "workspace_group", "required"},
		{"400 null envelope", call{body: `{"workspace_group":null}`}, 400, "validation", "workspace_group", "object"},
		{"400 the body is not an object", call{body: `[]`}, 400, "validation", "", "object"},
		{"400 include of another type", call{body: `{"workspace_group":{"name":"Acme"},"include":1}`}, 400, "validation", "include", "string"},
		{"400 status outside its list", call{body: inGroup(`"external_reference":{"service_name":"a","service_model":"b","service_model_ref":"c","status":"done"}`)}, 400, "validation", "external_reference.status", "successful"},
		{"400 reference without a field", call{body: inGroup(`"external_reference":{"service_name":"a","service_model":"b"}`)}, 400, "validation", "external_reference.service_model_ref", "required"},
		{"400 an element of a list", call{body: inGroup(`"add_workspace_ids":[1,2,3,0]`)}, 400, "validation", "add_workspace_ids", "at index 3: "},
		{"400 an element of a list of a form", call{kind: form, body: "workspace_group[name]=A&workspace_group[remove_workspace_ids][]=many"}, 400, "validation", "remove_workspace_ids", "at index 0: "},
		{"400 id with a sign", call{path: path + "+7", body: good}, 400, "validation", "id", "integer"},
		{"400 id with zeros", call{path: path + "007", body: good}, 400, "validation", "id", "integer"},
		{"400 id with a fraction", call{path: path + "7.0", body: good}, 400, "validation", "id", "integer"},
		{"400 id in hexadecimal", call{path: path + "0x7", body: good}, 400, "validation", "id", "integer"},
		{"400 id 0", call{path: path + "0", body: good}, 400, "validation", "id", "at least 1"},
		{"400 id below 0", call{path: path + "-1", body: good}, 400, "validation", "id", "at least 1"},
		{"400 id 2^63", call{path: path + "9223372036854775808", body: good}, 400, "validation", "id", "64 bits"},
		{"400 id of text", call{path: path + "acme", body: good}, 400, "validation", "id", "integer"},
		{"400 id with a space", call{path: path + "%207", body: good}, 400, "validation", "id", "integer"},
		{"400 id with an escaped slash", call{path: path + "7%2F8", body: good}, 400, "validation", "id", "integer"},
		{"400 include that is not UTF-8", call{path: path + "7?include=%ff", body: good}, 400, "validation", "include", "UTF-8"},
		{"400 include twice", call{path: path + "7?include=a&include=b", body: good}, 400, "validation", "include", "once"},
		{"401 no token", call{token: "-", body: good}, 401, "oauth", "", "Invalid OAuth 2 Request"},
		{"401 unknown token", call{token: "nobody", body: good}, 401, "oauth", "", "Invalid OAuth 2 Request"},
		{"401 another scheme", call{token: "-", header: http.Header{"Authorization": {"Basic ZGVtbw=="}}, body: good}, 401, "oauth", "", "Invalid OAuth 2 Request"},
		{"401 two tokens", call{header: http.Header{"Authorization": {"Bearer demo", "Bearer demo"}}, body: good}, 401, "oauth", "", "Invalid OAuth 2 Request"},
		{"401 characters that no token has", call{token: `demo, demo`, body: good}, 401, "oauth", "", "Invalid OAuth 2 Request"},
		{"401 an empty token", call{token: "-", header: http.Header{"Authorization": {"Bearer "}}, body: good}, 401, "oauth", "", "Invalid OAuth 2 Request"},
		{"401 a token in the query is not read", call{token: "-", path: path + "7?access_token=demo", body: good}, 401, "oauth", "", "Invalid OAuth 2 Request"},
		{"403 a token that may not write", call{token: "reader", body: good}, 403, "oauth", "", "only read"},
		{"404 no such group", call{path: path + "999", body: good}, 404, "system", "", "Record not found"},
		{"404 the largest id", call{path: path + "9223372036854775807", body: good}, 404, "system", "", "Record not found"},
		{"404 another path", call{path: "/api/v1/workspaces/7", body: good}, 404, "system", "", "No such path"},
		{"404 no id", call{path: "/api/v1/workspace_groups", body: good}, 404, "system", "", "No such path"},
		{"404 an empty id", call{path: path, body: good}, 404, "system", "", "No such path"},
		{"404 a suffix alone", call{path: path + ".json", body: good}, 404, "system", "", "No such path"},
		{"404 a trailing slash", call{path: path + "7/", body: good}, 404, "system", "", "No such path"},
		{"404 more path", call{path: path + "7/8", body: good}, 404, "system", "", "No such path"},
		{"404 an escaped slash separates nothing", call{path: "/api%2Fv1/workspace_groups/7", body: good}, 404, "system", "", "No such path"},
		{"404 a path in another case", call{path: "/api/v1/Workspace_Groups/7", body: good}, 404, "system", "", "No such path"},
		{"404 the root", call{path: "/", body: good}, 404, "system", "", "No such path"},
		{"405", call{method: "GET"}, 405, "system", "", "Method not allowed"},
		{"413 a known length", call{body: strings.Repeat(" ", 2<<20)}, 413, "system", "", "1048576 bytes"},
		{"413 an unknown length", call{stream: unread(2 << 20)}, 413, "system", "", "1048576 bytes"},
		{"415 no type", call{kind: "-", body: good}, 415, "system", "", "Content-Type"},
		{"415 another type", call{kind: "text/plain", body: good}, 415, "system", "", "application/json"},
		{"415 a type that begins like ours", call{kind: "application/jsonp", body: good}, 415, "system", "", "application/json"},
		{"415 a malformed type", call{kind: "application/json; charset", body: good}, 415, "system", "", "application/json"},
		{"415 another charset", call{kind: "application/json; charset=latin1", body: good}, 415, "system", "", "UTF-8"},
		{"415 another charset of a form", call{kind: form + "; charset=latin1", body: good}, 415, "system", "", "UTF-8"},
		{"415 two types", call{header: http.Header{"Content-Type": {"application/json", form}}, body: good}, 415, "system", "", "Content-Type"},
		{"415 a content encoding", call{header: http.Header{"Content-Encoding": {"gzip"}}, body: good}, 415, "system", "", "Content-Encoding"},
		{"422 name taken", call{path: path + "8", body: `{"workspace_group":{"name":"aCME"}}`}, 422, "validation", "name", "Name has already been taken"},
		{"422 a workspace out of reach", call{body: inGroup(`"add_workspace_ids":[10,101]`)}, 422, "validation", "add_workspace_ids", "101"},
		{"422 a workspace that is not there", call{body: inGroup(`"remove_workspace_ids":[9999]`)}, 422, "validation", "remove_workspace_ids", "9999"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x.do(t, tc.call).refused(t, tc.status, tc.kind, tc.field, tc.message)
			if g := x.do(t, call{body: good}).group(t); g.ID != "7" {
				t.Error("the server does not answer the next request")
			}
		})
	}
}

func TestMethods(t *testing.T) {
	x := start(t, demoStore(t))
	for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "put", "X"} {
		t.Run(method, func(t *testing.T) {
			a := x.do(t, call{method: method, token: "-"})
			if a.status != http.StatusMethodNotAllowed {
				t.Fatalf("got %d %s", a.status, a.body)
			}
			if got := a.header["Allow"]; len(got) != 1 || got[0] != "PUT" {
				t.Errorf("Allow is %q", got)
			}
		})
	}
	t.Run("a path that is not there has no methods", func(t *testing.T) {
		x.do(t, call{method: "OPTIONS", path: "/api/v1/x"}).refused(t, 404, "system", "", "No such path")
	})
}

// Errors of the domain, and what a caller may learn of them.
func TestDomainErrors(t *testing.T) {
	secret := errors.New("disk /dev/sda1 is full")
	for _, tc := range []struct {
		name       string
		err        error
		status     int
		kind       string
		message    string
		retryAfter bool
	}{
		{"unauthorized", &group.Error{Code: group.Unauthorized, Err: secret}, 401, "oauth", "Invalid OAuth 2 Request", false},
		{"forbidden", &group.Error{Code: group.Forbidden, Err: secret}, 403, "oauth", "only read", false},
		{"not found", &group.Error{Code: group.NotFound, Err: secret}, 404, "system", "Record not found", false},
		{"unavailable", &group.Error{Code: group.Unavailable, Err: secret}, 503, "system", "Service unavailable", true},
		{"internal", &group.Error{Code: group.Internal, Err: secret}, 500, "system", "Internal server error", false},
		{"refused without a reason", &group.Error{Code: group.Refused, Err: secret}, 500, "system", "Internal server error", false},
		{"another error", secret, 500, "system", "Internal server error", false},
		{"out of time", context.DeadlineExceeded, 503, "system", "Service unavailable", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := start(t, &fake{update: func(context.Context, group.Caller, int64, model.WorkspaceGroupUpdate, group.Includes) (group.Snapshot, error) {
				return group.Snapshot{}, tc.err
			}})
			a := x.do(t, call{body: good})
			a.refused(t, tc.status, tc.kind, "", tc.message)
			if strings.Contains(string(a.body), "disk") {
				t.Errorf("the reply tells the cause: %s", a.body)
			}
			if got := a.header.Get("Retry-After") != ""; got != tc.retryAfter {
				t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
			}
		})
	}
	t.Run("refused lists every reason", func(t *testing.T) {
		x := start(t, &fake{update: func(context.Context, group.Caller, int64, model.WorkspaceGroupUpdate, group.Includes) (group.Snapshot, error) {
			return group.Snapshot{}, group.Refusal([]group.Problem{{Field: "name", Message: "taken"}, {Field: "add_workspace_ids", Message: "far"}})
		}})
		a := x.do(t, call{body: good})
		if errs := a.errors(t); a.status != 422 || len(errs) != 2 || *errs[0].Field != "name" || *errs[1].Field != "add_workspace_ids" {
			t.Errorf("got %d %s", a.status, a.body)
		}
	})
	t.Run("storage away at authentication", func(t *testing.T) {
		x := start(t, &fake{authenticate: func(context.Context, string) (group.Caller, error) {
			return group.Caller{}, &group.Error{Code: group.Unavailable, Err: secret}
		}})
		x.do(t, call{body: good}).refused(t, 503, "system", "", "Service unavailable")
	})
}

// Bodies with more than they may have are refused where they go beyond it.
func TestBounds(t *testing.T) {
	x := start(t, demoStore(t))
	const form = "application/x-www-form-urlencoded"
	repeat := func(n int, text string) string {
		return strings.TrimSuffix(strings.Repeat(text, n), text[len(text)-1:])
	}
	members := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"k%d":[],`, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	ids := "workspace_group[add_workspace_ids][]=10&"
	for _, tc := range []struct {
		name           string
		call           call
		status         int
		field, message string
	}{
		{"as many ids as may be", call{body: inGroup(`"add_workspace_ids":[` + repeat(10_000, "10,") + `]`)}, 200, "", ""},
		{"one id more", call{body: inGroup(`"add_workspace_ids":[` + repeat(10_001, "10,") + `]`)}, 400, "add_workspace_ids", "at most 10000 elements"},
		{"ids in chunks", call{stream: strings.NewReader(inGroup(`"remove_workspace_ids":[` + repeat(10_001, "10,") + `]`))}, 400, "remove_workspace_ids", "at most 10000 elements"},
		{"a list that is ignored", call{body: inGroup(`"hunter2":[` + repeat(10_001, "1,") + `]`)}, 400, "workspace_group", "at most 10000 elements"},
		{"a list of lists", call{body: inGroup(`"hunter2":[[` + repeat(10_001, "1,") + `]]`)}, 400, "workspace_group", "at most 10000 elements"},
		{"commas in a string", call{body: inGroup(`"notes":"` + strings.Repeat(`,:\"[{`, 20_000) + `"`)}, 200, "", ""},
		{"as many members as may be", call{body: `{"workspace_group":{"name":"Acme"},` + members(999) + `}`}, 200, "", ""},
		{"one member more", call{body: `{"workspace_group":{"name":"Acme"},` + members(1000) + `}`}, 400, "", "at most 1000 members"},
		{"members of the group", call{body: inGroup(members(1000))}, 400, "workspace_group", "at most 1000 members"},
		{"a form", call{kind: form, body: "workspace_group[name]=Acme&" + repeat(10_000, ids)}, 200, "", ""},
		{"a form with one id more", call{kind: form, body: repeat(10_001, ids) + "&workspace_group[name]=Acme"}, 400, "", "at most 10000 elements"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := x.do(t, tc.call)
			if tc.status == 200 {
				a.group(t)
				return
			}
			a.refused(t, tc.status, "validation", tc.field, tc.message)
			if strings.Contains(string(a.body), "hunter2") {
				t.Errorf("the reply repeats a name of the caller: %s", a.body)
			}
		})
	}
}

// A request learns everything that is wrong with it at once.
func TestAllViolationsAtOnce(t *testing.T) {
	x := start(t, demoStore(t))
	fields := func(t *testing.T, a answer) (got []string) {
		t.Helper()
		for _, e := range a.errors(t) {
			name := e.Type
			if e.Field != nil {
				name = *e.Field
			}
			got = append(got, name)
		}
		return got
	}
	for _, tc := range []struct {
		name string
		call call
		want string
	}{
		{"id, query and body", call{path: "/api/v1/workspace_groups/007?include=a&include=b", body: `{"workspace_group":{"company":1}}`}, "id include company name"},
		{"id and a form", call{path: "/api/v1/workspace_groups/007", kind: "application/x-www-form-urlencoded", body: "workspace_group[company]=x&workspace_group[name]="}, "id company name"},
		{"id and syntax", call{path: "/api/v1/workspace_groups/007", body: `{`}, "id syntax"},
		{"a good body", call{path: "/api/v1/workspace_groups/007", body: good}, "id"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := x.do(t, tc.call)
			if got := strings.Join(fields(t, a), " "); a.status != 400 || got != tc.want {
				t.Errorf("got %d %q, want 400 %q", a.status, got, tc.want)
			}
		})
	}
	t.Run("a list that was cut says so", func(t *testing.T) {
		ids := strings.TrimSuffix(strings.Repeat("0,", 250), ",")
		errs := x.do(t, call{body: inGroup(`"add_workspace_ids":[` + ids + `]`)}).errors(t)
		if len(errs) != 100 {
			t.Fatalf("got %d errors", len(errs))
		}
		if last := errs[99]; last.Type != "validation" || last.Field != nil || last.Message != "151 more violations are not listed" {
			t.Errorf("the last one is %+v", last)
		}
	})
	t.Run("a body too large comes first", func(t *testing.T) {
		x.do(t, call{path: "/api/v1/workspace_groups/007", stream: unread(2 << 20)}).refused(t, 413, "system", "", "1048576")
	})
}

// What is checked first where several things are wrong.
func TestOrder(t *testing.T) {
	x := start(t, demoStore(t))
	all := call{method: "POST", path: "/nowhere", token: "-", kind: "text/plain", body: strings.Repeat("x", 2<<20)}
	steps := []struct {
		status int
		mend   func(*call)
	}{
		{404, func(c *call) { c.path = "/api/v1/workspace_groups/007" }},
		{405, func(c *call) { c.method = "PUT" }},
		{401, func(c *call) { c.token = "reader" }},
		{403, func(c *call) { c.token = "demo" }},
		{415, func(c *call) { c.kind = "application/json" }},
		{413, func(c *call) { c.body = good }},
		{400, func(c *call) { c.path = "/api/v1/workspace_groups/999" }},
		{404, func(c *call) { c.path = "/api/v1/workspace_groups/7" }},
		{200, nil},
	}
	c := all
	for _, step := range steps {
		a := x.do(t, c)
		if a.status != step.status {
			t.Fatalf("got %d %s, want %d", a.status, a.body, step.status)
		}
		if step.mend != nil {
			step.mend(&c)
		}
	}
}

// No reply repeats what a caller sent.
func TestNoEcho(t *testing.T) {
	x := start(t, demoStore(t))
	const mark = "hunter2"
	for name, c := range map[string]call{
		"value":         {body: inGroup(`"company":"` + mark + `"`)},
		"unquoted":      {body: inGroup(`"company":` + mark)},
		"enum":          {body: inGroup(`"external_reference":{"service_name":"a","service_model":"b","service_model_ref":"c","status":"` + mark + `"}`)},
		"id":            {path: "/api/v1/workspace_groups/" + mark, body: good},
		"query":         {path: "/api/v1/workspace_groups/7?include=" + mark + "&include=%25" + mark, body: good},
		"broken query":  {path: "/api/v1/workspace_groups/7?" + mark + "=%zz", body: good},
		"form":          {kind: "application/x-www-form-urlencoded", body: mark + "=%zz"},
		"path":          {path: "/" + mark},
		"method":        {method: mark},
		"content type":  {kind: mark + "/" + mark},
		"token":         {token: mark},
		"encoding":      {header: http.Header{"Content-Encoding": {mark}}, body: good},
		"unknown key":   {body: inGroup(`"` + mark + `":1,"` + mark + `":2`)},
		"name is taken": {path: "/api/v1/workspace_groups/8", body: good},
	} {
		t.Run(name, func(t *testing.T) {
			a := x.do(t, c)
			if a.status < 400 {
				t.Fatalf("got %d", a.status)
			}
			reply, err := json.Marshal(a.header)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(reply)+string(a.body), mark) {
				t.Errorf("the reply repeats it: %s %s", reply, a.body)
			}
		})
	}
}
