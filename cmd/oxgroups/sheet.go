package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
)

// nothing is what null and empty lists look like.
const nothing = "-"

// sheet is what a person or a plain text tool gets to see of a document: objects, and below them tables of other objects.
// Fields, their names and their order are those of the document.
type sheet struct {
	objects []object
	tables  []table
}

// table is an association: objects by id.
type table struct {
	name string
	rows []row
}

type row struct {
	id string
	object
}

// renderSheet writes a reply: the objects that it is about, and each association as a table.
func renderSheet(_ context.Context, w io.Writer, to screen, document []byte) error {
	doc, err := parseObject(document)
	if err != nil {
		return err
	}
	var results []struct{ Key, ID string }
	if err := json.Unmarshal(doc.get("results"), &results); err != nil {
		return err
	}
	var s sheet
	main := map[string]bool{}
	for _, result := range results {
		main[result.Key] = true
		objects, err := parseObject(doc.get(result.Key))
		if err != nil {
			return err
		}
		o, err := parseObject(objects.get(result.ID))
		if err != nil {
			return err
		}
		s.objects = append(s.objects, o)
	}
	for _, m := range doc {
		if rows, ok := parseRows(m.value); ok && !main[m.name] {
			s.tables = append(s.tables, table{m.name, rows})
		}
	}
	return s.write(w, to)
}

// parseRows returns the objects of an association: a map whose values are objects.
func parseRows(value json.RawMessage) ([]row, bool) {
	objects, err := parseObject(value)
	if err != nil {
		return nil, false
	}
	rows := make([]row, len(objects))
	for i, m := range objects {
		o, err := parseObject(m.value)
		if err != nil {
			return nil, false
		}
		rows[i] = row{m.name, o}
	}
	return rows, true
}

// write writes the sheet for a person, or plain where there is no terminal.
func (s sheet) write(w io.Writer, to screen) error {
	var out strings.Builder
	if to.terminal {
		s.draw(&out, to)
	} else {
		s.list(&out)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// list writes each value in a line of its own, behind its place and a tab: the name of the field, and for an object of a
// table also the table and the id, as in "workspaces.10.title". Null and an empty list are nothing.
func (s sheet) list(out *strings.Builder) {
	for _, o := range s.objects {
		o.list(out, "")
	}
	for _, t := range s.tables {
		for _, r := range t.rows {
			r.list(out, t.name+"."+r.id+".")
		}
	}
}

func (o object) list(out *strings.Builder, prefix string) {
	oneLine := strings.NewReplacer("\n", `\n`)
	for _, m := range o {
		value := ""
		if !isNothing(m.value) {
			value = cell(m.value, ",")
		}
		out.WriteString(oneLine.Replace(printable(prefix+m.name)) + "\t" + oneLine.Replace(value) + "\n")
	}
}

// isNothing reports whether a value is absent, null or an empty list.
func isNothing(value json.RawMessage) bool {
	if len(value) == 0 {
		return true
	}
	var items []json.RawMessage
	return json.Unmarshal(value, &items) == nil && len(items) == 0
}

// cell returns a value as a person reads it; between stands between the items of a list.
func cell(value json.RawMessage, between string) string {
	if isNothing(value) {
		return nothing
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return printable(text)
	}
	var items []json.RawMessage
	if json.Unmarshal(value, &items) != nil {
		return printable(string(bytes.TrimSpace(value)))
	}
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = cell(item, between)
	}
	return strings.Join(texts, between)
}
