package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/gen/model"
)

// cluster is two oxgroupsd on one PostgreSQL, or on a pair of servers.
type cluster struct {
	to      [2]target
	workers []*worker // each of them talks to both in turn
	shared  int64     // a group of which each worker adds and removes one member
	counts  counts
}

func newCluster(t *testing.T, url string) *cluster {
	t.Helper()
	const n = 8
	cl := &cluster{workers: newWorkers(n), shared: n + 1}
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(load(t.Context(), store, n+1), store.Close()); err != nil {
		t.Fatal(err)
	}
	for i := range cl.to {
		p := start(t, url)
		cl.to[i] = dial(t, p.url(t))
	}
	return cl
}

// patience is how long the servers may refuse after PostgreSQL is back.
const patience = time.Minute

// insist makes the next update of a worker, again and again until it is acknowledged: by one server, then by the other.
func (cl *cluster) insist(ctx context.Context, w *worker) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for try := w.acked; ; try++ {
		err := cl.step(ctx, w, cl.to[try%len(cl.to)])
		if err == nil {
			return nil
		}
		if !errors.Is(err, errUncertain) || ctx.Err() != nil {
			return err
		}
		<-pause.C
	}
}

// step makes an update of the group that all workers share, and then the next one of the worker's own.
func (cl *cluster) step(ctx context.Context, w *worker, to target) error {
	next, own := w.acked+1, slot(cl.shared, int(w.id))
	u := model.WorkspaceGroupUpdate{Name: nameOf(cl.shared)}
	if next%2 == 1 {
		u.AddWorkspaceIds.Set([]int64{own})
	} else {
		u.RemoveWorkspaceIds.Set([]int64{own})
	}
	s, err := to.update(ctx, cl.shared, u)
	if err != nil {
		return err
	}
	if slices.Contains(s.members, own) != (next%2 == 1) {
		return fmt.Errorf("group %d: update %d of worker %d was answered with %v", cl.shared, next, w.id, s.members)
	}
	cl.counts.acknowledge()
	if err := w.step(ctx, to); err != nil {
		return err
	}
	cl.counts.acknowledge()
	return nil
}

// check looks for what was acknowledged.
func (cl *cluster) check(t *testing.T) {
	t.Helper()
	for i, w := range cl.workers {
		lost, torn, err := w.check(t.Context(), cl.to[i%len(cl.to)])
		if err != nil {
			t.Fatal(err)
		}
		cl.counts.blame(lost, torn)
	}
	s, err := cl.to[0].update(t.Context(), cl.shared, model.WorkspaceGroupUpdate{Name: nameOf(cl.shared)})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range cl.workers {
		if slices.Contains(s.members, slot(cl.shared, int(w.id))) != (w.acked%2 == 1) {
			cl.counts.blame(fmt.Sprintf("group %d: members are %v after update %d of worker %d", cl.shared, s.members, w.acked, w.id), "")
		}
	}
}

// hammer has all workers make updates as long as more says so, and calls acknowledged after each.
func (cl *cluster) hammer(t *testing.T, more func() bool, acknowledged func()) {
	var wg sync.WaitGroup
	for _, w := range cl.workers {
		wg.Go(func() {
			for more() {
				if err := cl.insist(context.Background(), w); err != nil {
					t.Error(err)
					return
				}
				acknowledged()
			}
		})
	}
	wg.Wait()
}

// TestCrash has PostgreSQL crash under load.
func TestCrash(t *testing.T) {
	chance, server, cl := random(t), postgrestest.Start(t), newCluster(t, postgrestest.Database(t))
	for range times(*crashes, 2, 50) {
		cl.disturb(t, chance, func() { server.Restart(t) })
		cl.check(t)
	}
	cl.counts.report(t)
}

// disturb calls event after some updates. It ends once each worker was acknowledged again, and returns how long after the
// beginning of event the first one was.
func (cl *cluster) disturb(t *testing.T, chance *rand.Rand, event func()) (back time.Duration) {
	t.Helper()
	enough, left := make(chan struct{}), 1+chance.Int64N(200)
	stop := sync.OnceFunc(func() { close(enough) })
	var some, began, first atomic.Int64
	var over atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer stop()
		cl.hammer(t, func() bool { return !over.Load() }, func() {
			if some.Add(1) == left {
				stop()
			}
			if began.Load() != 0 && over.Load() {
				first.CompareAndSwap(0, time.Now().UnixNano())
			}
		})
	}()
	<-enough
	began.Store(time.Now().UnixNano())
	event()
	over.Store(true)
	<-done
	cl.counts.cycle()
	return time.Duration(first.Load() - began.Load())
}

// TestTwoServers has two servers make many updates of the same groups.
func TestTwoServers(t *testing.T) {
	cl := newCluster(t, postgrestest.Database(t))
	var left atomic.Int64
	left.Store(int64(times(*updates, 400, 1_000_000) / 2)) // a step is two
	cl.hammer(t, func() bool { return left.Add(-1) >= 0 }, func() {})
	cl.check(t)
	cl.counts.cycle()
	cl.counts.report(t)
}
