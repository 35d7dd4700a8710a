package emit

import (
	"maps"
	"slices"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"example.com/oxgroups/cmd/validatorgen/internal/gotype"
	"example.com/oxgroups/cmd/validatorgen/internal/schema"
)

// TypeOf finds the type that oapi-codegen wrote for a component, whatever its configuration says of names. Of the names that
// it may have given, it takes one whose type says that it was made for the component, or else the first whose type has the
// shape of the schema. The type is nil where the model has none.
func TypeOf(model *gotype.Package, component string, s *schema.Schema) (name string, t *gotype.Type) {
	var unsure []string
	for _, candidate := range typeNames(component, s) {
		t := model.Lookup(candidate)
		switch of := model.ModelOf(candidate); {
		case t == nil, of != "" && of != component:
		case of == component:
			return candidate, t
		case hasShape(s, t):
			unsure = append(unsure, candidate)
		}
	}
	if len(unsure) == 0 {
		return "", nil
	}
	return unsure[0], model.Lookup(unsure[0])
}

// typeNames returns the names that oapi-codegen may give to the type of a component.
func typeNames(component string, s *schema.Schema) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	add(s.GoName)
	bases := []string{codegen.SchemaNameToTypeName(component)}
	for _, normalizer := range slices.Sorted(maps.Keys(codegen.NameNormalizers)) {
		bases = append(bases, codegen.NameNormalizers[normalizer](component))
	}
	for _, suffix := range []string{"", "Schema", "2"} { // what resolve-type-name-collisions appends
		for _, base := range bases {
			add(codegen.UppercaseFirstCharacter(base + suffix))
		}
	}
	return names
}

// hasShape reports whether a type can be the one of a schema: a struct has its properties.
func hasShape(s *schema.Schema, t *gotype.Type) bool {
	if t.Kind != gotype.Struct || t.Union {
		return true
	}
	names := map[string]bool{}
	for _, p := range s.AllProperties() {
		names[p.Name] = true
	}
	for _, f := range t.Fields {
		if !names[f.JSON] {
			return false
		}
	}
	return len(names) > 0 == (len(t.Fields) > 0)
}
