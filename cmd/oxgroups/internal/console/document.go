package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// nothing is what null and empty lists look like.
const nothing = "-"

// member is one name of a JSON object with its value.
type member struct {
	name  string
	value json.RawMessage
}

// object is a JSON object that keeps the order of its members, which a map would lose.
type object []member

// parseObject reads data, which must be one JSON object.
func parseObject(data []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil {
		return nil, err
	} else if open != json.Delim('{') {
		return nil, errors.New("must be a JSON object")
	}
	o := object{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: name.(string)} // the decoder gives nothing else before a colon
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		o = append(o, m)
	}
	return o, nil
}

// get returns the value of the first member called name, or nil.
func (o object) get(name string) json.RawMessage {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

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

// ShowSheet writes a reply: the objects that it is about, and each association as a table. The main object stands in the map
// called key, under id.
func ShowSheet(out IO, document []byte, key, id string) error {
	s, err := newSheet(document, key, id)
	if err != nil {
		return err
	}
	return s.write(out)
}

func newSheet(document []byte, key, id string) (s sheet, err error) {
	doc, err := parseObject(document)
	for _, m := range doc {
		rows, ok := parseRows(m.value)
		switch {
		case ok && m.name == key:
			for _, r := range rows {
				if r.id == id {
					s.objects = append(s.objects, r.object)
				}
			}
		case ok && m.name != "meta":
			s.tables = append(s.tables, table{m.name, rows})
		}
	}
	return s, err
}

// ShowStatus writes an object in a line for each field and its profiles as a table below it.
func ShowStatus(out IO, document []byte) error {
	doc, err := parseObject(document)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(doc, func(m member) bool { return m.name == "profiles" })
	rows, _ := parseRows(doc[at].value)
	return sheet{objects: []object{slices.Delete(doc, at, at+1)}, tables: []table{{"profiles", rows}}}.write(out)
}

// ShowDocument writes JSON: in one line, or indented on a terminal.
func ShowDocument(out IO, document []byte) error {
	var b bytes.Buffer
	terminal := out.Screen(out.Out).Terminal
	compact := json.Compact
	if terminal {
		compact = func(dst *bytes.Buffer, src []byte) error { return json.Indent(dst, src, "", "  ") }
	}
	if err := compact(&b, document); err != nil {
		return err
	}
	text := b.String()
	if terminal {
		text = PrintableJSON(text)
	}
	_, err := io.WriteString(out.Out, text+"\n")
	return err
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
func (s sheet) write(to IO) error {
	var out strings.Builder
	if screen := to.Screen(to.Out); screen.Terminal {
		s.draw(&out, screen)
	} else {
		s.list(&out)
	}
	_, err := io.WriteString(to.Out, out.String())
	return err
}

// list writes each value in a line of its own, after its place and a tab: the name of the field, and for an object of a
// table also the table and the id, as in "workspaces.10.title". null and [] print as empty.
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
		out.WriteString(oneLine.Replace(Printable(prefix+m.name)) + "\t" + oneLine.Replace(value) + "\n")
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
		return Printable(text)
	}
	var items []json.RawMessage
	if json.Unmarshal(value, &items) != nil {
		return Printable(string(bytes.TrimSpace(value)))
	}
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = cell(item, between)
	}
	return strings.Join(texts, between)
}
