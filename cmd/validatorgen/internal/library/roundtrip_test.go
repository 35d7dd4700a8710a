package library_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oapi-codegen/nullable"
	openapi_types "github.com/oapi-codegen/runtime/types"
	"pgregory.net/rapid"

	"example.com/oxgroups/cmd/validatorgen/internal/library/model"
	"example.com/oxgroups/cmd/validatorgen/internal/library/validator"
)

// Every value that keeps the rules is written as a document that is read as the same value.
func TestEncodedValuesAreReadBack(t *testing.T) {
	t.Run("request", rapid.MakeCheck(func(t *rapid.T) {
		want := bookOf(false, 3).Draw(t, "book")
		text := must(validator.AppendBook(nil, &want))
		var got model.Book
		if err := validator.DecodeBook(text, &got); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		same(t, text, want, got)
	}))
	t.Run("response", rapid.MakeCheck(func(t *rapid.T) {
		want := found().Draw(t, "found")
		text := must(validator.AppendFound(nil, &want))
		var got model.Found
		if err := validator.DecodeFound(text, &got); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		same(t, text, want, got)
	}))
}

func same[T any](t *rapid.T, text []byte, want, got T) {
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s\n%s", text, diff)
	}
}

// optional draws a pointer to a value, or nil.
func optional[T any](g *rapid.Generator[T]) *rapid.Generator[*T] { return rapid.Ptr(g, true) }

func text(least, most int) *rapid.Generator[string] { return rapid.StringN(least, most, -1) }

// bookOf draws a book with so many levels of sequels at most: what a response has, or what a request has.
func bookOf(response bool, levels int) *rapid.Generator[model.Book] {
	return rapid.Custom(func(t *rapid.T) model.Book {
		b := model.Book{
			Title:        text(1, 20).Draw(t, "title"),
			Authors:      rapid.SliceOfNDistinct(person(), 1, 3, func(p model.Person) string { return p.Name }).Draw(t, "authors"),
			Genre:        optional(rapid.SampledFrom([]model.Genre{"novel", "poetry", "science"})).Draw(t, "genre"),
			Shelfmark:    optional(rapid.SampledFrom([]model.Shelfmark{100, 200, 300})).Draw(t, "shelfmark"),
			Year:         optional(rapid.IntRange(-3000, 2100)).Draw(t, "year"),
			Price:        optional(rapid.Map(rapid.IntRange(0, 1_000_000), func(cents int) float64 { return float64(cents) / 100 })).Draw(t, "price"),
			Bought:       optional(moment()).Draw(t, "bought"),
			Language:     new(text(0, 9).Draw(t, "language")), // left out it would be read as its default
			Copies:       new(rapid.Int32Range(0, math.MaxInt32).Draw(t, "copies")),
			Keywords:     optional(rapid.MapOfN(text(0, 9), rapid.SliceOfN(text(0, 9), 0, 3), 0, 3)).Draw(t, "keywords"),
			Ratings:      optional(rapid.MapOfN(text(0, 9), rapid.IntRange(1, 5), 0, 3)).Draw(t, "ratings"),
			Home:         optional(rapid.SampledFrom([]string{"https://x.example/", "urn:isbn:0451450523"})).Draw(t, "home"),
			Size:         optional(rapid.SliceOfN(rapid.SliceOfN(rapid.Float32(), 2, 2), 0, 3)).Draw(t, "size"),
			N64bitNumber: optional(rapid.Int64()).Draw(t, "number"),
		}
		b.Subtitle = rapid.OneOf(states(), rapid.Just(nullable.Nullable[string](nil))).Draw(t, "subtitle")
		if response {
			b.Id = new(openapi_types.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")))
		} else {
			b.Pin = optional(text(0, 9)).Draw(t, "pin")
		}
		if levels > 1 {
			b.Sequels = optional(rapid.SliceOfN(bookOf(response, levels-1), 0, 2)).Draw(t, "sequels")
		}
		return b
	})
}

func person() *rapid.Generator[model.Person] {
	return rapid.Custom(func(t *rapid.T) model.Person {
		return model.Person{
			Name: text(2, 40).Draw(t, "name"),
			Born: optional(rapid.Map(moment(), func(m time.Time) openapi_types.Date {
				return openapi_types.Date{Time: m.UTC().Truncate(24 * time.Hour)}
			})).Draw(t, "born"),
			Email: optional(rapid.Just(openapi_types.Email("jane@x.example"))).Draw(t, "email"),
			Address: optional(rapid.Custom(func(t *rapid.T) model.Address {
				return model.Address{City: text(0, 9).Draw(t, "city"), Lines: optional(rapid.SliceOfN(text(0, 9), 1, 3)).Draw(t, "lines")}
			})).Draw(t, "address"),
		}
	})
}

// moment draws a time with an offset and a fraction, in years of four digits whatever the offset.
func moment() *rapid.Generator[time.Time] {
	first, last := time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
	return rapid.Custom(func(t *rapid.T) time.Time {
		const day = 24*60 - 1
		offset := time.FixedZone("", 60*rapid.IntRange(-day, day).Draw(t, "offset"))
		return time.Unix(rapid.Int64Range(first, last).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanosecond")).In(offset)
	})
}

// states draws a text or null.
func states() *rapid.Generator[nullable.Nullable[string]] {
	return rapid.OneOf(
		rapid.Map(text(0, 20), nullable.NewNullableWithValue[string]),
		rapid.Just(nullable.NewNullNullable[string]()),
	)
}

func found() *rapid.Generator[model.Found] {
	return rapid.Custom(func(t *rapid.T) model.Found {
		f := model.Found{
			Books: rapid.SliceOfN(bookOf(true, 3), 0, 3).Draw(t, "books"),
			Next:  states().Draw(t, "next"),
			Extra: rapid.SampledFrom([]any{nil, "text", true, []any{"a", map[string]any{"b": false}}}).Draw(t, "extra"),
		}
		f.Facets = optional(rapid.Custom(func(t *rapid.T) model.Found_Facets {
			more := rapid.MapOfN(text(0, 9).Filter(func(key string) bool { return key != "total" }), rapid.Int(), 1, 3).Draw(t, "facets")
			return model.Found_Facets{Total: optional(rapid.Int()).Draw(t, "total"), AdditionalProperties: more}
		})).Draw(t, "facets")
		return f
	})
}

// A union of one schema, for which oapi-codegen writes a union too, keeps its value in an array.
func TestUnionOfOne(t *testing.T) {
	const text = `{"books":[],"next":null,"hits":[{"title":"Dune"}]}`
	var got model.Found
	if err := validator.DecodeFound([]byte(text), &got); err != nil || got.Hits == nil {
		t.Fatalf("got %v (%v)", got, err)
	}
	if query, err := (*got.Hits)[0].AsTitleQuery(); err != nil || query.Title != "Dune" {
		t.Errorf("got %v (%v)", query, err)
	}
	if written, err := validator.AppendFound(nil, &got); err != nil || string(written) != text {
		t.Errorf("got %s (%v)", written, err)
	}
}
