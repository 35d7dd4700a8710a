package form

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"strings"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
)

// Part describes a part of a multipart body: a property of its schema.
type Part struct {
	validate.Field
	File         bool     // it is handed on as it is; an Array has several
	JSON         bool     // it is JSON, whatever its kind
	ContentTypes []string // the media types, or ranges of them, that it may have; none: any
}

// File is a part that is handed on.
type File struct {
	Field       string // the name of the property
	Filename    string // as the client says
	ContentType string // as the client says
	Content     []byte
}

// Multipart returns a function that reads a multipart/form-data body as decode reads JSON. contentType is the header of the request, with
// the boundary. Text is read by the kind of its field, an object or an array of objects as JSON, and attach gets each file when all is
// well; a file that another field has in its place is its text.
func Multipart[T any](contentType string, parts []Part, decode func([]byte, *T) error, attach func(*T, File)) func([]byte, *T) error {
	return func(body []byte, v *T) error {
		m := newMultipart(parts)
		if err := m.read(contentType, body); err != nil {
			return err
		}
		e := validate.NewEncoder(nil)
		m.root.encode(e, m.root.node)
		document, err := e.Result()
		if err != nil {
			return err
		}
		if err := join(m.found, decode(document, v)); err != nil {
			return err
		}
		for _, f := range m.files {
			attach(v, f)
		}
		return nil
	}
}

// multipartBody is a body that is being read.
type multipartBody struct {
	parts   []Part
	root    document
	fields  []validate.Field // of the parts, as their values are read
	unknown map[string]*node
	files   []File
	found   validate.Violations
}

func newMultipart(parts []Part) *multipartBody {
	m := &multipartBody{parts: parts, unknown: map[string]*node{}, fields: make([]validate.Field, len(parts))}
	for i, p := range parts {
		m.fields[i] = p.Field
		if p.JSON {
			m.fields[i].Kind = validate.Any
		}
	}
	m.root = document{node: newRoot(m.fields), appendText: validate.AppendValue}
	return m
}

func (m *multipartBody) read(contentType string, body []byte) error {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || parameters["boundary"] == "" {
		return &validate.SyntaxError{Message: "the Content-Type has no boundary"}
	}
	source := bytes.NewReader(body)
	reader := multipart.NewReader(source, parameters["boundary"])
	ended := bytes.Contains(body, []byte("--"+parameters["boundary"]+"--"))
	for {
		problem := "the multipart body is broken"
		part, err := reader.NextPart()
		if err == io.EOF && ended {
			return nil
		}
		if err == nil {
			problem = m.add(part)
		}
		if problem != "" {
			return &validate.SyntaxError{Offset: len(body) - source.Len(), Message: problem}
		}
	}
}

// add reads a part and returns what is wrong with it, or "".
func (m *multipartBody) add(part *multipart.Part) (problem string) {
	content, err := io.ReadAll(part)
	name, text := part.FormName(), string(content)
	i := m.index(name)
	isFile := i >= 0 && m.parts[i].File
	switch {
	case err != nil:
		return "a part is not complete"
	case name == "" || !utf8.ValidString(name):
		return "a part has no name"
	case isFile:
		text = ""
	case i < 0 && part.FileName() != "": // nobody takes it
		text = ""
	case !utf8.ValidString(text):
		return "invalid UTF-8"
	case strings.ContainsRune(text, 0):
		return "U+0000 in a string"
	}
	if i < 0 {
		return m.root.addUnknown(m.unknown, name, text)
	}
	field, mediaType := &m.fields[i], part.Header.Get("Content-Type")
	m.checkType(&m.parts[i], mediaType)
	if isFile {
		m.files = append(m.files, File{name, part.FileName(), mediaType, content})
	}
	if field.Kind == validate.Array {
		return m.root.child(field).append("", text, isFile || !isNull(field.Items, text))
	}
	return m.root.child(field).set(text, true)
}

func (m *multipartBody) index(name string) int {
	for i := range m.fields {
		if m.fields[i].Name == name {
			return i
		}
	}
	return -1
}

// checkType compares the media type of a part with those that it may have. Only a file has to say it.
func (m *multipartBody) checkType(p *Part, contentType string) {
	if len(p.ContentTypes) == 0 || contentType == "" && !p.File {
		return
	}
	given, _, _ := mime.ParseMediaType(contentType) // "" fits nothing
	for _, wanted := range p.ContentTypes {
		if ok, _ := path.Match(strings.ToLower(wanted), given); ok {
			return
		}
	}
	m.found = append(m.found, validate.Violation{
		Pointer: "/" + validate.PointerToken(p.Name), Rule: "contentType", Message: "must have the Content-Type " + strings.Join(p.ContentTypes, " or "),
	})
}
