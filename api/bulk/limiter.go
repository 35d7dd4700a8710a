package bulk

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"example.com/oxgroups/api/client"
)

// How the limiter follows the limit of an API. A refusal is a reply of status 429; an episode is what comes between two
// resumptions: requests at the limit, refusals, a pause.
const (
	leastDip    = 0.02                   // so much below the rate that was fine right after a pause, and more where that is too fast
	leastShare  = 0.8                    // of that rate, which one episode that is soon over does not tell
	plateau     = 25.0                   // seconds until the rate is there again; as many seconds later it is twice as high
	climb       = 0.05                   // a second, where the rate is only known about
	secondClimb = 0.1                    // after the second episode
	firstDouble = 400 * time.Millisecond // time to double the rate in after the first, which tells little; and the latency
	shortEpoch  = 2 * time.Second        // so soon refused again, the estimate was too high
	firmPause   = 400 * time.Millisecond // so long a first pause is one of an API that counts in windows
	longPause   = 2 * time.Second        // from here on the mean says more than the last second
	leastRate   = 0.1                    // requests a second
	firstGap    = 100 * time.Millisecond
	mostGap     = time.Second     // between two requests that try whether refusals are over
	mostDownGap = 5 * time.Second // and whether an outage is over
	downAfter   = 8               // replies in a row that are none make an outage
	slots       = 50              // of a fiftieth of a second, for the count of the last second
	slotTime    = time.Second / slots
)

// limiter decides when the next request may be sent. Without a limit of its own it sends as fast as its callers come, until
// the API refuses requests. Then nobody sends for a pause: as long as the API asks for, else until one request at a time is
// taken again. After that it goes on with the rate that was fine, a little below it at first, and grows with time: flat near
// that rate and faster beyond it, like the window of TCP CUBIC (RFC 9438). All workers share it.
type limiter struct {
	most   float64         // requests a second at most
	halted context.Context // no request is let through after its end
	turn   chan struct{}   // held by the one who waits for the bucket, so that a new rate holds for all others

	mu     sync.Mutex
	bucket *rate.Limiter
	fine   float64   // the rate that was fine; +Inf: none is known
	dip    float64   // the share below it at since
	climb  float64   // fine is not settled yet: it grows by this share a second
	since  time.Time // the start of the episode
	taken  int       // answers since
	recent [slots]int
	slot   int64
	flying int

	until    time.Time // nothing is sent before
	asked    time.Time // until when the API asked to wait
	trying   bool      // one request at a time
	throttle bool      // because requests were refused, not because there were no answers
	gap      time.Duration
	pausedAt time.Time
	refused  time.Time // when the request was sent whose refusal began it
	rate     float64   // requests a second at that time
	firm     bool      // the first burst says what the API takes
	peak     float64   // answers in the second before pausedAt
	latency  time.Duration
	episodes int
	shorts   int
	changed  chan struct{} // closed when trying ends

	silent      func(client.Attempt, pressure) // called with each reply that is none
	streak      int                            // such replies in a row
	streakSince time.Time
	answered    int64
}

var (
	_ client.Limiter  = (*limiter)(nil)
	_ client.Observer = (*limiter)(nil)
)

func newLimiter(halted context.Context, most float64, silent func(client.Attempt, pressure)) *limiter {
	if most <= 0 {
		most = float64(rate.Inf)
	}
	return &limiter{
		most: most, halted: halted, silent: silent, fine: most, bucket: rate.NewLimiter(rate.Limit(most), 1),
		turn: make(chan struct{}, 1), changed: make(chan struct{}),
	}
}

// errHalted is the error of Wait when the run sends no more.
var errHalted = errors.New("the run has stopped")

// Wait waits until a request may be sent.
func (l *limiter) Wait(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
	case <-l.halted.Done():
		return errHalted
	}
	defer func() { <-l.turn }()
	for {
		wait, changed := l.pause()
		if wait <= 0 {
			if err := l.bucket.Wait(l.halted); err != nil {
				return errHalted
			}
			if l.admit() {
				return ctx.Err()
			}
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-l.halted.Done():
			timer.Stop()
			return errHalted
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pause returns how long nothing may be sent, and sets the rate for what is sent after that.
func (l *limiter) pause() (time.Duration, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.since.IsZero() {
		l.since = now
	}
	l.bucket.SetLimit(rate.Limit(l.limit(now)))
	return l.until.Sub(now), l.changed
}

// limit returns how many requests a second may be sent.
func (l *limiter) limit(now time.Time) float64 {
	if l.fine >= float64(rate.Inf) {
		return float64(rate.Inf)
	}
	seconds := now.Sub(l.since).Seconds()
	ahead := 1 - seconds/plateau
	share := 1 - ahead*ahead*ahead
	switch {
	case l.climb > 0:
		share = (1 - l.dip) * math.Exp(min(seconds*l.climb, 20))
	case ahead > 0:
		share = 1 - l.dip*ahead*ahead*ahead
	}
	return min(l.most, max(l.fine*share, leastRate))
}

// admit lets a request through, unless a pause has begun meanwhile.
func (l *limiter) admit() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.until.After(now) {
		return false
	}
	if l.trying {
		l.until = now.Add(l.gap)
	}
	l.flying++
	return true
}

// Observe learns from an attempt.
func (l *limiter) Observe(a client.Attempt) {
	l.mu.Lock()
	l.flying--
	answered := l.observe(a, time.Now())
	p := l.pressure()
	l.mu.Unlock()
	if !answered {
		l.silent(a, p)
	}
}

// observe reports whether the API did its work, whatever it said.
func (l *limiter) observe(a client.Attempt, now time.Time) (answered bool) {
	began := now.Add(-a.Latency)
	l.advance(now)
	if until := now.Add(a.RetryAfter); a.RetryAfter > 0 && until.After(l.asked) {
		l.asked = until
		l.until = later(l.until, until)
	}
	throttled := a.Status == http.StatusTooManyRequests
	l.latency = a.Latency
	if throttled || a.Status == 0 || a.Status == http.StatusRequestTimeout || a.Status >= http.StatusInternalServerError {
		if l.streak == 0 {
			l.streakSince = now
		}
		if l.streak++; throttled || l.streak >= downAfter || a.RetryAfter > 0 {
			l.stop(now, began, throttled)
		}
		return false
	}
	l.streak = 0
	l.answered++
	l.taken++
	l.recent[l.slot%slots]++
	switch {
	case l.trying && (l.episodes == 0 && !began.After(l.pausedAt) || !began.After(l.refused)):
		l.peak++ // it was sent before the one that was refused
	case l.trying && !began.After(l.pausedAt):
	case l.trying && !l.asked.After(now):
		l.resume(now)
	}
	return true
}

// advance empties the slots of time that has passed.
func (l *limiter) advance(now time.Time) {
	slot := now.UnixNano() / int64(slotTime)
	for i := max(l.slot+1, slot-slots+1); i <= slot; i++ {
		l.recent[i%slots] = 0
	}
	l.slot = slot
}

// stop begins a pause, or makes the next request that tries whether it is over come later. Replies to requests that were
// under way when the pause began say nothing new.
func (l *limiter) stop(now, began time.Time, throttle bool) {
	most := mostGap
	if !throttle {
		most = mostDownGap
	}
	switch {
	case !l.trying && !began.Before(l.since):
		l.trying, l.throttle, l.gap, l.pausedAt, l.refused = true, throttle, firstGap, now, began
		l.peak, l.rate = 0, l.limit(began)
		for _, n := range l.recent {
			l.peak += float64(n)
		}
	case l.trying && began.After(l.pausedAt):
		l.gap = min(l.gap*3/2, most)
	default:
		return
	}
	l.until = later(l.until, now.Add(l.gap))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// resume ends a pause. Where the pause was short, the last second before it says what the API takes, which the mean of an
// episode with little time in it to send does not. Where it was long, the API counts in longer windows.
func (l *limiter) resume(now time.Time) {
	l.trying = false
	if l.throttle {
		l.learn(now)
		l.since, l.taken = now, 0
	}
	l.until = now.Add(time.Duration(float64(time.Second) / l.limit(now)))
	close(l.changed)
	l.changed = make(chan struct{})
}

// learn estimates from an episode that is over which rate is fine.
func (l *limiter) learn(now time.Time) {
	before, mean := l.fine, float64(l.taken)/now.Sub(l.since).Seconds()
	l.fine, l.dip, l.climb = max(l.peak, mean), leastDip, 0
	long, short := now.Sub(l.pausedAt) >= longPause, l.pausedAt.Sub(l.since) < shortEpoch
	if !short && l.episodes > 0 { // the rate grew until it was too high
		l.fine = max(l.fine, math.Sqrt(l.fine*l.rate))
	}
	if long {
		l.fine, l.climb = mean, climb
	}
	l.episodes++
	switch {
	case l.episodes == 1:
		l.climb, l.firm = math.Ln2/(firstDouble+l.latency).Seconds(), now.Sub(l.pausedAt) > firmPause
	case l.episodes == 2 && short && l.firm && l.peak < 1.5*before:
		l.fine = before // as many as in the first burst: the API counts in windows
	case l.episodes == 2:
		l.climb = secondClimb
	case !short:
		l.shorts = 0
	case !long:
		l.shorts = min(l.shorts+1, 3)
		l.fine, l.dip = max(l.fine, leastShare*before), leastDip*math.Exp2(float64(l.shorts))
	}
}

// pressure says how the API does.
type pressure struct {
	limit    float64       // requests a second at most; +Inf: no limit is known
	flying   int           // requests under way
	answered int64         // since the start
	streak   int           // replies in a row that are no answer
	silence  time.Duration // since the first of them
}

// look returns how the API does.
func (l *limiter) look() pressure {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pressure()
}

func (l *limiter) pressure() pressure {
	now := time.Now()
	p := pressure{limit: l.limit(now), flying: l.flying, answered: l.answered, streak: l.streak}
	if p.limit >= float64(rate.Inf) {
		p.limit = math.Inf(1)
	}
	if l.streak > 0 {
		p.silence = now.Sub(l.streakSince)
	}
	return p
}
