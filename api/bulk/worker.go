package bulk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/pace"
)

// How long a row waits before it is sent again, where the API does not say.
const (
	firstWait = 250 * time.Millisecond
	mostWait  = 8 * time.Second

	throttledWait = 100 * time.Millisecond // times the number of replies of status 429
)

// maxThrottled is how often a row may be answered with 429 while others are not.
const maxThrottled = 20

const (
	firstPatience    = time.Second // for an API that has not answered yet
	leastUnavailable = 3           // replies in a row that count as no answer at all
)

// work sends rows until none is left.
func (r *run) work() {
	for {
		t, ok := r.planner.next(r.halted)
		if !ok {
			return
		}
		ticket, err := r.limiter.Acquire(r.halted)
		if err != nil {
			return
		}
		r.send(t, ticket)
	}
}

// send sends a row once and does what the reply asks for.
func (r *run) send(t *task, ticket pace.Ticket) {
	if before, blocked := r.blockedBy(t); blocked {
		r.limiter.Cancel(ticket)
		r.finish(t, journal.Failed, "", fmt.Sprintf("not sent: row %d of the same group failed", before))
		return
	}
	r.progress.inFlight.Add(1)
	result, err := r.Updater.UpdateWorkspaceGroup(r.ctx, t.row.ID, t.row.Update, r.calls...)
	r.progress.inFlight.Add(-1)
	v := judge(result, err)
	if r.ctx.Err() != nil && v.kind != applied {
		r.limiter.Cancel(ticket)
		r.halt(context.Cause(r.ctx)) // what became of the row is not known
		return
	}
	streak := r.limiter.Report(ticket, v.reply, v.retryAfter)
	if v.reply == pace.Answered {
		r.progress.answers.Add(1)
	}
	switch v.kind {
	case applied:
		r.finish(t, journal.Applied, v.request, "")
	case refused:
		r.finish(t, journal.Refused, v.request, v.reason())
	case fatal:
		r.halt(v.err)
	case again:
		r.again(t, v, streak)
	}
}

// finish records the result of a row and lets those behind it go on.
func (r *run) finish(t *task, outcome journal.Outcome, request, reason string) {
	if err := r.record(&t.row, outcome, request, reason); err != nil {
		r.halt(err)
		return
	}
	r.planner.done(t)
}

// again decides whether a row that got no answer is sent again, and when.
func (r *run) again(t *task, v verdict, streak pace.Streak) {
	switch {
	case v.retryAfter > r.MaxWait:
		r.halt(fmt.Errorf("%w (%v): %w", ErrWait, v.retryAfter, v.err))
		return
	case r.lost(v, streak):
		r.halt(fmt.Errorf("%w: %w", ErrUnavailable, v.err))
		return
	}
	if r.exhausted(t, v) {
		r.block(t)
		r.finish(t, journal.Failed, v.request, v.reason())
		return
	}
	r.progress.retries.Add(1)
	r.planner.park(t, t.wait(v))
}

// wait returns how long a row waits before it is sent again: at least as long as the API asks for. That an API throttles is
// dealt with by the limiter, so that a row which it throttles need not wait long.
func (t *task) wait(v verdict) time.Duration {
	switch {
	case v.reply != pace.Throttled:
		return max(v.retryAfter, backoff(t.tries))
	case v.waits && t.throttled < 3:
		return v.retryAfter
	}
	return max(v.retryAfter, time.Duration(t.throttled)*throttledWait)
}

// lost reports whether the API has answered nothing for too long.
func (r *run) lost(v verdict, streak pace.Streak) bool {
	patience := r.Patience
	if v.reply != pace.Throttled && !streak.Answered {
		patience = min(patience, firstPatience)
	}
	return streak.Replies >= leastUnavailable && streak.For >= patience+v.retryAfter
}

// exhausted counts a try of the row and reports whether it was the last one. While the API answers nobody, a row is not at
// fault, and nothing is counted; a reply of status 500 is about the row.
func (r *run) exhausted(t *task, v verdict) bool {
	answers := r.progress.answers.Load()
	others := answers > t.answers || t.tries+t.throttled == 0
	t.answers = answers
	if v.reply == pace.Throttled {
		if others || t.throttled == 0 {
			t.throttled++
		}
		return t.throttled > maxThrottled
	}
	if others || v.defect || t.tries == 0 {
		t.tries++
	}
	return t.tries >= r.Tries
}

// backoff returns a random time that grows with the number of tries.
func backoff(tries int) time.Duration {
	most := min(firstWait<<min(max(tries-1, 0), 10), mostWait)
	return most/2 + rand.N(most/2)
}

// block keeps back the rows of a group behind one that failed.
func (r *run) block(t *task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, there := r.blocked[t.row.ID]; !there {
		r.blocked[t.row.ID] = t.row.Number
	}
}

func (r *run) blockedBy(t *task) (row int64, blocked bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	row, blocked = r.blocked[t.row.ID]
	return row, blocked
}
