package field_test

import (
	"fmt"
	"testing"

	"example.com/oxgroups/api/field"
)

func TestAppendText(t *testing.T) {
	for _, c := range []struct {
		kind       field.Kind
		text, want string
	}{
		{field.String, "7", `"7"`}, {field.String, "", `""`}, {field.String, "a\"b", `"a\"b"`},
		{field.Integer, "7", "7"}, {field.Integer, "-1e2", "-1e2"}, {field.Integer, "many", `"many"`}, {field.Integer, "", `""`}, {field.Integer, "1,2", `"1,2"`},
		{field.Number, "0.5", "0.5"}, {field.Number, ".5", `".5"`}, {field.Number, "Infinity", `"Infinity"`},
		{field.Boolean, "true", "true"}, {field.Boolean, "1", "true"}, {field.Boolean, "false", "false"}, {field.Boolean, "0", "false"}, {field.Boolean, "yes", `"yes"`},
		{field.Array, "[1]", `"[1]"`}, {field.Object, "{}", `"{}"`}, {field.Any, "null", `"null"`},
	} {
		if got := string(field.AppendText(nil, c.kind, c.text)); got != c.want {
			t.Errorf("%s of %q is %s, want %s", c.kind, c.text, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	fields := []field.Field{{Name: "a"}, {Name: "b", Kind: field.Object, Fields: []field.Field{{Name: "c"}}}}
	if got := field.Find(fields, "b"); got != &fields[1] {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"c", "A", ""} {
		if got := field.Find(fields, name); got != nil {
			t.Errorf("%q is %v", name, got)
		}
	}
}

func ExampleAppendText() {
	fmt.Printf("%s %s\n", field.AppendText(nil, field.Integer, "3"), field.AppendText(nil, field.Integer, "three"))
	// Output: 3 "three"
}

func ExampleFind() {
	fields := []field.Field{{Name: "notes", Kind: field.String, Nullable: true}}
	fmt.Println(field.Find(fields, "notes").Nullable, fields[0].Kind)
	// Output: true string
}
