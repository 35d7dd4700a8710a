package clienttest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

// What the journal has of requests that a client of any kind sends.
func TestRequests(t *testing.T) {
	for _, tc := range []struct {
		name              string
		method, path      string
		kind, body, token string
		want              clienttest.Request // of it Path, GroupID, Include, Ignored, Status, Applied
		update            *client.Update
	}{
		{
			name: "as brainstem-js saves", method: "PUT", path: "/workspace_groups/7.json", kind: "application/json", token: "demo",
			body:   `{"workspace_group":{"name":"A","add_workspace_ids":[10],"workspace_ids":["1"],"external_reference":null},"include":"workspaces,x","filters":"","optional_fields":""}`,
			want:   clienttest.Request{GroupID: 7, Include: []client.Include{client.IncludeWorkspaces}, Ignored: []string{"filters", "optional_fields", "workspace_group.workspace_ids"}, Status: 200, Applied: true},
			update: &client.Update{Name: "A", AddWorkspaceIds: client.Value([]int64{10}), ExternalReference: client.Null[client.ReferenceUpdate]()},
		},
		{
			name: "a nested key that is unknown", method: "PUT", path: "/workspace_groups/7", kind: "application/json", token: "demo",
			body: `{"workspace_group":{"name":"A","external_reference":{"service_name":"s","service_model":"m","service_model_ref":"r","Status":1}}}`,
			want: clienttest.Request{GroupID: 7, Ignored: []string{"workspace_group.external_reference.Status"}, Status: 200, Applied: true},
			update: &client.Update{Name: "A", ExternalReference: client.Value(client.ReferenceUpdate{
				ServiceName: "s", ServiceModel: "m", ServiceModelRef: "r"})},
		},
		{
			name: "a form", method: "PUT", path: "/workspace_groups/8?include=rate_card_sets", kind: "application/x-www-form-urlencoded", token: "demo",
			body:   `workspace_group[name]=A+B&workspace_group[color]=red`,
			want:   clienttest.Request{GroupID: 8, Include: []client.Include{client.IncludeRateCardSets}, Ignored: []string{"workspace_group.color"}, Status: 200, Applied: true},
			update: &client.Update{Name: "A B"},
		},
		{
			name: "refused by the data", method: "PUT", path: "/workspace_groups/8", kind: "application/json", token: "demo",
			body: `{"workspace_group":{"name":"Acme"}}`, want: clienttest.Request{GroupID: 8, Status: 422}, update: &client.Update{Name: "Acme"},
		},
		{
			name: "refused by the spec", method: "PUT", path: "/workspace_groups/8", kind: "application/json", token: "demo",
			body: `{"workspace_group":{"nam":"Acme"}}`, want: clienttest.Request{GroupID: 8, Status: 400, Ignored: []string{"workspace_group.nam"}},
		},
		{
			name: "no JSON", method: "PUT", path: "/workspace_groups/8", kind: "application/json", token: "demo",
			body: `{"workspace`, want: clienttest.Request{GroupID: 8, Status: 400},
		},
		{
			name: "an unknown token", method: "PUT", path: "/workspace_groups/7", kind: "application/json", token: "unknown",
			body: `{"workspace_group":{"name":"Acme"}}`, want: clienttest.Request{GroupID: 7, Status: 401},
		},
		{name: "another method", method: "GET", path: "/workspace_groups/7", token: "demo", want: clienttest.Request{GroupID: 7, Status: 405}},
		{name: "another path", method: "PUT", path: "/workspaces?only=1", token: "demo", want: clienttest.Request{Status: 404}},
		{
			name: "a body that is too large", method: "PUT", path: "/workspace_groups/7", kind: "application/json", token: "demo",
			body: strings.Repeat(" ", 2<<20), want: clienttest.Request{GroupID: 7, Status: 413},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := clienttest.New(t)
			r, err := http.NewRequestWithContext(t.Context(), tc.method, srv.URL+tc.path, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+tc.token)
			r.Header.Set("Content-Type", tc.kind)
			r.Header.Set("X-Trace", "t-1")
			resp, err := srv.HTTPClient().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			got := srv.Last()
			path, query, _ := strings.Cut(tc.path, "?")
			if got.N != 1 || got.Method != tc.method || got.Path != "/api/v1"+path || got.Query.Encode() != query || string(got.Body) != tc.body {
				t.Errorf("got %v with %v and %d bytes", got, got.Query, len(got.Body))
			}
			if resp.StatusCode != tc.want.Status || got.RequestID != resp.Header.Get("X-Request-Id") {
				t.Errorf("the reply was %d, request %s; the journal has %s", resp.StatusCode, resp.Header.Get("X-Request-Id"), got.RequestID)
			}
			short := clienttest.Request{GroupID: got.GroupID, Include: got.Include, Ignored: got.Ignored, Status: got.Status, Applied: got.Applied}
			if len(short.Ignored) == 0 {
				short.Ignored = nil
			}
			if !reflect.DeepEqual(short, tc.want) {
				t.Errorf("got group %d, %v, ignored %v, %d, applied %t", short.GroupID, short.Include, short.Ignored, short.Status, short.Applied)
			}
			if !reflect.DeepEqual(got.Update, tc.update) {
				t.Errorf("got the update %+v, want %+v", got.Update, tc.update)
			}
			if got.Header.Get("X-Trace") != "t-1" || got.Header.Get("Authorization") != "" || got.Token != tc.token {
				t.Errorf("got the header %v", got.Header)
			}
			if text := fmt.Sprint(got.Header); strings.Contains(text, tc.token) {
				t.Errorf("the token shows in %s", text)
			}
		})
	}
}

// A request stays as it was, whatever follows, and the order is that of arrival.
func TestRequestsAreKept(t *testing.T) {
	srv := clienttest.New(t)
	const callers, each = 8, 25
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			for j := range each {
				if _, err := rename(t.Context(), srv.Client, int64(i+1), fmt.Sprintf("caller %d, name %d", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	requests := srv.Requests()
	if len(requests) != callers*each || srv.Count() != callers*each {
		t.Fatalf("there are %d requests", len(requests))
	}
	next := map[int64]int{}
	for i, r := range requests {
		if r.N != i+1 {
			t.Fatalf("request %d is in place %d", r.N, i+1)
		}
		want := fmt.Sprintf("caller %d, name %d", r.GroupID-1, next[r.GroupID])
		next[r.GroupID]++
		if r.Update.Name != want || !strings.Contains(string(r.Body), want) {
			t.Fatalf("request %d has the name %q, want %q", r.N, r.Update.Name, want)
		}
	}
}

func TestRequestsKept(t *testing.T) {
	srv := clienttest.New(t, clienttest.WithRequestsKept(2))
	if last := srv.Last(); last.N != 0 {
		t.Errorf("got %v before the first request", last)
	}
	for i := range 5 {
		if _, err := rename(t.Context(), srv.Client, 7, fmt.Sprint("name ", i)); err != nil {
			t.Fatal(err)
		}
	}
	var numbers []int
	for _, r := range srv.Requests() {
		numbers = append(numbers, r.N)
	}
	if !slices.Equal(numbers, []int{4, 5}) || srv.Count() != 5 || srv.Last().N != 5 {
		t.Errorf("got %v of %d", numbers, srv.Count())
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	srv := clienttest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := srv.Await(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := srv.Await(ctx, 0); err != nil {
		t.Errorf("got %v, want no error: nothing had to come", err)
	}
}
