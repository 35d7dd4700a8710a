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
)

// updateAll has a number of callers make the updates from number first to before end.
func updateAll(b *testing.B, store *Store, caller group.Caller, k kind, callers, first, end int) {
	b.Helper()
	var next atomic.Int64
	next.Store(int64(first))
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < end; n = int(next.Add(1)) - 1 {
				id := groupOf(n)
				if _, err := store.Update(context.Background(), caller, id, k.update(id, n), group.Includes{}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkUpdate shows what an update costs, and what it allocates.
func BenchmarkUpdate(b *testing.B) {
	for _, k := range kinds {
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", k.name, callers), func(b *testing.B) {
				store, caller := loaded(b, filepath.Join(b.TempDir(), "groups.db"))
				b.ReportAllocs()
				b.ResetTimer()
				updateAll(b, store, caller, k, callers, 0, b.N)
			})
		}
	}
}

// BenchmarkAgainstByHand takes turns, for a disk is not as fast at one moment as at the next, and reports medians of how
// fast the store is against the same statements by hand: 64 callers against batches of 100, of 64 (what 64 callers can
// share), and of one; and how long a lone caller waits against a transaction of its own.
func BenchmarkAgainstByHand(b *testing.B) {
	const turn, alone = 3200, 160 // turn is a multiple of 100 and of 64
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
				first := n
				n += count
				return timed(func() { updateAll(b, store, caller, k, callers, first, n) }) / time.Duration(count)
			}
			for b.Loop() {
				many := float64(byStore(turn, 64))
				hundred = append(hundred, float64(byHand(turn, 100))/many)
				sixtyFour = append(sixtyFour, float64(byHand(turn, 64))/many)
				one := float64(byHand(alone, 1))
				single = append(single, one/many)
				lone = append(lone, float64(byStore(alone, 1))/one)
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
