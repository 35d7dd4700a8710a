package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"unicode/utf8"
)

// Error is a mistake in a document, with its place.
type Error struct {
	Place   Place
	Message string
}

// Error returns "file:line:column: #pointer: message".
func (e *Error) Error() string { return e.Place.String() + ": " + e.Message }

// Load reads a document from a YAML or JSON file. Mistakes in the text are *Error.
func Load(file string) (*Document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the spec: %w", err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if filepath.Ext(file) == ".json" || json.Valid(data) {
		return ParseJSON(file, data)
	}
	return ParseYAML(file, data)
}

// ParseJSON reads a document from JSON.
func ParseJSON(file string, data []byte) (*Document, error) {
	r := jsonReader{decoder: json.NewDecoder(bytes.NewReader(data)), data: data, at: Place{File: file, Line: 1, Column: 1}}
	r.decoder.UseNumber()
	root, err := r.document()
	if err == nil {
		return &Document{Root: root}, nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		r.moveTo(min(int(syntax.Offset)-1, len(data)))
		return nil, &Error{r.at, "not JSON: " + err.Error()}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		r.moveTo(len(data))
		return nil, &Error{r.at, "not JSON: the document ends early"}
	}
	return nil, err
}

// jsonReader reads tokens; at is the place of the last one.
type jsonReader struct {
	decoder *json.Decoder
	data    []byte
	offset  int // what at is the place of
	at      Place
}

func (r *jsonReader) document() (*Node, error) {
	root, err := r.value("")
	if err != nil {
		return nil, err
	}
	if _, err := r.token(); err != io.EOF {
		return nil, &Error{r.at, "not JSON: there is more behind the document"}
	}
	return root, nil
}

func (r *jsonReader) token() (json.Token, error) {
	from := int(r.decoder.InputOffset())
	token, err := r.decoder.Token()
	for from < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[from]) >= 0 {
		from++
	}
	r.moveTo(from)
	return token, err
}

func (r *jsonReader) moveTo(offset int) {
	if offset <= r.offset {
		return
	}
	passed := r.data[r.offset:offset]
	if newlines := bytes.Count(passed, []byte{'\n'}); newlines > 0 {
		r.at.Line += newlines
		r.at.Column = 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	r.at.Column += utf8.RuneCount(passed)
	r.offset = offset
}

func (r *jsonReader) value(pointer string) (*Node, error) {
	token, err := r.token()
	if err != nil {
		return nil, err
	}
	n := &Node{Place: r.at}
	n.Place.Pointer = pointer
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return n, r.sequence(n)
		}
		return n, r.mapping(n)
	case string:
		n.Kind, n.Text = String, token
	case json.Number:
		n.Kind, n.Text = Number, token.String()
	case bool:
		n.Kind, n.Text = Boolean, strconv.FormatBool(token)
	}
	return n, nil
}

func (r *jsonReader) sequence(n *Node) error {
	n.Kind = Sequence
	for r.decoder.More() {
		item, err := r.value(n.Place.Pointer + "/" + strconv.Itoa(len(n.Items)))
		if err != nil {
			return err
		}
		n.Items = append(n.Items, item)
	}
	_, err := r.token()
	return err
}

func (r *jsonReader) mapping(n *Node) error {
	n.Kind = Mapping
	keys := keys{}
	for r.decoder.More() {
		token, err := r.token()
		if err != nil {
			return err
		}
		key := token.(string)
		at := below(r.at, key)
		at.Pointer = n.Place.Pointer + at.Pointer
		if err := keys.add(key, at); err != nil {
			return err
		}
		value, err := r.value(at.Pointer)
		if err != nil {
			return err
		}
		value.Place.Line, value.Place.Column = at.Line, at.Column
		n.Members = append(n.Members, Member{key, value})
	}
	_, err := r.token()
	return err
}

// keys finds a key that stands in a mapping twice; it has the lines of those seen.
type keys map[string]int

func (k keys) add(key string, at Place) error {
	if line, twice := k[key]; twice {
		return &Error{at, fmt.Sprintf("key %q stands in line %d too; remove one of them", key, line)}
	}
	k[key] = at.Line
	return nil
}
