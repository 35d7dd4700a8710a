package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"

	"example.com/oxgroups/cmd/bench/internal/canned"
)

const path = canned.BasePath + "/workspace_groups/7"

// exchange is one request through a handler, over and over. It allocates nothing of its own: request, body and writer
// are used again, so what is counted is the handler's.
type exchange struct {
	handler  http.Handler
	template *http.Request
	request  *http.Request
	body     body
	content  []byte
	writer   writer
}

type body struct{ bytes.Reader }

func (*body) Close() error { return nil }

func newExchange(h http.Handler, target, content string) *exchange {
	r := httptest.NewRequest(http.MethodPut, target, bytes.NewReader([]byte(content)))
	r.Header = header()
	return &exchange{handler: h, template: r, request: new(http.Request), content: []byte(content), writer: writer{header: http.Header{}}}
}

func header() http.Header {
	return http.Header{
		"Accept":        {"application/json"},
		"Authorization": {"Bearer " + canned.Token},
		"Content-Type":  {"application/json"},
		"User-Agent":    {"bench"},
	}
}

func (e *exchange) do() {
	*e.request = *e.template
	e.body.Reset(e.content)
	e.request.Body = &e.body
	clear(e.writer.header)
	e.writer.status, e.writer.body = 0, e.writer.body[:0]
	e.handler.ServeHTTP(&e.writer, e.request)
}

// check sends the request once and compares the answer with what every stack has to answer.
func (e *exchange) check(status int, document []byte) error {
	e.do()
	if e.writer.status != status {
		return fmt.Errorf("answered %d, want %d: %.200s", e.writer.status, status, e.writer.body)
	}
	if e.writer.header.Get("X-Request-Id") == "" {
		return fmt.Errorf("answered without a request id")
	}
	if document == nil {
		return nil
	}
	return equalJSON(e.writer.body, document)
}

func equalJSON(got, want []byte) error {
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		return fmt.Errorf("the reply is not JSON: %w", err)
	}
	if err := json.Unmarshal(want, &w); err != nil {
		return err
	}
	if !reflect.DeepEqual(g, w) {
		return fmt.Errorf("answered %s, want %s", got, want)
	}
	return nil
}

// writer is a ResponseWriter that keeps the last reply. It can what net/http's can for HTTP/1.
type writer struct {
	header http.Header
	status int
	body   []byte
}

var (
	_ http.ResponseWriter = (*writer)(nil)
	_ http.Flusher        = (*writer)(nil)
	_ io.StringWriter     = (*writer)(nil)
)

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, p...)
	return len(p), nil
}

func (w *writer) WriteString(s string) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, s...)
	return len(s), nil
}

func (w *writer) Flush() { w.WriteHeader(http.StatusOK) }

// EnableFullDuplex is asked for by handlers that read on after they have answered.
func (w *writer) EnableFullDuplex() error { return nil }
