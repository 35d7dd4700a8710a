package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
	"go.yaml.in/yaml/v3"
)

// Load reads a document from a YAML or JSON file.
func Load(file string) (*Document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the spec: %w", err)
	}
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); bytes.HasPrefix(trimmed, []byte("{")) {
		return ParseJSON(file, data)
	}
	return ParseYAML(file, data)
}

// ParseJSON reads a document from JSON.
func ParseJSON(file string, data []byte) (*Document, error) {
	r := jsonReader{decoder: json.NewDecoder(bytes.NewReader(data)), data: data, place: Place{File: file, Line: 1}}
	r.decoder.UseNumber()
	root, err := r.value("")
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", file, err)
	}
	if _, err := r.decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("parse %s: data behind the document", file)
	}
	return &Document{Root: root}, nil
}

type jsonReader struct {
	decoder *json.Decoder
	data    []byte
	counted int // offset up to which place.Line counts
	place   Place
}

func (r *jsonReader) value(pointer string) (*Node, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	offset := int(r.decoder.InputOffset())
	r.place.Line += bytes.Count(r.data[r.counted:offset], []byte{'\n'})
	r.counted = offset
	n := &Node{Place: r.place}
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
	_, err := r.decoder.Token()
	return err
}

func (r *jsonReader) mapping(n *Node) error {
	n.Kind = Mapping
	seen := map[string]bool{}
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return err
		}
		key := token.(string)
		if seen[key] {
			return fmt.Errorf("%s: key %q stands there twice", n.Place, key)
		}
		seen[key] = true
		value, err := r.value(n.Place.Pointer + "/" + EscapePointer(key))
		if err != nil {
			return err
		}
		n.Members = append(n.Members, Member{key, value})
	}
	_, err := r.decoder.Token()
	return err
}

// ParseYAML reads a document from YAML. Aliases are followed; merge keys are not JSON and refused.
func ParseYAML(file string, data []byte) (*Document, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, fmt.Errorf("parse %s: %w", file, err)
	}
	if len(root.Content) == 0 {
		return nil, fmt.Errorf("parse %s: the file is empty", file)
	}
	node, err := fromYAML(root.Content[0], Place{File: file})
	if err != nil {
		return nil, err
	}
	return &Document{Root: node}, nil
}

func fromYAML(y *yaml.Node, place Place) (*Node, error) {
	place.Line = y.Line
	n := &Node{Place: place}
	switch y.Kind {
	case yaml.AliasNode:
		return fromYAML(y.Alias, place)
	case yaml.SequenceNode:
		n.Kind = Sequence
		for i, item := range y.Content {
			child, err := fromYAML(item, below(place, strconv.Itoa(i)))
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, child)
		}
	case yaml.MappingNode:
		n.Kind = Mapping
		for i := 0; i < len(y.Content); i += 2 {
			key := y.Content[i]
			if key.Tag == "!!merge" {
				return nil, fmt.Errorf("%s: a merge key (<<) is not JSON", place)
			}
			child, err := fromYAML(y.Content[i+1], below(place, key.Value))
			if err != nil {
				return nil, err
			}
			child.Place.Line = key.Line
			n.Members = append(n.Members, Member{key.Value, child})
		}
	default:
		if err := scalar(n, y); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func below(p Place, token string) Place {
	p.Pointer += "/" + EscapePointer(token)
	return p
}

func scalar(n *Node, y *yaml.Node) error {
	n.Text = y.Value
	switch y.Tag {
	case "!!null":
		n.Kind, n.Text = Null, ""
	case "!!bool":
		n.Kind, n.Text = Boolean, strings.ToLower(y.Value)
	case "!!int", "!!float":
		n.Kind = Number
		if !validate.IsNumber(y.Value) {
			return numberFromYAML(n, y)
		}
	default:
		n.Kind = String
	}
	return nil
}

// numberFromYAML takes the ways of writing a number that JSON has not, such as 0x10 or .5.
func numberFromYAML(n *Node, y *yaml.Node) error {
	var i int64
	if y.Decode(&i) == nil {
		n.Text = strconv.FormatInt(i, 10)
		return nil
	}
	var f float64
	if err := y.Decode(&f); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("%s: %q is not a number of JSON", n.Place, y.Value)
	}
	n.Text = strconv.FormatFloat(f, 'g', -1, 64)
	return nil
}

// JSON returns the canonical JSON of a node.
func (n *Node) JSON() string {
	return compose.Canonical(n.appendJSON(nil))
}

// Literal returns the JSON of a node as it is written, keys in the order of the document.
func (n *Node) Literal() string { return string(n.appendJSON(nil)) }

func (n *Node) appendJSON(b []byte) []byte {
	switch n.Kind {
	case Null:
		return append(b, "null"...)
	case String:
		return validate.AppendString(b, n.Text)
	case Sequence:
		b = append(b, '[')
		for i, item := range n.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.appendJSON(b)
		}
		return append(b, ']')
	case Mapping:
		b = append(b, '{')
		for i, m := range n.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = m.Value.appendJSON(append(validate.AppendString(b, m.Key), ':'))
		}
		return append(b, '}')
	default:
		return append(b, n.Text...)
	}
}
