// Package spec reads an OpenAPI document as a tree that keeps what generation needs and a decoded struct loses: the order of
// keys, numbers as they are written, keywords nobody knows, and the place of everything. It knows nothing of schemas.
//
// Start with document.go.
package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind is the type of a node.
type Kind uint8

// The kinds of nodes, as in JSON.
const (
	Null Kind = iota
	Boolean
	Number
	String
	Sequence
	Mapping
)

var kindNames = [...]string{"null", "boolean", "number", "string", "array", "object"}

// String returns the name that JSON has for the kind.
func (k Kind) String() string { return kindNames[k] }

// Node is one value of a document.
type Node struct {
	Kind    Kind
	Text    string // of a scalar; a Number is in the grammar of JSON
	Items   []*Node
	Members []Member
	Place   Place
	Plain   bool // a string of YAML without quotes
}

// Member is a key of a mapping with its value.
type Member struct {
	Key   string
	Value *Node
}

// Place says where a node stands.
type Place struct {
	File    string
	Line    int    // of the key, where the node is a member of a mapping
	Column  int    // in characters, from 1
	Pointer string // RFC 6901
}

// String returns the place as "file:line:column: #pointer".
func (p Place) String() string {
	return fmt.Sprintf("%s:%d:%d: #%s", p.File, p.Line, p.Column, p.Pointer)
}

// ID returns the file and the pointer: no two nodes have the same.
func (p Place) ID() string { return p.File + "#" + p.Pointer }

// LineFrom returns the line as it is named from another place: "line 7", with the file where that is another one.
func (p Place) LineFrom(other Place) string {
	if p.File == other.File {
		return fmt.Sprintf("line %d", p.Line)
	}
	return fmt.Sprintf("line %d of %s", p.Line, p.File)
}

// Below reports whether the place is another one, or inside of it.
func (p Place) Below(other Place) bool {
	rest, ok := strings.CutPrefix(p.Pointer, other.Pointer)
	return p.File == other.File && ok && (rest == "" || rest[0] == '/')
}

// Get returns the value of a key, or nil. The node may be nil.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Members {
		if n.Members[i].Key == key {
			return n.Members[i].Value
		}
	}
	return nil
}

// Remove takes a key out of a mapping, or an item out of a sequence.
func (n *Node) Remove(key string) {
	n.Items = slices.DeleteFunc(n.Items, func(item *Node) bool { return item.Key() == key })
	n.Members = slices.DeleteFunc(n.Members, func(m Member) bool { return m.Key == key })
}

// Entries returns the members of the mapping at key.
func (n *Node) Entries(key string) []Member {
	if v := n.Get(key); v != nil {
		return v.Members
	}
	return nil
}

// Keys returns the keys of the mapping at key.
func (n *Node) Keys(key string) []string {
	var keys []string
	for _, m := range n.Entries(key) {
		keys = append(keys, m.Key)
	}
	return keys
}

// List returns the items of the sequence at key.
func (n *Node) List(key string) []*Node {
	if v := n.Get(key); v != nil {
		return v.Items
	}
	return nil
}

// Str returns the text of a string at key, or "".
func (n *Node) Str(key string) string {
	if v := n.Get(key); v != nil && v.Kind == String {
		return v.Text
	}
	return ""
}

// Key returns the last token of the node's pointer: the keyword whose value it is.
func (n *Node) Key() string {
	return UnescapePointer(n.Place.Pointer[strings.LastIndexByte(n.Place.Pointer, '/')+1:])
}

// True reports whether the value at key is true.
func (n *Node) True(key string) bool {
	v := n.Get(key)
	return v != nil && v.Kind == Boolean && v.Text == "true"
}

// CheckVersion returns an *Error unless the document is of OpenAPI 3.0, 3.1 or 3.2, whose schemas are of the dialect of OpenAPI.
func (d *Document) CheckVersion() error {
	version := d.Root.Get("openapi")
	if version == nil {
		if swagger := d.Root.Get("swagger"); swagger != nil {
			return &Error{swagger.Place, "is a document of Swagger 2.0; convert it to OpenAPI 3"}
		}
		return &Error{d.Root.Place, "openapi is required: the version, 3.0.3"}
	}
	if !isVersion(version.Text, "3.0") && !d.Modern() {
		return &Error{version.Place, fmt.Sprintf("version %q is not supported; 3.0.x, 3.1.x and 3.2.x are", version.Text)}
	}
	if dialect := d.Root.Get("jsonSchemaDialect"); dialect != nil && !isModern(dialect.Text) {
		return &Error{dialect.Place, fmt.Sprintf("the dialect %q is not supported; that of OpenAPI and JSON Schema 2020-12 are", dialect.Text)}
	}
	return nil
}

// Modern reports whether the schemas of the document are those of OpenAPI 3.1: JSON Schema 2020-12. A document that is no
// description of an API says so by $schema.
func (d *Document) Modern() bool {
	version := d.Root.Get("openapi")
	if version == nil {
		return isModern(d.Root.Str("$schema"))
	}
	return isVersion(version.Text, "3.1") || isVersion(version.Text, "3.2")
}

// isVersion reports whether a version is of a minor version, which may stand alone.
func isVersion(version, minor string) bool { return strings.HasPrefix(version+".", minor+".") }

// isModern reports whether a dialect is JSON Schema 2020-12, or what OpenAPI makes of it.
func isModern(dialect string) bool {
	return strings.Contains(dialect, "json-schema.org/draft/2020-12/") || strings.Contains(dialect, "spec.openapis.org/oas/3.")
}

func (n *Node) child(token string) *Node {
	if n.Kind == Sequence {
		if i, err := strconv.Atoi(token); err == nil && 0 <= i && i < len(n.Items) {
			return n.Items[i]
		}
		return nil
	}
	return n.Get(token)
}

var escaper, unescaper = strings.NewReplacer("~", "~0", "/", "~1"), strings.NewReplacer("~1", "/", "~0", "~")

// UnescapePointer returns the key that a token of a JSON Pointer stands for.
func UnescapePointer(token string) string {
	return unescaper.Replace(token)
}

// EscapePointer returns a key as a token of a JSON Pointer.
func EscapePointer(key string) string {
	return escaper.Replace(key)
}
