package openapi

import (
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Body is the body of a request.
type Body struct {
	Required bool
	Content  []MediaType
	Node     *spec.Node
}

// Response is one response of an operation.
type Response struct {
	Status      string // "200", "4XX", "default"
	Description string
	Content     []MediaType
	Node        *spec.Node
}

// MediaType is one representation of a body.
type MediaType struct {
	Name   string // as in the spec: "application/json", "application/*"
	Kind   Kind
	Schema *schema.Schema // nil: there is none
	Node   *spec.Node
}

// Kind is how a representation is read.
type Kind uint8

// The kinds of representations. Stream is handed on unread.
const (
	JSON Kind = iota
	Form
	Text
	Multipart
	Stream
)

func (d *Document) responses(n *spec.Node) []Response {
	var all []Response
	for _, m := range n.Entries("responses") {
		if target := d.deref(m.Value); target != nil && !strings.HasPrefix(m.Key, "x-") {
			all = append(all, Response{Status: m.Key, Description: target.Str("description"), Content: d.content(target), Node: target})
		}
	}
	return all
}

func (d *Document) content(n *spec.Node) []MediaType {
	var all []MediaType
	for _, m := range n.Entries("content") {
		media := MediaType{Name: m.Key, Node: m.Value}
		if s := m.Value.Get("schema"); s != nil {
			media.Schema = d.Compile(s)
		}
		all = append(all, media)
	}
	return all
}

// classify finds out how each representation is read, and notices what is handed on as it is. It runs when all schemas are
// read.
func (d *Document) classify() {
	each := func(list []MediaType, notice func(*MediaType)) {
		for i := range list {
			list[i].Kind = d.kindOf(&list[i])
			notice(&list[i])
		}
	}
	for _, op := range d.Operations {
		if op.Body != nil {
			each(op.Body.Content, func(m *MediaType) { d.noticeBody(op, m) })
		}
		for _, r := range op.Responses {
			each(r.Content, func(m *MediaType) {
				if m.Kind != JSON {
					d.Notice(op, m.Node.Place, "response %s in %s has no encoder: the handler writes it", r.Status, m.Name)
				}
			})
		}
	}
}

func (d *Document) noticeBody(op *Operation, m *MediaType) {
	encoding := m.Node.Get("encoding")
	switch {
	case m.Kind == Multipart:
		d.Notice(op, m.Node.Place, "a body of %s is handed on as a reader: its parts are not checked", m.Name)
	case m.Kind == Stream:
		d.Notice(op, m.Node.Place, "a body of %s is handed on as a reader: it is not checked", m.Name)
	case m.Kind == Form && encoding != nil:
		d.Notice(op, encoding.Place, "encoding is not read: a form has name=value, and arrays by repetition")
	}
}

// kindOf returns how a representation is read. A range is read as JSON, unless its schema is of text or bytes.
func (d *Document) kindOf(m *MediaType) Kind {
	name := spec.Essence(m.Name)
	text := m.Schema != nil && m.Schema.Possible() == schema.String
	switch {
	case strings.HasPrefix(name, "multipart/"):
		return Multipart
	case m.Schema == nil:
		return Stream
	case spec.IsJSON(name):
		return JSON
	case name == "application/x-www-form-urlencoded":
		return Form
	case (name == "*/*" || name == "application/*") && !text:
		return JSON
	case strings.HasPrefix(name, "text/") && text && d.deref(m.Node.Get("schema")).Str("format") != "binary":
		return Text
	}
	return Stream
}
