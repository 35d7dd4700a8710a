package emit

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// body is one representation of a request's body in Go.
type body struct {
	openapi.MediaType
	Tag     string // what the names of its type and field have: "JSON", "Form"
	Expr    string // the type as another package writes it
	Decoder string // the function of the validator package that reads it, "" for a *wire.Stream
	table   Table  // of its fields
	Fields  string // the variable that has the table, or nil

	Parts   []part      // of a multipart body
	Styled  []parameter // the properties of a form that are sent in another style
	Details string      // the variable that has either, "" where there are none
	Attach  string      // the function that takes the files, "" where there are none
}

// part is a part of a multipart body.
type part struct {
	field
	JSON         bool
	ContentTypes []string
	File         *gotype.Field // where a file goes, nil for another part
}

// Kinds of the place of a file.
func (p part) IsPointer() bool  { return p.File.Type.Kind == gotype.Pointer }
func (p part) IsNullable() bool { return p.File.Type.Kind == gotype.Nullable }
func (p part) IsList() bool     { return p.File.Type.Value().Kind == gotype.Slice }

// reply is one response with a JSON body in Go.
type reply struct {
	openapi.Response
	Name        string // after the name of the operation: "200", "Default"
	Code        string // the status, "" where the handler gives it
	ContentType string
	Root        *Root  // what has its type; nil: any value, which is checked
	Encoder     string // the function of the validator package that writes it
	media       openapi.MediaType
}

// rawJSON is the type of a JSON body for which oapi-codegen has none.
var rawJSON = &gotype.Type{Kind: gotype.Raw, Expr: "json.RawMessage"}

// bodiesOf gives each representation of a body its type and decoder.
func (g *Generator) bodiesOf(d *openapi.Document, op *operation, names *goNames) []body {
	if op.Body == nil {
		return nil
	}
	var all []body
	for _, m := range op.Body.Content {
		b := body{MediaType: m, Tag: bodyTag(m)}
		switch m.Kind {
		case openapi.JSON, openapi.Form:
			root := g.bodyRoot(op, b, names)
			b.Expr, b.Decoder = root.GoType(), "Decode"+root.Name
			b.table = tableOf(op, b, all)
			b.Styled = styled(m)
		case openapi.Multipart:
			if root := g.multipartRoot(op, &b, names); root != nil {
				b.Expr, b.Decoder = root.GoType(), "Decode"+root.Name
				break
			}
			d.Notice(op.Operation, m.Node.Place, "a body of %s is handed on as a reader, as there is no struct for it: its parts are not checked", m.Name)
			b.Expr = "wire.Stream"
		case openapi.Text:
			b.Expr, b.Decoder = "string", "Decode"+op.Name+b.Tag+"RequestBody"
		default:
			b.Expr = "wire.Stream"
		}
		all = append(all, b)
	}
	return all
}

// bodyRoot returns what reads a body: the component that it is, or a root of its own.
func (g *Generator) bodyRoot(op *operation, b body, names *goNames) *Root {
	if root := names.component(b.Schema); root != nil {
		return root
	}
	name := op.Name + oapiTag(b.Name) + "RequestBody"
	if g.model == nil {
		return names.add(name, b.Schema, nil)
	}
	return names.add(name, b.Schema, cmp.Or(g.model.Lookup(name), names.typeOf(b.Schema), rawJSON))
}

// tableOf returns the request for a table of a body's fields. before are the other representations of the same body.
func tableOf(op *operation, b body, before []body) Table {
	r := b.Schema.Resolve()
	if len(r.Properties()) == 0 {
		return Table{}
	}
	if r.Component != "" {
		return Table{codegen.SchemaNameToTypeName(r.Component), b.Schema}
	}
	name := op.Name
	if slices.ContainsFunc(before, func(other body) bool { return other.table.Name == name }) {
		name += b.Tag
	}
	return Table{name, b.Schema}
}

// oapiTag returns what oapi-codegen puts into the name of the type of a body, "" for media types that it has none for.
func oapiTag(mediaType string) string {
	switch {
	case mediaType == "application/json":
		return "JSON"
	case mediaType == "application/x-www-form-urlencoded":
		return "Formdata"
	case mediaType == "text/plain":
		return "Text"
	case strings.HasPrefix(mediaType, "multipart/"):
		return "Multipart"
	}
	for _, part := range [][2]string{{"/", "_"}, {"*", "Wildcard_"}, {"+", "Plus_"}} {
		mediaType = strings.Replace(mediaType, part[0], part[1], 1)
	}
	return codegen.ToCamelCaseWithInitialism(mediaType)
}

// bodyTag returns the name of a representation among those of one body.
func bodyTag(m openapi.MediaType) string {
	if m.Kind == openapi.Form {
		return "Form"
	}
	return exported(oapiTag(m.Name))
}

// repliesOf gives each response with a JSON body its name, type and encoder.
func (g *Generator) repliesOf(d *openapi.Document, op *operation, names *goNames) []reply {
	if g.model == nil {
		return nil
	}
	var all []reply
	for _, r := range op.Responses {
		first := true
		for _, m := range r.Content {
			if m.Kind != openapi.JSON {
				continue
			}
			one := reply{Response: r, media: m, Name: exported(r.Status), ContentType: m.Name}
			if strings.IndexFunc(r.Status, unicode.IsDigit) == 0 {
				one.Name = strings.ToUpper(r.Status)
			}
			if !strings.ContainsFunc(r.Status, unicode.IsLetter) {
				one.Code = r.Status
			}
			if strings.Contains(m.Name, "*") {
				one.ContentType = "application/json"
			}
			if !first {
				one.Name += bodyTag(m)
			}
			first = false
			if one.Root = g.replyRoot(op, one, names); one.Root == nil {
				d.Notice(op.Operation, m.Node.Place, "response %s has no Go type: its reply function takes any value, and checks what encoding/json makes of it; a name in components/schemas gives it a type", r.Status)
			}
			all = append(all, one)
		}
	}
	return all
}

// replyRoot returns what writes a response: the component that it is, or a root of its own; nil where oapi-codegen has no type.
func (g *Generator) replyRoot(op *operation, r reply, names *goNames) *Root {
	s := r.media.Schema
	if root := names.component(s); root != nil {
		return root
	}
	t := names.typeOf(s)
	if name, ok := strings.CutPrefix(r.Node.Place.Pointer, "/components/responses/"); ok && t == nil && len(r.Content) == 1 {
		if t = g.model.Lookup(names.typeName(name)); t != nil && !hasShape(s, t) {
			t = nil // a response of another file, whose type is in another package
		}
	}
	if t == nil {
		return nil
	}
	return names.add(op.Name+r.Name, s, t)
}

// bodyFunctions prints the functions for bodies that are not roots: text, and responses without a type. It names the encoders of the others.
func (g *Generator) bodyFunctions(op *operation) string {
	type function struct{ Name, Place, Reading string }
	var text strings.Builder
	for i := range op.Bodies {
		b := &op.Bodies[i]
		switch {
		case len(b.Parts) > 0:
			b.Details = g.unique(op.Name + "Parts")
			text.WriteString(g.render("parts", b))
			if len(b.Files()) > 0 {
				b.Attach = g.unique("Attach" + op.Name + "Files")
				text.WriteString(g.render("attach", b))
			}
		case len(b.Styled) > 0:
			b.Details = g.unique(op.Name + b.Tag + "Styles")
			text.WriteString(g.render("styles", b))
		}
		if b.Kind == openapi.Text && g.model != nil {
			g.labels[b.Schema.Place.ID()] = op.Name + b.Tag + "RequestBody"
			c := &code{}
			g.value(c, b.Schema, target{&gotype.Type{Kind: gotype.String, Expr: "string", Basic: "string"}, "*v"})
			text.WriteString(g.render("text body", function{b.Decoder, g.place(b.Schema), c.String()}))
		}
	}
	for i := range op.Replies {
		r := &op.Replies[i]
		if r.Root != nil {
			r.Encoder = g.responseEncoder(*r.Root)
			continue
		}
		r.Encoder = g.unique("Append" + op.Name + r.Name)
		g.labels[r.media.Schema.Place.ID()] = op.Name + r.Name
		c := &code{}
		g.value(c, r.media.Schema, target{})
		text.WriteString(g.render("any response", function{r.Encoder, oneLine("response " + r.Status + " of the operation " + op.ID), c.String()}))
	}
	return text.String()
}

// responseEncoder returns the function that writes a root as it is in a response.
func (g *Generator) responseEncoder(root Root) string {
	if g.bothWays(root.Schema) {
		return "Append" + g.responseName(root)
	}
	return "Append" + root.Name
}

// Argument returns the type in which a handler gets the body of an operation, "" where it has none.
func (op *operation) Argument() string {
	if len(op.Bodies) == 0 {
		return ""
	}
	if op.Several() {
		return op.Name + "Body"
	}
	return op.Bodies[0].Expr
}

// Several reports whether the representations of a body have types of their own, which are the fields of a struct.
func (op *operation) Several() bool {
	return slices.ContainsFunc(op.Bodies, func(b body) bool { return b.Expr != op.Bodies[0].Expr })
}

// Offered returns the media types of the body.
func (op *operation) Offered() []string {
	names := make([]string, len(op.Bodies))
	for i, b := range op.Bodies {
		names[i] = b.Name
	}
	return names
}

// IsForm reports whether the body is a form.
func (b body) IsForm() bool { return b.Kind == openapi.Form }

// Files returns the parts of a multipart body that are files.
func (b body) Files() []part {
	return slices.DeleteFunc(slices.Clone(b.Parts), func(p part) bool { return p.File == nil })
}

// styled describes the properties of a form that are sent in another style, or as JSON.
func styled(m openapi.MediaType) []parameter {
	var all []parameter
	for _, e := range m.Encoding {
		s := m.Schema.Resolve().Property(e.Property)
		if m.Kind != openapi.Form || s == nil || s.Resolve().ReadOnly || e.Style == "" && !e.JSON() {
			continue
		}
		p := parameter{Parameter: openapi.Parameter{Name: e.Property, Style: cmp.Or(e.Style, "content"), Explode: e.Explode, Schema: s}}
		p.describeParts()
		all = append(all, p)
	}
	return all
}

// multipartRoot returns what reads the parts of a body but for its files, which it describes in b; nil where there is no struct for them.
func (g *Generator) multipartRoot(op *operation, b *body, names *goNames) *Root {
	if g.model == nil {
		return nil
	}
	t := g.model.Lookup(op.Name + "MultipartRequestBody")
	if t == nil || t.Kind != gotype.Struct || t.Union {
		return nil
	}
	s, text := *b.Schema.Resolve(), *t // without the files
	s.Place, s.Component, s.Rules, text.Fields = b.Node.Place, "", slices.Clone(s.Rules), nil
	for _, f := range t.Fields {
		if !isFile(f.Type) {
			text.Fields = append(text.Fields, f)
		}
	}
	var properties []schema.Property
	for _, property := range s.Properties() {
		p := part{field: field{Name: property.Name, Kind: kindOf(property.Schema)}}
		if items := itemsOf(property.Schema); items != nil {
			p.Facts = []string{"Items: " + kindOf(items)}
		}
		if i := slices.IndexFunc(b.Encoding, func(e openapi.Encoding) bool { return e.Property == property.Name }); i >= 0 {
			p.JSON, p.ContentTypes = b.Encoding[i].JSON(), b.Encoding[i].ContentTypes
		}
		if f := t.Field(property.Name); f != nil && isFile(f.Type) {
			p.File, property.Schema = f, withoutText(property.Schema)
		}
		b.Parts, properties = append(b.Parts, p), append(properties, property)
	}
	s.Replace(schema.Properties{List: properties})
	root := names.add(op.Name+"MultipartRequestBody", &s, &text)
	root.DecodeOnly = true
	return root
}

// isFile reports whether a type is the one of a file, or a list of them.
func isFile(t *gotype.Type) bool {
	if t = t.Value(); t.Kind == gotype.Slice {
		t = t.Elem
	}
	return t.Expr == "openapi_types.File"
}

// withoutText returns the schema of a file, or of a list of files, without what it says of their text.
func withoutText(s *schema.Schema) *schema.Schema {
	r := *s.Resolve()
	r.Component = ""
	if !schema.Has[schema.Items](&r) {
		return &schema.Schema{Place: r.Place}
	}
	r.Rules = slices.Clone(r.Rules)
	r.Replace(schema.Items{Schema: anything})
	return &r
}
