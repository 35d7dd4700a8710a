package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
	"golang.org/x/tools/txtar"
)

const several = `
-- api/s.yaml --
yaml: {$ref: models/pet.yaml}
json: {$ref: 'models/owner.json#/properties/name'}
dotted: {$ref: './models/../models/pet.yaml#/type'}
escaped: {$ref: 'a%20b.yaml'}
ring: {$ref: 'models/ring.yaml'}
nothing: {$ref: 'models/pet.yaml#/x'}
anchor: {$ref: 'models/pet.yaml#x'}
missing: {$ref: models/cat.yaml}
broken: {$ref: models/broken.yaml}
directory: {$ref: models}
above: {$ref: ../secret.yaml}
around: {$ref: models/../../secret.yaml}
absolute: {$ref: /etc/hostname}
linked: {$ref: models/link.yaml}
web: {$ref: 'http://127.0.0.1:1/a.yaml#/a'}
host: {$ref: '//127.0.0.1:1/a.yaml'}
scheme: {$ref: 'file:///etc/hostname'}
-- api/a b.yaml --
type: string
-- api/models/pet.yaml --
type: object
properties:
  owner: {$ref: owner.json}
  all: {$ref: ../s.yaml#/json}
-- api/models/owner.json --
{"properties": {"pet": {"$ref": "pet.yaml"},
  "name": {"type": "string"}}}
-- api/models/ring.yaml --
$ref: ../s.yaml#/ring
-- api/models/broken.yaml --
a: 1
a: 2
-- secret.yaml --
type: string
`

// write writes the files of an archive into a folder and returns its path.
func write(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		file := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// References lead to files in the folder of the document, in circles too, and never out of it.
func TestFiles(t *testing.T) {
	dir := write(t, several)
	if err := os.Symlink("../../secret.yaml", filepath.Join(dir, "api/models/link.yaml")); err != nil {
		t.Fatal(err)
	}
	doc, err := spec.Load(filepath.Join(dir, "api/s.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ key, want string }{ // a place, or an error
		{"yaml", "api/models/pet.yaml:1:1: #"},
		{"json", "api/models/owner.json:2:3: #/properties/name"},
		{"dotted", "api/models/pet.yaml:1:1: #/type"},
		{"escaped", "api/a b.yaml:1:1: #"},
		{"ring", "s.yaml:5:8: #/ring/$ref: the references lead back to where they began"},
		{"nothing", `s.yaml:6:11: #/nothing/$ref: reference "models/pet.yaml#/x" names nothing`},
		{"anchor", `s.yaml:7:10: #/anchor/$ref: reference "models/pet.yaml#x" is neither a JSON Pointer nor the name of an $anchor`},
		{"missing", "s.yaml:8:11: #/missing/$ref: there is no file "},
		{"broken", `api/models/broken.yaml:2:1: #/a: key "a" is in line 1 too`},
		{"directory", "#/directory/$ref: read the file "},
		{"above", "#/above/$ref: \"../secret.yaml\" is outside of the folder of the document"},
		{"around", "#/around/$ref: \"models/../../secret.yaml\" is outside of the folder"},
		{"absolute", "#/absolute/$ref: \"/etc/hostname\" is outside of the folder"},
		{"linked", "#/linked/$ref: read the file "},
		{"web", "#/web/$ref: \"http://127.0.0.1:1/a.yaml#/a\" is elsewhere"},
		{"host", "#/host/$ref: \"//127.0.0.1:1/a.yaml\" is elsewhere"},
		{"scheme", "#/scheme/$ref: \"file:///etc/hostname\" is elsewhere"},
	} {
		n, err := doc.Deref(doc.Root.Get(tc.key))
		got := fmt.Sprint(err)
		if err == nil {
			got = n.Place.String()
		}
		if !strings.Contains(got, tc.want) {
			t.Errorf("%s: got %s, want %s", tc.key, got, tc.want)
		}
	}
	owner, err := doc.Deref(doc.Root.Get("yaml"))
	if err != nil {
		t.Fatal(err)
	}
	owner, err = doc.Deref(owner.Get("properties").Get("owner"))
	if err != nil {
		t.Fatal(err)
	}
	if pet, err := doc.Deref(owner.Get("properties").Get("pet")); err != nil || pet.Get("type").Text != "object" {
		t.Errorf("around the circle: %v (%v)", pet, err)
	}
	if len(doc.Files) != 5 {
		t.Errorf("%d files", len(doc.Files))
	}
}

// A document that was read from no file has no others.
func TestNoFiles(t *testing.T) {
	doc, err := spec.ParseYAML("document_test.go", []byte("a: {$ref: load_test.go}"))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := doc.Deref(doc.Root.Get("a")); err == nil {
		t.Errorf("got %v", n)
	}
}
