package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// -check prints every problem with its place, fails only for mistakes, and writes nothing.
func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		code       int
		want       []string
	}{
		{"fine", spec("3.0.3", `{type: object, required: [a], properties: {a: {type: string}}}`, plain), 0, nil},
		{"a notice", spec("3.0.3", `{type: string, nullable: true, enum: [a]}`, plain), 0, []string{
			"spec.yaml:12:23: #/components/schemas/S/nullable: notice: has no effect beside an enum without null: null is refused; add null to the enum",
		}},
		{"two mistakes and a notice", spec("3.0.3", `{type: strng, nullable: true, enum: [a], maxLenght: 3}`, plain), 1, []string{
			`spec.yaml:12:9: #/components/schemas/S/type: "strng" is not a value of type; did you mean "string"?`,
			"spec.yaml:12:22: #/components/schemas/S/nullable: notice: ",
			`spec.yaml:12:49: #/components/schemas/S/maxLenght: "maxLenght" is not a key of the Schema Object; did you mean "maxLength"?`,
			"mistakes in ",
		}},
		{"keywords of other types", spec("3.0.3", `{type: integer, maxLength: 3, format: int-32}`, plain), 0, []string{
			"S/maxLength: notice: has no effect, as the value is an integer",
			`S/format: notice: format "int-32" is not checked; did you mean "int32"?`,
		}},
		{"a key twice", spec("3.0.3", "{type: string, type: integer}", plain), 1, []string{
			`spec.yaml:12:23: #/components/schemas/S/type: key "type" is in line 12 too; remove one of them`,
		}},
		{"a keyword that is not compiled", spec("3.0.3", `{type: string, pattern: '(?=a)'}`, plain), 1, []string{
			"spec.yaml:12:23: #/components/schemas/S/pattern: ",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "spec.yaml")
			if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			if code := run([]string{"-check", "-spec", file}, &stdout, &stderr); code != tc.code {
				t.Errorf("ended with %d, want %d: %s", code, tc.code, &stderr)
			}
			lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
			if stderr.Len() == 0 {
				lines = nil
			}
			if len(lines) != len(tc.want) || stdout.Len() > 0 {
				t.Fatalf("printed %s%s", &stdout, &stderr)
			}
			for i, want := range tc.want {
				if !strings.Contains(lines[i], want) {
					t.Errorf("line %d: %s, want %s", i+1, lines[i], want)
				}
			}
			if files, _ := os.ReadDir(dir); len(files) != 1 {
				t.Errorf("%d files are there", len(files))
			}
		})
	}
}
