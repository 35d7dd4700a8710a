package pace

import (
	"math"
	"time"
)

// How the limit is set. An epoch is the time in which replies are counted; at its end the limit changes.
const (
	epochTime    = 250 * time.Millisecond
	epochReplies = 40
	growth       = 1.03 // of the limit, in an epoch without a reason to lower it
	margin       = 0.02 // a share of throttled requests that is no reason
	least        = 0.2  // requests a second
	trust        = 20   // epochs until noise is put to the test again
)

// control sets the limit. When requests are throttled it is lowered to what the API took in the same time, which for an
// API that takes so many a second and no more is where it has to be, and then rises slowly. There are APIs that throttle
// a part of the requests whatever the rate: then going slower only takes longer. So lowering the limit is a trial: when it
// did not lower the share of throttled requests, the old limit comes back, and that share counts as noise for a while.
type control struct {
	limit, most float64
	epoch       int
	began       time.Time
	taken       int
	throttled   int
	noise       float64 // the share of throttled requests that has nothing to do with the rate
	age         int     // epochs since noise was put to the test
	trial       *trial  // nil: the limit was not lowered just now
	flood       flood
}

// trial is what was before the limit was lowered.
type trial struct{ limit, share float64 }

// count counts a reply to a request of the current epoch; those of earlier ones were sent at another pace.
func (c *control) count(epoch int, reply Reply, now time.Time) {
	if reply == Unavailable || epoch != c.epoch {
		return
	}
	if c.began.IsZero() {
		c.began = now
	}
	if reply == Throttled {
		c.throttled++
		c.flood.row++
	} else {
		c.taken++
		c.flood.row, c.flood.halvings = 0, 0
	}
	if c.throttled+c.taken >= epochReplies && now.Sub(c.began) >= epochTime {
		c.adapt(now.Sub(c.began).Seconds())
		c.next(now)
	}
}

// next begins another epoch.
func (c *control) next(now time.Time) {
	c.epoch++
	c.began, c.taken, c.throttled, c.flood.row = now, 0, 0, 0
}

// adapt sets the limit by what was counted in so many seconds.
func (c *control) adapt(seconds float64) {
	replies := float64(c.taken + c.throttled)
	share := float64(c.throttled) / replies
	c.age++
	switch bound := c.bound(replies); {
	case share > bound && c.flood.rising:
		c.flood.rising = false
		c.limit = max(float64(c.taken)/seconds, least)
	case c.trial != nil && share > max(bound, c.trial.share/2):
		c.limit, c.noise, c.age, c.trial = c.trial.limit, share, 0, nil
	case share > bound, c.noise > 0 && c.age > trust:
		if c.trial == nil {
			c.trial = &trial{c.limit, share}
		}
		c.noise, c.age = 0, 0
		c.limit = max(float64(c.taken)/seconds, min(c.limit, replies/seconds)/10, least)
	default:
		c.trial = nil
		c.noise += (share - c.noise) * min(c.noise, 0.2) // none becomes none
		c.raise()
	}
}

// bound returns the share of throttled requests above which the rate is to blame: noise, and what chance makes of it.
func (c *control) bound(replies float64) float64 {
	return c.noise + margin + 2*math.Sqrt(c.noise*(1-c.noise)/replies)
}

func (c *control) raise() {
	factor := growth
	if c.flood.rising {
		factor = 2
	}
	if !math.IsInf(c.limit, 1) {
		c.limit = min(c.most, max(c.limit*factor, c.limit+0.1))
	}
}

// flood is what is known of an API that throttles one request after the other. Some take so many a second: then the limit is
// halved until they take some again. Others take none until a window of time is over, and halving does not help.
type flood struct {
	row      int // throttled requests of the epoch without one between them that was not
	halvings int
	before   float64 // the limit at the first of them
	windowed bool    // halving did not help
	rising   bool    // it did, and the limit doubles until it is too high again
}

const (
	floodRow    = 8
	mostHalving = 6
)

// flooded lowers the limit when nothing but throttled requests came back. It reports whether there is still hope in that;
// else nothing should be sent for a while.
func (c *control) flooded(now time.Time) bool {
	f := &c.flood
	if f.windowed {
		return false
	}
	if f.row < floodRow {
		return true
	}
	if f.halvings == 0 {
		f.before = c.limit
	}
	if f.halvings++; f.halvings > mostHalving {
		c.limit, f.windowed, f.rising = f.before, true, false
		c.next(now)
		return false
	}
	seconds := max(now.Sub(c.began).Seconds(), 0.01)
	c.limit = max(min(c.limit, float64(c.taken+c.throttled)/seconds)/2, least)
	c.trial, f.rising = nil, true
	c.next(now)
	return true
}
