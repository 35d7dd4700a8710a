package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

const (
	maxWidth = 100 // of a table of associations, in columns of a terminal
	maxCell  = 40  // of one of its cells
	nothing  = "-" // what null and empty lists look like
	more     = "…" // what was cut off; --json has it
)

// width measures text as a terminal shows it, the same in every locale.
var width = &runewidth.Condition{StrictEmojiNeutral: true}

// renderTables writes the objects that the document is about, a field in each line, and then a table for each
// association. Fields, their names and their order are those of the document.
func renderTables(_ context.Context, w io.Writer, document []byte) error {
	doc, err := parseObject(document)
	if err != nil {
		return err
	}
	var results []struct{ Key, ID string }
	if err := json.Unmarshal(doc.get("results"), &results); err != nil {
		return err
	}
	var out strings.Builder
	main := map[string]bool{}
	for _, result := range results {
		main[result.Key] = true
		if objects, err := parseObject(doc.get(result.Key)); err == nil {
			writeFields(&out, objects.get(result.ID))
		}
	}
	for _, m := range doc {
		if rows, ok := parseRows(m.value); ok && !main[m.name] {
			out.WriteString("\n" + printable(m.name) + "\n")
			writeRows(&out, rows)
		}
	}
	_, err = io.WriteString(w, out.String())
	return err
}

// parseRows returns the objects of an association: a map whose values are objects.
func parseRows(value json.RawMessage) ([]object, bool) {
	objects, err := parseObject(value)
	if err != nil {
		return nil, false
	}
	rows := make([]object, len(objects))
	for i, m := range objects {
		if rows[i], err = parseObject(m.value); err != nil {
			return nil, false
		}
	}
	return rows, true
}

// writeFields writes an object in two columns.
func writeFields(out *strings.Builder, value json.RawMessage) {
	fields, err := parseObject(value)
	if err != nil {
		return // the client found the object, so it is one
	}
	left := 0
	for _, m := range fields {
		left = max(left, width.StringWidth(printable(m.name)))
	}
	for _, m := range fields {
		text := strings.ReplaceAll(cell(m.value), "\n", "\n"+strings.Repeat(" ", left+2))
		out.WriteString(width.FillRight(printable(m.name), left) + "  " + text + "\n")
	}
}

// writeRows writes objects as a table with as many columns as find room. Columns without any value are left out.
func writeRows(out *strings.Builder, rows []object) {
	if len(rows) == 0 {
		out.WriteString("none\n")
		return
	}
	lines := make([]string, len(rows)+1)
	used, cut := 0, false
	for _, name := range columnNames(rows) {
		cells, wide := column(name, rows)
		if wide == 0 {
			continue
		}
		if cut = used > 0 && used+2+wide > maxWidth-3; cut {
			break
		}
		for i, text := range cells {
			if used > 0 {
				lines[i] += "  "
			}
			lines[i] += width.FillRight(text, wide)
		}
		used += wide + 2
	}
	if cut {
		lines[0] += "  " + more
	}
	for _, line := range lines {
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// column returns the heading and the cells of a column and its width, which is 0 where no row has a value.
func column(name string, rows []object) (cells []string, wide int) {
	heading := printable(name)
	cells = append(cells, heading)
	empty := true
	for _, row := range rows {
		text := width.Truncate(strings.ReplaceAll(cell(row.get(name)), "\n", " "), maxCell, more)
		cells = append(cells, text)
		wide = max(wide, width.StringWidth(text))
		empty = empty && text == nothing
	}
	if empty {
		return cells, 0
	}
	return cells, max(wide, width.StringWidth(heading))
}

func columnNames(rows []object) []string {
	var names []string
	seen := map[string]bool{}
	for _, row := range rows {
		for _, m := range row {
			if !seen[m.name] {
				seen[m.name] = true
				names = append(names, m.name)
			}
		}
	}
	return names
}

// cell returns a value as a person reads it.
func cell(value json.RawMessage) string {
	var v any
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nothing
	}
	switch v := v.(type) {
	case nil:
		return nothing
	case string:
		return printable(v)
	case []any:
		var items []json.RawMessage
		if json.Unmarshal(value, &items) != nil || len(items) == 0 {
			return nothing
		}
		texts := make([]string, len(items))
		for i, item := range items {
			texts[i] = cell(item)
		}
		return strings.Join(texts, ", ")
	}
	return printable(string(bytes.TrimSpace(value)))
}
