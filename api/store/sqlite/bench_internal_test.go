package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

// updateAll has a number of callers make updates of which number first is the first.
func updateAll(b testing.TB, store *Store, caller group.Caller, updates []model.WorkspaceGroupUpdate, callers, first int) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(updates); i = int(next.Add(1)) - 1 {
				if _, err := store.Update(context.Background(), caller, groupOf(first+i), updates[i], group.Includes{}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// made returns updates of a kind: what is measured is not how they are made.
func made(k kind, first, count int) []model.WorkspaceGroupUpdate {
	updates := make([]model.WorkspaceGroupUpdate, count)
	for i := range updates {
		updates[i] = k.update(groupOf(first+i), first+i)
	}
	return updates
}

// BenchmarkUpdate shows what an update costs, and what it allocates.
func BenchmarkUpdate(b *testing.B) {
	for _, k := range kinds {
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", k.name, callers), func(b *testing.B) {
				store, caller := loaded(b, filepath.Join(b.TempDir(), "groups.db"))
				updates := made(k, 0, b.N)
				b.ReportAllocs()
				b.ResetTimer()
				updateAll(b, store, caller, updates, callers, 0)
			})
		}
	}
}

// BenchmarkAgainstByHand takes turns, for a disk is not as fast at one moment as at the next, and reports medians of how
// fast the store is against the same statements by hand: 64 callers against batches of 100, of 64 (what 64 callers can
// share), and of one; and how long a lone caller waits against a transaction of its own.
func BenchmarkAgainstByHand(b *testing.B) {
	const rounds, turn, alone = 7, 3200, 160 // turn is a multiple of 100 and of 64
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			store, caller := loaded(b, filepath.Join(b.TempDir(), "groups.db"))
			hand := newByHand(b)
			var hundred, sixtyFour, single, lone []float64
			n := 0
			byHand := func(count, batch int) time.Duration {
				updates := make([]prepared, count)
				for i := range updates {
					updates[i] = prepare(k, n+i)
				}
				n += count
				return timed(func() { hand.run(b, updates, batch) }) / time.Duration(count)
			}
			byStore := func(count, callers int) time.Duration {
				first, updates := n, made(k, n, count)
				n += count
				return timed(func() { updateAll(b, store, caller, updates, callers, first) }) / time.Duration(count)
			}
			round := func() {
				many := float64(byStore(turn, 64))
				hundred = append(hundred, float64(byHand(turn, 100))/many)
				sixtyFour = append(sixtyFour, float64(byHand(turn, 64))/many)
				one := float64(byHand(alone, 1))
				single = append(single, one/many)
				lone = append(lone, float64(byStore(alone, 1))/one)
			}
			for b.Loop() {
				for range rounds {
					round()
				}
			}
			b.ReportMetric(median(hundred), "of-batches-of-100")
			b.ReportMetric(median(sixtyFour), "of-batches-of-64")
			b.ReportMetric(median(single), "of-single-commits")
			b.ReportMetric(median(lone), "lone-latency-ratio")
		})
	}
}

func timed(run func()) time.Duration {
	before := time.Now()
	run()
	return time.Since(before)
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
