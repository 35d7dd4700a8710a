package validate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
)

func TestField(t *testing.T) {
	for pointer, want := range map[string]string{
		"": "", "/name": "name", "/external_reference/status": "external_reference.status", "/ids/0": "ids.0", "/a~1b/c~0d": "a/b.c~d", "/~01": "~1", "/": "", "/a.b/c": "a.b.c",
	} {
		if got := (validate.Violation{Pointer: pointer}).Field(); got != want {
			t.Errorf("%s is %q, want %q", pointer, got, want)
		}
	}
}

func TestToken(t *testing.T) {
	for name, want := range map[string]string{"name": "name", "": "", "a/b": "a~1b", "m~n": "m~0n", "~1": "~01", "é": "é"} {
		if got := validate.PointerToken(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	exact := strings.Repeat("x", 256)
	if got := validate.PointerToken(exact); got != exact {
		t.Errorf("a name of 256 bytes is cut to %d", len(got))
	}
	for _, long := range []string{strings.Repeat("x", 1<<20), strings.Repeat("é", 200), "a" + strings.Repeat("€", 100), strings.Repeat("/", 1<<20)} {
		if got := validate.PointerToken(long); len(got) > 2*256+len("…") || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
			t.Errorf("a name of %d bytes is a token of %d, valid UTF-8: %t", len(long), len(got), utf8.ValidString(got))
		}
	}
}

func TestErrors(t *testing.T) {
	root := validate.Violation{Rule: "type", Message: "must be an object"}
	below := validate.Violation{Pointer: "/name", Rule: "required", Message: "is required"}
	var list validate.Violations
	if err := fmt.Errorf("decode: %w", validate.Violations{root, below}); !errors.As(err, &list) || len(list) != 2 {
		t.Fatalf("the list is not found in %v", err)
	}
	if got := list.Error(); got != "must be an object\n/name: is required" {
		t.Errorf("got %q", got)
	}
}

func TestStrip(t *testing.T) {
	list := validate.Violations{{Pointer: "/group/name"}, {Pointer: "/group"}, {Pointer: "/groups/a"}, {Pointer: "/other/group/name"}, {Pointer: ""}}
	want := []string{"/name", "/group", "/groups/a", "/other/group/name", ""}
	for i, v := range list.Strip("/group") {
		if v.Pointer != want[i] {
			t.Errorf("%s is %s, want %s", list[i].Pointer, v.Pointer, want[i])
		}
	}
	if list[0].Pointer != "/group/name" {
		t.Error("the list itself was changed")
	}
}

func ExampleViolations() {
	list := validate.Violations{{Pointer: "/workspace_group/name", Rule: "required", Message: "is required"}}
	for _, v := range list.Strip("/workspace_group") {
		fmt.Println(v.Field(), v.Message)
	}
	// Output: name is required
}
