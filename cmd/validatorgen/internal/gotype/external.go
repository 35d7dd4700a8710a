package gotype

import (
	"go/build"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// group is a package with those that its types lead to: oapi-codegen's import-mapping puts the types of another document into another
// package.
type group struct {
	packages map[string]*Package // by import path; nil for one whose types are not read
	imports  map[string]string   // name to path, as files that use the types import them
}

// Externals returns the packages of other documents that p imports.
func (p *Package) Externals() []*Package {
	var all []*Package
	for _, name := range slices.Sorted(maps.Keys(p.imports)) {
		if strings.HasPrefix(name, "externalRef") && p.imported(name) != nil {
			all = append(all, p.imported(name))
		}
	}
	return all
}

// external returns a type of another package that oapi-codegen wrote too, or nil.
func (p *Package) external(importName, name string) *Type {
	if other := p.imported(importName); other != nil {
		return other.Lookup(name)
	}
	return nil
}

// imported returns a package that p imports, if oapi-codegen wrote it, or nil.
func (p *Package) imported(importName string) *Package {
	path := p.imports[importName]
	other, known := p.group.packages[path]
	if !known {
		if found, err := build.Import(path, p.dir, build.FindOnly); err == nil {
			other, _ = load(found.Dir, path, p.group) // a package that cannot be read is left to encoding/json
		}
		if other != nil && !other.generated {
			other = nil
		}
		if other != nil {
			other.Name = p.group.importAs(importName, path)
		}
		p.group.packages[path] = other
	}
	return other
}

// importAs returns the name by which a package is imported: the given one, unless another package has it.
func (g *group) importAs(name, path string) string {
	unique := name
	for n := 2; g.imports[unique] != "" && g.imports[unique] != path; n++ {
		unique = name + "_" + strconv.Itoa(n)
	}
	g.imports[unique] = path
	return unique
}
