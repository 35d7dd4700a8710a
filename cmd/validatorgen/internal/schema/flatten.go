package schema

import (
	"cmp"
	"slices"
)

// flatten moves the rules of the parts of an allOf into s where that changes no meaning, so that an object composed of
// parts is read in one pass and into one Go struct. Other parts stay in the allOf and are checked on their own. done has
// the schemas that were begun; one that is not finished refers to itself and is left alone.
func flatten(s *Schema, done map[*Schema]bool) {
	if _, begun := done[s]; begun {
		return
	}
	done[s] = false
	defer func() { done[s] = true }()
	var parts []*Schema
	rules := slices.DeleteFunc(slices.Clone(s.Rules), func(r Rule) bool {
		all, ok := r.(AllOf)
		parts = append(parts, all.Parts...)
		return ok
	})
	if len(parts) == 0 {
		return
	}
	for _, part := range parts {
		flatten(part.Resolve(), done)
	}
	if len(parts) == 1 && len(s.Rules) == 1 {
		if p := parts[0].Resolve(); done[p] {
			s.become(p)
			return
		}
	}
	s.Rules = rules
	var rest []*Schema
	for _, part := range parts {
		if p := part.Resolve(); done[p] && s.absorbs(p) {
			s.absorb(p)
		} else {
			rest = append(rest, part)
		}
	}
	if len(rest) > 0 {
		s.Rules = append(s.Rules, allOf(rest))
	}
}

// become gives s the rules of p, its only part.
func (s *Schema) become(p *Schema) {
	s.Rules = p.Rules
	s.Description = cmp.Or(s.Description, p.Description)
	s.Default = cmp.Or(s.Default, p.Default)
	s.ReadOnly, s.WriteOnly = s.ReadOnly || p.ReadOnly, s.WriteOnly || p.WriteOnly
	s.Deprecated = s.Deprecated || p.Deprecated
}

// absorbs reports whether every rule of p can be moved into s: p describes properties and nothing else.
func (s *Schema) absorbs(p *Schema) bool {
	if p.Default != nil || p.ReadOnly || p.WriteOnly || Has[AdditionalProperties](s) {
		return false
	}
	for _, r := range p.Rules {
		switch r := r.(type) {
		case Type:
			if t := s.Types(); t&^Null != 0 && t&^Null != r.Types&^Null {
				return false
			}
		case Properties:
			for _, property := range r.List {
				if s.Property(property.Name) != nil {
					return false
				}
			}
		case Required:
		default:
			return false
		}
	}
	return s.absorbsNull(p)
}

// absorbsNull reports whether null means the same before and after; it is allowed only where all parts allow it.
func (s *Schema) absorbsNull(p *Schema) bool {
	if s.Types() == 0 && p.Types() != 0 {
		return s.Enum() == nil
	}
	return p.Types() == 0 || s.Types()&Null == p.Types()&Null
}

func (s *Schema) absorb(p *Schema) {
	for _, r := range p.Rules {
		switch r := r.(type) {
		case Type:
			if s.Types() == 0 {
				s.Rules = append(s.Rules, r)
			}
		case Properties:
			r.List = slices.Concat(s.Properties(), r.List)
			s.Replace(r)
		case Required:
			names := Get[Required](s).Names
			for _, name := range r.Names {
				if !slices.Contains(names, name) {
					names = append(slices.Clip(names), name)
				}
			}
			s.Replace(Required{Names: names})
		}
	}
}

// Replace puts rule in the place of the one with the same keyword, or at the end.
func (s *Schema) Replace(rule Rule) {
	for i, r := range s.Rules {
		if r.Keyword() == rule.Keyword() {
			s.Rules[i] = rule
			return
		}
	}
	s.Rules = append(s.Rules, rule)
}
