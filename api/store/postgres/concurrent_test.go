package postgres_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/gen/model"
)

// referring adds a reference to a service of its own.
func referring(name, service string) model.WorkspaceGroupUpdate {
	u := model.WorkspaceGroupUpdate{Name: name}
	u.ExternalReference.Set(model.ExternalReferenceUpdate{ServiceName: service, ServiceModel: "M", ServiceModelRef: "1"})
	return u
}

// TestTwoStores has the writers of two stores add references to two groups and exchange a member: each update is there
// once, and the last one of a writer is what the group shows. Under serializable isolation updates that meet fail and are
// tried again, as on engines that know no other.
func TestTwoStores(t *testing.T) {
	for _, isolation := range []string{"read committed", "serializable"} {
		t.Run(isolation, func(t *testing.T) {
			database := postgrestest.Database(t) + "&default_transaction_isolation=" + url.PathEscape(isolation)
			stores := []*postgres.Store{open(t, database), open(t, database)}
			if err := demo.Load(t.Context(), stores[0]); err != nil {
				t.Fatal(err)
			}
			caller := authenticate(t, stores[1])
			groups := map[int64]string{6: groupName(t, stores[0], 6), 7: "Acme"}
			var wg sync.WaitGroup
			var want []string
			const writers, rounds = 8, 8
			for w := range writers {
				for round := range rounds {
					want = append(want, fmt.Sprint("s", w, ".", round))
				}
				wg.Go(func() {
					for round := range rounds {
						for id, name := range groups {
							u := referring(name, fmt.Sprint("s", w, ".", round))
							u.Notes.Set(fmt.Sprint(w))
							u.Website.Set(fmt.Sprint(w))
							s, err := stores[w%2].Update(context.Background(), caller, id, u, group.Includes{})
							if err != nil {
								t.Errorf("writer %d: %v", w, err)
							} else if s.Group.Notes != s.Group.Website {
								t.Errorf("writer %d was answered with a mixture: %v, %v", w, s.Group.Notes, s.Group.Website)
							}
						}
					}
				})
			}
			wg.Wait()
			for id, name := range groups {
				s, err := stores[0].Update(t.Context(), caller, id, model.WorkspaceGroupUpdate{Name: name}, group.All())
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, r := range *s.Included.ExternalReferences {
					if r.ServiceName != "jira" { // which is sample data
						got = append(got, r.ServiceName)
					}
				}
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("group %d has %d references, want %d: %v", id, len(got), len(want), got)
				}
			}
		})
	}
}

// TestNewestMembers has an update wait for another one of the same group: it has to see the members that the other added,
// to take them out.
func TestNewestMembers(t *testing.T) {
	store, caller, url := loaded(t)
	other := admin(t, url)
	exec(t, other, `BEGIN`)
	exec(t, other, `SELECT 1 FROM workspace_groups WHERE id = 7 FOR UPDATE`)
	exec(t, other, `INSERT INTO workspace_group_workspaces VALUES (7, 12)`)
	result := make(chan group.Snapshot)
	go func() {
		u := model.WorkspaceGroupUpdate{Name: "Acme"}
		u.RemoveWorkspaceIds.Set([]int64{12})
		s, err := store.Update(context.Background(), caller, 7, u, group.All())
		if err != nil {
			t.Error(err)
		}
		result <- s
	}()
	untilWaiting(t, url, locked)
	exec(t, other, `COMMIT`)
	if s := <-result; s.Group.WorkspaceIds == nil || slices.Contains(*s.Group.WorkspaceIds, "12") {
		t.Errorf("the answer is %+v, want workspace 12 taken out", s.Group)
	}
}

// locked is that a session waits for a lock.
const locked = "wait_event_type = 'Lock'"

// untilWaiting returns once a session of the database waits for what is named in a condition on pg_stat_activity.
func untilWaiting(t *testing.T, url, what string) {
	t.Helper()
	c := admin(t, url)
	for waiting := 0; waiting == 0; {
		err := c.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND `+what).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// groupName returns the name of a group of the sample data.
func groupName(t *testing.T, from group.Store, id int64) string {
	t.Helper()
	doc, err := store.ReadModel(t.Context(), from, demo.Account)
	if err != nil {
		t.Fatal(err)
	}
	return doc.WorkspaceGroups[fmt.Sprint(id)].Name
}
