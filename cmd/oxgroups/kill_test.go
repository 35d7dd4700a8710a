package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/client/clienttest"
	"example.com/oxgroups/gen/model"

	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

var kills = flag.Int("kills", 3, "how often TestKill kills a run")

const (
	killRows        = 1000
	killGroups      = 97
	killConcurrency = 8
)

// killInput returns rows for a few groups, so that the order of those of one group shows in the end. The notes name the row.
func killInput() string {
	var b strings.Builder
	b.WriteString("id,name,notes,add_workspace_ids\n")
	for i := range killRows {
		fmt.Fprintf(&b, "%d,Group %d,row %d,%d\n", i*i%killGroups+1, i*i%killGroups+1, i+1, i%50+1)
	}
	return b.String()
}

// killServer returns a server with those groups. It closes reached when it has seen so many requests; every now and then
// it answers that it cannot.
func killServer(t *testing.T, after int) (srv *clienttest.Server, reached chan struct{}) {
	t.Helper()
	var groups []model.WorkspaceGroup
	var workspaces []model.Workspace
	for i := range int64(killGroups) {
		groups = append(groups, clienttest.Group(i+1, fmt.Sprint("Group ", i+1)))
	}
	for i := range 50 {
		workspaces = append(workspaces, clienttest.Workspace(int64(i+1), "a workspace"))
	}
	reached = make(chan struct{})
	var seen atomic.Int64
	counted := func(clienttest.Arrival) bool {
		if seen.Add(1) == int64(after) {
			close(reached)
		}
		return false
	}
	clock := time.Date(2013, 4, 15, 16, 48, 48, 0, time.UTC)
	srv = clienttest.New(t, clienttest.WithGroups(groups...), clienttest.WithWorkspaces(workspaces...),
		clienttest.WithRequestsKept(10*killRows), clienttest.WithClock(func() time.Time { return clock }),
		clienttest.WithFault(counted, clienttest.Status(503)),
		clienttest.WithFault(clienttest.Every(41), clienttest.Status(503).Header("Retry-After", "0")))
	return srv, reached
}

// A run that is killed with SIGKILL at any moment and resumed applies every row, leaves what a run that was not killed
// leaves, and sends no more rows twice than were in flight.
func TestKill(t *testing.T) {
	t.Parallel()
	whole, _ := killServer(t, 0)
	applyWhole(t, whole)
	want := whole.Groups()
	for range *kills {
		after := 1 + rand.IntN(killRows)
		t.Run(fmt.Sprint("after ", after), func(t *testing.T) {
			srv, reached := killServer(t, after)
			twice := killAndResume(t, srv, reached)
			if got := srv.Groups(); !reflect.DeepEqual(got, want) {
				t.Error("the groups are not what a run that was not killed leaves")
			}
			if twice > killConcurrency {
				t.Errorf("%d rows were sent twice, %d were in flight", twice, killConcurrency)
			}
		})
	}
}

func applyWhole(t *testing.T, srv *clienttest.Server) {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "groups.csv", killInput())
	c := newChild(t, srv, dir, "apply", "groups.csv", "--concurrency", fmt.Sprint(killConcurrency))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if code := c.exit(t); code != console.ExitDone {
		t.Fatalf("exit code %d: %s", code, &c.stderr)
	}
	applied(t, srv)
}

// killAndResume returns how many rows were applied twice.
func killAndResume(t *testing.T, srv *clienttest.Server, reached chan struct{}) (twice int) {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "groups.csv", killInput())
	args := []string{"apply", "groups.csv", "--concurrency", fmt.Sprint(killConcurrency)}
	c := newChild(t, srv, dir, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-reached:
	case <-time.After(time.Minute):
		t.Error("the run does not get that far")
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if code := c.exit(t); code != -1 {
		t.Logf("the run had ended before it was killed, with %d", code)
	}
	c = newChild(t, srv, dir, append(args, "--resume", "--json")...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if code := c.exit(t); code != console.ExitDone {
		t.Fatalf("exit code %d: %s", code, &c.stderr)
	}
	var summary struct{ Applied, AppliedBefore int }
	if err := json.Unmarshal([]byte(strings.ReplaceAll(c.stdout.String(), "applied_before", "AppliedBefore")), &summary); err != nil || summary.Applied+summary.AppliedBefore != killRows {
		t.Errorf("%v, %s", err, &c.stdout)
	}
	return applied(t, srv)
}

// applied checks that every row was applied, and returns how many were twice.
func applied(t *testing.T, srv *clienttest.Server) (twice int) {
	t.Helper()
	times := map[string]int{}
	for _, r := range srv.Requests() {
		if !r.Applied {
			continue
		}
		notes, _ := r.Update.Notes.Get()
		times[notes]++
	}
	for i := range killRows {
		switch n := times[fmt.Sprint("row ", i+1)]; {
		case n == 0:
			t.Errorf("row %d was not applied", i+1)
		case n > 1:
			twice++
		}
	}
	return twice
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
