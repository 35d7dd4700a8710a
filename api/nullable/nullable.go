// Package nullable has the type of a field that may be absent, null or a value, which are three different things in
// a partial update. It has the methods of github.com/oapi-codegen/nullable, so generated code works with either, but
// it is a struct and not a map: a request with a dozen such fields costs no allocation for them.
//
// It knows nothing of validation and of any one API.
package nullable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Errors that Get and MarshalJSON return.
var (
	// ErrNull says that the field is null.
	ErrNull = errors.New("nullable: the value is null")
	// ErrUnspecified says that the field is absent. MarshalJSON returns it because an absent field has no JSON: the
	// struct field needs the tag option omitzero.
	ErrUnspecified = errors.New("nullable: the value is unspecified")
)

type state uint8

const (
	unspecified state = iota
	null
	specified
)

// Nullable is a field that is absent (the zero value), null, or a value of type T.
// It is not safe for concurrent use while it is changed.
type Nullable[T any] struct {
	value T
	state state
}

// NewNullableWithValue returns a Nullable that has the value t.
func NewNullableWithValue[T any](t T) Nullable[T] {
	return Nullable[T]{value: t, state: specified}
}

// NewNullNullable returns a Nullable that is null.
func NewNullNullable[T any]() Nullable[T] {
	return Nullable[T]{state: null}
}

// Get returns the value, or ErrNull or ErrUnspecified with the zero value of T.
func (n Nullable[T]) Get() (T, error) {
	switch n.state {
	case unspecified:
		return n.value, ErrUnspecified
	case null:
		return n.value, ErrNull
	default:
		return n.value, nil
	}
}

// MustGet returns the value and panics where Get returns an error.
func (n Nullable[T]) MustGet() T {
	v, err := n.Get()
	if err != nil {
		panic(err)
	}
	return v
}

// Value returns the value and whether there is one.
func (n Nullable[T]) Value() (T, bool) { return n.value, n.state == specified }

// Set makes it the value v.
func (n *Nullable[T]) Set(v T) { *n = NewNullableWithValue(v) }

// SetNull makes it null.
func (n *Nullable[T]) SetNull() { *n = NewNullNullable[T]() }

// SetUnspecified makes it absent.
func (n *Nullable[T]) SetUnspecified() { *n = Nullable[T]{} }

// IsNull reports whether it is null.
func (n Nullable[T]) IsNull() bool { return n.state == null }

// IsSpecified reports whether it is there: null or a value.
func (n Nullable[T]) IsSpecified() bool { return n.state != unspecified }

// IsZero reports whether it is absent; encoding/json asks it for the tag option omitzero.
func (n Nullable[T]) IsZero() bool { return n.state == unspecified }

// Format prints the value as fmt prints it by itself, null as "null" and an absent field as "unset".
func (n Nullable[T]) Format(f fmt.State, verb rune) {
	switch n.state {
	case unspecified:
		_, _ = io.WriteString(f, "unset")
	case null:
		_, _ = io.WriteString(f, "null")
	default:
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), n.value)
	}
}

// MarshalJSON writes null or the value, and returns ErrUnspecified for an absent one.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	switch n.state {
	case unspecified:
		return nil, ErrUnspecified
	case null:
		return []byte("null"), nil
	default:
		return json.Marshal(n.value)
	}
}

// UnmarshalJSON reads null or a value. encoding/json does not call it for an absent field.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		n.SetNull()
		return nil
	}
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	n.Set(v)
	return nil
}
