package main

import (
	"strings"
	"testing"
)

func TestNoPostgreSQL(t *testing.T) {
	r := oxgroupsd(t, "", "export", "--store", "postgres://u:hunter2@127.0.0.1:1/d?sslmode=disable")
	if r.code != exitFailed || strings.Contains(r.err, "hunter2") || !strings.Contains(r.err, "127.0.0.1:1") {
		t.Errorf("got %+v, want exit code 1 and the server that does not answer", r)
	}
}
