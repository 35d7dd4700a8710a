// Package library_test checks what is generated for a spec that has most of what OpenAPI 3.0 has: openapi.yaml beside it.
package library_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/validate"

	"example.com/oxgroups/cmd/validatorgen/internal/library/model"
	"example.com/oxgroups/cmd/validatorgen/internal/library/validator"
)

// broken returns what an error says, a line "pointer rule" each.
func broken(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var list validate.Violations
	if !errors.As(err, &list) {
		var syntax *validate.SyntaxError
		if errors.As(err, &syntax) {
			return []string{"syntax"}
		}
		t.Fatalf("an error of another type: %v", err)
	}
	var lines []string
	for _, v := range list {
		lines = append(lines, v.Pointer+" "+v.Rule)
	}
	return lines
}

// must returns text, which was encoded without an error.
func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}

// book returns a valid book with more members.
func book(members string) string {
	if members != "" {
		members = "," + members
	}
	return `{"title":"Emma","authors":[{"name":"Jane"}]` + members + `}`
}

func TestBook(t *testing.T) {
	deep := strings.Repeat(`{"title":"t","authors":[{"name":"nn"}],"sequels":[`, 40) + strings.Repeat(`]}`, 40)
	for _, tc := range []struct {
		name, doc string
		want      []string
	}{
		{"the least", book(""), nil},
		{"everything", book(`"subtitle":null,"genre":"novel","shelfmark":200,"year":1815,"price":9.99,"bought":"2024-02-29T12:00:00+01:00","language":"fr","copies":3,
			"keywords":{"a":["b"],"c":[]},"ratings":{"x":5},"pin":"1","sequels":[` + book("") + `],"home":"https://x.example/","size":[[1,2.5]],"64bit-number":9007199254740993`), nil},
		{"nothing", `{}`, []string{"/title required", "/authors required"}},
		{"another type", `[]`, []string{" type"}},
		{"null", `null`, []string{" type"}},
		{"readOnly is ignored in a request", book(`"id":"no uuid"`), nil},
		{"an enum of strings", book(`"genre":"Novel"`), []string{"/genre enum"}},
		{"an enum of integers, by value", book(`"shelfmark":2e2`), nil},
		{"outside of an enum of integers", book(`"shelfmark":201`), []string{"/shelfmark enum"}},
		{"an integer with a fraction of zero", book(`"year":1815.0`), nil},
		{"a fraction", book(`"year":1815.5`), []string{"/year type"}},
		{"bounds", book(`"year":-3001`), []string{"/year minimum"}},
		{"multipleOf is exact", book(`"price":4.35`), nil},
		{"not a multiple", book(`"price":4.355`), []string{"/price multipleOf"}},
		{"two rules", book(`"price":-0.001`), []string{"/price minimum", "/price multipleOf"}},
		{"a date-time", book(`"bought":"2023-02-29T12:00:00Z"`), []string{"/bought format"}},
		{"32 bits", book(`"copies":2147483648`), []string{"/copies format"}},
		{"64 bits", book(`"64bit-number":9223372036854775808`), []string{"/64bit-number format"}},
		{"a map of arrays", book(`"keywords":{"a/b":["x",1]}`), []string{"/keywords/a~1b/1 type"}},
		{"a map of integers", book(`"ratings":{"a":6,"b":0}`), []string{"/ratings/a maximum", "/ratings/b minimum"}},
		{"maxProperties", book(`"ratings":{"a":1,"b":1,"c":1,"d":1}`), []string{"/ratings maxProperties"}},
		{"a pattern of a date", book(`"printed":"1999-12-31"`), []string{"/printed pattern"}},
		{"a date that matches its pattern", book(`"printed":"2000-01-01"`), nil},
		{"a URI", book(`"home":"not a uri"`), []string{"/home format"}},
		{"arrays of arrays", book(`"size":[[1],[1,2,3]]`), []string{"/size/0 minItems", "/size/1 maxItems"}},
		{"recursion", book(`"sequels":[` + book(`"sequels":[{"title":""}]`) + `]`), []string{"/sequels/0/sequels/0/title minLength", "/sequels/0/sequels/0/authors required"}},
		{"recursion has an end", deep, []string{"syntax"}},
		{"uniqueItems, whatever the order of keys", `{"title":"t","authors":[{"name":"ab","born":"1775-12-16"},{"born":"1775-12-16","name":"ab"}]}`, []string{"/authors uniqueItems"}},
		{"minItems", `{"title":"t","authors":[]}`, []string{"/authors minItems"}},
		{"allOf in one struct", `{"title":"t","authors":[{"name":"a","born":"x","email":"y","address":{"zip":1}}]}`,
			[]string{"/authors/0/name minLength", "/authors/0/born format", "/authors/0/email format", "/authors/0/address/zip additionalProperties", "/authors/0/address/city required"}},
		{"length in code points", `{"title":"t","authors":[{"name":"` + strings.Repeat("😀", 40) + `"}]}`, nil},
		{"too long", `{"title":"t","authors":[{"name":"` + strings.Repeat("é", 41) + `"}]}`, []string{"/authors/0/name maxLength"}},
		{"a duplicate key", book(`"title":"x"`), []string{"syntax"}},
		{"an unknown key", book(`"Title":1`), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var v model.Book
			if got := broken(t, validator.DecodeBook([]byte(tc.doc), &v)); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	var v model.Book
	err := validator.DecodeBook([]byte(book(`"year":1.815e3,"bought":"2024-02-29T12:00:00.5+01:00","keywords":{"a":["b"]},"64bit-number":9007199254740993,"subtitle":null`)), &v)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 2, 29, 11, 0, 0, 5e8, time.UTC)
	if *v.Year != 1815 || !v.Bought.Equal(at) || (*v.Keywords)["a"][0] != "b" || *v.N64bitNumber != 9007199254740993 || !v.Subtitle.IsNull() {
		t.Errorf("got %+v", v)
	}
	if *v.Language != "en" || *v.Copies != 1 {
		t.Errorf("the defaults are %v and %v", v.Language, v.Copies)
	}
	if v.Genre != nil || v.Id != nil {
		t.Errorf("what was left out is %v and %v", v.Genre, v.Id)
	}
}

// A document that was read and written reads as the same again, and is written as the same bytes.
func TestRoundTrip(t *testing.T) {
	for _, doc := range []string{
		book(""),
		book(`"subtitle":"s","keywords":{"b":[],"a":["x","\"\\\u0001"],"10":[],"9":[]},"price":0.1,"size":[[1,-2.5e-7]],"genre":"poetry","sequels":[` + book(`"year":-1`) + `]`),
	} {
		var first, second model.Book
		if err := validator.DecodeBook([]byte(doc), &first); err != nil {
			t.Fatal(err)
		}
		text := string(must(validator.AppendBook(nil, &first)))
		if err := validator.DecodeBook([]byte(text), &second); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if again := string(must(validator.AppendBook(nil, &second))); again != text {
			t.Errorf("got  %s\nwant %s", again, text)
		}
	}
}

// Combinations of schemas: exactly one of three, in recursion.
func TestQuery(t *testing.T) {
	for _, tc := range []struct {
		name, doc string
		want      []string
	}{
		{"one", `{"title":"x"}`, nil},
		{"nested", `{"all":[{"title":"x"},{"not":{"title":"y"}}]}`, nil},
		{"none", `{"other":1}`, []string{" oneOf"}},
		{"two", `{"title":"x","not":{"title":"y"}}`, []string{" oneOf"}},
		{"wrong inside", `{"all":[{"title":1}]}`, []string{" oneOf"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var v model.Query
			if got := broken(t, validator.DecodeQuery([]byte(tc.doc), &v)); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	t.Run("decoded", func(t *testing.T) {
		var v model.Query
		if err := validator.DecodeQuery([]byte(`{"title":"x"}`), &v); err != nil {
			t.Fatal(err)
		}
		if q, err := v.AsTitleQuery(); err != nil || q.Title != "x" {
			t.Errorf("got %+v, %v", q, err)
		}
	})
}

func TestFound(t *testing.T) {
	id := `"id":"7d444840-9dc0-11d1-b245-5ffdce74fad2"`
	for _, tc := range []struct {
		name, doc string
		want      []string
	}{
		{"a response needs its readOnly fields", `{"books":[` + book("") + `]}`, []string{"/books/0/id required"}},
		{"and checks them", `{"books":[` + book(`"id":"x"`) + `]}`, []string{"/books/0/id format"}},
		{"writeOnly is ignored in a response", `{"books":[` + book(id+`,"pin":1`) + `]}`, nil},
		{"additional properties beside named ones", `{"books":[],"facets":{"total":1,"a":2}}`, nil},
		{"of another type", `{"books":[],"facets":{"total":1,"a":"x"}}`, []string{"/facets/a type"}},
		{"anyOf", `{"books":[],"either":5}`, nil},
		{"none of anyOf", `{"books":[],"either":"long"}`, []string{"/either anyOf"}},
		{"not", `{"books":[],"neither":"x"}`, []string{"/neither not"}},
		{"anything", `{"books":[],"extra":{"a":[1]}}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var v model.Found
			if got := broken(t, validator.DecodeFound([]byte(tc.doc), &v)); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// Parameters in every style that is supported.
func TestParameters(t *testing.T) {
	for _, tc := range []struct {
		name, shelf, query string
		want               []string
	}{
		{"the least", "A", "available=true", nil},
		{"everything", "AB", "available=false&page=2&genre=novel&genre=poetry&id=1,2&sort=title|year&rating=4.5&since=2024-02-29", nil},
		{"a pattern in the path", "abc", "available=true", []string{"/shelf pattern"}},
		{"a required one", "A", "", []string{"/available required"}},
		{"no boolean", "A", "available=1", []string{"/available type"}},
		{"no canonical integer", "A", "available=true&page=02", []string{"/page type"}},
		{"a sign", "A", "available=true&page=%2B2", []string{"/page type"}},
		{"an integer with a point", "A", "available=true&page=2.0", []string{"/page type"}},
		{"below its minimum", "A", "available=true&page=0", []string{"/page minimum"}},
		{"given twice", "A", "available=true&page=1&page=2", []string{"/page style"}},
		{"an element outside its enum", "A", "available=true&genre=novel&genre=x", []string{"/genre/1 enum"}},
		{"too many elements", "A", "available=true&id=1,2,3,4", []string{"/id maxItems"}},
		{"an element that is not an integer", "A", "available=true&id=1,x", []string{"/id/1 type"}},
		{"a separator of another style", "A", "available=true&sort=title,year", []string{"/sort/0 enum"}},
		{"multipleOf", "A", "available=true&rating=4.4", []string{"/rating multipleOf"}},
		{"a date", "A", "available=true&since=2024-2-29", []string{"/since format"}},
		{"all at once", "a", "page=x&rating=6", []string{"/page type", "/available required", "/rating maximum", "/shelf pattern"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := validator.ParseListBooksParameters(validate.Parameters{Path: func(string) string { return tc.shelf }, Query: tc.query})
			if got := broken(t, err); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	t.Run("values", func(t *testing.T) {
		shelf, params, err := validator.ParseListBooksParameters(validate.Parameters{
			Path: func(string) string { return "Z" }, Query: "available=true&id=3,1&genre=novel&genre=poetry&sort=year&page=7",
		})
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(shelf, *params.Id, *params.Genre, *params.Sort, *params.Page, params.Available)
		if want := "Z[3 1] [novel poetry] [year] 7 true"; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("an array in the path", func(t *testing.T) {
		values := map[string]string{"id": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "numbers": "1,2"}
		_, numbers, err := validator.ParseEditCopiesParameters(validate.Parameters{Path: func(name string) string { return values[name] }})
		if err != nil || !slices.Equal(numbers, []int{1, 2}) {
			t.Errorf("got %v, %v", numbers, err)
		}
	})
}

// A message never has anything of the document.
func TestMessagesKeepSecrets(t *testing.T) {
	const secret = "hunter2hunter2"
	for _, doc := range []string{
		book(`"genre":"` + secret + `"`), book(`"home":"` + secret + ` "`), book(`"year":"` + secret + `"`), book(`"bought":"` + secret + `"`),
		`{"title":"` + secret + `","authors":1}`, `{"title":"` + secret, `{"title":"` + secret + `\x"}`,
	} {
		var v model.Book
		err := validator.DecodeBook([]byte(doc), &v)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", doc, err)
		}
	}
}
