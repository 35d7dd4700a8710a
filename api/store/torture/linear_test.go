package torture

import (
	"context"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/gen/model"
)

// serve serves a store on a port of its own and returns where updates go.
func serve(t *testing.T, store group.Updater) target {
	t.Helper()
	s, err := server.New(store, server.WithLimits(server.NoLimits()))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, ln) }()
	to := dial(t, "http://"+ln.Addr().String())
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return to
}

// loadedWith loads a store for n histories and closes it when the test ends.
func loadedWith(t *testing.T, store group.Store, err error, n int) group.Store {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := load(t.Context(), store, n*historyGroups); err != nil {
		t.Fatal(err)
	}
	return store
}

// TestLinearizable checks histories of updates over HTTP, of each engine and, where several servers may share what is
// stored, of two.
func TestLinearizable(t *testing.T) {
	n := times(*histories, 2, 100)
	for _, engine := range []struct {
		name string
		open func(*testing.T) []group.Updater
	}{
		{"memory", func(t *testing.T) []group.Updater {
			return []group.Updater{loadedWith(t, memory.Open(), nil, n)}
		}},
		{"SQLite", func(t *testing.T) []group.Updater {
			store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "groups.db"))
			return []group.Updater{loadedWith(t, store, err, n)}
		}},
		{"two servers on SQLite", func(t *testing.T) []group.Updater {
			path := filepath.Join(t.TempDir(), "groups.db")
			first, err := sqlite.Open(t.Context(), path)
			store := loadedWith(t, first, err, n)
			return []group.Updater{store, another(t, func() (group.Store, error) { return sqlite.Open(t.Context(), path) })}
		}},
		{"two servers on PostgreSQL", func(t *testing.T) []group.Updater {
			url := postgrestest.Database(t)
			first, err := postgres.Open(t.Context(), url)
			store := loadedWith(t, first, err, n)
			return []group.Updater{store, another(t, func() (group.Store, error) { return postgres.Open(t.Context(), url) })}
		}},
	} {
		t.Run(engine.name, func(t *testing.T) {
			chance, c := random(t), &counts{}
			var to []target
			for _, store := range engine.open(t) {
				to = append(to, serve(t, store))
			}
			bad := illegal(t, to, n, chance, c)
			t.Logf("histories %d, updates %d, not linearizable %d", c.cycles, c.acknowledged, bad)
			if bad > 0 {
				t.Errorf("%d of %d histories are not linearizable", bad, n)
			}
		})
	}
}

func another(t *testing.T, open func() (group.Store, error)) group.Store {
	t.Helper()
	store, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// TestNotLinearizableIsNoticed checks histories of engines that are broken. Chance may order a history so that nobody
// sees the defect, but hardly ever all of them.
func TestNotLinearizableIsNoticed(t *testing.T) {
	for name, breaks := range map[string]func(group.Updater) group.Updater{
		"reads are answered from a stale snapshot": func(u group.Updater) group.Updater {
			return &stale{Updater: u, seen: map[int64]group.Snapshot{}}
		},
		"an update is lost": func(u group.Updater) group.Updater { return &forgetful{Updater: u} },
	} {
		t.Run(name, func(t *testing.T) {
			const n = 4
			store := loadedWith(t, memory.Open(), nil, n)
			to := []target{serve(t, breaks(store))}
			bad := illegal(t, to, n, random(t), &counts{})
			t.Logf("%d of %d histories were found not linearizable", bad, n)
			if bad == 0 {
				t.Error("no history was found not linearizable")
			}
		})
	}
}

// stale answers updates that change nothing with what it saw of the group some updates ago.
type stale struct {
	group.Updater

	mu   sync.Mutex
	n    int
	seen map[int64]group.Snapshot
}

func (s *stale) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	now, err := s.Updater.Update(ctx, by, id, u, in)
	if err != nil {
		return now, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	old, ok := s.seen[id]
	if !ok || s.n%5 == 0 {
		s.seen[id] = now
	}
	reads := !u.Notes.IsSpecified() && !u.AddWorkspaceIds.IsSpecified() && !u.RemoveWorkspaceIds.IsSpecified()
	if ok && reads {
		return old, nil
	}
	return now, nil
}

// forgetful answers every third update of the notes as it has to, and does not store it.
type forgetful struct {
	group.Updater

	mu sync.Mutex
	n  int
}

func (f *forgetful) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	forget := false
	if u.Notes.IsSpecified() {
		f.n++
		forget = f.n%3 == 0
	}
	if !forget {
		return f.Updater.Update(ctx, by, id, u, in)
	}
	notes := u.Notes
	u.Notes.SetUnspecified()
	s, err := f.Updater.Update(ctx, by, id, u, in)
	s.Group.Notes = notes
	return s, err
}

var (
	_ group.Updater = (*stale)(nil)
	_ group.Updater = (*forgetful)(nil)
)
