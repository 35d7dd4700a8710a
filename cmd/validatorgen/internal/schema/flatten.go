package schema

import (
	"cmp"
	"slices"
)

// flatten takes the schemas of allOf into s where that changes no meaning, so that an object composed of parts is read in
// one pass and into one Go struct. What cannot be taken in stays in AllOf and is checked on its own. done has the
// schemas that were begun; one that is not finished refers to itself and is left alone.
func flatten(s *Schema, done map[*Schema]bool) {
	if _, begun := done[s]; begun {
		return
	}
	done[s] = false
	for _, part := range s.AllOf {
		flatten(part.Resolve(), done)
	}
	if len(s.AllOf) == 1 && s.bare() {
		if p := s.AllOf[0].Resolve(); done[p] {
			s.become(p)
			done[s] = true
			return
		}
	}
	var rest []*Schema
	for _, part := range s.AllOf {
		if p := part.Resolve(); done[p] && s.absorbs(p) {
			s.absorb(p)
		} else {
			rest = append(rest, part)
		}
	}
	s.AllOf = rest
	done[s] = true
}

// bare reports whether s has no rule but its allOf. "nullable" alone is none: without a type beside it, it adds nothing.
func (s *Schema) bare() bool {
	return s.Types == 0 && len(s.Enum) == 0 && len(s.Properties) == 0 && len(s.Required) == 0 && s.Additional == nil && !s.NoAdditional &&
		s.MinProperties == nil && s.MaxProperties == nil && s.Items == nil && s.MinItems == nil && s.MaxItems == nil && !s.Unique &&
		s.MinLength == nil && s.MaxLength == nil && len(s.Patterns) == 0 && s.Format == "" && s.Minimum == nil && s.Maximum == nil &&
		len(s.MultipleOf) == 0 && len(s.AnyOf) == 0 && len(s.OneOf) == 0 && s.Not == nil
}

// become gives s the rules of p, its only part; what s says of itself stays.
func (s *Schema) become(p *Schema) {
	own := *s
	*s = *p
	s.Place, s.Component = own.Place, own.Component
	s.Description = cmp.Or(own.Description, p.Description)
	s.Default = cmp.Or(own.Default, p.Default)
	s.ReadOnly, s.WriteOnly = own.ReadOnly || p.ReadOnly, own.WriteOnly || p.WriteOnly
}

// absorbs reports whether every keyword of p can be moved into s.
func (s *Schema) absorbs(p *Schema) bool {
	if p.Combined() || len(p.Enum) > 0 || p.Default != nil || p.ReadOnly || p.WriteOnly || p.Unique || p.Items != nil {
		return false
	}
	if p.NoAdditional || p.Additional != nil || s.NoAdditional || s.Additional != nil {
		return false
	}
	if len(p.Patterns) > 0 || len(p.MultipleOf) > 0 || p.Format != "" {
		return false
	}
	for _, limit := range []bool{
		p.MinProperties != nil, p.MaxProperties != nil, p.MinItems != nil, p.MaxItems != nil,
		p.MinLength != nil, p.MaxLength != nil, p.Minimum != nil, p.Maximum != nil,
	} {
		if limit {
			return false
		}
	}
	if s.Types != 0 && p.Types != 0 && s.Types != p.Types {
		return false
	}
	for _, property := range p.Properties {
		if s.Property(property.Name) != nil {
			return false
		}
	}
	return s.absorbsNull(p)
}

// absorbsNull reports whether null means the same before and after; it is allowed only where all parts allow it.
func (s *Schema) absorbsNull(p *Schema) bool {
	if s.Types == 0 && p.Types != 0 {
		return s.Enum == nil
	}
	return p.Types == 0 || s.Nullable == p.Nullable
}

func (s *Schema) absorb(p *Schema) {
	if s.Types == 0 {
		s.Types, s.Nullable = p.Types, p.Nullable
	}
	s.Properties = append(slices.Clip(s.Properties), p.Properties...)
	for _, name := range p.Required {
		if !s.Requires(name) {
			s.Required = append(slices.Clip(s.Required), name)
		}
	}
}
