package form

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
)

// document is the value that a form stands for.
type document struct {
	*node
	appendText func(dst []byte, k validate.Kind, text string) []byte
}

// appendJSON gives each pair of form to add, which puts it below the root, and appends the document.
func (d document) appendJSON(dst, form []byte, add func(name, text string, hasValue bool) (problem string)) ([]byte, error) {
	if len(form) == 0 {
		return dst, &validate.SyntaxError{Message: "unexpected end of the form, a name expected"}
	}
	offset := 0
	for pair := range strings.SplitSeq(string(form), "&") {
		if problem := addPair(pair, add); problem != "" {
			return dst, &validate.SyntaxError{Offset: offset, Message: problem}
		}
		offset += len(pair) + 1
	}
	e := validate.NewEncoder(dst)
	d.encode(e, d.node)
	return e.Result()
}

func (d document) encode(e *validate.Encoder, n *node) {
	switch {
	case n.json != nil:
		e.Raw(n.json)
	case n.shape == object:
		e.Open('{')
		for _, c := range n.children {
			e.Name(c.field.Name)
			d.encode(e, c)
		}
		e.Close('}')
	case n.shape == list || n.shape == indexed:
		slices.SortStableFunc(n.elements, func(a, b element) int { return cmp.Compare(a.index, b.index) })
		e.Open('[')
		for _, item := range n.elements {
			e.Next()
			e.Raw(d.appendText(nil, n.field.Items, item.text))
		}
		e.Close(']')
	case len(n.elements) > 0:
		e.Raw(d.appendText(nil, n.field.Kind, n.elements[0].text))
	default:
		e.Null()
	}
}

// shape is what the names of a form have made of a value so far.
type shape uint8

const (
	unset   shape = iota
	scalar        // one element, or none for null
	list          // elements were appended: name[]
	indexed       // elements have numbers: name[0]
	object
)

// node is one value of the document. It has a place for known fields only, so a form cannot make it large or deep.
type node struct {
	field    *validate.Field
	shape    shape
	elements []element       // in order of appearance
	indexes  map[uint64]bool // of an indexed list
	children []*node         // of an object, in order of appearance
	json     []byte          // of a field in another style, in place of all that
}

// element is one scalar of a list. Lists of objects have no form here.
type element struct {
	index uint64
	text  string
}

func newRoot(fields []validate.Field) *node {
	return &node{field: &validate.Field{Kind: validate.Object, Fields: fields}, shape: object}
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
	c := &node{field: f}
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
			return "an element of a list has a name that is not a number"
		}
		want = indexed
	}
	switch {
	case n.shape != unset && n.shape != want:
		return twoShapes
	case n.indexes[index]:
		return givenTwice
	case want == indexed && n.indexes == nil:
		n.indexes = map[uint64]bool{}
	}
	n.shape = want
	if want == indexed {
		n.indexes[index] = true
	}
	if hasValue {
		n.elements = append(n.elements, element{index, text})
	}
	return ""
}

// set makes n a scalar.
func (n *node) set(text string, hasValue bool) (problem string) {
	switch n.shape {
	case unset:
	case scalar:
		return givenTwice
	default:
		return twoShapes
	}
	n.shape = scalar
	if hasValue && !isNull(n.field.Kind, text) {
		n.elements = []element{{text: text}}
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
		c = &node{field: &validate.Field{Name: name, Kind: validate.String, Items: validate.String}}
		known[name] = c
		n.children = append(n.children, c)
		return c.set(text, true)
	}
	c.shape = list
	return c.append("", text, true)
}
