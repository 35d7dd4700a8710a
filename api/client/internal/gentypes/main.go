// Command gentypes writes the types of package client from those that oapi-codegen writes into gen/model, so that go doc
// shows their fields at the package that people import. In replies it turns ids into int64 and pointers to slices into
// slices, and writes the functions that convert them.
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// names has the types whose names in package client are not those of the model.
var names = map[string]string{
	"WorkspaceGroupUpdate":       "Update",
	"ExternalReferenceUpdate":    "ReferenceUpdate",
	"ExternalReferenceStatus":    "ReferenceStatus",
	"UpdateWorkspaceGroupParams": "Params",
	"WorkspaceGroup":             "Group",
	"ExternalReference":          "Reference",
}

// The types to begin with: what is sent, and the document of a reply with the map of its main objects.
var sent = []string{"WorkspaceGroupUpdate", "UpdateWorkspaceGroupParams"}

const (
	document = "WorkspaceGroupDocument"
	mainMap  = "WorkspaceGroups"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gentypes: ")
	dir := flag.String("model", "gen/model", "`directory` of the model")
	out := flag.String("out", "api/client/types.gen.go", "`file` to write")
	flag.Parse()
	g, err := load(*dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range sent {
		g.alias(name)
	}
	g.replies()
	source, err := g.file()
	if err == nil {
		err = os.WriteFile(*out, source, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// generator holds the model and what is written so far.
type generator struct {
	structs map[string]*ast.StructType
	docs    map[string]string   // of defined types
	aliases map[string]string   // what they stand for
	enums   map[string][]string // names of the constants of a type
	imports map[string]string   // path by name
	done    map[string]bool
	out     bytes.Buffer
}

func (g *generator) printf(format string, args ...any) { fmt.Fprintf(&g.out, format+"\n", args...) }

// load reads the model.
func load(dir string) (*generator, error) {
	g := &generator{
		structs: map[string]*ast.StructType{}, docs: map[string]string{}, aliases: map[string]string{},
		enums: map[string][]string{}, imports: map[string]string{}, done: map[string]bool{},
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.gen.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no generated files in %s: %w", dir, err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, i := range file.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			name := filepath.Base(path)
			if i.Name != nil {
				name = i.Name.Name
			}
			g.imports[name] = path
		}
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok {
				g.declaration(d)
			}
		}
	}
	return g, nil
}

func (g *generator) declaration(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Assign.IsValid() {
				g.aliases[spec.Name.Name] = types.ExprString(spec.Type)
				continue
			}
			g.docs[spec.Name.Name] = description(d.Doc, spec.Name.Name)
			if s, ok := spec.Type.(*ast.StructType); ok {
				g.structs[spec.Name.Name] = s
			}
		case *ast.ValueSpec:
			if spec.Type != nil {
				kind := types.ExprString(spec.Type)
				g.enums[kind] = append(g.enums[kind], spec.Names[0].Name)
			}
		}
	}
}

// description returns a comment of oapi-codegen without the name in front, in one line.
func description(doc *ast.CommentGroup, name string) string {
	return strings.TrimPrefix(strings.Join(strings.Fields(doc.Text()), " "), name+" ")
}

// sentence returns the documentation of a type: "Group is a group of workspaces."
func sentence(name, description string) string {
	text := []rune(strings.TrimSuffix(description, ".") + ".")
	if unicode.IsLower(text[0]) { // a verb
		return name + " " + string(text)
	}
	if len(text) > 1 && !unicode.IsUpper(text[1]) {
		text[0] = unicode.ToLower(text[0])
	}
	return name + " is " + string(text)
}

// renamed returns the name in package client of a type that is written there.
func renamed(name string) string { return cmp.Or(names[name], name) }

// alias writes an alias for a type of the model that is sent, and for those that its fields have, with a list of the
// fields.
func (g *generator) alias(name string) {
	if g.done[name] {
		return
	}
	g.done[name] = true
	short := renamed(name)
	g.printf("// %s", sentence(short, g.docs[name]))
	var below []string
	if s := g.structs[name]; s != nil {
		g.printf("//\n// Its fields:\n//")
		for _, f := range s.Fields.List {
			text, inner := g.typeText(f.Type)
			below = append(below, inner...)
			g.printf("//   - %s %s: %s", f.Names[0].Name, text, description(f.Doc, f.Names[0].Name))
		}
	}
	g.printf("type %s = model.%s\n", short, name)
	if values := g.enums[name]; len(values) > 0 {
		g.printf("// The values of %s.\nconst (", short)
		for _, value := range values {
			g.printf("%s = model.%s", short+strings.TrimPrefix(value, name), value)
		}
		g.printf(")\n")
	}
	for _, inner := range below {
		g.alias(inner)
	}
}

// typeText returns the text of a type, with the names of this package for the types of the model, and the names of those
// types in the model.
func (g *generator) typeText(t ast.Expr) (text string, inner []string) {
	var undo []func()
	ast.Inspect(t, func(n ast.Node) bool {
		if _, ok := n.(*ast.SelectorExpr); ok {
			return false // a type of another package
		}
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		name := id.Name
		undo = append(undo, func() { id.Name = name })
		if target, ok := g.aliases[name]; ok {
			id.Name = target
		} else if _, ok := g.docs[name]; ok {
			inner = append(inner, name)
			id.Name = g.local(name)
		}
		return true
	})
	text = types.ExprString(t)
	for _, f := range undo {
		f()
	}
	return text, inner
}

// local returns the name of a type of the model in package client.
func (g *generator) local(name string) string {
	if short, ok := names[name]; ok {
		return short
	}
	if g.done[name] {
		return name
	}
	return "model." + name
}

// mapped is a map of objects in the document.
type mapped struct {
	field, json string
	object      string // type of the model
	pointer     bool
}

// idsOf returns the name in JSON of the list of ids that belongs to the map: "workspace_ids" for "workspaces".
func (m mapped) idsOf() string { return strings.TrimSuffix(m.json, "s") + "_ids" }

// replies writes the types of a reply.
func (g *generator) replies() {
	var maps []mapped
	var main mapped
	for _, f := range g.structs[document].Fields.List {
		text, inner := g.typeText(f.Type)
		name, pointer := strings.CutPrefix(text, "*")
		if !strings.HasPrefix(name, "map[string]") || len(inner) != 1 {
			continue
		}
		m := mapped{field: f.Names[0].Name, json: jsonName(f), object: inner[0], pointer: pointer}
		if m.field == mainMap {
			main = m
		} else {
			maps = append(maps, m)
		}
	}
	g.object(main, maps)
	g.printf("// Included has the objects that belong to a group, if they were asked for.\ntype Included struct {")
	for _, m := range maps {
		g.printf("%s []%s", m.field, renamed(m.object))
	}
	g.printf("}\n")
	g.printf("func (r *reader) included(doc *model.%s, g *model.%s) Included {\nreturn Included{", document, main.object)
	for _, m := range maps {
		objects := "doc." + m.field
		if !m.pointer {
			objects = "&" + objects
		}
		g.printf("%s: collect(%s, %s, r.%s),", m.field, objects, g.listOf(main.object, m), unexported(renamed(m.object)))
	}
	g.printf("}\n}\n")
	for _, m := range maps {
		if !g.done[m.object] {
			g.object(m, nil)
		}
	}
	g.printf("// The associations.\nconst (")
	for _, m := range maps {
		g.printf("Include%s Include = %q", m.field, m.json)
	}
	g.printf(")\n\n// Includes returns all associations.\nfunc Includes() []Include {\nreturn []Include{")
	for _, m := range maps {
		g.printf("Include%s,", m.field)
	}
	g.printf("}\n}")
	if bytes.Contains(g.out.Bytes(), []byte("deref(")) {
		g.printf("\nfunc deref[T any](p *T) (v T) {\nif p != nil {\nv = *p\n}\nreturn v\n}")
	}
}

// listOf returns the list of ids in the group that belongs to a map, or nil.
func (g *generator) listOf(group string, m mapped) string {
	for _, f := range g.structs[group].Fields.List {
		if jsonName(f) == m.idsOf() {
			return "g." + f.Names[0].Name
		}
	}
	return "nil"
}

// object writes the type of the objects of a map and the function that makes it. lists are the maps whose ids it lists.
func (g *generator) object(m mapped, lists []mapped) {
	g.done[m.object] = true
	short := renamed(m.object)
	isList := func(f *ast.Field) bool {
		return slices.ContainsFunc(lists, func(l mapped) bool { return l.idsOf() == jsonName(f) })
	}
	var convert bytes.Buffer
	g.printf("// %s\ntype %s struct {", sentence(short, g.docs[m.object]), short)
	for _, f := range g.structs[m.object].Fields.List {
		name := f.Names[0].Name
		text, _ := g.typeText(f.Type)
		value := "o." + name
		switch {
		case jsonName(f) == "id" && text == "string":
			text, value = "int64", fmt.Sprintf("r.ownID(o.%s, %q, key)", name, m.json)
		case isList(f) && text == "*[]string":
			text, value = "[]int64", fmt.Sprintf("r.ids(o.%s, %q, key, %q)", name, m.json, jsonName(f))
		case strings.HasPrefix(text, "*[]") || strings.HasPrefix(text, "*map["):
			text, value = text[1:], "deref(o."+name+")"
		}
		if d := description(f.Doc, name); d != "" {
			g.printf("// %s", d)
		}
		g.printf("%s %s", name, text)
		fmt.Fprintf(&convert, "%s: %s,\n", name, value)
	}
	g.printf("}\n\nfunc (r *reader) %s(key string, o *model.%s) %s {\nreturn %s{\n%s}\n}\n", unexported(short), m.object, short, short, &convert)
}

func jsonName(f *ast.Field) string {
	if f.Tag == nil {
		return ""
	}
	name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
	return name
}

func unexported(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// file returns the formatted file.
func (g *generator) file() ([]byte, error) {
	body := g.out.String()
	var file bytes.Buffer
	file.WriteString("// Code generated by api/client/internal/gentypes from gen/model. DO NOT EDIT.\n\npackage client\n\nimport (\n")
	g.imports["model"] = "example.com/oxgroups/gen/model"
	var lines []string
	for name, path := range g.imports {
		if !strings.Contains(body, name+".") {
			continue
		}
		if filepath.Base(path) == name {
			name = ""
		}
		lines = append(lines, fmt.Sprintf("%s %q", name, path))
	}
	slices.Sort(lines)
	file.WriteString(strings.Join(lines, "\n") + "\n)\n\n" + body)
	source, err := format.Source(file.Bytes())
	if err != nil {
		return nil, fmt.Errorf("formatting: %w\n%s", err, &file)
	}
	return source, nil
}
