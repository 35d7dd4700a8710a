package rows

import (
	"strings"

	"example.com/oxgroups/api/validate"
)

// Path leads to a field of an update: the objects that it is in, and the field itself at the end.
type Path []*validate.Field

// Find returns the path of a field, or nil. name is the name of a field, or names joined by dots where it is nested; a
// name may have dots itself.
func Find(fields []validate.Field, name string) Path {
	if f := validate.FindField(fields, name); f != nil {
		return Path{f}
	}
	for i := range fields {
		f := &fields[i]
		if rest, ok := strings.CutPrefix(name, f.Name+"."); ok {
			if inner := Find(f.Fields, rest); inner != nil {
				return append(Path{f}, inner...)
			}
		}
	}
	return nil
}

// Field returns the field that the path leads to.
func (p Path) Field() *validate.Field { return p[len(p)-1] }

// String returns the names joined by dots.
func (p Path) String() string { return strings.Join(p.names(), ".") }

func (p Path) names() []string {
	names := make([]string, len(p))
	for i, f := range p {
		names[i] = f.Name
	}
	return names
}

// Leaves returns the paths of all fields that are not objects with fields of their own, in the order of the spec.
func Leaves(fields []validate.Field) []Path {
	var out []Path
	for i := range fields {
		if f := &fields[i]; len(f.Fields) == 0 {
			out = append(out, Path{f})
		} else {
			for _, inner := range Leaves(f.Fields) {
				out = append(out, append(Path{f}, inner...))
			}
		}
	}
	return out
}

// Object collects values by their paths, for a JSON object that has them nested. The zero value is empty.
type Object struct{ members []*Value }

// Value is the value of one member of an Object.
type Value struct {
	JSON   []byte // nil: there is none
	name   string
	object Object // wins over JSON where it has a value
}

// At returns the value at a path of names. It has no JSON where it was not there before.
func (o *Object) At(name string, inner ...string) *Value {
	var found *Value
	for _, v := range o.members {
		if v.name == name {
			found = v
		}
	}
	if found == nil {
		found = &Value{name: name}
		o.members = append(o.members, found)
	}
	if len(inner) == 0 {
		return found
	}
	return found.object.At(inner[0], inner[1:]...)
}

// AtPath returns the value of the field that p leads to.
func (o *Object) AtPath(p Path) *Value { return o.At(p[0].Name, p[1:].names()...) }

// Set gives the value JSON, in the place of what was within it.
func (v *Value) Set(json []byte) { v.JSON, v.object = json, Object{} }

// Append appends the object. Values without JSON are left out, and so are objects without a value.
func (o *Object) Append(dst []byte) []byte {
	start := len(dst)
	for _, v := range o.members {
		before := len(dst)
		dst = append(dst, ',')
		dst = append(validate.AppendString(dst, v.name), ':')
		value := len(dst)
		if dst = v.object.Append(dst); string(dst[value:]) != "{}" {
			continue
		}
		if dst = append(dst[:value], v.JSON...); v.JSON == nil {
			dst = dst[:before]
		}
	}
	return validate.EndObject(dst, start)
}
