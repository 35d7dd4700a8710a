package torture

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/store/sqlite"
)

// TestKill kills oxgroupsd under load at random moments and starts it again on the same file.
func TestKill(t *testing.T) {
	for _, kind := range []struct {
		name  string
		extra int // bytes
	}{{"small updates", 0}, {"the log is moved meanwhile", 30_000}} {
		t.Run(kind.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "groups.db")
			workers := newWorkers(8)
			for _, w := range workers {
				w.extra = strings.Repeat(".", kind.extra)
			}
			store, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(load(t.Context(), store, len(workers)), store.Close()); err != nil {
				t.Fatal(err)
			}
			chance, c := random(t), &counts{}
			for range times(*kills, 5, 200) {
				killOnce(t, path, workers, chance, c)
			}
			p := start(t, "sqlite:"+path)
			checkAll(t, dial(t, p.url(t)), path, workers, c)
			p.kill()
			c.report(t)
		})
	}
}

// killOnce starts a server, checks what the last one left, and kills it: now and then as it starts, else under load.
func killOnce(t *testing.T, path string, workers []*worker, chance *rand.Rand, c *counts) {
	t.Helper()
	p := start(t, "sqlite:"+path)
	if chance.IntN(8) == 0 {
		<-time.After(time.Duration(chance.Int64N(int64(40 * time.Millisecond))))
		p.kill()
		c.cycle()
		return
	}
	to := dial(t, p.url(t))
	checkAll(t, to, path, workers, c)
	enough, left := make(chan struct{}), 1+chance.Int64N(400)
	moment := time.Duration(chance.Int64N(int64(5 * time.Millisecond)))
	var some atomic.Int64
	stop := sync.OnceFunc(func() { close(enough) })
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		<-enough
		<-time.After(moment)
		p.kill()
	}()
	hammer(t, to, workers, func() {
		c.acknowledge()
		if some.Add(1) == left {
			stop()
		}
	})
	stop()
	<-killed
	c.cycle()
}

// hammer has each worker make updates until one is not acknowledged, and calls acknowledged after those that are.
func hammer(t *testing.T, to target, workers []*worker, acknowledged func()) {
	var wg sync.WaitGroup
	for _, w := range workers {
		wg.Go(func() {
			for {
				if err := w.step(context.Background(), to); errors.Is(err, errUncertain) {
					return
				} else if err != nil {
					t.Error(err)
					return
				}
				acknowledged()
			}
		})
	}
	wg.Wait()
}

// checkAll looks for what was acknowledged, through the server and in the file.
func checkAll(t *testing.T, to target, path string, workers []*worker, c *counts) {
	t.Helper()
	for _, w := range workers {
		lost, torn, err := w.check(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		c.blame(lost, torn)
	}
	if err := integrity("file:" + filepath.ToSlash(path)); err != nil {
		t.Fatal(err)
	}
}
