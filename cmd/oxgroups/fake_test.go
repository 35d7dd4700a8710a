package main

import (
	"context"
	"testing"
	"time"

	"example.com/oxgroups/api/client/clienttest"
)

// seed is what the API has at first.
const seed = `{"count": 2, "meta": {"count": 2, "page_count": 1, "page_number": 1, "page_size": 20},
"results": [{"key": "workspace_groups", "id": "7"}, {"key": "workspace_groups", "id": "8"}],
"workspace_groups": {
	"7": {"id": "7", "name": "Acme", "company": true, "notes": "Prefers rockets", "workspace_ids": ["10", "11"],
		"created_at": "2013-04-15T16:48:48-07:00", "updated_at": "2013-04-15T16:48:48-07:00"},
	"8": {"id": "8", "name": "Taken", "created_at": "2013-04-15T16:48:48-07:00", "updated_at": "2013-04-15T16:48:48-07:00"}},
"workspaces": {
	"10": {"id": "10", "title": "Rocket skates", "archived": false},
	"11": {"id": "11", "title": "Tunnel\npaint", "archived": true}}}`

// fakeOptions make the API that the tests run against. Its tokens are "demo" and "readonly", and 7 and 8 its groups;
// requests for the others go wrong.
func fakeOptions() []clienttest.Option {
	opts := []clienttest.Option{
		clienttest.WithDocument([]byte(seed)),
		clienttest.WithClock(func() time.Time { return time.Date(2013, 4, 16, 0, 0, 0, 0, time.UTC) }),
		clienttest.WithToken(clienttest.Token{Secret: "demo", Workspaces: []int64{1, 2, 3, 4, 5, 10, 11, 12}}),
		clienttest.WithToken(clienttest.Token{Secret: "readonly", ReadOnly: true}),
	}
	for id, fault := range map[int64]clienttest.Fault{
		302:       clienttest.Status(302).Header("Location", "/elsewhere"),
		404:       page(404),
		429:       clienttest.Status(429).Header("Retry-After", "90"),
		500:       clienttest.Status(500),
		503:       clienttest.Status(503),
		hangs:     clienttest.Hang(),
		hangs + 1: clienttest.Reset(),
		hangs + 2: page(200),
		hangs + 5: clienttest.Status(404).Body(`{"errors":[{"type":"system","message":"No such path"}]}`),
		hangs + 3: clienttest.Status(422).Body(`{"errors":[{"type":"validation","field":"na\u001b[31mme","message":"red\u001b[0m"}]}`),
	} {
		opts = append(opts, clienttest.WithFault(clienttest.ForGroup(id), fault))
	}
	return opts
}

// page is the fault of a proxy that answers with HTML.
func page(status int) clienttest.Fault {
	return clienttest.Status(status).Header("Content-Type", "text/html; charset=utf-8").Body("<!doctype html><title>Gateway</title>")
}

// hangs is the group whose requests are never answered.
const hangs = 900

func newFake(t *testing.T) *clienttest.Server {
	t.Helper()
	return clienttest.New(t, fakeOptions()...)
}

// patience bounds what a test waits for.
const patience = 2 * time.Minute

// watched is a server of which a test asks from time to time what it got since the last time.
type watched struct {
	*clienttest.Server
	seen int
}

// sent returns the body of the last request, or "" where there was none since the last time.
func (w *watched) sent() string {
	n := w.Count()
	if n == w.seen {
		return ""
	}
	w.seen = n
	return string(w.Last().Body)
}

// await waits until there were n requests.
func (w *watched) await(n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := w.Await(ctx, n)
	return err
}
