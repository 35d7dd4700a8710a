package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/gen/model"
)

func referring(i int) model.WorkspaceGroupUpdate {
	u := model.WorkspaceGroupUpdate{Name: "Acme"}
	u.ExternalReference.Set(model.ExternalReferenceUpdate{ServiceName: fmt.Sprint("s", i), ServiceModel: "M", ServiceModelRef: "1"})
	return u
}

// TestGroupCommit counts what is synced: once before a lone caller is answered, and far less than once each for many.
func TestGroupCommit(t *testing.T) {
	f := &faulty{}
	store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"), sqlite.WithVFS(register(t, f)))
	for i := range 5 {
		before := f.syncs.Load()
		if _, err := store.Update(t.Context(), caller, 7, referring(i), group.Includes{}); err != nil {
			t.Fatal(err)
		}
		if f.syncs.Load() == before {
			t.Fatal("an update was answered before anything was synced")
		}
	}
	const callers, rounds = 32, 20
	before := f.syncs.Load()
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for round := range rounds {
				u := noted(fmt.Sprint(i, round))
				if _, err := store.Update(context.Background(), caller, 7, u, group.Includes{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := f.syncs.Load() - before; got > callers*rounds/2 {
		t.Errorf("%d syncs for %d updates of %d callers", got, callers*rounds, callers)
	}
}

// TestOnCommit has callers make updates at once: the hook counts each of them in one commit, and commits are shared.
func TestOnCommit(t *testing.T) {
	var commits, calls, without atomic.Int64
	hook := func(n int, took time.Duration) {
		commits.Add(1)
		calls.Add(int64(n))
		if took <= 0 {
			without.Add(1)
		}
	}
	store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"), sqlite.WithOnCommit(hook))
	const callers, rounds = 32, 20
	commits.Store(0)
	calls.Store(0)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for round := range rounds {
				if _, err := store.Update(context.Background(), caller, 7, noted(fmt.Sprint(i, round)), group.Includes{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if calls.Load() != callers*rounds || commits.Load() >= callers*rounds || without.Load() > 0 {
		t.Errorf("%d updates: the hook counts %d in %d commits, %d of them without a time", callers*rounds, calls.Load(), commits.Load(), without.Load())
	}
}

// TestWithdrawn has callers give up while another process holds the file: one, and several of whom one leads.
func TestWithdrawn(t *testing.T) {
	for _, callers := range []int{1, 8} {
		t.Run(fmt.Sprint(callers), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "groups.db")
			store, caller := loaded(t, path)
			release := hold(t, path)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					_, err := store.Update(ctx, caller, 7, noted("withdrawn"), group.Includes{})
					if group.CodeOf(err) != group.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("the error is %v, want unavailable for the deadline", err)
					}
				})
			}
			wg.Wait()
			release()
			s, err := store.Update(t.Context(), caller, 7, referring(1), group.Includes{})
			if notes, ok := s.Group.Notes.Value(); err != nil || ok {
				t.Errorf("notes are %q (%v), want the withdrawn update not applied", notes, err)
			}
		})
	}
}

// TestCloseDrains closes a store under load: what was acknowledged is there, and nothing else.
func TestCloseDrains(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path)
	var acknowledged atomic.Int64
	var wg sync.WaitGroup
	half := make(chan struct{})
	for i := range 64 {
		wg.Go(func() {
			_, err := store.Update(context.Background(), caller, 7, referring(i), group.Includes{})
			switch {
			case err == nil:
				if acknowledged.Add(1) == 8 {
					close(half)
				}
			case group.CodeOf(err) != group.Unavailable:
				t.Errorf("the error is %v, want unavailable", err)
			}
		})
	}
	<-half
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	again := open(t, path)
	s, err := again.Update(t.Context(), authenticate(t, again), 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.All())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := int64(len(*s.Group.ExternalReferenceIds)), acknowledged.Load()+1; got != want { // one is sample data
		t.Errorf("%d references are stored, %d were acknowledged or there before", got, want)
	}
}

// TestTwoProcesses has two stores, as two processes would, update one group through one file: nobody is refused, and the
// changes of both are there.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	first, caller := loaded(t, path)
	const callers, rounds = 8, 5
	var wg sync.WaitGroup
	for i, store := range []*sqlite.Store{first, open(t, path)} {
		for n := range callers {
			wg.Go(func() {
				for round := range rounds {
					u := referring((i*callers+n)*rounds + round)
					if _, err := store.Update(context.Background(), caller, 7, u, group.Includes{}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	s, err := first.Update(t.Context(), caller, 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.All())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(*s.Group.ExternalReferenceIds), 2*callers*rounds+1; got != want { // one is sample data
		t.Errorf("%d references, want %d", got, want)
	}
}

// TestHalfDone has an update fail after it changed something, beside others that do not: it undoes only itself.
func TestHalfDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "groups.db")
	store, caller := loaded(t, path)
	raw(t, path, `CREATE TRIGGER poison BEFORE UPDATE ON workspace_groups WHEN new.document LIKE '%poison%'
		BEGIN SELECT RAISE(ABORT, 'poison'); END`)
	const callers = 16
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			u, want := referring(i), group.Code("")
			u.AddWorkspaceIds.Set([]int64{int64(20 + i)})
			if i%4 == 0 {
				u.Notes.Set("poison")
				want = group.Internal
			}
			_, err := store.Update(context.Background(), caller, 7, u, group.Includes{})
			if got := group.CodeOf(err); got != want {
				t.Errorf("update %d: %v, want %q", i, err, want)
			}
		})
	}
	wg.Wait()
	s, err := store.Update(t.Context(), caller, 7, model.WorkspaceGroupUpdate{Name: "Acme"}, group.All())
	if err != nil {
		t.Fatal(err)
	}
	good := callers - callers/4
	if got := len(*s.Group.ExternalReferenceIds); got != good+1 { // one is sample data
		t.Errorf("%d references, want %d", got, good+1)
	}
	if got := len(*s.Group.WorkspaceIds); got != good+2 { // two are sample data
		t.Errorf("%d members, want %d", got, good+2)
	}
}
