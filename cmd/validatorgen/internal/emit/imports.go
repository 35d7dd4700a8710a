package emit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The packages that generated code may use: of the standard library, and of the runtime.
var (
	standardPackages = []string{"net/url", "regexp", "strconv", "time", "unicode/utf8"}
	runtimePackages  = map[string]string{"validate": "", "format": "/format"}
)

// imports returns the import specs of the packages that text uses, a line each, those of the standard library first.
func (g *Generator) imports(text string) (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && selector.Sel.IsExported() {
				used[x.Name] = true
			}
		}
		return true
	})
	var std, others []string
	for name := range used {
		switch file, ok := g.importPath(name); {
		case !ok:
		case path.Base(file) != name:
			others = append(others, name+" "+strconv.Quote(file)+"\n")
		case !strings.Contains(file, "."):
			std = append(std, strconv.Quote(file)+"\n")
		default:
			others = append(others, strconv.Quote(file)+"\n")
		}
	}
	slices.Sort(std)
	slices.Sort(others)
	return strings.Join(std, "") + "\n" + strings.Join(others, ""), nil
}

// importPath returns the path of the package that generated code knows as name; a variable has none.
func (g *Generator) importPath(name string) (string, bool) {
	for _, p := range standardPackages {
		if path.Base(p) == name {
			return p, true
		}
	}
	if below, ok := runtimePackages[name]; ok {
		return g.config.Runtime + below, true
	}
	if g.model == nil {
		return "", false
	}
	if name == g.model.Name {
		return g.model.Path, true
	}
	p := g.model.Import(name)
	return p, p != ""
}
