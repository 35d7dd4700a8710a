package bulk

import (
	"context"
	"fmt"
	"net/http"

	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/client"
)

// work sends rows until none is left.
func (r *run) work() {
	for {
		t, ok := r.queue.next()
		if !ok {
			return
		}
		if t.final {
			r.finish(t, journal.Refused, t.refusal.request, t.refusal.reason())
			continue
		}
		r.send(t)
	}
}

// send sends a row until it has a result, or the run stops.
func (r *run) send(t *task) {
	for r.halted.Err() == nil {
		if before, blocked := r.blockedBy(t); blocked {
			r.finish(t, journal.Failed, "", fmt.Sprintf("not sent: row %d of the same group failed", before))
			return
		}
		answered := r.limiter.look().answered
		v := judge(r.client.UpdateWorkspaceGroup(r.ctx, t.row.ID, t.row.Update))
		if r.ctx.Err() != nil && v.kind != applied {
			r.halt(context.Cause(r.ctx)) // what became of the row is not known
			return
		}
		switch v.kind {
		case applied:
			r.finish(t, journal.Applied, v.request, "")
			return
		case refused:
			if !v.takenName() || !r.queue.hold(t, v) {
				r.finish(t, journal.Refused, v.request, v.reason())
			}
			return
		case fatal:
			r.halt(v.err)
			return
		}
		if r.giveUp(t, v, answered) {
			return
		}
	}
}

// silent is called with each attempt that was not answered. It stops the run when the API asks for too much patience.
func (r *run) silent(a client.Attempt, p pressure) {
	r.progress.change(func(s *Snapshot) { s.Retries++ })
	patience := r.Patience
	if a.Status == http.StatusTooManyRequests {
		patience = r.MaxWait
	} else if p.answered == 0 {
		patience = min(patience, firstPatience)
	}
	switch {
	case a.RetryAfter > r.MaxWait:
		r.halt(fmt.Errorf("%w (%v): %w", ErrWait, a.RetryAfter, a.Err))
	case p.streak >= leastSilent && p.silence >= patience+a.RetryAfter:
		r.halt(fmt.Errorf("%w: %w", ErrUnavailable, a.Err))
	}
}

// giveUp decides what comes of a row that got no answer: it reports false where it is sent again. answered is how many
// answers there were before it was sent.
func (r *run) giveUp(t *task, v verdict, answered int64) bool {
	if s := r.progress.Snapshot(); v.kind == foreign && s.Applied+s.Refused == 0 {
		r.halt(notTheAPI(v.err))
		return true
	}
	if now := r.limiter.look().answered; v.kind == again && (v.throttled || now == answered && !(v.defect && now > 0)) {
		return false // nobody got an answer, or the limiter sees to it: the row is not at fault
	}
	if t.tries++; t.tries < r.Tries && v.kind != failed {
		return false
	}
	r.block(t)
	r.finish(t, journal.Failed, v.request, v.reason())
	return true
}

// finish records the result of a row and lets those behind it go on.
func (r *run) finish(t *task, outcome journal.Outcome, request, reason string) {
	if err := r.record(&t.row, outcome, request, reason); err != nil {
		r.halt(err)
		return
	}
	r.queue.done(t, outcome == journal.Applied)
	if r.MaxFailures > 0 {
		if s := r.progress.Snapshot(); s.Refused+s.Failed >= r.MaxFailures {
			r.halt(ErrFailures)
		}
	}
}

// block keeps back the rows of a group after one that failed.
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
