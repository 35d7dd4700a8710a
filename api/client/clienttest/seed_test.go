package clienttest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/gen/model"
)

// recorded is a reply as the vendor's API gives it.
const recorded = `{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},
 "results":[{"key":"workspace_groups","id":"70"}],
 "workspace_groups":{"70":{"id":"70","name":"Recorded","company":true,"email":null,"brand_new":1,
   "created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00",
   "workspace_ids":["10"],"external_reference_ids":["5"]}},
 "workspaces":{"10":{"id":"10","title":"Ten"}},
 "external_references":{"5":{"id":"5","service_name":"jira","service_model":"Issue","service_model_ref":"A-1","subject_id":70,
   "subject_type":"WorkspaceGroup","created_at":"2013-04-15T16:48:48-07:00","updated_at":"2013-04-15T16:48:48-07:00"}}}`

// What a server has depends on its options alone.
func TestData(t *testing.T) {
	withNotes := clienttest.Group(1, "Acme", 10, 11)
	withNotes.Notes = client.Value("rockets")
	for _, tc := range []struct {
		name   string
		opts   []clienttest.Option
		groups []int64  // nil: not looked at
		member [2]int64 // a group, and a workspace that can be added to it
	}{
		{"sample", nil, nil, [2]int64{7, 12}},
		{"sample with a token", []clienttest.Option{clienttest.WithToken(clienttest.Token{Workspaces: []int64{10}})}, nil, [2]int64{7, 10}},
		{"groups", []clienttest.Option{clienttest.WithGroups(withNotes, clienttest.Group(2, "Initech"))}, []int64{1, 2}, [2]int64{2, 10}},
		{"a token's workspaces", []clienttest.Option{
			clienttest.WithGroups(withNotes), clienttest.WithToken(clienttest.Token{Workspaces: []int64{10, 12}}),
		}, []int64{1}, [2]int64{1, 12}},
		{"workspaces", []clienttest.Option{
			clienttest.WithGroups(withNotes), clienttest.WithWorkspaces(clienttest.Workspace(10, "Ten"), clienttest.Workspace(50, "Fifty")),
		}, []int64{1}, [2]int64{1, 50}},
		{"a recording", []clienttest.Option{clienttest.WithDocument([]byte(recorded))}, []int64{70}, [2]int64{70, 10}},
		{"a recording, and a group beside it", []clienttest.Option{
			clienttest.WithDocument([]byte(recorded)), clienttest.WithGroups(withNotes),
		}, []int64{1, 70}, [2]int64{1, 11}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := clienttest.New(t, tc.opts...)
			var groups []int64
			for _, g := range srv.Groups() {
				groups = append(groups, g.ID)
			}
			if tc.groups != nil && !slices.Equal(groups, tc.groups) {
				t.Errorf("the groups are %v, want %v", groups, tc.groups)
			}
			_, err := srv.Client.UpdateWorkspaceGroup(t.Context(), tc.member[0], client.Update{Name: "New", AddWorkspaceIds: client.Value([]int64{tc.member[1]})})
			if err != nil {
				t.Errorf("workspace %d cannot be added to group %d: %v", tc.member[1], tc.member[0], err)
			}
		})
	}
}

// What a document lists is stored, down to its fields, and what was left out has a value that the API could give.
func TestDataIsServed(t *testing.T) {
	acme := clienttest.Group(1, "Acme", 10)
	acme.Notes = client.Value("rockets")
	srv := clienttest.New(t, clienttest.WithDocument([]byte(recorded)), clienttest.WithGroups(acme))
	all := client.WithInclude(client.Includes()...)
	r, err := srv.Client.UpdateWorkspaceGroup(t.Context(), 1, client.Update{Name: "Acme"}, all)
	if err != nil {
		t.Fatal(err)
	}
	if notes, _ := r.Group.Notes.Value(); notes != "rockets" || r.Group.CreatedAt.IsZero() || len(r.Workspaces) != 1 {
		t.Errorf("got %+v", r.Group)
	}
	r, err = srv.Client.UpdateWorkspaceGroup(t.Context(), 70, client.Update{Name: "Recorded"}, all)
	if err != nil {
		t.Fatal(err)
	}
	if refs := r.ExternalReferences; len(refs) != 1 || refs[0].ServiceModelRef != "A-1" {
		t.Errorf("got %+v", refs)
	}
	if at := r.Group.CreatedAt; !at.Equal(time.Date(2013, 4, 15, 23, 48, 48, 0, time.UTC)) {
		t.Errorf("created at %v", at)
	}
}

// Tokens may do what was said of them and no more.
func TestTokens(t *testing.T) {
	srv := clienttest.New(t,
		clienttest.WithGroups(clienttest.Group(1, "Acme", 10, 11)),
		clienttest.WithToken(clienttest.Token{Secret: "some", Workspaces: []int64{10}}),
		clienttest.WithToken(clienttest.Token{Secret: "reader", ReadOnly: true}),
		clienttest.WithToken(clienttest.Token{Secret: "stranger", AccountID: 2}),
		clienttest.WithToken(clienttest.Token{}), // random
	)
	if got := srv.Token; got != "some" {
		t.Errorf("Token is %q, want the first one", got)
	}
	for _, tc := range []struct {
		token string
		add   int64
		want  error
	}{
		{"some", 10, nil},
		{"some", 11, client.ErrRefused},
		{"reader", 10, client.ErrForbidden},
		{"stranger", 10, client.ErrNotFound},
		{"demo", 10, client.ErrUnauthorized},
	} {
		_, err := srv.Client.UpdateWorkspaceGroup(t.Context(), 1,
			client.Update{Name: "Acme", AddWorkspaceIds: client.Value([]int64{tc.add})}, client.WithToken(tc.token))
		if !errors.Is(err, tc.want) {
			t.Errorf("%s adds %d: got %v, want %v", tc.token, tc.add, err, tc.want)
		}
	}
}

// What cannot be is told with its place, and nothing is left running.
func TestBadOptions(t *testing.T) {
	twice := clienttest.Group(2, "ACME")
	for _, tc := range []struct {
		name string
		opt  clienttest.Option
		want string
	}{
		{"two groups of one name", clienttest.WithGroups(clienttest.Group(1, "Acme"), twice), "workspace_groups.2.name"},
		{"a group without an id", clienttest.WithGroups(model.WorkspaceGroup{Name: "Acme"}), ".id"},
		{"not JSON", clienttest.WithDocument([]byte("<html>")), "not a document of the API"},
		{"a workspace that the sample does not have", clienttest.WithToken(clienttest.Token{Workspaces: []int64{201}}), "201"},
		{"a token of no account", clienttest.WithToken(clienttest.Token{AccountID: -1}), "account"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := clienttest.Start(tc.opt)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want something with %q", err, tc.want)
			}
		})
	}
}

// A store of one's own is used as it is.
func TestStore(t *testing.T) {
	store := memory.Open()
	if err := demo.Load(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	srv := clienttest.New(t, clienttest.WithStore(store, demo.Token))
	if _, err := rename(t.Context(), srv.Client, 7, "New"); err != nil {
		t.Fatal(err)
	}
	if _, err := clienttest.Start(clienttest.WithStore(store, demo.Token), clienttest.WithGroups()); err == nil {
		t.Error("a store with data beside it is taken")
	}
	if name := nameOf(t, srv, 7); name != "New" {
		t.Errorf("the store has %q", name)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if o := put(t.Context(), srv); o.status != 503 {
		t.Errorf("a store that is closed: %+v", o)
	}
}

func TestClock(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	srv := clienttest.New(t, clienttest.WithClock(func() time.Time { return now }))
	r, err := rename(t.Context(), srv.Client, 7, "New")
	if err != nil {
		t.Fatal(err)
	}
	if at := r.Group.UpdatedAt; !at.Equal(now) {
		t.Errorf("updated at %v, want %v", at, now)
	}
}
