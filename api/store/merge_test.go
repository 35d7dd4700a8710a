package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"example.com/oxgroups/api/store"
)

func ExampleMerge() {
	merged, err := store.Merge([]byte(`{"name":"Acme","notes":"old"}`), []byte(`{"notes":null,"email":"a@acme.example"}`))
	fmt.Println(string(merged), err)
	// Output: {"name":"Acme","email":"a@acme.example"} <nil>
}

// TestMerge has the examples of RFC 7396, appendix A, in which both sides are objects.
func TestMerge(t *testing.T) {
	for _, test := range []struct{ doc, patch, want string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{`{"n":12345678901234567890}`, `{"s":"<\u2028&>"}`, `{"n":12345678901234567890,"s":"<\u2028&>"}`},
	} {
		got, err := store.Merge([]byte(test.doc), []byte(test.patch))
		if err != nil || string(got) != test.want {
			t.Errorf("%s with %s gives %s (%v), want %s", test.doc, test.patch, got, err, test.want)
		}
	}
	if _, err := store.Merge([]byte(`{`), []byte(`{}`)); err == nil {
		t.Error("a broken document is merged")
	}
}

// TestMergeOfAny compares with what RFC 7396 says in its own words, section 2, on values of any type.
func TestMergeOfAny(t *testing.T) {
	value := rapid.Deferred(func() *rapid.Generator[any] { return anyValue(3) })
	object := rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "", `"`, "é", "n\n"}), value, 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		doc, patch := object.Draw(t, "doc"), object.Draw(t, "patch")
		got, err := store.Merge(encoded(t, doc), encoded(t, patch))
		if err != nil {
			t.Fatal(err)
		}
		if want := encoded(t, applied(doc, patch)); !bytes.Equal(encoded(t, decoded(t, got)), want) {
			t.Errorf("%s, want %s", got, want)
		}
		again, err := store.Merge(got, encoded(t, patch))
		if err != nil || !bytes.Equal(again, got) {
			t.Errorf("a second time it is %s (%v), want %s", again, err, got)
		}
	})
}

func anyValue(depth int) *rapid.Generator[any] {
	plain := rapid.OneOf(rapid.Just[any](nil), rapid.Just[any](true), rapid.Map(rapid.String(), toAny), rapid.Map(rapid.Float64(), toAny))
	if depth == 0 {
		return plain
	}
	inner := anyValue(depth - 1)
	return rapid.OneOf(plain,
		rapid.Map(rapid.SliceOfN(inner, 0, 3), func(v []any) any { return v }),
		rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c"}), inner, 0, 3), func(v map[string]any) any { return v }))
}

func toAny[T any](v T) any { return v }

// applied is MergePatch of RFC 7396.
func applied(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	result := map[string]any{}
	if old, ok := target.(map[string]any); ok {
		maps.Copy(result, old)
	}
	for name, value := range changes {
		if value == nil {
			delete(result, name)
		} else {
			result[name] = applied(result[name], value)
		}
	}
	return result
}

func encoded(t *rapid.T, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decoded(t *rapid.T, b []byte) (v any) {
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
