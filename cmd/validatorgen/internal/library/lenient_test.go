package library_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/oxgroups/cmd/validatorgen/internal/library/model"
	"example.com/oxgroups/cmd/validatorgen/internal/library/validator"
)

// shelved is what a response has of book: the id that only responses have.
func shelved(members string) string {
	return book(`"id":"7d444840-9dc0-11d1-b245-5ffdce74fad2",` + members)
}

// ReadFound reads what fits, whatever is beside it. want is a document that is read strictly as the same value.
func TestReadWhatFits(t *testing.T) {
	for _, tc := range []struct {
		name, doc, want string
		warnings        []string
	}{
		{"an unknown value of an enum is kept", shelved(`"genre":"drama"`), shelved(`"genre":"drama"`), []string{"/books/0/genre enum"}},
		{"an unknown value of an enum of integers is kept", shelved(`"shelfmark":"400"`), shelved(`"shelfmark":400`), []string{"/books/0/shelfmark enum"}},
		{"a value out of its bounds is kept", shelved(`"year":9999`), shelved(`"year":9999`), []string{"/books/0/year maximum"}},
		{"text that breaks its format is kept as text", shelved(`"home":"no URI"`), shelved(`"home":"no URI"`), []string{"/books/0/home format"}},
		{"a time that is none", shelved(`"bought":"yesterday"`), shelved(`"year":1`), []string{"/books/0/bought format"}},
		{"no UUID", book(`"id":"7"`), book(`"year":1`), []string{"/books/0/id format"}},
		{"elements that do not fit", shelved(`"authors":[{"name":"Jane"},7,null]`), shelved(`"year":1`), []string{"/books/0/authors duplicate", "/books/0/authors/1 type", "/books/0/authors/2 type"}},
		{"entries that do not fit", shelved(`"ratings":{"a":5,"b":"x","c":"4"}`), shelved(`"ratings":{"a":5,"c":4}`), []string{"/books/0/ratings/b type"}},
		{"an object where there is another type", shelved(`"keywords":7`), shelved(`"year":1`), []string{"/books/0/keywords type"}},
		{"what is missing", `{"title":"Emma","id":"7d444840-9dc0-11d1-b245-5ffdce74fad2","authors":[]}`, `{"title":"Emma","id":"7d444840-9dc0-11d1-b245-5ffdce74fad2","authors":[]}`, []string{"/books/0/authors minItems"}},
		{"writeOnly is ignored in a response", shelved(`"pin":7`), shelved(`"year":1`), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got, want model.Found
			warnings, err := validator.ReadFound([]byte(`{"books":[`+tc.doc+`],"next":null}`), &got)
			if err != nil {
				t.Fatal(err)
			}
			if said := broken(t, warnings); !slices.Equal(said, tc.warnings) {
				t.Errorf("got the warnings %q, want %q", said, tc.warnings)
			}
			_ = validator.DecodeFound([]byte(`{"books":[`+tc.want+`],"next":null}`), &want)
			for _, v := range []*model.Found{&got, &want} {
				if year := v.Books[0].Year; year != nil && *year == 1 {
					v.Books[0].Year = nil // stands for no member
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An unread body costs no other: a union that does not match is kept as far as its type can hold it.
func TestReadUnions(t *testing.T) {
	var got model.Found
	warnings, err := validator.ReadFound([]byte(`{"books":[],"either":"too long","neither":7,"extra":{"a":[1.50]},"facets":{"total":"3","x":null,"y":2}}`), &got)
	if err != nil {
		t.Fatal(err)
	}
	if said, want := broken(t, warnings), []string{"/either anyOf", "/facets/x type"}; !slices.Equal(said, want) {
		t.Errorf("got the warnings %q, want %q", said, want)
	}
	if got.Facets == nil || *got.Facets.Total != 3 || got.Facets.AdditionalProperties["y"] != 2 || len(got.Facets.AdditionalProperties) != 1 {
		t.Errorf("got the facets %+v", got.Facets)
	}
	if text := must(got.Either.MarshalJSON()); string(text) != `"too long"` {
		t.Errorf("got %s", text)
	}
}
