package main

import (
	"strings"
	"testing"

	"example.com/oxgroups/api/internal/postgrestest"
)

// What SQLite exports PostgreSQL imports, and exports the same; and back.
func TestMove(t *testing.T) {
	from, to := newStore(t), postgrestest.Database(t)
	oxgroupsd(t, demoDocument(), "import", "-", "--store", from).done(t)
	document := oxgroupsd(t, "", "export", "--store", from).done(t).out
	oxgroupsd(t, document, "import", "-", "--store", to).done(t)
	if got := oxgroupsd(t, "", "export", "--store", to).done(t).out; got != document {
		t.Errorf("PostgreSQL exports\n%s\nwant\n%s", got, document)
	}
	back := newStore(t)
	oxgroupsd(t, document, "import", "-", "--store", back).done(t)
	if got := oxgroupsd(t, "", "export", "--store", back).done(t).out; got != document {
		t.Errorf("SQLite exports\n%s\nwant what it did before\n%s", got, document)
	}
	made := oxgroupsd(t, "", "token", "create", "--store", to, "--account", "1", "--user", "1").done(t).out
	if list := oxgroupsd(t, "", "token", "list", "--store", to).done(t).out; strings.TrimSpace(made) == "" || strings.TrimSpace(list) == "" {
		t.Errorf("the token %q is not in the list %q", made, list)
	}
}

func TestNoPostgreSQL(t *testing.T) {
	r := oxgroupsd(t, "", "export", "--store", "postgres://u:hunter2@127.0.0.1:1/d?sslmode=disable")
	if r.code != exitFailed || strings.Contains(r.err, "hunter2") || !strings.Contains(r.err, "127.0.0.1:1") {
		t.Errorf("got %+v, want exit code 1 and the server that does not answer", r)
	}
}
