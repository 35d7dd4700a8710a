package nearest_test

import (
	"fmt"
	"testing"

	"example.com/oxgroups/api/nearest"
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
