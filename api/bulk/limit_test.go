package bulk_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/client"
)

// limit is a limit on requests of one kind. take is called one at a time; it returns how long to wait where it refuses.
type limit struct {
	name    string
	ideal   float64 // requests a second
	seconds float64 // that the run would take
	make    func() (take func(now time.Time) (wait time.Duration, ok bool))
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

// The limiter takes at least nine tenths of what a limited API gives, by any kind of limit, with and without Retry-After,
// and no request begins within an announced wait. A bucket with hardly any burst takes longer to learn.
func TestLimiter(t *testing.T) {
	for _, kind := range []limit{
		{name: "20 in a second", ideal: 20, seconds: 60, make: fixed(20, time.Second)},
		{name: "50 in a second", ideal: 50, seconds: 60, make: fixed(50, time.Second)},
		{name: "200 in a second", ideal: 200, seconds: 60, make: fixed(200, time.Second)},
		{name: "200 in ten seconds", ideal: 20, seconds: 60, make: fixed(200, 10*time.Second)},
		{name: "50 in any second", ideal: 50, seconds: 60, make: sliding(50, time.Second)},
		{name: "200 in any ten seconds", ideal: 20, seconds: 60, make: sliding(200, 10*time.Second)},
		{name: "a bucket", ideal: 50, seconds: 60, make: bucket(50, 50)},
		{name: "a bucket with a large burst", ideal: 50, seconds: 60, make: bucket(50, 500)},
		{name: "a bucket with a small burst", ideal: 50, seconds: 90, make: bucket(50, 10)},
		{name: "a bucket with hardly any burst", ideal: 50, seconds: 90, make: bucket(50, 3)},
		{name: "a bucket without a burst", ideal: 50, seconds: 120, make: bucket(50, 1)},
	} {
		for header, announce := range announcements {
			for workers, latency := range map[int]time.Duration{8: 200 * time.Microsecond, 16: 20 * time.Millisecond, 64: 150 * time.Millisecond} {
				t.Run(fmt.Sprintf("%s, Retry-After %s, %d workers, %v", kind.name, header, workers, latency), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						probe(t, &judge{take: kind.make(), announce: announce, latency: latency}, kind, workers)
					})
				})
			}
		}
	}
}

// judge is an API with a limit. It counts the requests that begin within a wait that it has announced.
type judge struct {
	take     func(time.Time) (time.Duration, bool)
	announce func(time.Time, time.Duration) (string, time.Time)
	latency  time.Duration

	mu          sync.Mutex
	told, until time.Time // when the wait was announced to somebody, and its end
	early       int
	refused     int
}

// ask returns whether a request is taken that was sent half the latency ago, and what Retry-After says if not.
func (j *judge) ask() (after string, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	if sent := now.Add(-j.latency / 2); sent.After(j.told) && sent.Before(j.until) {
		j.early++
	}
	wait, ok := j.take(now)
	if !ok {
		j.refused++
		j.told = now.Add(j.latency / 2)
		after, j.until = j.announce(j.told, max(0, wait-j.latency/2))
	}
	return after, ok
}

func (j *judge) check(t *testing.T, kind limit, took time.Duration) {
	t.Helper()
	share := kind.seconds / took.Seconds()
	if t.Logf("%.3f of the limit, %d refused", share, j.refused); share < 0.9 || j.early > 0 {
		t.Errorf("%.3f of the limit, %d requests within an announced wait", share, j.early)
	}
}

// probe sends requests by the limiter alone.
func probe(t *testing.T, j *judge, kind limit, workers int) {
	limiter := bulk.NewLimiter(t.Context())
	began := time.Now()
	var left atomic.Int64
	left.Store(int64(kind.ideal * kind.seconds))
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				for ok := false; !ok; {
					if err := limiter.Wait(t.Context()); err != nil {
						t.Error(err)
						return
					}
					var after string
					time.Sleep(j.latency / 2)
					after, ok = j.ask()
					time.Sleep(j.latency / 2)
					answer := client.Attempt{Status: http.StatusOK, Latency: j.latency}
					if !ok {
						answer.Status, answer.RetryAfter = http.StatusTooManyRequests, wait(after)
					}
					limiter.Observe(answer)
				}
			}
		})
	}
	all.Wait()
	j.check(t, kind, time.Since(began))
}

// wait returns how long a Retry-After asks to wait.
func wait(after string) time.Duration {
	if seconds, err := strconv.Atoi(after); err == nil {
		return time.Duration(seconds) * time.Second
	}
	date, _ := http.ParseTime(after)
	return time.Until(date)
}

// A whole run does as well.
func TestLimits(t *testing.T) {
	for _, kind := range []limit{
		{name: "50 in a second", ideal: 50, seconds: 60, make: fixed(50, time.Second)},
		{name: "200 in any ten seconds", ideal: 20, seconds: 60, make: sliding(200, 10*time.Second)},
		{name: "a bucket", ideal: 50, seconds: 60, make: bucket(50, 50)},
	} {
		for header, announce := range announcements {
			t.Run(kind.name+", Retry-After "+header, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					j := &judge{take: kind.make(), announce: announce, latency: 10 * time.Millisecond}
					a := &api{latency: j.latency, answer: func(int, int64, string) *reply {
						after, ok := j.ask()
						if ok {
							return nil
						}
						answer := status(429)
						answer.after = after
						return answer
					}}
					began := time.Now()
					count := int(kind.ideal * kind.seconds)
					var progress bulk.Progress
					if err := bulk.Run(t.Context(), many(count), bulk.Options{Client: a.client(), Progress: &progress}); err != nil {
						t.Fatal(err)
					}
					if n := progress.Snapshot().Applied; n != int64(count) {
						t.Errorf("%d applied", n)
					}
					j.check(t, kind, time.Since(began))
				})
			})
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
