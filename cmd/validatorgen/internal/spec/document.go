package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Document is a document with the files that its references lead to.
type Document struct {
	Root *Node
	// Files are the roots of all files, in the order in which references lead to them. The first one is Root.
	Files []*Node
	dir   string            // of the document; "" where no other files are read
	known map[string]opened // by the path
}

// opened is a file, or why it could not be read.
type opened struct {
	root *Node
	err  error
}

// Load reads a document from a YAML or JSON file, and the files in its folder and below that it refers to. Mistakes in its text are
// *Error. What is wrong with other files is found by Resolve.
func Load(file string) (*Document, error) {
	file = filepath.Clean(file)
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the spec: %w", err)
	}
	d, err := parse(file, data)
	if err != nil {
		return nil, err
	}
	d.dir = filepath.Dir(file)
	for i := 0; i < len(d.Files); i++ {
		d.openAll(d.Files[i])
	}
	return d, nil
}

func parse(file string, data []byte) (*Document, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if filepath.Ext(file) == ".json" || json.Valid(data) {
		return ParseJSON(file, data)
	}
	return ParseYAML(file, data)
}

// newDocument returns a document of one file.
func newDocument(root *Node) *Document {
	return &Document{Root: root, Files: []*Node{root}, known: map[string]opened{root.Place.File: {root: root}}}
}

// openAll reads the files that n and what is below it refer to.
func (d *Document) openAll(n *Node) {
	for _, item := range n.Items {
		d.openAll(item)
	}
	for _, m := range n.Members {
		if m.Key == "$ref" && m.Value.Kind == String {
			_, _ = d.open(m.Value) // where it is followed, Resolve returns the error
		}
		d.openAll(m.Value)
	}
}

// open returns the root of the file that a reference leads to, which is read once.
func (d *Document) open(ref *Node) (*Node, error) {
	name, _, _ := strings.Cut(ref.Text, "#")
	if name == "" {
		return d.known[ref.Place.File].root, nil
	}
	at, err := url.Parse(name)
	if err != nil {
		return nil, fmt.Errorf("reference %q is not a path of a file", ref.Text)
	}
	if at.Scheme != "" || at.Host != "" {
		return nil, fmt.Errorf("%q is elsewhere, and only files beside the document are read; put a copy there", ref.Text)
	}
	if d.dir == "" {
		return nil, fmt.Errorf("%q is in another file, and the document is in none", ref.Text)
	}
	file := filepath.Join(filepath.Dir(ref.Place.File), filepath.FromSlash(at.Path))
	within, err := filepath.Rel(d.dir, file)
	if strings.HasPrefix(at.Path, "/") || err != nil || !filepath.IsLocal(within) {
		return nil, fmt.Errorf("%q is outside of the folder of the document; only files in it and below are read", ref.Text)
	}
	if o, known := d.known[file]; known {
		return o.root, o.err
	}
	o := d.read(file, within)
	d.known[file] = o
	if o.err == nil {
		d.Files = append(d.Files, o.root)
	}
	return o.root, o.err
}

// read reads a file of the folder; no link leads out of it.
func (d *Document) read(file, within string) opened {
	folder, err := os.OpenRoot(d.dir)
	if err != nil {
		return opened{err: fmt.Errorf("open the folder of the document: %w", err)}
	}
	defer folder.Close()
	data, err := folder.ReadFile(within)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return opened{err: fmt.Errorf("there is no file %s", file)}
	case err != nil:
		return opened{err: fmt.Errorf("read the file %s: %w", file, err)}
	}
	other, err := parse(file, data)
	if err != nil {
		return opened{err: err}
	}
	return opened{root: other.Root}
}

// Resolve returns the node that a reference names: "#/components/schemas/Pet", "pet.yaml", "pet.yaml#/properties/name". A path of a
// file begins at the file in which the reference stands.
func (d *Document) Resolve(ref *Node) (*Node, error) {
	node, err := d.open(ref)
	if err != nil {
		return nil, err
	}
	_, pointer, _ := strings.Cut(ref.Text, "#")
	if pointer == "" {
		return node, nil
	}
	if pointer[0] != '/' {
		if anchored := node.anchored(pointer); anchored != nil {
			return anchored, nil
		}
		return nil, fmt.Errorf("reference %q is neither a JSON Pointer nor the name of an $anchor", ref.Text)
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		next := node.child(UnescapePointer(token))
		if next == nil {
			return nil, fmt.Errorf("reference %q names nothing", ref.Text)
		}
		node = next
	}
	return node, nil
}

// Remove takes the node out of the document that a reference in its file would name, and returns it.
func (d *Document) Remove(ref string) (*Node, error) {
	named := func(text string) (*Node, error) {
		return d.Resolve(&Node{Text: text, Place: Place{File: d.Root.Place.File}})
	}
	n, err := named(ref)
	if err != nil {
		return nil, err
	}
	around, err := named(ref[:strings.LastIndexByte(ref, '/')])
	if err != nil {
		return nil, err
	}
	around.Remove(n.Key())
	return n, nil
}

// anchored returns the schema in or below n that has a name by $anchor, or nil.
func (n *Node) anchored(name string) *Node {
	if n.Str("$anchor") == name {
		return n
	}
	for _, m := range n.Members {
		if found := m.Value.anchored(name); found != nil {
			return found
		}
	}
	for _, item := range n.Items {
		if found := item.anchored(name); found != nil {
			return found
		}
	}
	return nil
}

// Deref follows the $ref of n, and the one that it leads to, up to a node that has none. Its error is an *Error.
func (d *Document) Deref(n *Node) (*Node, error) {
	start := n
	for seen := map[*Node]bool{}; ; {
		ref := n.Get("$ref")
		if ref == nil || ref.Kind != String {
			return n, nil
		}
		target, err := d.Resolve(ref)
		if err != nil {
			return nil, &Error{ref.Place, err.Error()}
		}
		if seen[n] = true; seen[target] {
			return nil, &Error{start.Get("$ref").Place, "the references lead back to where they began"}
		}
		n = target
	}
}
