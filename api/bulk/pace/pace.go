// Package pace decides when the next request may be sent: at most so many a second, fewer when the API answers that they
// are too many, none for a while when it answers nothing else. It does not know what a request is.
package pace

import (
	"context"
	"math"
	"sync"
	"time"
)

// Reply is how a request ended, as far as the pace goes.
type Reply uint8

// The kinds of replies.
const (
	Answered    Reply = iota // the API did its work, whatever it said
	Throttled                // too many requests (429)
	Unavailable              // no reply, or one that says that the API cannot serve
)

// Ticket is the permission to send one request.
type Ticket struct{ epoch int }

// Streak is how long the API has answered no request.
type Streak struct {
	Replies  int           // in a row; 0: the last one was answered
	For      time.Duration // since the first of them
	Answered bool          // one was answered before
}

// Limiter hands out tickets. It is safe for concurrent use.
type Limiter struct {
	mu      sync.Mutex
	control control
	next    time.Time     // when the next request may be sent
	changed chan struct{} // closed when next may have come nearer

	streak      int
	streakSince time.Time
	answered    bool
	probe       time.Duration // the time between two requests while the API answers none; 0: it does
}

// New returns a limiter that begins with rate requests a second and never exceeds it; 0 is no limit until the API sets
// one.
func New(rate float64) *Limiter {
	if rate <= 0 {
		rate = math.Inf(1)
	}
	return &Limiter{control: control{limit: rate, most: rate}, changed: make(chan struct{})}
}

// Limit returns how many requests a second are sent at most, now; +Inf is no limit.
func (l *Limiter) Limit() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.probe > 0 {
		return 1 / l.probe.Seconds()
	}
	return l.control.limit
}

// Acquire waits until a request may be sent. It returns ctx's error when that ends first. Each ticket is given back to
// Report or Cancel.
func (l *Limiter) Acquire(ctx context.Context) (Ticket, error) {
	for {
		ticket, wait, changed := l.try()
		if wait <= 0 {
			return ticket, ctx.Err()
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return Ticket{}, ctx.Err()
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// try takes the next place if it has come; else it returns how long that is away.
func (l *Limiter) try() (Ticket, time.Duration, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit := l.control.limit
	if l.probe == 0 && math.IsInf(limit, 1) {
		return Ticket{l.control.epoch}, 0, nil
	}
	now := time.Now()
	if wait := l.next.Sub(now); wait > 0 {
		return Ticket{}, wait, l.changed
	}
	gap := l.probe
	if gap == 0 {
		gap = time.Duration(float64(time.Second) / limit)
	}
	// A place that was missed by less than slack is not lost: timers are late.
	l.next = later(l.next, now.Add(-slack)).Add(gap)
	return Ticket{l.control.epoch}, 0, nil
}

const slack = 20 * time.Millisecond

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// How the API is asked whether it is back: after so many replies in a row that were none, at these intervals.
const (
	probeAfter = 8
	firstProbe = 250 * time.Millisecond
	mostProbe  = 5 * time.Second
)

// Report says how the request ended that the ticket was for, and how long the API asks to wait (0: it does not say). It
// returns how long no request was answered.
func (l *Limiter) Report(t Ticket, reply Reply, retryAfter time.Duration) Streak {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.control.count(t.epoch, reply, now)
	if reply == Answered {
		l.streak, l.answered = 0, true
		if l.probe > 0 {
			l.probe = 0
			l.wake(now)
		}
	} else {
		l.fail(t, reply, retryAfter, now)
	}
	streak := Streak{Replies: l.streak, Answered: l.answered}
	if l.streak > 0 {
		streak.For = now.Sub(l.streakSince)
	}
	return streak
}

// Cancel gives back a ticket whose request was not sent, or whose end says nothing.
func (l *Limiter) Cancel(Ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.probe == 0 {
		l.wake(time.Now())
	}
}

// fail counts a reply that was none. Those that were under way when the pace changed say nothing about the new one.
func (l *Limiter) fail(t Ticket, reply Reply, retryAfter time.Duration, now time.Time) {
	if l.streak == 0 {
		l.streakSince = now
	}
	l.streak++
	switch {
	case l.streak < probeAfter, t.epoch != l.control.epoch, reply == Throttled && l.control.flooded(now):
		return
	case l.probe == 0:
		l.probe = firstProbe
	default:
		l.probe = min(2*l.probe, mostProbe)
	}
	l.control.next(now) // the time in which nothing is sent does not count
	l.next = later(l.next, now.Add(max(l.probe, retryAfter)))
}

// wake lets those who wait look again.
func (l *Limiter) wake(now time.Time) {
	l.next = now
	close(l.changed)
	l.changed = make(chan struct{})
}
