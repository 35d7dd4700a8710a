package nullable_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/oxgroups/api/nullable"
)

type update struct {
	Name  nullable.Nullable[string]         `json:"name,omitzero"`
	Count nullable.Nullable[int]            `json:"count,omitzero"`
	Tags  nullable.Nullable[[]string]       `json:"tags,omitzero"`
	Inner nullable.Nullable[map[string]int] `json:"inner,omitzero"`
}

func TestRoundTrip(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"name":null}`, `{"name":""}`, `{"name":"a","count":0}`, `{"count":null,"tags":[]}`, `{"tags":["x"],"inner":{"a":1}}`, `{"inner":null}`, `{"inner":{}}`,
	} {
		var u update
		if err := json.Unmarshal([]byte(text), &u); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(u); err != nil || string(got) != text {
			t.Errorf("%s is written as %s, %v", text, got, err)
		}
	}
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		name                      string
		n                         nullable.Nullable[int]
		value                     int
		err                       error
		isNull, specified, isZero bool
	}{
		{"a value", nullable.NewNullableWithValue(7), 7, nil, false, true, false},
		{"null", nullable.NewNullNullable[int](), 0, nullable.ErrNull, true, true, false},
		{"absent", nullable.Nullable[int]{}, 0, nullable.ErrUnspecified, false, false, true},
	} {
		v, err := c.n.Get()
		if v != c.value || !errors.Is(err, c.err) || c.n.IsNull() != c.isNull || c.n.IsSpecified() != c.specified || c.n.IsZero() != c.isZero {
			t.Errorf("%s: %v, %v, null %t, specified %t, zero %t", c.name, v, err, c.n.IsNull(), c.n.IsSpecified(), c.n.IsZero())
		}
		if v, ok := c.n.Value(); v != c.value || ok != (c.err == nil) {
			t.Errorf("%s: Value is %v, %t", c.name, v, ok)
		}
	}
}

func TestChanges(t *testing.T) {
	n := nullable.NewNullableWithValue("secret")
	n.SetNull()
	if v, ok := n.Value(); v != "" || ok || !n.IsNull() {
		t.Errorf("after SetNull there is %q", v)
	}
	n.Set("a")
	if n.MustGet() != "a" {
		t.Error("Set does not set")
	}
	n.SetUnspecified()
	if n != (nullable.Nullable[string]{}) {
		t.Error("SetUnspecified leaves something")
	}
}

func TestMustGetPanics(t *testing.T) {
	defer func() {
		if r := recover(); r != nullable.ErrNull {
			t.Errorf("recovered %v", r)
		}
	}()
	nullable.NewNullNullable[int]().MustGet()
}

func TestJSON(t *testing.T) {
	if _, err := (nullable.Nullable[int]{}).MarshalJSON(); !errors.Is(err, nullable.ErrUnspecified) {
		t.Errorf("an absent field is written: %v", err)
	}
	var n nullable.Nullable[int]
	if err := n.UnmarshalJSON([]byte(" null\n")); err != nil || !n.IsNull() {
		t.Errorf("null with white space around is %v, %v", n, err)
	}
	n.Set(3)
	if err := json.Unmarshal([]byte(`"x"`), &n); err == nil || n.MustGet() != 3 {
		t.Errorf("a value that does not fit is %v, %v", n, err)
	}
}

func Example() {
	for _, text := range []string{`{}`, `{"notes":null}`, `{"notes":"x"}`} {
		var u struct {
			Notes nullable.Nullable[string] `json:"notes,omitzero"`
		}
		if err := json.Unmarshal([]byte(text), &u); err != nil {
			panic(err)
		}
		fmt.Println(u.Notes.IsSpecified(), u.Notes.IsNull())
	}
	// Output:
	// false false
	// true true
	// true false
}

// A field prints as its value would, by itself and within a struct.
func TestFormat(t *testing.T) {
	when := time.Date(2013, 4, 15, 16, 48, 48, 0, time.UTC)
	for _, c := range []struct {
		verb string
		v    any
		want string
	}{
		{"%v", nullable.NewNullableWithValue(7), "7"},
		{"%04d", nullable.NewNullableWithValue(7), "0007"},
		{"%q", nullable.NewNullableWithValue("a"), `"a"`},
		{"%s", nullable.NewNullableWithValue(when), when.String()},
		{"%v", nullable.NewNullNullable[int](), "null"},
		{"%v", nullable.Nullable[int]{}, "unset"},
		{"%+v", struct{ A, B nullable.Nullable[string] }{A: nullable.NewNullableWithValue("x")}, "{A:x B:unset}"},
	} {
		if got := fmt.Sprintf(c.verb, c.v); got != c.want {
			t.Errorf("%s prints %s, want %s", c.verb, got, c.want)
		}
	}
}
