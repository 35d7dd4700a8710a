package torture

import (
	"context"
	"math"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/api/store/sqlite"
	"github.com/ncruces/go-sqlite3"
)

// TestBackup makes the copies that the README speaks of while updates go on, and opens them: everything is in them that was
// acknowledged before, and of the rest nothing by half.
func TestBackup(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(t *testing.T) (at string)
		open func(t *testing.T, at string) group.Store
		copy func(t *testing.T, from string) (to string)
	}{
		{"SQLite, .backup", newFile, openFile, copyFile},
		{"SQLite, VACUUM INTO", newFile, openFile, vacuumInto},
		{"PostgreSQL, pg_dump and pg_restore", newDatabase, openDatabase, dumpAndRestore},
	} {
		t.Run(test.name, func(t *testing.T) {
			at, c := test.make(t), &counts{}
			store, workers := test.open(t, at), newWorkers(4)
			if err := load(t.Context(), store, len(workers)); err != nil {
				t.Fatal(err)
			}
			w := writeOn(t, store, workers)
			<-w.enough
			before := make([]*worker, len(workers))
			for i := range workers {
				before[i] = &worker{id: workers[i].id, acked: int(w.acked[i].Load()), sent: math.MaxInt}
			}
			copied := test.open(t, test.copy(t, at))
			w.end()
			for _, w := range before {
				for range w.acked {
					c.acknowledge()
				}
				lost, torn, err := w.check(t.Context(), called(t, copied))
				if err != nil {
					t.Fatal(err)
				}
				c.blame(lost, torn)
			}
			c.cycle()
			c.report(t)
		})
	}
}

// writers make updates until they are told to end.
type writers struct {
	acked  []atomic.Int64
	enough chan struct{} // closed when there are some updates
	end    func()
}

func writeOn(t *testing.T, store group.Store, workers []*worker) *writers {
	ctx, cancel := context.WithCancel(context.Background())
	w := &writers{acked: make([]atomic.Int64, len(workers)), enough: make(chan struct{})}
	var wg sync.WaitGroup
	w.end = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(w.end)
	var total atomic.Int64
	to := called(t, store)
	for i, worker := range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := worker.step(context.Background(), to); err != nil {
					t.Error(err)
					return
				}
				w.acked[i].Store(int64(worker.acked))
				if total.Add(1) == 100 {
					close(w.enough)
				}
			}
		})
	}
	return w
}

// called is a store as the caller with the token sees it.
func called(t *testing.T, store group.Store) inProcess {
	t.Helper()
	caller, err := store.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return inProcess{store, caller}
}

func newFile(t *testing.T) string { return filepath.Join(t.TempDir(), "groups.db") }

func newDatabase(t *testing.T) string { return postgrestest.Database(t) }

func openFile(t *testing.T, path string) group.Store {
	store, err := sqlite.Open(t.Context(), path)
	return opened(t, store, err)
}

func openDatabase(t *testing.T, url string) group.Store {
	store, err := postgres.Open(t.Context(), url)
	return opened(t, store, err)
}

func opened(t *testing.T, store group.Store, err error) group.Store {
	t.Helper()
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

// copyFile does what .backup of the shell does.
func copyFile(t *testing.T, from string) string {
	return fromFile(t, from, func(db *sqlite3.Conn, to string) error { return db.Backup("main", "file:"+filepath.ToSlash(to)) })
}

func vacuumInto(t *testing.T, from string) string {
	return fromFile(t, from, func(db *sqlite3.Conn, to string) error { return db.Exec(`VACUUM INTO ` + sqlite3.Quote(to)) })
}

// fromFile makes a copy through a connection of its own and looks whether it is sound.
func fromFile(t *testing.T, from string, copyTo func(db *sqlite3.Conn, to string) error) string {
	t.Helper()
	db, err := sqlite3.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	to := newFile(t)
	if err := copyTo(db, to); err != nil {
		t.Fatal(err)
	}
	if err := integrity("file:" + filepath.ToSlash(to)); err != nil {
		t.Fatal(err)
	}
	return to
}

func dumpAndRestore(t *testing.T, from string) string {
	server, dump, to := postgrestest.Start(t), filepath.Join(t.TempDir(), "groups.dump"), newDatabase(t)
	for _, cmd := range []*exec.Cmd{
		exec.CommandContext(t.Context(), server.Program("pg_dump"), "--format", "custom", "--file", dump, from),
		exec.CommandContext(t.Context(), server.Program("pg_restore"), "--exit-on-error", "--no-owner", "--dbname", to, dump),
	} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args[0], err, out)
		}
	}
	return to
}
