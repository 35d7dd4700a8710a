package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/sqlite"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// run is what the power is cut in: a store is made, loaded, updated by several callers at once, closed, and opened and
// updated again.
type run struct {
	disk    *disk
	dir     string
	workers []*worker
	rounds  int  // how many updates each worker makes before it is closed, and again after
	loaded  bool // loading was acknowledged
}

// newRun has small updates, or a few large ones that fill the log, so that SQLite moves it into the file meanwhile.
func newRun(t *testing.T, d *disk, large bool) *run {
	r := &run{disk: d, dir: t.TempDir(), workers: newWorkers(3), rounds: 4}
	if large {
		r.rounds = 40
		for _, w := range r.workers {
			w.extra = strings.Repeat(".", 60_000)
		}
	}
	return r
}

// open opens the store on the disk for as long as do runs.
func (r *run) open(ctx context.Context, do func(*sqlite.Store) error) (err error) {
	name := fmt.Sprintf("disk-%p", r.disk)
	vfs.Register(name, r.disk)
	defer vfs.Unregister(name)
	store, err := sqlite.Open(ctx, filepath.Join(r.dir, "groups.db"), sqlite.WithVFS(name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(store)
}

// play is the run. An error is what the power cut made of it, or a defect.
func (r *run) play(ctx context.Context, c *counts) error {
	err := r.open(ctx, func(store *sqlite.Store) error {
		if err := load(ctx, store, len(r.workers)); err != nil {
			return err
		}
		r.loaded = true
		return r.update(ctx, store, c)
	})
	if err != nil {
		return err
	}
	return r.open(ctx, func(store *sqlite.Store) error { return r.update(ctx, store, c) })
}

func (r *run) update(ctx context.Context, store *sqlite.Store, c *counts) error {
	caller, err := store.Authenticate(ctx, token)
	if err != nil {
		return err
	}
	errs := make([]error, len(r.workers))
	var wg sync.WaitGroup
	for i, w := range r.workers {
		wg.Go(func() {
			for range r.rounds {
				if errs[i] = w.step(ctx, inProcess{store, caller}); errs[i] != nil {
					return
				}
				c.acknowledge()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// check opens what survived, and looks for what was acknowledged.
func (r *run) check(ctx context.Context, c *counts) error {
	return r.open(ctx, func(store *sqlite.Store) error {
		caller, err := store.Authenticate(ctx, token)
		if group.CodeOf(err) == group.Unauthorized {
			if r.loaded {
				c.blame("the token that was made is gone", "")
			}
			return load(ctx, store, len(r.workers)) // it can be done again
		}
		if err != nil {
			return err
		}
		to := inProcess{store, caller}
		for _, w := range r.workers {
			lost, torn, err := w.check(ctx, to)
			if err != nil {
				return err
			}
			c.blame(lost, torn)
		}
		if err := integrity(fmt.Sprintf("file:%s/groups.db?vfs=disk-%p", filepath.ToSlash(r.dir), r.disk)); err != nil {
			return err
		}
		return r.workers[0].step(ctx, to) // it can go on
	})
}

// integrity is what SQLite says of a file: https://sqlite.org/pragma.html#pragma_integrity_check
func integrity(uri string) (err error) {
	db, err := sqlite3.Open(uri)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	stmt, _, err := db.Prepare(`SELECT integrity_check FROM pragma_integrity_check UNION ALL SELECT 'a key without its row' FROM pragma_foreign_key_check`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	for stmt.Step() {
		if found := stmt.ColumnText(0); found != "ok" {
			return fmt.Errorf("integrity_check: %s", found)
		}
	}
	return stmt.Err()
}

// cutPower plays a run with the power cut at write n, and checks what survived. An error is what is wrong beside what c
// counts.
func cutPower(t *testing.T, r *run, n int, chance *rand.Rand, odds float64, c *counts) error {
	t.Helper()
	r.disk.cutAt = n
	if err := r.play(t.Context(), c); err != nil && !r.disk.off() {
		return fmt.Errorf("before the power was cut: %w", err)
	}
	c.cycle()
	r.disk, r.dir = r.disk.after(chance, odds), t.TempDir()
	return r.check(t.Context(), c)
}

// writesOf counts the writes of a run to its end.
func writesOf(t *testing.T, large bool) int {
	t.Helper()
	d := newDisk()
	if err := newRun(t, d, large).play(t.Context(), new(counts)); err != nil {
		t.Fatal(err)
	}
	return d.writes
}

// survival are the odds that a sector that was not synced survives.
var survival = []float64{0, 0.1, 0.5, 0.9, 1}

// TestPowerLoss cuts the power at the writes of a run, at each with all odds.
func TestPowerLoss(t *testing.T) {
	for _, kind := range []struct {
		name  string
		large bool
		short int
	}{{"small updates", false, 40}, {"the log is moved meanwhile", true, 4}} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			chance, c, writes := random(t), &counts{}, writesOf(t, kind.large)
			all := chance.Perm(writes * len(survival))
			for _, i := range all[:min(times(*cuts, kind.short, len(all)), len(all))] {
				at, odds := i/len(survival)+1, survival[i%len(survival)]
				if err := cutPower(t, newRun(t, newDisk(), kind.large), at, chance, odds, c); err != nil {
					t.Fatalf("the power was cut at write %d of about %d, odds %v: %v", at, writes, odds, err)
				}
			}
			t.Logf("a run has about %d writes", writes)
			c.report(t)
		})
	}
}

// TestPowerLossIsNoticed has a disk that only says that it synced, and that forgets everything: that has to show.
func TestPowerLossIsNoticed(t *testing.T) {
	chance, c, writes := random(t), &counts{}, writesOf(t, false)
	for range 5 {
		d := newDisk()
		d.lies = true
		if err := cutPower(t, newRun(t, d, false), writes*3/4, chance, 0, c); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("without syncing: %v", c)
	if c.lost != 5 {
		t.Errorf("without syncing: %v, want something lost each time", c)
	}
}
