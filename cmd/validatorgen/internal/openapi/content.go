package openapi

import (
	"slices"
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
	// Encoding says how the properties of a form, or the parts of a multipart body, are sent, where that is not as usual.
	Encoding []Encoding
}

// Encoding is how one property is sent.
type Encoding struct {
	Property     string
	Style        string // of a property of a form; "" where it is not said
	Explode      bool
	ContentTypes []string
	Node         *spec.Node
}

// JSON reports whether the property is sent as JSON, whatever its type.
func (e Encoding) JSON() bool {
	return len(e.ContentTypes) > 0 && !slices.ContainsFunc(e.ContentTypes, func(name string) bool { return !spec.IsJSON(name) })
}

func encodings(n *spec.Node) []Encoding {
	var all []Encoding
	for _, m := range n.Entries("encoding") {
		e := Encoding{Property: m.Key, Style: m.Value.Str("style"), Node: m.Value}
		if explode := m.Value.Get("explode"); e.Style == "" && explode != nil {
			e.Style = "form"
		}
		if e.Explode = e.Style == "form"; m.Value.Get("explode") != nil {
			e.Explode = m.Value.True("explode")
		}
		for name := range strings.SplitSeq(m.Value.Str("contentType"), ",") {
			if name = strings.TrimSpace(name); name != "" {
				e.ContentTypes = append(e.ContentTypes, name)
			}
		}
		all = append(all, e)
	}
	return all
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
		media := MediaType{Name: m.Key, Node: m.Value, Encoding: encodings(m.Value)}
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
	if m.Kind == Stream {
		d.Notice(op, m.Node.Place, "a body of %s is handed on as a reader: it is not checked", m.Name)
	}
	for _, e := range m.Encoding {
		switch contentType, headers := e.Node.Get("contentType"), e.Node.Get("headers"); {
		case m.Kind == Form && contentType != nil && !e.JSON():
			d.Notice(op, contentType.Place, "contentType is not read: a property of a form is text, or JSON")
		case m.Kind == Multipart && headers != nil:
			d.Notice(op, headers.Place, "the headers of parts are not read")
		}
	}
}

// kindOf returns how a representation is read. A range is read as JSON, unless its schema is of text or bytes.
func (d *Document) kindOf(m *MediaType) Kind {
	name := spec.Essence(m.Name)
	text := m.Schema != nil && m.Schema.Possible() == schema.String
	switch {
	case m.Schema == nil:
		return Stream
	case name == "multipart/form-data" && m.Schema.Possible() == schema.Object && !m.Schema.Resolve().Combined():
		return Multipart
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
