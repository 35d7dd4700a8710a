package bulk

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"example.com/oxgroups/api/bulk/journal"
)

// Progress tells how far a run is, while it runs and afterwards. The zero value is ready; it is safe for concurrent use.
type Progress struct {
	applied, refused, failed atomic.Int64
	before, refusedBefore    atomic.Int64
	retries                  atomic.Int64

	mu          sync.Mutex
	limiter     *limiter
	began, over time.Time
}

// Snapshot is how far a run is at one moment.
type Snapshot struct {
	Applied       int64         // rows that the API took, in this run
	Refused       int64         // rows that cannot be applied as they are
	Failed        int64         // rows that were given up
	Before        int64         // rows that an earlier run had applied, as its journal says
	RefusedBefore int64         // rows that an earlier run had found refused
	Retries       int64         // requests that got no answer, or 429, and were sent again unless the row was given up
	InFlight      int           // requests under way
	Limit         float64       // requests a second at most; +Inf: no limit is known
	Elapsed       time.Duration // since the run began
}

// Done returns how many rows have a result.
func (s Snapshot) Done() int64 {
	return s.Applied + s.Refused + s.Failed + s.Before + s.RefusedBefore
}

// Rejected returns how many rows have not been applied and will not be.
func (s Snapshot) Rejected() int64 { return s.Refused + s.Failed + s.RefusedBefore }

// Snapshot returns how far the run is.
func (p *Progress) Snapshot() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Snapshot{
		Applied: p.applied.Load(), Refused: p.refused.Load(), Failed: p.failed.Load(), Before: p.before.Load(),
		RefusedBefore: p.refusedBefore.Load(), Retries: p.retries.Load(), Limit: math.Inf(1),
	}
	switch {
	case p.began.IsZero():
	case p.over.IsZero():
		s.Elapsed = time.Since(p.began)
	default:
		s.Elapsed = p.over.Sub(p.began)
	}
	if p.limiter != nil {
		pressure := p.limiter.look()
		s.Limit, s.InFlight = pressure.limit, pressure.flying
	}
	return s
}

func (p *Progress) begin(l *limiter, past *journal.Past) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limiter, p.began = l, time.Now()
	applied, refused := past.Done()
	p.before.Store(int64(applied))
	p.refusedBefore.Store(int64(refused))
}

func (p *Progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = time.Now()
}

// count counts the result of a row that was sent, or could not be.
func (p *Progress) count(outcome journal.Outcome) {
	switch outcome {
	case journal.Applied:
		p.applied.Add(1)
	case journal.Refused:
		p.refused.Add(1)
	case journal.Failed:
		p.failed.Add(1)
	}
}

// any reports whether the API has taken or refused a row.
func (p *Progress) any() bool { return p.applied.Load()+p.refused.Load() > 0 }

// rejected returns how many rows of this run were not applied.
func (p *Progress) rejected() int64 { return p.refused.Load() + p.failed.Load() }
