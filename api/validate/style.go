package validate

import (
	"slices"
	"strings"
)

// delimiters are what else stands in a query for the separator of a style.
var delimiters = map[string]*strings.Replacer{
	"spaceDelimited": strings.NewReplacer("%20", " ", "+", " "),
	"pipeDelimited":  strings.NewReplacer("%7C", "|", "%7c", "|"),
}

// prefix returns what a value in the path begins with.
func prefix(p *Parameter) string {
	switch {
	case p.Style == "label":
		return "."
	case p.Style == "matrix" && p.Kind == Object && p.Explode:
		return ";"
	case p.Style == "matrix":
		return ";" + p.Name + "="
	}
	return ""
}

// unprefixed returns a value without what its style has in front. ok is false where that is not there.
func unprefixed(p *Parameter, value string) (rest string, ok bool) {
	begin := prefix(p)
	if value+"=" == begin { // ;name alone is empty
		return "", true
	}
	return strings.CutPrefix(value, begin)
}

// elements returns the elements of an array, or the names and values of an object, that stand in one value without its prefix. It
// splits before escapes are undone, so that an escaped separator is part of an element (RFC 6570, section 3.2.8). The empty value
// is the empty array.
func elements(p *Parameter, value string) []string {
	separator := ","
	switch {
	case value == "":
		return nil
	case p.Style == "spaceDelimited":
		value, separator = delimiters[p.Style].Replace(value), " "
	case p.Style == "pipeDelimited":
		value, separator = delimiters[p.Style].Replace(value), "|"
	case p.Style == "label" && p.Explode:
		separator = "."
	case p.Style == "matrix" && p.Explode:
		separator = prefix(p) // of each element
	}
	list := strings.Split(value, separator)
	if p.In == "header" {
		for i := range list {
			list[i] = strings.Trim(list[i], " \t")
		}
	}
	return list
}

// property is a property of an object as it is in a request.
type property struct{ name, value string }

// object returns a scanner of an object, nil for one that is not in its style. found is false where there is none.
func (r *ParameterReader) object(p *Parameter) (s *Scanner, found bool) {
	list, found, ok := r.properties(p)
	if !ok {
		r.add(p, "style", "must be an object in the style "+p.Style)
	}
	if !found || !ok {
		return nil, found
	}
	var names []string // in order of appearance
	values := map[string][]string{}
	for _, property := range list {
		if values[property.name] == nil {
			names = append(names, property.name)
		}
		values[property.name] = append(values[property.name], r.plain(p, property.value))
	}
	e := NewEncoder(nil)
	e.Open('{')
	for _, name := range names {
		e.Name(name)
		r.property(e, p, name, values[name])
	}
	e.Close('}')
	return r.scanner(e.buf), true
}

func (p *Parameter) inQuery() bool { return p.In == "query" || p.In == "" }

// Takes reports whether a name of a query or form is the parameter, or a part of it.
func (p *Parameter) Takes(name string) bool {
	if p.Kind == Object && p.Style != "content" || p.Style == "deepObject" {
		if _, ok := propertyName(p, name); ok && (p.Style == "deepObject" || p.Explode) {
			return true
		}
	}
	return name == p.Name
}

// properties returns the properties that a request has for an object. found is false where there is none, ok where they are not in its
// style.
func (r *ParameterReader) properties(p *Parameter) (list []property, found, ok bool) {
	if p.inQuery() && (p.Style == "deepObject" || p.Explode && p.Style == "form") {
		for name, value := range pairs(r.in.Query) {
			if name, ok := propertyName(p, name); ok {
				list = append(list, property{name, value})
			}
		}
		return list, len(list) > 0, true
	}
	if p.In == "cookie" && p.Explode {
		for _, field := range p.Fields {
			for _, value := range cookies(r.in.Header["Cookie"], field.Name) {
				list = append(list, property{field.Name, value})
			}
		}
		return list, len(list) > 0, true
	}
	values := r.values(nil, p)
	if len(values) == 0 {
		return nil, false, true
	}
	if len(values) > 1 && p.In != "header" {
		r.add(p, "style", "must be given once")
	}
	value, ok := unprefixed(p, strings.Join(values, ","))
	if !ok {
		return nil, true, false
	}
	parts := elements(p, value)
	if !p.Explode && len(parts)%2 != 0 {
		return nil, true, false
	}
	for i := 0; i < len(parts); i++ {
		name, value, paired := parts[i], "", true
		if p.Explode {
			name, value, paired = strings.Cut(name, "=")
		} else {
			i++
			value = parts[i]
		}
		if !paired {
			return nil, true, false
		}
		list = append(list, property{r.plain(p, name), value})
	}
	return list, true, true
}

// propertyName returns the property that a name of the query stands for: filter[name] is the property name of filter in the style
// deepObject; in exploded form style the names of the properties stand alone.
func propertyName(p *Parameter, name string) (property string, ok bool) {
	if p.Style == "form" {
		head, _, _ := strings.Cut(name, "[")
		return name, FindField(p.Fields, name) != nil || p.Open && !slices.Contains(p.Others, head)
	}
	property, within := strings.CutPrefix(name, p.Name+"[")
	property, closed := strings.CutSuffix(property, "]")
	return property, within && closed && !strings.ContainsAny(property, "[]")
}

// property appends one property of an object. Without a field it is a string, or a list of strings.
func (r *ParameterReader) property(e *Encoder, p *Parameter, name string, values []string) {
	field := FindField(p.Fields, name)
	switch {
	case field == nil && len(values) > 1:
		field = &Field{Kind: Array, Items: String}
	case field == nil:
		field = &Field{Kind: String}
	}
	if field.Kind != Array {
		if len(values) > 1 {
			r.add(p, "style", "must be given once")
			r.list[len(r.list)-1].Pointer += "/" + PointerToken(name)
		}
		e.buf = AppendParameter(e.buf, field.Kind, values[0])
		return
	}
	e.Open('[')
	for _, value := range values {
		e.Next()
		e.buf = AppendParameter(e.buf, field.Items, value)
	}
	e.Close(']')
}
