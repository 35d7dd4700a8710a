package validate

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Unmarshal reads the value at offset once more with encoding/json, for types that decode themselves. Keys mean what they
// say: encoding/json would take "Name" for "name", which no rule has looked at, so such a member is left out.
func (s *Scanner) Unmarshal(offset int, v any) {
	if !s.Valid() {
		return
	}
	raw := s.Raw(offset)
	if exact, changed := exactKeys(raw, reflect.TypeOf(v)); changed {
		raw = exact
	}
	if err := json.Unmarshal(raw, v); err != nil {
		s.Violation("type", "must be a value that the field can hold")
	}
}

// exactKeys returns a valid value without the members that encoding/json would read into a field of t although their keys
// differ in case, and whether there were any.
func exactKeys(raw []byte, t reflect.Type) (exact []byte, changed bool) {
	c := keyCopier{Scanner: NewScanner(raw, Options{MaxDepth: len(raw) + 1})}
	c.value(t)
	if !c.changed {
		return nil, false
	}
	return append(c.out, raw[c.copied:]...), true
}

// keyCopier goes through a document beside a type.
type keyCopier struct {
	*Scanner
	out     []byte
	copied  int // how far the document is in out
	changed bool
}

func (c *keyCopier) value(t reflect.Type) {
	t = held(t)
	switch kind := c.Kind(); {
	case kind == Array && t.Kind() == reflect.Slice:
		c.open()
		for i := (Items{}); c.NextItem(&i); {
			c.value(t.Elem())
		}
	case kind == Object && t.Kind() == reflect.Map:
		c.open()
		var m Members
		for _, ok := c.NextMember(&m); ok; _, ok = c.NextMember(&m) {
			c.value(t.Elem())
		}
	case kind == Object && t.Kind() == reflect.Struct:
		c.object(t)
	default:
		c.Skip()
	}
}

func (c *keyCopier) object(t reflect.Type) {
	c.open()
	before := c.pos // behind what stands in front of the next member
	kept := false
	var m Members
	for key, ok := c.NextMember(&m); ok; key, ok = c.NextMember(&m) {
		field, exact := fieldFor(t, key)
		if field == nil || exact {
			if field != nil {
				c.value(field)
			} else {
				c.Skip()
			}
			before, kept = c.pos, true
			continue
		}
		c.Skip()
		c.changed = true
		c.out = append(c.out, c.data[c.copied:before]...)
		c.copied = c.pos
		if !kept && c.Offset() < len(c.data) && c.data[c.pos] == ',' {
			c.copied = c.pos + 1 // the comma behind the first member
		}
		before = c.copied
	}
}

// held returns the type of the value that t has a place for.
func held(t reflect.Type) reflect.Type {
	for {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
			continue
		}
		get, ok := t.MethodByName("Get") // of a type for nullable values
		if !ok || get.Type.NumIn() != 1 || get.Type.NumOut() != 2 {
			return t
		}
		t = get.Type.Out(0)
	}
}

// fieldFor returns the type of the field that encoding/json reads a key into, nil if there is none, and whether the key is
// its name exactly. A struct that keeps additional properties compares names exactly itself.
func fieldFor(t reflect.Type, key string) (field reflect.Type, exact bool) {
	keepsRest := false
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == key:
			return f.Type, true
		case f.Name == "AdditionalProperties" && name == "-":
			keepsRest = true
		case name != "-" && f.IsExported() && strings.EqualFold(name, key):
			field = f.Type
		}
	}
	if keepsRest {
		return nil, false
	}
	return field, false
}
