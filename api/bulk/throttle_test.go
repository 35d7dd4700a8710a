//go:build !race

// The race detector of Go 1.26 breaks down now and then under so many timers of a synctest bubble, so make test runs this
// file without it, in a run of its own.

package bulk_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/bulk"
)

// bucket takes so many requests a second, and a burst.
type bucket struct {
	mu    sync.Mutex
	rate  float64
	burst float64
	have  float64
	at    time.Time
}

func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.at.IsZero() {
		b.at, b.have = now, b.burst
	}
	b.have = min(b.burst, b.have+now.Sub(b.at).Seconds()*b.rate)
	b.at = now
	if b.have < 1 {
		return false
	}
	b.have--
	return true
}

// An API that throttles: no row is lost, and the run takes at most 1.3 of the time that it would take at the rate that the
// API allows.
func TestThrottled(t *testing.T) {
	const count = 4000
	every := func(n int) func(int, int64, string) error {
		return func(request int, _ int64, _ string) error {
			if request%n == 0 {
				return later(429, 1)
			}
			return nil
		}
	}
	random := func(seconds int) func(int, int64, string) error {
		r := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		return func(int, int64, string) error {
			mu.Lock()
			defer mu.Unlock()
			if r.IntN(3) == 0 {
				if seconds < 0 {
					return status(429)
				}
				return later(429, seconds)
			}
			return nil
		}
	}
	limited := func(rate, burst float64, seconds int) func(int, int64, string) error {
		b := &bucket{rate: rate, burst: burst}
		return func(int, int64, string) error {
			if b.take() {
				return nil
			}
			if seconds < 0 {
				return status(429)
			}
			return later(429, seconds)
		}
	}
	window := func(quota int, length time.Duration) func(int, int64, string) error {
		var mu sync.Mutex
		var over time.Time
		left := 0
		return func(int, int64, string) error {
			mu.Lock()
			defer mu.Unlock()
			if now := time.Now(); now.After(over) {
				over, left = now.Add(length), quota
			}
			if left--; left < 0 {
				return later(429, int(time.Until(over).Seconds())+1)
			}
			return nil
		}
	}
	for _, tc := range []struct {
		name   string
		answer func(int, int64, string) error
		rate   float64
		ideal  float64 // seconds
	}{
		{name: "every third request, whatever the rate", answer: every(3), rate: 200, ideal: 1.5 * count / 200},
		{name: "a random third, whatever the rate", answer: random(1), rate: 200, ideal: 1.5 * count / 200},
		{name: "a random third, to be sent again at once", answer: random(0), rate: 200, ideal: 1.5 * count / 200},
		{name: "a random third, without Retry-After", answer: random(-1), rate: 200, ideal: 1.5 * count / 200},
		{name: "what is more than 100 a second, at 150", answer: limited(100, 10, 1), rate: 150, ideal: count / 100},
		{name: "what is more than 100 a second, at 150, without a burst", answer: limited(100, 2, 1), rate: 150, ideal: count / 100},
		{name: "what is more than 100 a second, no rate given", answer: limited(100, 10, 1), ideal: count / 100},
		{name: "the same without Retry-After", answer: limited(100, 10, -1), ideal: count / 100},
		{name: "the same to be sent again at once", answer: limited(100, 10, 0), ideal: count / 100},
		{name: "1000 in ten seconds, and then none", answer: window(1000, 10*time.Second), ideal: 30.5},
		{name: "a large burst", answer: limited(100, 300, 1), ideal: count / 100},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{latency: 5 * time.Millisecond, answer: tc.answer}
				var progress bulk.Progress
				began := time.Now()
				if err := bulk.Run(t.Context(), many(count), bulk.Options{Updater: a, Rate: tc.rate, Progress: &progress}); err != nil {
					t.Fatal(err)
				}
				took := time.Since(began).Seconds()
				s := progress.Snapshot()
				if s.Applied != count || s.Rejected() != 0 || len(a.sent) != count {
					t.Errorf("applied %d of %d, rejected %d", s.Applied, count, s.Rejected())
				}
				if took > 1.3*tc.ideal {
					t.Errorf("took %.1f s, the ideal is %.1f s", took, tc.ideal)
				}
				t.Logf("%.2f of the ideal, %d requests again, limit %.0f/s", took/tc.ideal, s.Retries, s.Limit)
			})
		})
	}
}
