package store

import (
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
)

// TestTouched has rules that a merged document breaks, and patches that are to blame or not. The spec has no nested field yet, so
// the violations are put in here.
func TestTouched(t *testing.T) {
	for _, test := range []struct {
		name, pointer, patch string
		old                  bool // the object broke the rule before
		want                 string
	}{
		{"the value", "/notes", `{"notes":"x"}`, false, "notes"},
		{"another value", "/notes", `{"email":"x"}`, true, ""},
		{"a cleared value that is required", "/notes", `{"notes":null}`, false, "notes"},
		{"a map that grows", "/labels", `{"labels":{"d":"4"}}`, false, "labels"},
		{"a map that is left alone", "/labels", `{"labels":{}}`, true, ""},
		{"a value in a map", "/labels/d", `{"labels":{"d":"4"}}`, false, "labels.d"},
		{"another value in the map", "/labels/a", `{"labels":{"d":"4"}}`, true, ""},
		{"a list is replaced", "/contacts/0/name", `{"contacts":[{"name":1}]}`, false, "contacts.0.name"},
		{"escaped names", "/a~1b/~0c", `{"a/b":{"~c":1}}`, false, "a/b.~c"},
		{"the object", "", `{"notes":"x"}`, false, ""},
		{"the object, as before", "", `{"notes":"x"}`, true, "none"},
		{"more than are listed", "", `{"notes":"x"}`, false, "unlisted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := validate.Violation{Pointer: test.pointer, Rule: "maximum", Message: "is too much"}
			if test.want == "unlisted" {
				v.Rule = validate.Unlisted
			}
			before := func() (bad validate.Violations) {
				if test.old {
					bad = append(bad, v)
				}
				return bad
			}
			patch, err := readMembers([]byte(test.patch))
			if err != nil {
				t.Fatal(err)
			}
			problems := touched(validate.Violations{v}, patch, before)
			blamed := test.want != "none" && test.want != "unlisted" && !(test.old && test.want == "")
			if (len(problems) == 1) != blamed {
				t.Fatalf("the problems are %v", problems)
			}
			if blamed && problems[0] != (group.Problem{Field: test.want, Message: "is too much"}) {
				t.Errorf("the problem is %v", problems[0])
			}
		})
	}
}
