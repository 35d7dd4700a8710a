package clienttest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

// start stands in for New in examples, which have no testing.TB.
func start(opts ...clienttest.Option) *clienttest.Server {
	srv, err := clienttest.Start(opts...)
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

// In a test: one line, and what was sent.
func ExampleNew() {
	test := func(t *testing.T) {
		srv := clienttest.New(t) // closed with t

		result, err := srv.Client.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"})
		if err != nil {
			t.Fatal(err)
		}
		if result.Group.Name != "Acme" || srv.Last().Update.Name != "Acme" {
			t.Errorf("got %v", srv.Last())
		}
	}
	_ = test // go test calls it
}

func ExampleStart() {
	srv, err := clienttest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	// What is under test gets a client, or a URL and a token to make one.
	c, err := client.New(client.WithBaseURL(srv.URL), client.WithToken(srv.Token))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()
	_, err = c.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Acme", Notes: client.Null[string]()})
	fmt.Println(err, srv.Last())
	// Output: <nil> 1: PUT /api/v1/workspace_groups/7: 200
}

func ExampleWithGroups() {
	acme := clienttest.Group(1, "Acme", 10, 11)
	acme.Notes = client.Value("likes rockets")
	srv := start(
		clienttest.WithGroups(acme, clienttest.Group(2, "Initech")),
		clienttest.WithWorkspaces(clienttest.Workspace(10, "Rocket skates")), // 11 is made up
	)
	defer srv.Close()

	result, err := srv.Client.UpdateWorkspaceGroup(context.Background(), 1, client.Update{Name: "Acme"},
		client.WithInclude(client.IncludeWorkspaces))
	if err != nil {
		log.Fatal(err)
	}
	for _, w := range result.Workspaces {
		fmt.Println(w.ID, w.Title)
	}
	_, err = srv.Client.UpdateWorkspaceGroup(context.Background(), 2, client.Update{Name: "ACME"})
	fmt.Println("name taken:", errors.Is(err, client.ErrRefused))
	// Output:
	// 10 Rocket skates
	// 11 Workspace 11
	// name taken: true
}

func ExampleWithDocument() {
	recording := []byte(`{"count":1, "meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},
		"results":[{"key":"workspace_groups","id":"70"}],
		"workspace_groups":{"70":{"id":"70","name":"Recorded","notes":"from the vendor",
			"created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00"}}}`)
	srv := start(clienttest.WithDocument(recording))
	defer srv.Close()

	g, ok := srv.Group(70)
	notes, _ := g.Notes.Value()
	fmt.Println(g.Name, notes, ok)
	// Output: Recorded from the vendor true
}

func ExampleWithToken() {
	srv := start(
		clienttest.WithGroups(clienttest.Group(1, "Acme")),
		clienttest.WithToken(clienttest.Token{Secret: "writer", Workspaces: []int64{10}}), // the one of srv.Client
		clienttest.WithToken(clienttest.Token{Secret: "reader", ReadOnly: true}),
	)
	defer srv.Close()

	ctx := context.Background()
	_, err := srv.Client.UpdateWorkspaceGroup(ctx, 1, client.Update{Name: "Acme", AddWorkspaceIds: client.Value([]int64{10, 11})})
	fmt.Println("out of reach:", errors.Is(err, client.ErrRefused))
	_, err = srv.Client.UpdateWorkspaceGroup(ctx, 1, client.Update{Name: "Acme"}, client.WithToken("reader"))
	fmt.Println("may only read:", errors.Is(err, client.ErrForbidden))
	// Output:
	// out of reach: true
	// may only read: true
}

func ExampleServer_Requests() {
	srv := start()
	defer srv.Close()

	// Any client will do, also one that is not written in Go.
	body := `{"workspace_group":{"name":"Acme","notes":null,"workspace_ids":["10"]},"include":"workspaces"}`
	r, err := http.NewRequest("PUT", srv.URL+"/workspace_groups/7.json", strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+srv.Token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := srv.HTTPClient().Do(r)
	if err != nil {
		log.Fatal(err)
	}
	resp.Body.Close()

	for _, r := range srv.Requests() {
		fmt.Println(r)
		fmt.Println(r.GroupID, r.Update.Name, r.Update.Notes.IsNull(), r.Include)
		fmt.Println("ignored:", r.Ignored)
		fmt.Println("token:", r.Token, r.Header.Get("Authorization"))
	}
	// Output:
	// 1: PUT /api/v1/workspace_groups/7.json: 200
	// 7 Acme true [workspaces]
	// ignored: [workspace_group.workspace_ids]
	// token: demo
}

func ExampleServer_Inject() {
	srv := start()
	defer srv.Close()
	update := func() error {
		_, err := srv.Client.UpdateWorkspaceGroup(context.Background(), 7, client.Update{Name: "Renamed"})
		return err
	}

	srv.Inject(clienttest.First(1), clienttest.Status(404))
	fmt.Println("not found:", errors.Is(update(), client.ErrNotFound))

	srv.Inject(clienttest.First(1), clienttest.Status(200).Body("<html>"))
	fmt.Println("bad response:", errors.Is(update(), client.ErrBadResponse))
	// Output:
	// not found: true
	// bad response: true
}

// The answer is lost after the update was applied: the caller cannot tell, the test can.
func ExampleFault_Applied() {
	srv := start(clienttest.WithFault(clienttest.Always(), clienttest.Reset().Applied()))
	defer srv.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := srv.Client.UpdateWorkspaceGroup(ctx, 7, client.Update{Name: "Renamed"})
	g, _ := srv.Group(7)
	fmt.Println("failed:", err != nil)
	fmt.Println("stored:", g.Name)
	fmt.Println(srv.Requests()[0])
	// Output:
	// failed: true
	// stored: Renamed
	// 1: PUT /api/v1/workspace_groups/7: no reply (reset, applied)
}

// In a bubble an hour passes at once.
func ExampleWithoutPort() {
	test := func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			srv := clienttest.New(t, clienttest.WithoutPort(), clienttest.WithFault(clienttest.Nth(1), clienttest.Latency(time.Hour)))
			begun := time.Now()
			_, err := srv.Client.UpdateWorkspaceGroup(t.Context(), 7, client.Update{Name: "Acme"}, client.WithTimeout(0))
			if err != nil || time.Since(begun) != time.Hour {
				t.Errorf("took %v, %v", time.Since(begun), err)
			}
		})
	}
	_ = test // go test calls it
}

// What is sent in the background is waited for.
func ExampleServer_Await() {
	srv := start()
	defer srv.Close()
	ctx := context.Background()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = srv.Client.UpdateWorkspaceGroup(ctx, 7, client.Update{Name: "Acme"})
	}()
	requests, err := srv.Await(ctx, 1)
	fmt.Println(len(requests), err)
	<-done
	// Output: 1 <nil>
}
