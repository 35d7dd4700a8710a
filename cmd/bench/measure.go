package main

import (
	"context"
	"math"
	"runtime"
	"slices"
	"time"
)

// result is a case with what was measured of each of its stacks, in their order.
type result struct {
	benchCase
	cells []cell
}

// cell is what was measured of one stack in one case: a figure for each round.
type cell struct {
	stack  string
	ns     []float64 // for one operation
	allocs []float64
}

func (c *cell) medianNS() float64     { return median(c.ns) }
func (c *cell) medianAllocs() float64 { return median(c.allocs) }

// turn is the stack of a case whose turn it is in each round.
type turn struct {
	process *process
	cell    *cell
	count   int // of operations; 0 where it is not measured again
}

// slow is when one operation is enough: one peer takes seconds for the case nested.
const slow = time.Second

// measure has every stack do every case for about slice, once a round. The stacks take turns within a case, so that what
// else the machine does hits all of them alike.
func measure(ctx context.Context, processes map[string]*process, rounds int, slice time.Duration) ([]result, error) {
	results := make([]result, len(cases))
	turns := make([][]turn, len(cases))
	for i, c := range cases {
		results[i] = result{c, make([]cell, len(c.stacks))}
		for j, name := range c.stacks {
			t := turn{process: processes[name], cell: &results[i].cells[j]}
			t.cell.stack = name
			if _, err := t.process.ask(order{Do: doCheck, Case: c.name}); err != nil {
				return nil, err
			}
			if err := t.calibrate(c.name, slice); err != nil {
				return nil, err
			}
			turns[i] = append(turns[i], t)
		}
	}
	for range rounds {
		for i, c := range cases {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := take(turns[i], c.name); err != nil {
				return nil, err
			}
			slices.Reverse(turns[i]) // forth and back: no stack always comes after the same one
		}
	}
	return results, nil
}

func take(turns []turn, name string) error {
	for _, t := range turns {
		if t.count == 0 {
			continue
		}
		a, err := t.process.ask(order{Do: doSample, Case: name, Count: t.count})
		if err != nil {
			return err
		}
		t.cell.ns, t.cell.allocs = append(t.cell.ns, a.NS), append(t.cell.allocs, a.Allocs)
	}
	return nil
}

// calibrate finds how many operations fit into slice, and warms them up.
func (t *turn) calibrate(name string, slice time.Duration) error {
	for n := 1; ; n *= 2 {
		a, err := t.process.ask(order{Do: doSample, Case: name, Count: n})
		switch {
		case err != nil:
			return err
		case a.NS > float64(slow):
			t.cell.ns, t.cell.allocs = []float64{a.NS}, []float64{a.Allocs}
			return nil
		case a.NS*float64(n) >= float64(slice)/8:
			t.count = max(1, int(float64(slice)/a.NS))
			return nil
		}
	}
}

// sample returns the time and the allocations of one operation, as the mean of n; the allocations in whole ones, because
// the runtime adds a few of its own. The collection of garbage counts: whoever makes it pays for it.
func sample(run func(), n int) (ns, allocs float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range n {
		run()
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return float64(took.Nanoseconds()) / float64(n), math.Floor(float64(after.Mallocs-before.Mallocs) / float64(n))
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}
