package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// fake answers as the API does to what the scripts send: group 7 can be updated with the token "demo", and other groups
// stand for what can go wrong.
type fake struct {
	*httptest.Server
	waiting chan struct{} // one for each request to group 900, which is never answered
	seen    chan string   // the bodies
}

func newFake() *fake {
	f := &fake{waiting: make(chan struct{}, 1), seen: make(chan string, 64)}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /api/v1/workspace_groups/{id}", f.update)
	f.Server = httptest.NewServer(mux)
	return f
}

func (f *fake) update(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.seen <- string(body)
	switch r.Header.Get("Authorization") {
	case "Bearer demo":
	case "Bearer readonly":
		refuse(w, 403, `{"type":"oauth","message":"This token may only read"}`)
		return
	default:
		refuse(w, 401, `{"type":"oauth","message":"Invalid OAuth 2 Request"}`)
		return
	}
	switch r.PathValue("id") {
	case "7":
		reply(w, r, body)
	case "302":
		w.Header().Set("Location", "/elsewhere")
		refuse(w, 302, "")
	case "429":
		w.Header().Set("Retry-After", "90")
		refuse(w, 429, `{"type":"system","message":"Too many requests"}`)
	case "500":
		refuse(w, 500, `{"type":"system","message":"Internal server error"}`)
	case "503":
		refuse(w, 503, `{"type":"system","message":"Service unavailable"}`)
	case "900":
		f.waiting <- struct{}{}
		<-r.Context().Done()
	case "901":
		panic(http.ErrAbortHandler)
	case "902":
		_, _ = io.WriteString(w, "<html>")
	case "903":
		refuse(w, 422, `{"type":"validation","field":"na\u001b[31mme","message":"red\u001b[0m"}`)
	default:
		refuse(w, 404, `{"type":"system","message":"Record not found"}`)
	}
}

func refuse(w http.ResponseWriter, status int, problems string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", "req-1")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"errors":[%s]}`, problems)
}

func reply(w http.ResponseWriter, r *http.Request, body []byte) {
	var request struct {
		Group map[string]json.RawMessage `json:"workspace_group"`
	}
	_ = json.Unmarshal(body, &request)
	if strings.Contains(string(request.Group["add_workspace_ids"]), "101") {
		refuse(w, 422, `{"type":"validation","field":"add_workspace_ids","message":"cannot be used: 101"},`+
			`{"type":"validation","field":"name","message":"Name has already been taken"}`)
		return
	}
	value := func(name, otherwise string) string {
		if v := request.Group[name]; v != nil {
			return string(v)
		}
		return otherwise
	}
	ids, maps := "", ""
	if strings.Contains(r.URL.Query().Get("include"), "workspaces") {
		ids = `,"workspace_ids":["10","11"]`
		maps += `,"workspaces":{"10":{"id":"10","title":"Rocket skates","description":null,"archived":false},` +
			`"11":{"id":"11","title":"Tunnel\npaint","description":null,"archived":true}}`
	}
	if strings.Contains(r.URL.Query().Get("include"), "external_references") {
		ids += `,"external_reference_ids":[]`
		maps += `,"external_references":{}`
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"count":1, "meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},`+
		`"results":[{"key":"workspace_groups","id":"7"}],`+"\n"+`"workspace_groups":{"7":{"id":"7","name":%s,"company":%s,`+
		`"email":%s,"notes":%s,"created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00"%s}}%s}`,
		value("name", `""`), value("company", "true"), value("email", "null"), value("notes", `"Prefers rockets"`), ids, maps)
}
