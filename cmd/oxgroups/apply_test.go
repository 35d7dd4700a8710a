package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"

	"example.com/oxgroups/cmd/oxgroups/internal/account"
	"example.com/oxgroups/cmd/oxgroups/internal/cli"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// csvRows returns a CSV with count updates of the groups of the sample data.
func csvRows(count int) string {
	var b strings.Builder
	b.WriteString("id,name,notes\n")
	for i := range count {
		fmt.Fprintf(&b, "%d,Group %d,row %d\n", i%20+1, i%20+1, i+1)
	}
	return b.String()
}

// outcome is what one command line came to.
type outcome struct {
	code           int
	stdout, stderr string
}

// oxgroups runs a command line within the test.
func oxgroups(t *testing.T, srv *clienttest.Server, stdin string, args ...string) outcome {
	t.Helper()
	env := map[string]string{client.EnvURL: srv.URL, client.EnvToken: srv.Token, account.EnvConfigDir: filepath.Join(t.TempDir(), "none")}
	var stdout, stderr bytes.Buffer
	sys := console.IO{In: strings.NewReader(stdin), Out: &stdout, Err: &stderr, Getenv: func(name string) string { return env[name] }}
	code := cli.Run(t.Context(), args, sys)
	return outcome{code, stdout.String(), stderr.String()}
}

// A mistake far down in a file is named with its place and what would be right, before anything is sent.
func TestInvalidRow(t *testing.T) {
	t.Parallel()
	const line = 5432
	const header = "id,name,notes,external_reference.service_name,external_reference.service_model,external_reference.service_model_ref,external_reference.status,add_workspace_ids"
	for _, tc := range []struct{ name, row, want string }{
		{"a status", "7,Acme,,jira,Issue,A-1,done,", `column 7 (external_reference.status): must be one of "successful", "pending", `},
		{"the id of a group", "seven,Acme,,,,,,", `column 1 (id): must be an integer in plain digits, such as 7 (rule: type)`},
		{"the id of a workspace", "7,Acme,,,,,,10;-1", `column 8 (add_workspace_ids): element 2 must be at least 1 (rule: minimum)`},
		{"a name that is not there", "7,,,,,,,", `column 2 (name): is required (rule: required)`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			srv := clienttest.New(t)
			good := "7,\"Acme\",\"a, b\",jira,Issue,A-1,pending,10;11\n"
			text := header + "\n" + strings.Repeat(good, line-2) + tc.row + "\n" + strings.Repeat(good, 1000)
			got := oxgroups(t, srv, text, "apply", "-")
			if want := fmt.Sprintf("stdin:%d: %s", line, tc.want); got.code != console.ExitUsage || !strings.HasPrefix(got.stderr, want) {
				t.Errorf("exit code %d, stderr %s, want %s", got.code, got.stderr, want)
			}
			if got.stdout != "" || srv.Count() != 0 {
				t.Errorf("stdout %q, %d requests", got.stdout, srv.Count())
			}
		})
	}
}

// Whatever goes wrong, each line of stdout is what it claims to be, and the exit code is one of the table.
func TestStdoutUnderFaults(t *testing.T) {
	t.Parallel()
	codes := map[int]bool{console.ExitDone: true, console.ExitFailed: true, console.ExitRefused: true, console.ExitUnauthorized: true, console.ExitUnavailable: true, console.ExitRows: true}
	some := clienttest.ForGroup(3, 5)
	for name, fault := range map[string]clienttest.Fault{"400": clienttest.Status(400), "404": clienttest.Status(404), "413": clienttest.Status(413), "422": clienttest.Status(422), "500": clienttest.Status(500)} {
		t.Run("for some rows "+name, func(t *testing.T) { t.Parallel(); checkStdout(t, fault, some, codes) })
	}
	faults := map[string]clienttest.Fault{
		"none": clienttest.Latency(0), "400": clienttest.Status(400), "401": clienttest.Status(401), "403": clienttest.Status(403), "404": clienttest.Status(404),
		"405": clienttest.Status(405), "413": clienttest.Status(413), "415": clienttest.Status(415), "422": clienttest.Status(422), "429": clienttest.Status(429).Header("Retry-After", "0"),
		"500": clienttest.Status(500), "503": clienttest.Status(503).Header("Retry-After", "0"), "a long wait": clienttest.Status(503).Header("Retry-After", "999999999"),
		"redirect": clienttest.Status(302).Header("Location", "https://other.example/"), "empty": clienttest.Status(200), "no content": clienttest.Status(204), "HTML": page(200), "HTML 404": page(404), "HTML 502": page(502),
		"no JSON": clienttest.Status(200).Body(`{"count": 1, `), "other JSON": clienttest.Status(200).Body(`{"count": "one", "workspace_groups": []}`), "reset": clienttest.Reset(), "cut": clienttest.CutOff(20), "header": clienttest.Latency(0).Header("X-Padding", strings.Repeat("x", 4<<20)),
	}
	for name, fault := range faults {
		t.Run("for a while "+name, func(t *testing.T) { t.Parallel(); checkStdout(t, fault, clienttest.First(2), codes) })
	}
}

func checkStdout(t *testing.T, fault clienttest.Fault, when clienttest.When, codes map[int]bool) {
	t.Helper()
	srv := clienttest.New(t, clienttest.WithFault(when, fault))
	rejected := filepath.Join(t.TempDir(), "rejected.csv")
	for _, args := range [][]string{
		{"apply", "-", "--json", "--results", "--rejected", rejected},
		{"apply", "-", "--dry-run"},
		{"update", "3", "--name", "Acme", "--json"},
	} {
		got := oxgroups(t, srv, csvRows(40), args...)
		if !codes[got.code] {
			t.Errorf("%v: exit code %d: %s", args, got.code, got.stderr)
		}
		if (got.code == console.ExitDone) != (got.stderr == "" || strings.Contains(got.stderr, "40 applied") || strings.Contains(got.stderr, "would be sent")) {
			t.Errorf("%v: exit code %d, but stderr %s", args, got.code, got.stderr)
		}
		for line := range strings.Lines(got.stdout) {
			if !strings.HasSuffix(line, "\n") || !json.Valid([]byte(line)) {
				t.Errorf("%v: not JSON: %q", args, line)
			}
		}
		if strings.Contains(got.stderr+got.stdout, srv.Token) {
			t.Errorf("%v: the token is in the output", args)
		}
	}
}
