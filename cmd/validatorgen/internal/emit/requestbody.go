package emit

import (
	"fmt"
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/openapi"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// body is one representation of a request's body in Go.
type body struct {
	openapi.MediaType
	tag     string       // what the names of its type and field have: "JSON", "Form"
	typ     *gotype.Type // nil: it is handed on as a *wire.Stream
	expr    string       // the type as another package writes it
	decoder string       // the function of the validator package that reads it, "" for a stream
	table   Table        // of the fields of a form
}

// reply is one response with a JSON body in Go.
type reply struct {
	openapi.Response
	media   openapi.MediaType
	name    string // behind the name of the operation: "200", "Default"
	root    *Root  // what has its type; nil: any value, which is checked
	encoder string // the function of the validator package that writes it
}

// rawJSON is the type of a JSON body for which oapi-codegen has none.
var rawJSON = &gotype.Type{Kind: gotype.Raw, Expr: "json.RawMessage"}

// bodiesOf gives each representation of a body its type and decoder.
func (g *Generator) bodiesOf(op *operation, names *goNames) []body {
	if op.Body == nil {
		return nil
	}
	var all []body
	for _, m := range op.Body.Content {
		b := body{MediaType: m, tag: bodyTag(m)}
		switch m.Kind {
		case openapi.JSON, openapi.Form:
			root := g.bodyRoot(op, b, names)
			b.typ, b.expr, b.decoder = root.Type, root.goType(), "Decode"+root.Name
			b.table = tableOf(op, b, all)
		case openapi.Text:
			b.typ = &gotype.Type{Kind: gotype.String, Expr: "string", Basic: "string"}
			b.expr, b.decoder = "string", "Decode"+op.name+b.tag+"RequestBody"
		default:
			b.expr = "wire.Stream"
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
	name := op.name + oapiTag(b.Name) + "RequestBody"
	if g.model == nil {
		return names.add(name, b.Schema, nil)
	}
	t := g.model.Lookup(name)
	if t == nil {
		t = names.typeOf(b.Schema)
	}
	if t == nil {
		t = rawJSON
	}
	return names.add(name, b.Schema, t)
}

// goType returns the type of a root as another package writes it.
func (r *Root) goType() string {
	if r.Expr == "" && r.Type != nil {
		return r.Type.Expr
	}
	return r.Expr
}

// tableOf returns the request for a table of a body's fields. before are the other representations of the same body.
func tableOf(op *operation, b body, before []body) Table {
	if len(b.Schema.Resolve().Properties()) == 0 {
		return Table{}
	}
	r := b.Schema.Resolve()
	if r.Component != "" {
		return Table{codegen.SchemaNameToTypeName(r.Component), b.Schema}
	}
	name := op.name
	if slices.ContainsFunc(before, func(other body) bool { return other.table.Name == name }) {
		name += b.tag
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
			one := reply{Response: r, media: m, name: exported(r.Status)}
			if unicodeDigit(r.Status) {
				one.name = strings.ToUpper(r.Status)
			}
			if !first {
				one.name += bodyTag(m)
			}
			first = false
			if one.root = g.replyRoot(op, one, names); one.root == nil {
				d.Notice(op.Operation, m.Node.Place, "response %s has no Go type: its reply function takes any value, and checks what encoding/json makes of it; a name in components/schemas gives it a type", r.Status)
			}
			all = append(all, one)
		}
	}
	return all
}

func unicodeDigit(s string) bool { return s != "" && '0' <= s[0] && s[0] <= '9' }

// replyRoot returns what writes a response: the component that it is, or a root of its own; nil where oapi-codegen has no type.
func (g *Generator) replyRoot(op *operation, r reply, names *goNames) *Root {
	s := r.media.Schema
	if root := names.component(s); root != nil {
		return root
	}
	t := names.typeOf(s)
	if name, ok := strings.CutPrefix(r.Node.Place.Pointer, "/components/responses/"); ok && t == nil && len(r.Content) == 1 {
		t = g.model.Lookup(names.typeName(name))
	}
	if t == nil {
		return nil
	}
	return names.add(op.name+r.name, s, t)
}

// bodyFunctions writes the functions for bodies that are no roots: text, and responses without a type. It names the encoders of the others.
func (g *Generator) bodyFunctions(c *code, op *operation) {
	for _, b := range op.bodies {
		if b.Kind != openapi.Text || g.model == nil {
			continue
		}
		g.labels[b.Schema.Place.Pointer] = op.name + b.tag + "RequestBody"
		c.line("// %s reads a text and checks it against %s.", b.decoder, g.place(b.Schema))
		c.line("func %s(data []byte, v *string) error {", b.decoder)
		c.line("s := validate.NewScanner(validate.AppendParameter(nil, validate.String, string(data)), %s)", g.optionsName(false))
		g.value(c, b.Schema, target{b.typ, "*v"})
		c.line("return s.End()")
		c.line("}")
		c.line("")
	}
	for i := range op.replies {
		r := &op.replies[i]
		if r.root != nil {
			r.encoder = g.responseEncoder(*r.root)
			continue
		}
		r.encoder = g.unique("Append" + op.name + r.name)
		g.labels[r.media.Schema.Place.Pointer] = op.name + r.name
		c.line("// %s appends the JSON that encoding/json makes of v, if it fits response %s of the operation %s.", r.encoder, r.Status, op.ID)
		c.line("func %s(b []byte, v *any) ([]byte, error) {", r.encoder)
		c.line("data, err := json.Marshal(*v)")
		c.line("if err != nil {")
		c.line("return b, err")
		c.line("}")
		c.line("s := validate.NewScanner(data, %s)", g.optionsName(true))
		g.value(c, r.media.Schema, target{})
		c.line("return append(b, data...), s.End()")
		c.line("}")
		c.line("")
	}
}

// responseEncoder returns the function that writes a root as it is in a response.
func (g *Generator) responseEncoder(root Root) string {
	if g.bothWays(root.Schema) {
		return "Append" + g.responseName(root)
	}
	return "Append" + root.Name
}

// argument returns the type in which a handler gets the body of an operation, "" where it has none.
func (op *operation) argument() string {
	if len(op.bodies) == 0 {
		return ""
	}
	first := op.bodies[0].expr
	for _, b := range op.bodies {
		if b.expr != first {
			return op.name + "Body"
		}
	}
	return first
}

// several reports whether the representations of a body have types of their own, which are the fields of a struct.
func (op *operation) several() bool { return op.argument() == op.name+"Body" }

// bodyStruct writes the struct of a body whose representations have types of their own.
func (g *Generator) bodyStruct(c *code, op *operation) {
	if !op.several() {
		return
	}
	c.line("// %sBody is the body of the operation %s. The field of its media type is set, the others are nil.", op.name, op.ID)
	c.line("type %sBody struct {", op.name)
	for _, b := range op.bodies {
		c.line("%s *%s // %s", b.tag, b.expr, b.Name)
	}
	c.line("}")
	c.line("")
}

// takeBody writes the reading of a body, and what is done where it is left out.
func (g *Generator) takeBody(c *code, op *operation) {
	offered := make([]string, len(op.bodies))
	for i, b := range op.bodies {
		offered[i] = fmt.Sprintf("%q", b.Name)
	}
	c.line("media, err := wire.ContentType(c.Request(), %t, %s)", op.Body.Required, strings.Join(offered, ", "))
	c.line("if err != nil {")
	c.line("return err")
	c.line("}")
	c.line("var body *%s", op.argument())
	if len(op.bodies) == 1 {
		c.line("if media != wire.NoBody {")
		c.line("body, err = %s", g.readCall(&op.bodies[0]))
		c.line("}")
	} else {
		c.line("switch media {")
		for i := range op.bodies {
			b := &op.bodies[i]
			c.line("case %d: // %s", i, b.Name)
			place := "body"
			if op.several() {
				c.line("body = new(%sBody)", op.name)
				place = "body." + b.tag
			}
			c.line("%s, err = %s", place, g.readCall(b))
		}
		c.line("}")
	}
	c.line("if err != nil {")
	c.line("return err")
	c.line("}")
}

// readCall returns the call that reads one representation.
func (g *Generator) readCall(b *body) string {
	if b.typ == nil {
		return "wire.NewStream(c.Request(), w.maxBody), nil"
	}
	decode := "validator." + b.decoder
	if b.Kind == openapi.Form {
		fields := "nil"
		if b.table.Name != "" {
			fields = "validator." + g.tableNames[b.Schema.Resolve()]
		}
		decode = fmt.Sprintf("form.Decoder(%s, %s, w.bracketed)", decode, fields)
	}
	return fmt.Sprintf("wire.Read(c.Request(), w.maxBody, &problems, %s)", decode)
}
