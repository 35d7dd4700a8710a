package emit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Table asks for the list of the fields of a schema.
type Table struct {
	Name   string
	Schema *schema.Schema
}

// tables writes a variable for each table, and one for each schema that several tables have inside, so that the size of all
// is that of the spec.
func (g *Generator) tables(tables []Table) string {
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
	var c code
	for _, t := range tables {
		if r := t.Schema.Resolve(); !w.open[r] {
			w.variable(&c, r, map[*schema.Schema]bool{})
		}
	}
	return c.String()
}

// tableWriter writes tables of fields.
type tableWriter struct {
	uses  map[*schema.Schema]int    // how often a schema is inside another one
	names map[*schema.Schema]string // of the schemas that have a variable
	open  map[*schema.Schema]bool   // written already, or being written
	g     *Generator
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

// variable writes the variable of s, behind those that it needs. above has the schemas around it, so that recursion ends.
func (w *tableWriter) variable(before *code, s *schema.Schema, above map[*schema.Schema]bool) {
	w.open[s], above[s] = true, true
	var body code
	w.fields(before, &body, s, above)
	delete(above, s)
	name := w.names[s]
	before.line("// %s lists the fields of %s, in the order of the spec.", name, w.g.place(s))
	before.line("var %s = []validate.Field{\n%s}\n", name, body.String())
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

// fields writes the entries for the properties of s to body, and the variables that they refer to to before.
func (w *tableWriter) fields(before, body *code, s *schema.Schema, above map[*schema.Schema]bool) {
	for _, p := range s.Properties() {
		r := p.Schema.Resolve()
		if r.ReadOnly {
			continue
		}
		body.WriteString("{" + w.g.entryOf(s, p, r))
		if len(r.Properties()) > 0 {
			w.nested(before, body, r, above)
		}
		body.line("},")
	}
}

// nested writes the fields of an object inside an entry: its variable, or in place where it is the only one. A schema that
// is around itself has none.
func (w *tableWriter) nested(before, body *code, r *schema.Schema, above map[*schema.Schema]bool) {
	switch {
	case above[r]:
	case w.names[r] != "" || w.uses[r] > 1:
		if w.names[r] == "" {
			w.names[r] = w.g.unique("fields" + exported(cmp.Or(r.Component, pathName(r.Place.Pointer, true))))
		}
		if !w.open[r] {
			w.variable(before, r, above)
		}
		body.WriteString(",\nFields: " + w.names[r])
	default:
		above[r] = true
		body.line(",\nFields: []validate.Field{")
		w.fields(before, body, r, above)
		body.WriteString("}")
		delete(above, r)
	}
}

// entryOf returns what there is to say of the property p of s, whose schema is r.
func (g *Generator) entryOf(s *schema.Schema, p schema.Property, r *schema.Schema) string {
	parts := []string{fmt.Sprintf("Name: %q, Kind: %s", p.Name, kindOf(r))}
	if r.Items() != nil {
		parts = append(parts, "Items: "+kindOf(r.Items()))
	}
	return strings.Join(append(parts, g.facts(p.Schema, s.Requires(p.Name), r.Description)...), ",\n")
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
	if rules := g.ruleTexts(r); len(rules) > 0 {
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
func (g *Generator) ruleTexts(s *schema.Schema) []string {
	p := g.plan(s)
	texts := p.words()
	if p.items != nil {
		for _, text := range g.plan(p.items.Resolve()).words() {
			texts = append(texts, "each "+text)
		}
	}
	return texts
}

// words returns the messages of the rules of one value.
func (p *plan) words() []string {
	var words []string
	for _, k := range p.text {
		words = append(words, k.message)
	}
	for _, b := range p.bounds {
		words = append(words, b.message)
	}
	for _, m := range p.multiples {
		words = append(words, "must be a multiple of "+m.Text)
	}
	for _, l := range slices.Concat(p.counts, p.sizes) {
		words = append(words, l.message)
	}
	if p.unique {
		words = append(words, "must not have equal items")
	}
	return words
}

func quotedList(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = quoted(text)
	}
	return strings.Join(list, ", ")
}
