package validate_test

import (
	"fmt"
	"testing"

	"example.com/oxgroups/api/validate"
)

func TestAppendText(t *testing.T) {
	for _, c := range []struct {
		kind       validate.Kind
		text, want string
	}{
		{validate.String, "7", `"7"`}, {validate.String, "", `""`}, {validate.String, "a\"b", `"a\"b"`},
		{validate.Integer, "7", "7"}, {validate.Integer, "-1e2", "-1e2"}, {validate.Integer, "many", `"many"`}, {validate.Integer, "", `""`}, {validate.Integer, "1,2", `"1,2"`},
		{validate.Number, "0.5", "0.5"}, {validate.Number, ".5", `".5"`}, {validate.Number, "Infinity", `"Infinity"`},
		{validate.Boolean, "true", "true"}, {validate.Boolean, "1", "true"}, {validate.Boolean, "false", "false"}, {validate.Boolean, "0", "false"}, {validate.Boolean, "yes", `"yes"`},
		{validate.Array, "[1]", `"[1]"`}, {validate.Object, "{}", `"{}"`}, {validate.Any, "null", `"null"`},
	} {
		if got := string(validate.AppendText(nil, c.kind, c.text)); got != c.want {
			t.Errorf("%s of %q is %s, want %s", c.kind, c.text, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	fields := []validate.Field{{Name: "a"}, {Name: "b", Kind: validate.Object, Fields: []validate.Field{{Name: "c"}}}}
	if got := validate.FindField(fields, "b"); got != &fields[1] {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"c", "A", ""} {
		if got := validate.FindField(fields, name); got != nil {
			t.Errorf("%q is %v", name, got)
		}
	}
}

func ExampleAppendText() {
	fmt.Printf("%s %s\n", validate.AppendText(nil, validate.Integer, "3"), validate.AppendText(nil, validate.Integer, "three"))
	// Output: 3 "three"
}

func ExampleFindField() {
	fields := []validate.Field{{Name: "notes", Kind: validate.String, Nullable: true}}
	fmt.Println(validate.FindField(fields, "notes").Nullable, fields[0].Kind)
	// Output: true string
}
