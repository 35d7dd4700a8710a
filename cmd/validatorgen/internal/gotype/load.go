package gotype

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// Package is the types of one package.
type Package struct {
	Name       string
	Path       string
	specs      map[string]*ast.TypeSpec
	modelOf    map[string]string // the schema that a type says it is a model of
	customJSON map[string]bool   // types with an UnmarshalJSON of their own
	known      map[string]*Type
	imports    map[string]string // name to path
	dir        string
	generated  bool // by oapi-codegen
	group      *group
}

// Load reads the package in dir, whose import path is path.
func Load(dir, path string) (*Package, error) {
	g := &group{packages: map[string]*Package{}, imports: map[string]string{}}
	p, err := load(dir, path, g)
	if err != nil {
		return nil, err
	}
	g.packages[path] = p
	maps.Copy(g.imports, p.imports)
	return p, nil
}

func load(dir, path string, g *group) (*Package, error) {
	p := &Package{
		dir: dir, group: g, Path: path, specs: map[string]*ast.TypeSpec{}, modelOf: map[string]string{}, customJSON: map[string]bool{},
		known: map[string]*Type{}, imports: map[string]string{},
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("read the Go types in %s: %w", dir, fs.ErrNotExist)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("read the Go types: %w", err)
		}
		p.Name = parsed.Name.Name
		p.add(parsed)
	}
	return p, nil
}

func (p *Package) add(file *ast.File) {
	for _, comment := range file.Comments {
		p.generated = p.generated || strings.Contains(comment.Text(), "oapi-codegen/v2 version")
	}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		p.imports[name] = path
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					p.specs[t.Name.Name] = t
					if _, schema, ok := strings.Cut(decl.Doc.Text(), " defines model for "); ok {
						p.modelOf[t.Name.Name] = strings.TrimSuffix(strings.TrimSpace(schema), ".")
					}
				}
			}
		case *ast.FuncDecl:
			if decl.Recv != nil && decl.Name.Name == "UnmarshalJSON" {
				p.customJSON[receiver(decl.Recv.List[0].Type)] = true
			}
		}
	}
}

func receiver(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// Imports returns the paths of the packages that the types know, by name.
func (p *Package) Imports() map[string]string { return p.group.imports }

// ModelOf returns the name of the schema that the type says it was made for, "" where it does not say.
func (p *Package) ModelOf(name string) string { return p.modelOf[name] }

// Lookup returns the type called name, or nil. For an alias it is the type behind it.
func (p *Package) Lookup(name string) *Type {
	if t, ok := p.known[name]; ok {
		return t
	}
	spec := p.specs[name]
	if spec == nil || spec.TypeParams != nil {
		return nil
	}
	t := &Type{Name: name, Expr: p.Name + "." + name} // known before it is resolved, as it may refer to itself
	p.known[name] = t
	under := p.resolve(spec.Type)
	if under.Name != "" && (spec.Assign.IsValid() || under.Union && !p.customJSON[name]) { // a union's methods are not those of a type made of it
		p.known[name] = under
		return under
	}
	*t = *under
	t.Name, t.Expr = name, p.Name+"."+name
	if p.customJSON[name] && (t.Kind != Struct || t.Additional == nil && !t.Union) {
		t.Kind = Other
	}
	return t
}

var basic = map[string]Kind{
	"bool": Bool, "int": Int, "int32": Int32, "int64": Int64, "float32": Float32, "float64": Float64, "string": String,
	"int8": SmallInt, "int16": SmallInt, "uint": SmallInt, "uint8": SmallInt, "uint16": SmallInt, "uint32": SmallInt, "uint64": SmallInt,
}

// qualified are the types of other packages that are read and written like their own.
var qualified = map[string]Kind{
	"time.Time": Time, "openapi_types.Date": Date, "openapi_types.UUID": UUID, "openapi_types.Email": String, "json.RawMessage": Raw,
}

func (p *Package) resolve(e ast.Expr) *Type {
	switch e := e.(type) {
	case *ast.Ident:
		if t := p.Lookup(e.Name); t != nil {
			return t
		}
		if kind, ok := basic[e.Name]; ok {
			return &Type{Kind: kind, Expr: e.Name, Basic: e.Name}
		}
		if e.Name == "any" {
			return &Type{Kind: Any, Expr: "any"}
		}
		return &Type{Expr: e.Name}
	case *ast.SelectorExpr:
		name := e.X.(*ast.Ident).Name + "." + e.Sel.Name
		if qualified[name] == Other {
			if t := p.external(e.X.(*ast.Ident).Name, e.Sel.Name); t != nil {
				return t
			}
		}
		t := &Type{Kind: qualified[name], Expr: name}
		if t.Kind == String {
			t.Basic = "string"
		}
		return t
	case *ast.StarExpr:
		return p.wrap(Pointer, "*", e.X, "")
	case *ast.ArrayType:
		if e.Len == nil {
			if elem, ok := e.Elt.(*ast.Ident); ok && (elem.Name == "byte" || elem.Name == "uint8") {
				return &Type{Kind: Bytes, Expr: "[]byte"}
			}
			return p.wrap(Slice, "[]", e.Elt, "")
		}
	case *ast.MapType:
		if key, ok := e.Key.(*ast.Ident); ok && key.Name == "string" {
			return p.wrap(Map, "map[string]", e.Value, "")
		}
	case *ast.IndexExpr:
		if x, ok := e.X.(*ast.SelectorExpr); ok && x.Sel.Name == "Nullable" {
			t := p.wrap(Nullable, "nullable.Nullable[", e.Index, "]")
			t.Compact = strings.HasSuffix(p.imports["nullable"], "/oxgroups/api/nullable")
			return t
		}
	case *ast.InterfaceType:
		if len(e.Methods.List) == 0 {
			return &Type{Kind: Any, Expr: "any"}
		}
	case *ast.StructType:
		return p.structure(e)
	}
	return &Type{}
}

func (p *Package) wrap(kind Kind, before string, elem ast.Expr, after string) *Type {
	t := p.resolve(elem)
	if t.Expr == "" {
		return &Type{Kind: kind, Elem: t}
	}
	return &Type{Kind: kind, Expr: before + t.Expr + after, Elem: t}
}

func (p *Package) structure(e *ast.StructType) *Type {
	t := &Type{Kind: Struct}
	for _, field := range e.Fields.List {
		if len(field.Names) == 1 && field.Names[0].Name == "union" {
			t.Union = true
			continue
		}
		if len(field.Names) != 1 || field.Tag == nil {
			return &Type{} // an embedded field
		}
		tag, _ := strconv.Unquote(field.Tag.Value)
		name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		resolved := p.resolve(field.Type)
		switch {
		case name == "-" && field.Names[0].Name == "AdditionalProperties" && resolved.Kind == Map:
			t.Additional = resolved.Elem
		case name != "-":
			t.Fields = append(t.Fields, Field{
				Name: field.Names[0].Name, JSON: name, Type: resolved,
				OmitEmpty: strings.Contains(options, "omitempty"), OmitZero: strings.Contains(options, "omitzero"),
			})
		}
	}
	return t
}
