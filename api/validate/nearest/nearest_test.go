package nearest_test

import (
	"fmt"
	"testing"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
)

func ExampleUnknown() {
	fmt.Println(nearest.Unknown("column", "emial", []string{"name", "email", "notes"}))
	// Output: there is no column "emial"; did you mean "email"?
}

func TestHint(t *testing.T) {
	names := []string{"name", "notes", "external_reference.status"}
	for _, tc := range []struct{ name, want string }{
		{"nmae", `; did you mean "name"?`},
		{"external_reference.staus", `; did you mean "external_reference.status"?`},
		{"x", ""},
		{"", ""},
		{"something else entirely", ""},
	} {
		if got := nearest.Hint(tc.name, names); got != tc.want {
			t.Errorf("%q: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestUnknownKeys(t *testing.T) {
	fields := []validate.Field{{Name: "name", Kind: validate.String}, {Name: "link", Kind: validate.Object, Fields: []validate.Field{{Name: "status", Kind: validate.String}}}}
	for raw, want := range map[string]string{
		`{"name": 5, "link": {"status": null}}`:   "[]",
		`{"link": {"staus": {"name": 1}}}`:        `[there is no field "link.staus"; did you mean "link.status"?]`,
		`{"nmae": [{}], "link": null, "link": 5}`: `[there is no field "nmae"; did you mean "name"?]`,
		`[{"nmae": 1}]`: "[]",
		`{"nmae`:        "[]",
	} {
		if got := fmt.Sprint(nearest.UnknownKeys([]byte(raw), fields, "")); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
}
