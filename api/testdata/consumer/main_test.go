package main

import (
	"errors"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

func TestRename(t *testing.T) {
	srv := clienttest.New(t, clienttest.WithGroups(clienttest.Group(1, "Acme")))
	if err := rename(t.Context(), srv.Client, 1, "Initech"); err != nil {
		t.Fatal(err)
	}
	if u := srv.Last().Update; u.Name != "Initech" || !u.Notes.IsNull() {
		t.Errorf("sent %+v", u)
	}
	if err := rename(t.Context(), srv.Client, 2, "Hooli"); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
