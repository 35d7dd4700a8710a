package emit

import (
	"cmp"
	"fmt"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Table asks for the list of the fields of a schema.
type Table struct {
	Name   string
	Schema *schema.Schema
}

// field is an entry of a table.
type field struct {
	Name, Kind string
	Facts      []string // what else there is to say, as fields of a validate.Field
	Table      string   // the variable that has the fields of an object, "" where they are here
	Fields     []field
}

// tables prints a variable for each table, and one for each schema that several tables have inside, so that the size of all
// is that of the spec.
func (g *Generator) tables(tables []Table) []string {
	w := tableWriter{uses: map[*schema.Schema]int{}, names: map[*schema.Schema]string{}, open: map[*schema.Schema]bool{}, g: g}
	for _, t := range tables {
		w.count(t.Schema.Resolve())
	}
	for _, t := range tables {
		if r := t.Schema.Resolve(); w.names[r] == "" {
			w.names[r] = g.unique(t.Name + "Fields")
			g.tableNames[r] = w.names[r]
		}
	}
	for _, t := range tables {
		w.variable(t.Schema.Resolve(), map[*schema.Schema]bool{})
	}
	texts := make([]string, len(w.done))
	for i, v := range w.done {
		texts[i] = g.render("fields.gen.go", v)
	}
	return texts
}

// tableWriter makes tables of fields.
type tableWriter struct {
	uses  map[*schema.Schema]int    // how often a schema is inside another one
	names map[*schema.Schema]string // of the schemas that have a variable
	open  map[*schema.Schema]bool   // made already, or being made
	done  []variable                // each after those that it needs
	g     *Generator
}

// variable has a table.
type variable struct {
	Name, Place string
	Fields      []field
}

// count counts the uses of the objects below s.
func (w *tableWriter) count(s *schema.Schema) {
	if w.uses[s]++; w.uses[s] > 1 {
		return
	}
	for _, p := range s.Properties() {
		if r := p.Schema.Resolve(); !r.ReadOnly && len(r.Properties()) > 0 {
			w.count(r)
		}
	}
}

// variable makes the variable of s. above has the schemas around it, so that recursion ends.
func (w *tableWriter) variable(s *schema.Schema, above map[*schema.Schema]bool) {
	if !w.open[s] {
		w.open[s] = true
		fields := w.fields(s, above)
		w.done = append(w.done, variable{w.names[s], w.g.place(s), fields})
	}
}

var fieldKinds = map[schema.Types]string{
	schema.String: "String", schema.Integer: "Integer", schema.Number: "Number", schema.Boolean: "Boolean",
	schema.Array: "Array", schema.Object: "Object",
}

func kindOf(s *schema.Schema) string {
	if k := fieldKinds[s.Resolve().Types()&^schema.Null]; k != "" {
		return "validate." + k
	}
	return "validate.Any"
}

// fields returns the entries for the properties of s. Objects that are used more than once have variables.
func (w *tableWriter) fields(s *schema.Schema, above map[*schema.Schema]bool) []field {
	above[s] = true
	defer delete(above, s)
	var all []field
	for _, p := range s.Properties() {
		r := p.Schema.Resolve()
		if r.ReadOnly {
			continue
		}
		f := field{Name: p.Name, Kind: kindOf(r)}
		if r.Items() != nil {
			f.Facts = append(f.Facts, "Items: "+kindOf(r.Items()))
		}
		f.Facts = append(f.Facts, w.g.facts(p.Schema, s.Requires(p.Name), r.Description)...)
		switch {
		case len(r.Properties()) == 0 || above[r]: // a schema that is around itself has none
		case w.names[r] == "" && w.uses[r] == 1:
			f.Fields = w.fields(r, above)
		default:
			if w.names[r] == "" {
				w.names[r] = w.g.unique("fields" + exported(cmp.Or(r.Component, fileName(r.Place)+pathName(r.Place.Pointer, true))))
			}
			w.variable(r, above)
			f.Table = w.names[r]
		}
		all = append(all, f)
	}
	return all
}

// facts returns what there is to say of a field besides its name and kind.
func (g *Generator) facts(s *schema.Schema, required bool, description string) []string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	r := s.Resolve()
	if f := formatOf(r); f != "" {
		add("Format: %q", f)
	}
	if required {
		add("Required: true")
	}
	if r.AllowsNull() {
		add("Nullable: true")
	}
	if r.Deprecated || s.Deprecated {
		add("Deprecated: true")
	}
	values := enumTexts(r)
	if items := r.Items(); items != nil {
		values = append(values, enumTexts(items.Resolve())...)
	}
	if len(values) > 0 {
		add("Enum: []string{%s}", strings.Join(values, ", "))
	}
	if rules := ruleTexts(r); len(rules) > 0 {
		add("Rules: []string{%s}", quotedList(rules))
	}
	if d := defaultOf(s); d != nil {
		add("Default: %s", quoted(d.Literal()))
	}
	if description != "" {
		add("Description: %q", strings.TrimSpace(description))
	}
	return parts
}

func enumTexts(s *schema.Schema) []string {
	var values []string
	for _, v := range s.Enum() {
		switch v.Kind {
		case spec.String, spec.Number, spec.Boolean:
			values = append(values, fmt.Sprintf("%q", v.Text))
		}
	}
	return values
}

// ruleTexts returns what the rules of a schema say in words, those of an array's elements too.
func ruleTexts(s *schema.Schema) []string {
	texts := words(s)
	if s.Items() != nil {
		for _, text := range words(s.Items().Resolve()) {
			texts = append(texts, "each "+text)
		}
	}
	return texts
}

// words returns the messages of the rules of one value that have a limit, beyond its type and format.
func words(s *schema.Schema) (texts []string) {
	for _, r := range s.Rules {
		_, unique := r.(schema.UniqueItems)
		_, format := r.(schema.Format)
		if (unique || schema.Limited(r) != "") && !format && r.Applies() != schema.AnyType {
			texts = append(texts, schema.Message(r))
		}
	}
	return texts
}

func quotedList(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = quoted(text)
	}
	return strings.Join(list, ", ")
}
