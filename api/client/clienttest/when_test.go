package clienttest_test

import (
	"slices"
	"testing"

	"example.com/oxgroups/api/client/clienttest"
)

// hits sends n requests for group 7 and returns the numbers of those that a fault hit.
func hits(t *testing.T, srv *clienttest.Server, n int) (numbers []int) {
	t.Helper()
	for range n {
		_, _ = rename(t.Context(), srv.Client, 7, "Acme")
	}
	for _, r := range srv.Requests() {
		if r.Fault != "" {
			numbers = append(numbers, r.N)
		}
	}
	return numbers
}

// Two requests come first, so that what counts from the injection is seen.
func TestWhen(t *testing.T) {
	for _, tc := range []struct {
		name string
		when clienttest.When
		want []int
	}{
		{"always", clienttest.Always(), []int{3, 4, 5, 6, 7, 8}},
		{"nth", clienttest.Nth(1, 4), []int{3, 6}},
		{"first", clienttest.First(2), []int{3, 4}},
		{"none", clienttest.First(0), nil},
		{"every", clienttest.Every(3), []int{5, 8}},
		{"every none", clienttest.Every(0), nil},
		{"another group", clienttest.ForGroup(8), nil},
		{"the group", clienttest.ForGroup(8, 7), []int{3, 4, 5, 6, 7, 8}},
		{"by hand", func(a clienttest.Arrival) bool { return a.N == 4 && a.Nth == 2 && a.GroupID == 7 }, []int{4}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := clienttest.New(t)
			hits(t, srv, 2)
			srv.Inject(tc.when, clienttest.Status(404)) // which no client retries
			if got := hits(t, srv, 6); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// The fault that was scripted first wins.
func TestOrderOfFaults(t *testing.T) {
	srv := clienttest.New(t,
		clienttest.WithFault(clienttest.Nth(1), clienttest.Status(404)),
		clienttest.WithFault(clienttest.First(2), clienttest.Status(403)))
	srv.Inject(clienttest.Always(), clienttest.Status(401))
	var got []int
	hits(t, srv, 3)
	for _, r := range srv.Requests() {
		got = append(got, r.Status)
	}
	if !slices.Equal(got, []int{404, 403, 401}) {
		t.Errorf("got %v", got)
	}
}
