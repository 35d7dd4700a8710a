package bulk_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/bulk"
)

// limit is a limit on requests of one kind. take is called one at a time; it returns how long to wait where it refuses.
type limit struct {
	name  string
	ideal float64 // requests a second
	make  func() (take func(now time.Time) (wait time.Duration, ok bool))
}

// fixed takes n requests in each window of time.
func fixed(n int, window time.Duration) func() func(time.Time) (time.Duration, bool) {
	return func() func(time.Time) (time.Duration, bool) {
		var over time.Time
		left := n
		return func(now time.Time) (time.Duration, bool) {
			if over.IsZero() {
				over = now.Add(window / 3) // the run begins in the middle of one
			}
			for !now.Before(over) {
				over, left = over.Add(window), n
			}
			left--
			return over.Sub(now), left >= 0
		}
	}
}

// sliding takes n requests in any time as long as the window.
func sliding(n int, window time.Duration) func() func(time.Time) (time.Duration, bool) {
	return func() func(time.Time) (time.Duration, bool) {
		var taken []time.Time
		return func(now time.Time) (time.Duration, bool) {
			for len(taken) > 0 && now.Sub(taken[0]) >= window {
				taken = taken[1:]
			}
			if len(taken) == n {
				return window - now.Sub(taken[0]), false
			}
			taken = append(taken, now)
			return 0, true
		}
	}
}

// bucket takes rate requests a second, and burst at once.
func bucket(rate, burst float64) func() func(time.Time) (time.Duration, bool) {
	return func() func(time.Time) (time.Duration, bool) {
		have, at := burst, time.Time{}
		return func(now time.Time) (time.Duration, bool) {
			if !at.IsZero() {
				have = min(burst, have+now.Sub(at).Seconds()*rate)
			}
			if at = now; have < 1 {
				return time.Duration((1 - have) / rate * float64(time.Second)), false
			}
			have--
			return 0, true
		}
	}
}

// A run takes at least nine tenths of what a limited API gives, by any kind of limit, with and without Retry-After, and no
// request begins within an announced wait.
func TestLimits(t *testing.T) {
	for _, kind := range []limit{
		{name: "50 in a second", ideal: 50, make: fixed(50, time.Second)},
		{name: "200 in ten seconds", ideal: 20, make: fixed(200, 10*time.Second)},
		{name: "50 in any second", ideal: 50, make: sliding(50, time.Second)},
		{name: "200 in any ten seconds", ideal: 20, make: sliding(200, 10*time.Second)},
		{name: "a bucket", ideal: 50, make: bucket(50, 50)},
		{name: "a bucket with a small burst", ideal: 50, make: bucket(50, 10)},
		{name: "a bucket with hardly any burst", ideal: 50, make: bucket(50, 3)},
	} {
		for header, announce := range announcements {
			for workers, latency := range map[int]time.Duration{16: 200 * time.Microsecond, 64: 150 * time.Millisecond} {
				name := fmt.Sprintf("%s, Retry-After %s, %d workers, %v", kind.name, header, workers, latency)
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { runLimited(t, kind, announce, workers, latency) })
				})
			}
		}
	}
}

// announcements are what an API says in Retry-After, in whole seconds, and when the wait is over then.
var announcements = map[string]func(now time.Time, wait time.Duration) (header string, until time.Time){
	"none": func(time.Time, time.Duration) (string, time.Time) { return "", time.Time{} },
	"in seconds": func(now time.Time, wait time.Duration) (string, time.Time) {
		seconds := (wait + time.Second - 1) / time.Second
		return strconv.Itoa(int(seconds)), now.Add(seconds * time.Second)
	},
	"as a date": func(now time.Time, wait time.Duration) (string, time.Time) {
		date := now.Add(wait + time.Second - 1).Truncate(time.Second)
		return date.UTC().Format(http.TimeFormat), date
	},
}

func runLimited(t *testing.T, kind limit, announce func(time.Time, time.Duration) (string, time.Time), workers int, latency time.Duration) {
	const seconds = 120
	count := int(kind.ideal * seconds)
	take := kind.make()
	var (
		mu       sync.Mutex
		told     time.Time // when the wait was announced to somebody
		until    time.Time
		early    int
		throttle int
	)
	a := &api{latency: latency, answer: func(int, int64, string) *reply {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		if sent := now.Add(-latency / 2); sent.After(told) && sent.Before(until) {
			early++
		}
		wait, ok := take(now)
		if ok {
			return nil
		}
		throttle++
		answer := status(429)
		told = now.Add(latency / 2)
		answer.after, until = announce(told, max(0, wait-latency/2))
		return answer
	}}
	began := time.Now()
	var progress bulk.Progress
	if err := bulk.Run(t.Context(), many(count), bulk.Options{Client: a.client(), Concurrency: workers, Progress: &progress}); err != nil {
		t.Fatal(err)
	}
	share := seconds / time.Since(began).Seconds()
	if s := progress.Snapshot(); s.Applied != int64(count) || share < 0.9 || early > 0 {
		t.Errorf("%.3f of the limit, %d applied, %d requests within an announced wait", share, s.Applied, early)
	}
	t.Logf("%.3f of the limit, %d of %d refused", share, throttle, count)
}

// Behind an outage the run goes on as fast as before, and an API whose limit rises is followed.
func TestLimitRises(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, fast := bucket(50, 50)(), bucket(500, 500)()
		var mu sync.Mutex
		began := time.Now()
		a := &api{latency: 5 * time.Millisecond, answer: func(int, int64, string) *reply {
			mu.Lock()
			defer mu.Unlock()
			take := slow
			if time.Since(began) > 30*time.Second {
				take = fast
			}
			if _, ok := take(time.Now()); ok {
				return nil
			}
			return status(429)
		}}
		const count = 50*30 + 500*60
		if err := bulk.Run(t.Context(), many(count), bulk.Options{Client: a.client()}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 2*time.Minute+30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
