package rows

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
)

// What a cell can say beside a value.
const (
	clearCell = `\N` // null, as in the text format of SQL databases
	listBreak = ";"  // between the elements of a list
)

// columns say which column of a CSV is what.
type columns struct {
	names  []string
	id     int
	reason int   // -1: there is none
	root   *node // of the update
	starts []int // where the JSON of each cell begins in the body, for syntax errors; -1: it has none
}

// node is a field of the update that a column gives, or an object with such fields inside.
type node struct {
	name   string
	field  *validate.Field
	column int
	inner  []*node // of an object
}

// newColumns reads the header of a CSV.
func newColumns(header []string) (*columns, []Problem) {
	c := &columns{names: header, id: -1, reason: -1, root: &node{}, starts: make([]int, len(header))}
	known := append([]string{idName}, leaves("", updateFields())...)
	first := map[string]int{}
	var problems []Problem
	for i, name := range header {
		if problem := c.add(i, name, known, first); problem != "" {
			problems = append(problems, Problem{Column: i + 1, Rule: "unknown", Message: problem})
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	if c.id < 0 {
		problems = append(problems, Problem{Field: idName, Rule: "required", Message: "there is no such column; it names the group"})
	}
	problems = append(problems, c.root.missing("", updateFields())...)
	return c, problems
}

// add puts one column where it belongs. It returns what is wrong with it.
func (c *columns) add(i int, name string, known []string, first map[string]int) string {
	if before, twice := first[name]; twice {
		return fmt.Sprintf("the column %q is there twice; it is column %d too", name, before+1)
	}
	first[name] = i
	fields, at := updateFields(), c.root
	for rest := name; ; {
		part, more, nested := strings.Cut(rest, ".")
		f := validate.FindField(fields, part)
		switch {
		case f != nil && nested && len(f.Fields) > 0:
			at, fields, rest = at.object(f), f.Fields, more
			continue
		case f != nil && !nested && len(f.Fields) == 0:
			at.inner = append(at.inner, &node{name: f.Name, field: f, column: i})
			return ""
		case f != nil && !nested:
			return fmt.Sprintf("%q has columns for its parts: %s", name, strings.Join(leaves(name+".", f.Fields), ", "))
		}
		break
	}
	switch name {
	case idName:
		c.id = i
	case reasonName:
		c.reason = i
	default:
		hint := nearest.Unknown("column", name, known).Error()
		if len(c.names) == 1 && strings.ContainsAny(name, ";\t|") {
			hint += "; columns are separated by commas"
		}
		return hint
	}
	return ""
}

// object returns the node for the object f within n.
func (n *node) object(f *validate.Field) *node {
	for _, inner := range n.inner {
		if inner.name == f.Name {
			return inner
		}
	}
	n.inner = append(n.inner, &node{name: f.Name, field: f})
	return n.inner[len(n.inner)-1]
}

// missing returns a problem for each required field that no column gives, of the objects that have columns.
func (n *node) missing(prefix string, fields []validate.Field) []Problem {
	var problems []Problem
	for _, f := range fields {
		var found *node
		for _, inner := range n.inner {
			if inner.name == f.Name {
				found = inner
			}
		}
		switch {
		case found != nil && len(f.Fields) > 0:
			problems = append(problems, found.missing(prefix+f.Name+".", f.Fields)...)
		case found == nil && f.Required:
			who := "row"
			if prefix != "" {
				who = strings.TrimSuffix(prefix, ".")
			}
			problems = append(problems, Problem{Field: prefix + f.Name, Rule: "required", Message: "there is no such column, and every " + who + " needs it"})
		}
	}
	return problems
}

// leaves returns the names of the fields that can be columns.
func leaves(prefix string, fields []validate.Field) []string {
	var out []string
	for _, f := range fields {
		if len(f.Fields) > 0 {
			out = append(out, leaves(prefix+f.Name+".", f.Fields)...)
		} else {
			out = append(out, prefix+f.Name)
		}
	}
	return out
}

// appendBody appends the JSON of the update that the cells of s stand for. A cell that is empty has no member in it, nor
// has an object whose cells are all empty.
func (c *columns) appendBody(dst []byte, s *scanner) []byte {
	for i := range c.starts {
		c.starts[i] = -1
	}
	dst, _ = c.root.appendTo(dst, s, c.starts)
	return dst
}

func (n *node) appendTo(dst []byte, s *scanner, starts []int) (out []byte, filled bool) {
	dst = append(dst, '{')
	for _, inner := range n.inner {
		before := len(dst)
		if filled {
			dst = append(dst, ',')
		}
		dst = append(quoteJSON(dst, inner.name), ':')
		written := true
		if inner.inner != nil {
			dst, written = inner.appendTo(dst, s, starts)
		} else if cell := s.cell(inner.column); len(cell) > 0 {
			starts[inner.column] = len(dst)
			dst = appendCell(dst, inner.field, cell)
		} else {
			written = false
		}
		if !written {
			dst = dst[:before]
			continue
		}
		filled = true
	}
	return append(dst, '}'), filled
}

// appendCell appends the JSON of one cell, and leaves it to the validator to judge.
func appendCell(dst []byte, f *validate.Field, cell []byte) []byte {
	switch {
	case string(cell) == clearCell:
		return append(dst, "null"...)
	case f.Kind == validate.Array:
		return appendList(dst, f.Items, cell)
	case f.Kind == validate.Boolean:
		return validate.AppendText(dst, f.Kind, boolean(cell))
	}
	return validate.AppendValue(dst, f.Kind, string(cell))
}

func appendList(dst []byte, items validate.Kind, cell []byte) []byte {
	dst = append(dst, '[')
	for i, item := range strings.Split(string(cell), listBreak) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if items != validate.String {
			item = strings.TrimSpace(item)
		}
		dst = validate.AppendValue(dst, items, item)
	}
	return append(dst, ']')
}

// boolean returns the cell in lower case where it is a word: spreadsheets write TRUE and FALSE.
func boolean(cell []byte) string {
	for _, word := range []string{"true", "false"} {
		if bytes.EqualFold(cell, []byte(word)) {
			return word
		}
	}
	return string(cell)
}

// find returns the place of a column, from 1, or 0.
func (c *columns) find(name string) int {
	for i, n := range c.names {
		if n == name {
			return i + 1
		}
	}
	return 0
}

// at returns the column whose JSON has the byte at offset of the body, from 1, or 0.
func (c *columns) at(offset int) int {
	column, start := 0, -1
	for i, s := range c.starts {
		if s >= 0 && s <= offset && s > start {
			column, start = i+1, s
		}
	}
	return column
}

// notUTF8 returns the first column whose cell is not UTF-8, from 1, or 0.
func (c *columns) notUTF8(s *scanner) int {
	if utf8.Valid(s.cells) && utf8.Valid(s.raw) {
		return 0
	}
	for i := range s.count() {
		if !utf8.Valid(s.cell(i)) {
			return i + 1
		}
	}
	return 0
}
