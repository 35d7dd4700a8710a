package api_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What was stored before a field is renamed, removed or narrowed, or becomes required, is returned as it is, exported,
// imported and named by doctor; an update keeps the new rules.
func TestEveryKindOfChange(t *testing.T) {
	e := newEdited(t,
		replace(t, "        contact_name:\n", "        contact_person:\n", 2),                       // renamed
		replace(t, "                contact_name: Wile", "                contact_person: Wile", 1), // in its example
		replace(t, "                    contact_name: null", "                    contact_person: null", 1),
		remove(t, "website"),
		replace(t, "        phone_number:\n", "        phone_number:\n          maxLength: 5\n", 2), // narrowed
		replace(t, "phone_number: +1 555 0100", "phone_number: '12345'", 1),
		replace(t, "enum: [successful, pending, failed, null]", "enum: [successful, pending, null]", 1), // a value less
		replace(t, "      required: [name]\n", "      required: [name, address]\n", 1),                  // of an update
		replace(t, "                name: Acme\n                add", "                name: Acme\n                address: Here\n                add", 1),
		replace(t, "      required: [id, name, created_at, updated_at]\n", "      required: [id, name, created_at, updated_at, motto]\n", 1),
		properties(t, "WorkspaceGroup", "motto: {type: string, description: A field that every group has to have}"),
		replace(t, "                    id: '7'\n                    name", "                    id: '7'\n                    motto: To be\n                    name", 1),
	)
	for engine, fresh := range persistent(t) {
		t.Run(engine, func(t *testing.T) {
			store := fresh()
			old := e.serve(t, e.before, store)
			old.update(t, e.before, "--name", "Acme", "--contact-name", "Wile", "--website", "https://acme.example", "--phone-number", "+1 555 0100",
				"--external-reference", "service_name=jira,service_model=Issue,service_model_ref=A-1,status=failed")
			old.stop()

			s := e.serve(t, e.after, store)
			group := s.update(t, e.after, "--name", "Acme", "--address", "1 Canyon Road", "--contact-person", "Road Runner")
			for key, want := range map[string]string{"contact_person": `"Road Runner"`, "address": `"1 Canyon Road"`, "phone_number": `"+1 555 0100"`} {
				if string(group[key]) != want {
					t.Errorf("%s is %s, want %s", key, group[key], want)
				}
			}
			for _, key := range []string{"motto", "website", "contact_name"} {
				if value, has := group[key]; has && string(value) != "null" {
					t.Errorf("the reply has %s of %s", value, key)
				}
			}
			if out := run(t, s.dir, 0, s.after+"oxgroups", "update", "7", "--name", "Acme", "--address", "1 Canyon Road", "--include", "external_references", "--json"); !strings.Contains(out, `"status":"failed"`) {
				t.Errorf("the status that was stored is not returned: %s", out)
			}
			for name, tc := range map[string]struct {
				args []string
				want string
			}{
				"removed":                  {[]string{"--address", "x", "--website", "x"}, "unknown flag: --website"},
				"renamed":                  {[]string{"--address", "x", "--contact-name", "x"}, "unknown flag: --contact-name"},
				"narrowed":                 {[]string{"--address", "x", "--phone-number", "123456"}, "phone_number: must have at most 5 characters"},
				"newly required":           {nil, "address: is required"},
				"a value that was removed": {[]string{"--address", "x", "--external-reference", "service_name=jira,service_model=Issue,service_model_ref=A-1,status=failed"}, "external_reference.status: must be one of"},
			} {
				if out := run(t, s.dir, 2, s.after+"oxgroups", append([]string{"update", "7", "--name", "Acme"}, tc.args...)...); !strings.Contains(out, tc.want) {
					t.Errorf("%s: got %s, want %s in it", name, out, tc.want)
				}
			}
			for name, body := range map[string]string{
				"narrowed":       `{"workspace_group":{"name":"Acme","address":"x","phone_number":"123456"}}`,
				"newly required": `{"workspace_group":{"name":"Acme"}}`,
			} {
				if status, reply := s.put(t, "/workspace_groups/7", body); status != http.StatusBadRequest {
					t.Errorf("%s is answered with %d %s", name, status, reply)
				}
			}
			s.stop()

			report := run(t, e.dir, 1, e.after+"oxgroupsd", "doctor", "--store", store)
			for _, want := range []string{"phone_number", "motto"} {
				if !strings.Contains(report, want) {
					t.Errorf("doctor does not name %s: %.2000s", want, report)
				}
			}
			document := stdout(t, e.dir, e.after+"oxgroupsd", "export", "--store", store)
			exported := groupOf(t, document, "7")
			for key, want := range map[string]string{"website": `"https://acme.example"`, "contact_name": `"Wile"`, "phone_number": `"+1 555 0100"`} {
				if string(exported[key]) != want {
					t.Errorf("the export has %s for %s, want %s", exported[key], key, want)
				}
			}
			file := filepath.Join(t.TempDir(), "groups.json")
			write(t, file, document)
			to := fresh()
			run(t, e.dir, 0, e.after+"oxgroupsd", "import", file, "--store", to)
			if again := stdout(t, e.dir, e.after+"oxgroupsd", "export", "--store", to); !equalJSON(t, json.RawMessage(again), document) {
				t.Error("imported and exported again it is another document")
			}
		})
	}
}

// remove returns an edit that takes a property out of every schema, and out of the examples.
func remove(t *testing.T, name string) func(string) string {
	property := regexp.MustCompile(`(?m)^        ` + name + `:\n(?:          .*\n)+`)
	example := regexp.MustCompile(`(?m)^ {12,}` + name + `: .*\n`)
	return func(spec string) string {
		t.Helper()
		if !property.MatchString(spec) {
			t.Fatalf("openapi.yaml has no property %s", name)
		}
		return example.ReplaceAllString(property.ReplaceAllString(spec, ""), "")
	}
}

// A parameter of the query and one of the header are checked by the server, and are options of the client and flags.
func TestEveryKindOfParameter(t *testing.T) {
	e := newEdited(t, replace(t, "        - $ref: '#/components/parameters/Include'\n", `        - $ref: '#/components/parameters/Include'
        - {name: locale, in: query, description: The language of messages, schema: {type: string, enum: [en, de]}}
        - {name: X-Request-Source, in: header, description: Who sends it, schema: {type: string, maxLength: 5}}
`, 1))
	write(t, filepath.Join(e.dir, "cmd", "edited", "main.go"), `// Command edited sets the parameters that were added.
package main

import (
	"context"
	"fmt"
	"log"

	"example.com/oxgroups/api/client"
)

func main() {
	c, err := client.New()
	if err != nil {
		log.Fatal(err)
	}
	r, err := c.Request(context.Background(), 7, client.Update{Name: "Acme"},
		client.WithParams(client.Params{Locale: new(client.UpdateWorkspaceGroupParamsLocaleDe), XRequestSource: new("shell")}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.URL.RawQuery, r.Header.Get("X-Request-Source"))
}
`)
	t.Setenv("OXGROUPS_URL", "http://127.0.0.1:1/api/v1")
	t.Setenv("OXGROUPS_TOKEN", "demo")
	if out := run(t, e.dir, 0, "go", "run", "./cmd/edited"); out != "locale=de shell\n" {
		t.Errorf("from Go it is sent as %q", out)
	}
	s := e.serve(t, e.after, "memory:")
	defer s.stop()
	good := []string{"update", "7", "--name", "Acme", "--locale", "de", "--x-request-source", "shell"}
	run(t, s.dir, 0, s.after+"oxgroups", good...)
	if out := run(t, s.dir, 0, s.after+"oxgroups", append(good, "--dry-run")...); !strings.Contains(out, "locale=de") || !strings.Contains(out, "X-Request-Source: shell") {
		t.Errorf("it is sent as %s", out)
	}
	for want, args := range map[string][]string{
		"locale":           {"--locale", "fr"},
		"X-Request-Source": {"--x-request-source", "terminal"},
	} {
		if out := run(t, s.dir, 2, s.after+"oxgroups", append([]string{"update", "7", "--name", "Acme"}, args...)...); !strings.Contains(out, want) {
			t.Errorf("%v: got %s, want %s in it", args, out, want)
		}
	}
	const body = `{"workspace_group":{"name":"Acme"}}`
	for name, tc := range map[string]struct {
		path   string
		header []string
		status int
	}{
		"neither":      {"/workspace_groups/7", nil, http.StatusOK},
		"both":         {"/workspace_groups/7?locale=de", []string{"X-Request-Source", "shell"}, http.StatusOK},
		"a bad query":  {"/workspace_groups/7?locale=fr", nil, http.StatusBadRequest},
		"a bad header": {"/workspace_groups/7", []string{"X-Request-Source", "terminal"}, http.StatusBadRequest},
	} {
		if status, reply := s.put(t, tc.path, body, tc.header...); status != tc.status {
			t.Errorf("%s: %d %s", name, status, reply)
		}
	}
	if help := run(t, s.dir, 0, s.after+"oxgroups", "update", "--help"); !strings.Contains(help, "--locale") || !strings.Contains(help, "--x-request-source") {
		t.Errorf("the help lacks the parameters: %s", help)
	}
}
