package form

import (
	"cmp"
	"slices"
	"strconv"

	"example.com/oxgroups/api/validate"
)

// shape is what the names of a form have made of a value so far.
type shape uint8

const (
	unset shape = iota
	null
	scalar
	list    // elements were appended: name[]
	indexed // elements have numbers: name[0]
	object
)

// node is one value of the document. It has a place for known fields only, so a form cannot make it large or deep.
type node struct {
	field    *validate.Field
	shape    shape
	json     bool                // objects are given as JSON, as the standard encoding has them
	text     string              // of a scalar
	elements []element           // of a list, in order of appearance
	indexes  map[uint64]struct{} // of an indexed list
	children []*node             // of an object, in order of appearance
}

// element is one scalar of a list. Lists of objects have no form here.
type element struct {
	index uint64
	text  string
}

const (
	givenTwice = "a name is given twice"
	twoShapes  = "a name is given in two shapes"
)

// put sets the value that path names below n and returns what is wrong with that, or "".
func (n *node) put(path []string, text string, hasValue bool) (problem string) {
	for len(path) > 0 && n.field.Kind != validate.Array {
		f := validate.FindField(n.field.Fields, path[0])
		if f == nil && path[0] == "" && n.field.Name != "" {
			return n.append("", text, hasValue) // a list where none belongs stays for the validator
		}
		if n.shape != unset && n.shape != object {
			return twoShapes
		}
		n.shape = object
		if f == nil {
			return ""
		}
		n, path = n.child(f), path[1:]
	}
	switch len(path) {
	case 0:
		return n.set(text, hasValue)
	case 1:
		return n.append(path[0], text, hasValue)
	default:
		return "a list in a form cannot hold objects or lists"
	}
}

func (n *node) child(f *validate.Field) *node {
	for _, c := range n.children {
		if c.field == f {
			return c
		}
	}
	c := &node{field: f, json: n.json}
	n.children = append(n.children, c)
	return c
}

// append adds an element to a list. One without a value only says that there is a list: name[] alone is the empty one.
func (n *node) append(token, text string, hasValue bool) (problem string) {
	want, index := list, uint64(0)
	if token != "" {
		var err error
		index, err = strconv.ParseUint(token, 10, 64)
		if err != nil || strconv.FormatUint(index, 10) != token {
			return "an element of a list has a name that is no number"
		}
		want = indexed
	}
	if n.shape != unset && n.shape != want {
		return twoShapes
	}
	n.shape = want
	if want == indexed {
		if _, taken := n.indexes[index]; taken {
			return givenTwice
		}
		if n.indexes == nil {
			n.indexes = make(map[uint64]struct{})
		}
		n.indexes[index] = struct{}{}
	}
	if hasValue {
		n.elements = append(n.elements, element{index, text})
	}
	return ""
}

func (n *node) set(text string, hasValue bool) (problem string) {
	switch n.shape {
	case unset:
	case null, scalar:
		return givenTwice
	default:
		return twoShapes
	}
	n.shape, n.text = null, ""
	if hasValue && !isNull(n.field.Kind, text) {
		n.shape, n.text = scalar, text
	}
	return ""
}

// isNull reports whether a value is empty and its field no string.
func isNull(k validate.Kind, text string) bool {
	return text == "" && k != validate.String && k != validate.Any
}

// addUnknown adds a name that has no field to the object n: a string, or a list of strings where it is repeated. known has those
// that were added before.
func (n *node) addUnknown(known map[string]*node, name, text string) (problem string) {
	c := known[name]
	if c == nil {
		c = &node{field: &validate.Field{Name: name, Kind: validate.String}}
		known[name] = c
		n.children = append(n.children, c)
		return c.set(text, true)
	}
	if c.shape == scalar {
		c.shape, c.elements = list, []element{{text: c.text}}
	}
	return c.append("", text, true)
}

func (n *node) appendJSON(dst []byte) []byte {
	switch n.shape {
	case object:
		return n.appendObject(dst)
	case list, indexed:
		return n.appendList(dst)
	case scalar:
		return n.appendText(dst, n.field.Kind, n.text)
	default:
		return append(dst, "null"...)
	}
}

func (n *node) appendText(dst []byte, k validate.Kind, text string) []byte {
	if n.json {
		return validate.AppendValue(dst, k, text)
	}
	return validate.AppendText(dst, k, text)
}

func (n *node) appendObject(dst []byte) []byte {
	dst = append(dst, '{')
	for i, c := range n.children {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = validate.AppendString(dst, c.field.Name)
		dst = append(dst, ':')
		dst = c.appendJSON(dst)
	}
	return append(dst, '}')
}

func (n *node) appendList(dst []byte) []byte {
	slices.SortStableFunc(n.elements, func(a, b element) int { return cmp.Compare(a.index, b.index) })
	dst = append(dst, '[')
	for i, e := range n.elements {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = n.appendText(dst, n.field.Items, e.text)
	}
	return append(dst, ']')
}
