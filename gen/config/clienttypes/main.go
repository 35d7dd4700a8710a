// Command clienttypes writes api/client/types.gen.go from the types that oapi-codegen writes into gen/model, so that go doc
// shows their fields at the package that people import. In replies, ids become int64 and pointers to lists become lists.
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"log"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// names has the types whose names in package client are not those of the model.
var names = map[string]string{
	"WorkspaceGroupUpdate": "Update", "ExternalReferenceUpdate": "ReferenceUpdate", "ExternalReferenceUpdateStatus": "ReferenceStatus",
	"UpdateWorkspaceGroupParams": "Params", "WorkspaceGroup": "Group", "ExternalReference": "Reference",
}

// The document of a reply, and its map of groups.
const document, groups = "WorkspaceGroupDocument", "WorkspaceGroups"

func main() {
	from := flag.String("model", "gen/model/model.gen.go", "`file` of the model")
	to := flag.String("out", "api/client/types.gen.go", "`file` to write")
	flag.Parse()
	file, err := parser.ParseFile(token.NewFileSet(), *from, nil, parser.ParseComments)
	if err != nil {
		log.Fatal(err)
	}
	g := generator{structs: map[string]*ast.StructType{}, docs: map[string]string{}, aliases: map[string]string{}, enums: map[string][]string{}, done: map[string]bool{}}
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.GenDecl); ok {
			g.declare(d)
		}
	}
	g.sent("WorkspaceGroupUpdate")
	g.sent("UpdateWorkspaceGroupParams")
	g.replies()
	source, err := g.source(file.Imports)
	if err == nil {
		err = os.WriteFile(*to, source, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// generator has the declarations of the model, by name, and what is written so far.
type generator struct {
	structs map[string]*ast.StructType
	docs    map[string]string   // of structs and enums
	aliases map[string]string   // the types that they stand for
	enums   map[string][]string // constants of a type
	done    map[string]bool     // types that are written
	out     bytes.Buffer
}

func (g *generator) printf(format string, args ...any) { fmt.Fprintf(&g.out, format+"\n", args...) }

func (g *generator) declare(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Assign.IsValid() {
				g.aliases[s.Name.Name] = types.ExprString(s.Type)
				continue
			}
			g.docs[s.Name.Name] = description(d.Doc, s.Name.Name)
			if fields, ok := s.Type.(*ast.StructType); ok {
				g.structs[s.Name.Name] = fields
			}
		case *ast.ValueSpec:
			if s.Type != nil {
				of := types.ExprString(s.Type)
				g.enums[of] = append(g.enums[of], s.Names[0].Name)
			}
		}
	}
}

// description returns a comment in one line, without the name that oapi-codegen puts in front.
func description(doc *ast.CommentGroup, name string) string {
	return strings.TrimPrefix(strings.Join(strings.Fields(doc.Text()), " "), name+" ")
}

// sentence returns the documentation of a type: "Group is a group of workspaces."
func (g *generator) sentence(name string) string {
	text, verb := []rune(strings.TrimSuffix(g.docs[name], ".")+"."), " is "
	if unicode.IsLower(text[0]) { // it has a verb
		verb = " "
	} else if len(text) > 1 && !unicode.IsUpper(text[1]) {
		text[0] = unicode.ToLower(text[0])
	}
	return cmp.Or(names[name], name) + verb + string(text)
}

// typeText returns a type with the names of package client, and the types of the model that are in it.
func (g *generator) typeText(t ast.Expr) (text string, inner []string) {
	renamed := map[*ast.Ident]string{}
	var rename func(ast.Node) bool
	rename = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr: // of another package
			return false
		case *ast.Field: // of a nameless struct
			ast.Inspect(n.Type, rename)
			return false
		case *ast.Ident:
			renamed[n] = n.Name
			if target, ok := g.aliases[n.Name]; ok {
				n.Name = target
			} else if g.docs[n.Name] != "" {
				inner = append(inner, n.Name)
				n.Name = g.local(n.Name)
			}
		}
		return true
	}
	ast.Inspect(t, rename)
	var buf bytes.Buffer
	if err := printer.Fprint(&buf, token.NewFileSet(), t); err != nil {
		log.Fatal(err)
	}
	for id, name := range renamed {
		id.Name = name
	}
	return buf.String(), inner
}

// local returns the name of a type of the model in package client.
func (g *generator) local(name string) string {
	if g.done[name] || names[name] != "" {
		return cmp.Or(names[name], name)
	}
	return "model." + name
}

// sent writes an alias for a type that is sent, with a list of its fields, and for the types of these.
func (g *generator) sent(name string) {
	if g.done[name] {
		return
	}
	g.done[name] = true
	short := g.local(name)
	g.printf("// %s", g.sentence(name))
	var below []string
	if s := g.structs[name]; s != nil {
		g.printf("//\n// Its fields:\n//")
		for _, f := range s.Fields.List {
			text, inner := g.typeText(f.Type)
			below = append(below, inner...)
			text = strings.Join(strings.Fields(text), " ")
			g.printf("//   - %s %s: %s", f.Names[0].Name, text, description(f.Doc, f.Names[0].Name))
		}
	}
	g.printf("type %s = model.%s\n", short, name)
	for i, value := range g.enums[name] {
		if i == 0 {
			g.printf("// Values of %s.", short)
		}
		g.printf("const %s = model.%s", short+strings.TrimPrefix(value, name), value)
	}
	for _, inner := range below {
		g.sent(inner)
	}
}

// objects is a map of the document, from ids to objects.
type objects struct{ field, json, object, pointer string }

// ids returns the name of the list of their ids in a group: "workspace_ids" for "workspaces".
func (o objects) ids() string { return strings.TrimSuffix(o.json, "s") + "_ids" }

// replies writes the types of a reply and the functions that make them.
func (g *generator) replies() {
	var group objects
	var included []objects
	for _, f := range g.structs[document].Fields.List {
		text, inner := g.typeText(f.Type)
		if !strings.HasPrefix(strings.TrimPrefix(text, "*"), "map[string]") || len(inner) != 1 {
			continue
		}
		o := objects{f.Names[0].Name, jsonName(f), inner[0], "doc." + f.Names[0].Name}
		if text[0] != '*' {
			o.pointer = "&" + o.pointer
		}
		if o.field == groups {
			group = o
			continue
		}
		included = append(included, o)
		g.done[o.object] = true
	}
	var types, convert, constants, list string
	for _, o := range included {
		ids := "nil"
		for _, f := range g.structs[group.object].Fields.List {
			if jsonName(f) == o.ids() {
				ids = "g." + f.Names[0].Name
			}
		}
		types += fmt.Sprintf("%s []%s\n", o.field, g.local(o.object))
		convert += fmt.Sprintf("%s: collect(%s, %s, r.read%s),\n", o.field, o.pointer, ids, o.object)
		constants += fmt.Sprintf("Include%s Include = %q\n", o.field, o.json)
		list += "Include" + o.field + ", "
	}
	g.object(group, included)
	g.printf("// Included has the objects that belong to a group, if they were asked for.\ntype Included struct {\n%s}\n", types)
	g.printf("func (r *reader) included(doc *model.%s, g *model.%s) Included {\nreturn Included{\n%s}\n}\n", document, group.object, convert)
	g.printf("// The associations.\nconst (\n%s)\n\n// Includes returns all associations.\nfunc Includes() []Include { return []Include{%s} }\n", constants, list)
	for _, o := range included {
		g.object(o, nil)
	}
}

// object writes the type of the objects of a map and the function that makes one. lists are the maps whose ids it has.
func (g *generator) object(o objects, lists []objects) {
	var fields, convert string
	for _, f := range g.structs[o.object].Fields.List {
		name, key := f.Names[0].Name, jsonName(f)
		text, _ := g.typeText(f.Type)
		value := "m." + name
		switch isList := slices.ContainsFunc(lists, func(l objects) bool { return l.ids() == key }); {
		case key == "id" && text == "string":
			text, value = "int64", fmt.Sprintf("r.ownID(%s, %q, key)", value, o.json)
		case isList && text == "*[]string":
			text, value = "[]int64", fmt.Sprintf("r.ids(%s, %q, key, %q)", value, o.json, key)
		case strings.HasPrefix(text, "*[]"):
			text, value = text[1:], "*cmp.Or("+value+", new("+text[1:]+"))"
		}
		if d := description(f.Doc, name); d != "" {
			fields += "// " + d + "\n"
		}
		fields += name + " " + text + "\n"
		convert += name + ": " + value + ",\n"
	}
	short := cmp.Or(names[o.object], o.object)
	g.printf("// %s\ntype %s struct {\n%s}\n", g.sentence(o.object), short, fields)
	g.printf("func (r *reader) read%s(key string, m *model.%s) %s {\nreturn %s{\n%s}\n}\n", o.object, o.object, short, short, convert)
}

func jsonName(f *ast.Field) string {
	if f.Tag == nil {
		return ""
	}
	name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
	return name
}

// source returns the file, with those of the imports that it needs.
func (g *generator) source(imports []*ast.ImportSpec) ([]byte, error) {
	var file bytes.Buffer
	file.WriteString("// Code generated by gen/config/clienttypes from gen/model. DO NOT EDIT.\n\npackage client\n\nimport (\n\"example.com/oxgroups/gen/model\"\n")
	if bytes.Contains(g.out.Bytes(), []byte("cmp.Or(")) {
		file.WriteString("\"cmp\"\n")
	}
	for _, i := range imports {
		path := strings.Trim(i.Path.Value, `"`)
		name, alias := path[strings.LastIndexByte(path, '/')+1:], ""
		if i.Name != nil {
			name, alias = i.Name.Name, i.Name.Name
		}
		if bytes.Contains(g.out.Bytes(), []byte(name+".")) {
			fmt.Fprintf(&file, "%s %q\n", alias, path)
		}
	}
	fmt.Fprintf(&file, ")\n\n%s", &g.out)
	return format.Source(file.Bytes())
}
