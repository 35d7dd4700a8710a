package spec

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"go.yaml.in/yaml/v3"
)

// maxRepeated bounds the nodes that aliases repeat: a few lines of aliases of aliases make billions.
const maxRepeated = 200_000

var yamlError = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(?s)(.*)$`)

// ParseYAML reads a document from YAML. Aliases are followed; merge keys are not JSON and refused.
func ParseYAML(file string, data []byte) (*Document, error) {
	at := Place{File: file, Line: 1, Column: 1}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, more yaml.Node
	if err := decoder.Decode(&root); err == io.EOF || err == nil && len(root.Content) == 0 {
		return nil, &Error{at, "the file is empty"}
	} else if err != nil {
		found := yamlError.FindStringSubmatch(err.Error())
		if found[1] != "" {
			at.Line, _ = strconv.Atoi(found[1])
		}
		return nil, &Error{at, "not YAML: " + found[2] + yamlHint(found[2])}
	}
	if err := decoder.Decode(&more); err != io.EOF {
		at.Line = max(1, more.Line)
		return nil, &Error{at, "a second document follows in the file; a spec is one document"}
	}
	r := yamlReader{open: map[*yaml.Node]bool{}}
	node, err := r.value(root.Content[0], at)
	if err != nil {
		return nil, err
	}
	return newDocument(node), nil
}

// yamlHint says what is meant by the message of a parser, mostly.
func yamlHint(message string) string {
	for _, h := range []struct{ part, hint string }{
		{"cannot start any token", "; indent with spaces, not with tabs, and put a value that begins with a special character in quotes"},
		{"mapping values are not allowed", "; put a value with a colon in quotes"},
		{"did not find expected", "; the keys of an object have the same indentation, and brackets and quotes an end"},
		{"unknown anchor", "; an alias stands behind its anchor, and a value that begins with * in quotes"},
	} {
		if strings.Contains(message, h.part) {
			return h.hint
		}
	}
	return ""
}

type yamlReader struct {
	open      map[*yaml.Node]bool // the nodes with an anchor around the current one
	repeating int                 // how many aliases are around the current node
	repeated  int                 // nodes
}

func (r *yamlReader) value(y *yaml.Node, place Place) (*Node, error) {
	place.Line, place.Column = y.Line, y.Column
	if y.Kind == yaml.AliasNode {
		if r.open[y.Alias] {
			return nil, &Error{place, fmt.Sprintf("alias *%s is inside its own anchor, so the value has no end; use a $ref", y.Value)}
		}
		r.repeating++
		defer func() { r.repeating-- }()
		return r.value(y.Alias, place)
	}
	if r.repeating > 0 {
		if r.repeated++; r.repeated > maxRepeated {
			return nil, &Error{place, fmt.Sprintf("aliases repeat more than %d values; use a $ref", maxRepeated)}
		}
	}
	if y.Anchor != "" {
		r.open[y] = true
		defer delete(r.open, y)
	}
	n := &Node{Place: place}
	switch y.Kind {
	case yaml.SequenceNode:
		n.Kind = Sequence
		for i, item := range y.Content {
			child, err := r.value(item, below(place, strconv.Itoa(i)))
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, child)
		}
		return n, nil
	case yaml.MappingNode:
		return n, r.mapping(n, y)
	}
	return n, scalar(n, y)
}

func (r *yamlReader) mapping(n *Node, y *yaml.Node) error {
	n.Kind = Mapping
	lines := map[string]int{} // of the keys
	for i := 0; i < len(y.Content); i += 2 {
		key := y.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		at := n.Place
		at.Line, at.Column = y.Content[i].Line, y.Content[i].Column
		if key.Kind != yaml.ScalarNode {
			return &Error{at, "a key must be a string"}
		}
		if key.Tag == "!!merge" {
			return &Error{at, "a merge key (<<) is not JSON; write the members out, or use allOf with a $ref"}
		}
		at = below(at, key.Value)
		if line := lines[key.Value]; line > 0 {
			return &Error{at, fmt.Sprintf("key %q is in line %d too; remove one of them", key.Value, line)}
		}
		lines[key.Value] = at.Line
		child, err := r.value(y.Content[i+1], at)
		if err != nil {
			return err
		}
		child.Place.Line, child.Place.Column = at.Line, at.Column
		n.Members = append(n.Members, Member{key.Value, child})
	}
	return nil
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
		n.Kind, n.Plain = String, y.Style == 0
		if y.Style == 0 && validate.IsNumber(y.Value) { // 1e400, which float64 does not hold
			n.Kind = Number
		}
	}
	return nil
}

// numberFromYAML takes the ways of writing a number that JSON has not, such as 0x10 or .5.
func numberFromYAML(n *Node, y *yaml.Node) error {
	var i int64
	if y.Tag == "!!int" && y.Decode(&i) == nil {
		n.Text = strconv.FormatInt(i, 10)
		return nil
	}
	var f float64
	if err := y.Decode(&f); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return &Error{n.Place, fmt.Sprintf("%q is not a number of JSON", y.Value)}
	}
	n.Text = strconv.FormatFloat(f, 'g', -1, 64)
	return nil
}
