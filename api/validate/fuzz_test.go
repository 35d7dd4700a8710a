package validate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/compose"
	"github.com/go-json-experiment/json/jsontext"
)

// seeds are documents at the borders of what JSON is.
var seeds = []string{
	`null`, `[1,-0.5e+3,true]`, `{"a":{"b":[{}]},"c":"\ud83d\ude00\n"}`, `{"a":1,"a":2}`, "\"\xff\"", `"\ud800"`, `01`, `[1,]`, ` {} x`, "\ufeff1",
	`{"a":1,"\u0061":2}`, `"` + strings.Repeat("é", 20) + `"`, `[[[[[[]]]]]]`, "\"\u0000\"", `1E400`, `{"` + strings.Repeat("k", 40) + `":0}`,
}

// strict reports whether jsontext takes a document: with unique names and valid UTF-8.
func strict(data []byte) bool {
	d := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))
	if err := d.SkipValue(); err != nil {
		return false
	}
	_, err := d.ReadToken()
	return errors.Is(err, io.EOF)
}

// jsontextDepth is how deep jsontext reads.
const jsontextDepth = 10_000

func FuzzScanner(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		s := validate.NewScanner(data, validate.Options{MaxDepth: jsontextDepth})
		s.Skip()
		err := s.End()
		if want := strict(data); (err == nil) != want {
			t.Fatalf("%q: %v; jsontext accepts it: %t", data, err, want)
		}
		if !bytes.Equal(data, before) {
			t.Fatal("the document was changed")
		}
		if err != nil {
			var syntax *validate.SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(data) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		checkScalar(t, data)
		checkCanonical(t, data)
	})
}

// checkScalar compares what is read from a valid document with what encoding/json reads.
func checkScalar(t *testing.T, data []byte) {
	s := validate.NewScanner(data, validate.Options{})
	switch s.Kind() {
	case validate.String:
		var want string
		got, ok := s.String()
		if err := json.Unmarshal(data, &want); err != nil || !ok || got != want {
			t.Fatalf("%q is read as %q, encoding/json has %q, %v", data, got, want, err)
		}
	case validate.Number:
		var wantFloat float64
		err := json.Unmarshal(data, &wantFloat)
		if got, ok := s.Float64(); ok != (err == nil) || ok && got != wantFloat {
			t.Fatalf("%s is read as %v, %t, encoding/json has %v, %v", data, got, ok, wantFloat, err)
		}
		var wantInt int64
		err = json.Unmarshal(data, &wantInt)
		s = validate.NewScanner(data, validate.Options{})
		if got, ok := s.Int64(); err == nil && (!ok || got != wantInt) {
			t.Fatalf("%s is read as %v, %t, encoding/json has %v", data, got, ok, wantInt)
		}
	case validate.Boolean:
		var want bool
		err := json.Unmarshal(data, &want)
		if got, ok := s.Bool(); err != nil || !ok || got != want {
			t.Fatalf("%s is read as %v, %t", data, got, ok)
		}
	}
}

// keysOf returns the keys of a document that is an object.
func keysOf(data []byte) (keys []string, ok bool) {
	s := validate.NewScanner(data, validate.Options{MaxDepth: jsontextDepth})
	if s.Kind() != validate.Object {
		return nil, false
	}
	s.Begin(validate.Object)
	var m validate.Members
	for key, ok := s.NextMember(&m); ok; key, ok = s.NextMember(&m) {
		keys = append(keys, key)
		s.Unknown(&m, key)
		s.Skip()
	}
	return keys, s.End() == nil
}

// checkCanonical holds the canonical text of a document to what it promises: it is JSON, its own canonical text, and the one
// of the same document written by encoding/json with its keys in another order and its strings escaped in another way.
func checkCanonical(t *testing.T, data []byte) {
	canonical := compose.Canonical(data)
	if !strict([]byte(canonical)) {
		t.Fatalf("the canonical text %q is not JSON", canonical)
	}
	if again := compose.Canonical([]byte(canonical)); again != canonical {
		t.Fatalf("the canonical text %q has the canonical text %q", canonical, again)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		t.Fatal(err)
	}
	other, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if got := compose.Canonical(other); got != canonical {
		t.Fatalf("%q and %q have different canonical texts: %q, %q", data, other, canonical, got)
	}
}

func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "é😀\u2028", "a\xffb\xc0\xaf", "\xed\xa0\x80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := validate.AppendString([]byte("x"), text)[1:]
		s := validate.NewScanner(quoted, validate.Options{})
		got, _ := s.String()
		if err := s.End(); err != nil {
			t.Fatalf("%q is written as %q: %v", text, quoted, err)
		}
		if want := strings.ToValidUTF8(text, "\ufffd"); utf8.ValidString(text) && got != want {
			t.Fatalf("%q is read back as %q", text, got)
		}
		var want string
		plain, err := json.Marshal(text)
		if err != nil || json.Unmarshal(plain, &want) != nil || got != want {
			t.Fatalf("%q is read back as %q, by encoding/json as %q", text, got, want)
		}
	})
}
