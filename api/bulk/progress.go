package bulk

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/pace"
)

// Progress tells how far a run is, while it runs and afterwards. The zero value is ready; it is safe for concurrent use.
type Progress struct {
	applied, refused, failed atomic.Int64
	before                   atomic.Int64
	retries, answers         atomic.Int64
	inFlight                 atomic.Int64

	mu          sync.Mutex
	limiter     *pace.Limiter
	began, over time.Time
}

// Snapshot is how far a run is at one moment.
type Snapshot struct {
	Applied  int64         // rows that the API took, in this run
	Refused  int64         // rows that cannot be applied as they are; those of an earlier run that is resumed too
	Failed   int64         // rows that were given up
	Before   int64         // rows that an earlier run had applied
	Retries  int64         // requests that were sent again
	InFlight int64         // requests under way
	Limit    float64       // requests a second at most; +Inf is no limit
	Elapsed  time.Duration // since the run began
}

// Done returns how many rows have a result.
func (s Snapshot) Done() int64 { return s.Applied + s.Refused + s.Failed + s.Before }

// Rejected returns how many rows have not been applied and will not be.
func (s Snapshot) Rejected() int64 { return s.Refused + s.Failed }

// Snapshot returns how far the run is.
func (p *Progress) Snapshot() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Snapshot{
		Applied: p.applied.Load(), Refused: p.refused.Load(), Failed: p.failed.Load(), Before: p.before.Load(),
		Retries: p.retries.Load(), InFlight: p.inFlight.Load(), Limit: math.Inf(1),
	}
	switch {
	case p.began.IsZero():
	case p.over.IsZero():
		s.Elapsed = time.Since(p.began)
	default:
		s.Elapsed = p.over.Sub(p.began)
	}
	if p.limiter != nil {
		s.Limit = p.limiter.Limit()
	}
	return s
}

func (p *Progress) begin(limiter *pace.Limiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limiter, p.began = limiter, time.Now()
}

func (p *Progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = time.Now()
}

func (p *Progress) count(r Result) {
	switch {
	case r.Outcome == journal.Refused:
		p.refused.Add(1)
	case r.Outcome == journal.Failed:
		p.failed.Add(1)
	case r.Before:
		p.before.Add(1)
	default:
		p.applied.Add(1)
	}
}
