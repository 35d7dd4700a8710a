package bulk

import (
	"math"
	"sync"
	"time"

	"example.com/oxgroups/api/bulk/journal"
)

// Progress tells how far a run is, while it runs and afterwards. The zero value is ready; it is safe for concurrent use.
type Progress struct {
	mu      sync.Mutex
	counts  Snapshot // but for what changes without a result
	limiter *limiter
	began   time.Time
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
	s := p.counts
	s.Limit = math.Inf(1)
	if p.limiter != nil {
		pressure := p.limiter.look()
		s.Limit, s.InFlight = pressure.limit, pressure.flying
	}
	if s.Elapsed == 0 && !p.began.IsZero() {
		s.Elapsed = time.Since(p.began)
	}
	return s
}

func (p *Progress) begin(l *limiter, past *journal.Past) {
	applied, refused := past.Done()
	p.change(func(s *Snapshot) {
		p.limiter, p.began = l, time.Now()
		s.Before, s.RefusedBefore = int64(applied), int64(refused)
	})
}

func (p *Progress) end() {
	p.change(func(s *Snapshot) { s.Elapsed = time.Since(p.began) })
}

// count counts the result of a row that was sent, or could not be.
func (p *Progress) count(outcome journal.Outcome) {
	p.change(func(s *Snapshot) {
		switch outcome {
		case journal.Applied:
			s.Applied++
		case journal.Refused:
			s.Refused++
		case journal.Failed:
			s.Failed++
		}
	})
}

func (p *Progress) change(edit func(*Snapshot)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	edit(&p.counts)
}
