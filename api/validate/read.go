package validate

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"example.com/oxgroups/api/nullable"
)

// Pointer returns a pointer to a copy of v.
func Pointer[T any](v T) *T { return &v }

// Elem returns a new value of what a pointer points to.
func Elem[T any](**T) *T { return new(T) }

// NullableElem returns a new value of what a Nullable holds.
func NullableElem[T any, N optional[T]](N) *T { return new(T) }

// Value returns a new value of a map.
func Value[M ~map[string]V, V any](*M) *V { return new(V) }

// Item returns a new element of a slice.
func Item[S ~[]E, E any](*S) *E { return new(E) }

// MakeMap makes an empty map.
func MakeMap[M ~map[string]V, V any](m *M) { *m = M{} }

// Reset sets v to its zero value.
func Reset[T any](v *T) {
	var zero T
	*v = zero
}

// Put sets an entry of a map, which is made if there is none.
func Put[M ~map[string]V, V any](m *M, key string, value V) {
	if *m == nil {
		*m = M{}
	}
	(*m)[key] = value
}

// MakeSlice makes an empty slice with room for the elements of the array that was begun.
func MakeSlice[S ~[]E, E any](s *Scanner, list *S) { *list = make(S, 0, s.CountItems()) }

// Grow appends a zero element and returns it.
func Grow[S ~[]E, E any](list *S) *E {
	var zero E
	*list = append(*list, zero)
	return &(*list)[len(*list)-1]
}

// Shrink drops the last element.
func Shrink[S ~[]E, E any](list *S) { *list = (*list)[:len(*list)-1] }

// NullableString reads a string or null.
func NullableString[T ~string](s *Scanner, v *nullable.Nullable[T]) {
	if s.Null() {
		v.SetNull()
	} else if text, ok := s.String(); ok {
		v.Set(T(text))
	}
}

// Nullable reads null, or a value by read.
func Nullable[T any](s *Scanner, v *nullable.Nullable[T], read func(*Scanner) (T, bool)) {
	if s.Null() {
		v.SetNull()
	} else if value, ok := read(s); ok {
		v.Set(value)
	}
}

// ReadString reads a string, and reports whether there was one.
func ReadString[T ~string](s *Scanner, v *T) bool {
	text, ok := s.String()
	if ok {
		*v = T(text)
	}
	return ok
}

// NullableBool reads a boolean or null.
func NullableBool[T ~bool](s *Scanner, v *nullable.Nullable[T]) {
	if s.Null() {
		v.SetNull()
	} else if value, ok := s.Bool(); ok {
		v.Set(T(value))
	}
}

// Strings reads an array of strings, and reports whether there was an array.
func Strings[S ~[]E, E ~string](s *Scanner, v *S) bool { return List(s, v, ReadString) }

// List reads an array, its elements by decode, and reports whether there was an array. Elements of another type are left out.
func List[S ~[]E, E any](s *Scanner, v *S, decode func(*Scanner, *E) bool) bool {
	if !s.Begin(Array) {
		return false
	}
	MakeSlice(s, v)
	var items Items
	for s.NextItem(&items) {
		mark := s.Mark()
		if !decode(s, Grow(v)) {
			Shrink(v)
		}
		s.WithinItem(mark, items.Index)
	}
	return true
}

// Map reads an object, its values by decode, and reports whether there was an object. Values of another type are left out.
func Map[M ~map[string]V, V any](s *Scanner, v *M, decode func(*Scanner, *V) bool) bool {
	if !s.Begin(Object) {
		return false
	}
	*v = M{}
	var members Members
	value := new(V)
	for key, ok := s.NextMember(&members); ok; key, ok = s.NextMember(&members) {
		mark := s.Mark()
		s.Unknown(&members, key)
		var zero V
		*value = zero
		if decode(s, value) {
			(*v)[key] = *value
		}
		s.Within(mark, key)
	}
	return true
}

// Any reads a value of any type, as encoding/json has it. A number that float64 cannot hold is a json.Number.
func (s *Scanner) Any() any {
	return s.AnyNumber(func(text string) any {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || ParseDecimal(strconv.FormatFloat(f, 'g', -1, 64)) != ParseDecimal(text) {
			return json.Number(strings.Clone(text))
		}
		return f
	})
}

// AnyNumber is Any with numbers as number has them.
func (s *Scanner) AnyNumber(number func(text string) any) any {
	switch s.Kind() {
	case Boolean:
		v, _ := s.Bool()
		return v
	case Number:
		text, _ := s.number()
		return number(text)
	case String:
		v, _ := s.text()
		return v
	case Array:
		list := []any{}
		s.open()
		for i := (Items{}); s.NextItem(&i); {
			mark := s.Mark()
			list = append(list, s.AnyNumber(number))
			s.WithinItem(mark, i.Index)
		}
		return list
	case Object:
		object := map[string]any{}
		Map(s, &object, func(s *Scanner, v *any) bool {
			*v = s.AnyNumber(number)
			return true
		})
		return object
	default:
		s.Skip()
		return nil
	}
}

// AnyAt is Any for the value at offset, which was checked before.
func (s *Scanner) AnyAt(offset int) any {
	found := s.Findings()
	defer s.Forget(found)
	s.Rewind(offset)
	return s.Any()
}

// RawValue reads a value of any type and returns a copy of its text.
func (s *Scanner) RawValue() []byte {
	start := s.Offset()
	s.Skip()
	return bytes.Clone(s.Raw(start))
}

// RawValueAt is RawValue for the value at offset, which was read last.
func (s *Scanner) RawValueAt(offset int) []byte { return bytes.Clone(s.Raw(offset)) }

// RawValue appends text, which has to be JSON; no text is null.
func (e *Encoder) RawValue(text []byte) {
	switch {
	case len(text) == 0:
		e.Null()
	case !json.Valid(text):
		e.Fail(errors.New("encode JSON: a raw value is not JSON"))
	default:
		e.Raw(text)
	}
}

// Unmarshal reads the value at offset with encoding/json, for types that decode themselves, and reports whether it could.
func (s *Scanner) Unmarshal(offset int, v any) bool {
	if s.err != nil {
		return false
	}
	if err := json.Unmarshal(s.Raw(offset), v); err != nil {
		s.notHeld()
		return false
	}
	return true
}

// notHeld reports a valid value that the Go type has no room for.
func (s *Scanner) notHeld() { s.Violation("type", "a value that the field can hold") }

// UnmarshalUnion gives the value at offset, which was checked before, to a type that keeps the JSON of a union. What else
// the type has is read by generated code, so an error about that does not matter here.
func (s *Scanner) UnmarshalUnion(offset int, v json.Unmarshaler) {
	if s.err == nil {
		_ = v.UnmarshalJSON(s.Raw(offset))
	}
}

// UnmarshalUnionObject is UnmarshalUnion for a type that has properties beside the union. It cannot hold null, and reports whether
// the value is something else.
func (s *Scanner) UnmarshalUnionObject(offset int, v json.Unmarshaler) bool {
	if string(s.Raw(offset)) == "null" {
		s.notHeld()
		return false
	}
	s.UnmarshalUnion(offset, v)
	return true
}

// Base64 appends data as a string in standard Base64.
func (e *Encoder) Base64(data []byte) {
	e.buf = append(e.buf, '"')
	e.buf = base64.StdEncoding.AppendEncode(e.buf, data)
	e.buf = append(e.buf, '"')
}
