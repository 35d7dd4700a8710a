package validate

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Encoder appends JSON to a buffer. Commas are its own concern: Key, Name and Next add one where it is needed. The first
// error is kept and returned by Result. It is for one goroutine.
type Encoder struct {
	buf []byte
	err error
}

// NewEncoder returns an encoder that appends to dst.
func NewEncoder(dst []byte) *Encoder { return &Encoder{buf: dst} }

// Result returns the buffer, or the first error: a value that JSON cannot hold.
func (e *Encoder) Result() ([]byte, error) {
	if e.err != nil {
		return nil, e.err
	}
	return e.buf, nil
}

// Fail keeps err, unless there was an error before.
func (e *Encoder) Fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// Open begins an object ('{') or an array ('[').
func (e *Encoder) Open(bracket byte) { e.buf = append(e.buf, bracket) }

// Close ends an object ('}') or an array (']').
func (e *Encoder) Close(bracket byte) { e.buf = append(e.buf, bracket) }

// Next separates an element of an array from the one before.
func (e *Encoder) Next() {
	if last := e.buf[len(e.buf)-1]; last != '[' && last != '{' {
		e.buf = append(e.buf, ',')
	}
}

// Key begins a member; key is its name in quotes with a colon.
func (e *Encoder) Key(key string) {
	e.Next()
	e.buf = append(e.buf, key...)
}

// Name is Key for any name.
func (e *Encoder) Name(name string) {
	e.Next()
	e.buf = append(AppendString(e.buf, name), ':')
}

// Null appends null.
func (e *Encoder) Null() { e.buf = append(e.buf, "null"...) }

// Bool appends a boolean.
func (e *Encoder) Bool(v bool) { e.buf = strconv.AppendBool(e.buf, v) }

// Int appends an integer.
func (e *Encoder) Int(v int64) { e.buf = strconv.AppendInt(e.buf, v, 10) }

// Uint appends an integer without a sign.
func (e *Encoder) Uint(v uint64) { e.buf = strconv.AppendUint(e.buf, v, 10) }

// Float appends a number that reads back as the same value of the given size in bits. NaN and the infinities are errors.
func (e *Encoder) Float(v float64, size int) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		e.Fail(fmt.Errorf("encode JSON: there is no number for %v", v))
		return
	}
	e.buf = strconv.AppendFloat(e.buf, v, 'g', -1, size)
}

// String appends a string, as AppendString does.
func (e *Encoder) String(v string) { e.buf = AppendString(e.buf, v) }

// Raw appends text, which is JSON already.
func (e *Encoder) Raw(text []byte) { e.buf = append(e.buf, text...) }

// Any appends v as encoding/json writes it.
func (e *Encoder) Any(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		e.Fail(fmt.Errorf("encode JSON: %w", err))
	}
	e.Raw(text)
}

// optional is a value that may be absent or null, such as nullable.Nullable.
type optional[T any] interface {
	Get() (T, error)
	IsNull() bool
}

// Member begins a member for an optional value and returns the value, if there is one. Null is written for null; an
// unspecified value is left out.
func Member[T any, N optional[T]](e *Encoder, key string, n N) (value T, ok bool) {
	value, err := n.Get()
	switch {
	case err == nil:
		e.Key(key)
		return value, true
	case n.IsNull():
		e.Key(key)
		e.Null()
	}
	return value, false
}

// MemberOrNull is Member for replies, whose readers expect every field: null is written for an unspecified value too.
func MemberOrNull[T any, N optional[T]](e *Encoder, key string, n N) (value T, ok bool) {
	value, err := n.Get()
	e.Key(key)
	if err != nil {
		e.Null()
	}
	return value, err == nil
}

// Optional appends the member of an optional value by encode, as Member has it.
func Optional[T any, N optional[T]](e *Encoder, key string, n N, encode func(*Encoder, T)) {
	if value, ok := Member(e, key, n); ok {
		encode(e, value)
	}
}

// OptionalOrNull appends the member of an optional value by encode, as MemberOrNull has it.
func OptionalOrNull[T any, N optional[T]](e *Encoder, key string, n N, encode func(*Encoder, T)) {
	if value, ok := MemberOrNull(e, key, n); ok {
		encode(e, value)
	}
}
