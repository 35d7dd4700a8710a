package client

import (
	"math"
	"net/http"
	"sync"
)

// RetryBudget bounds the retries of all calls that share it, so that many callers do not multiply the load on an API that
// is down. It starts with a number of retries; each request that is answered adds a fraction of one, unless the status is
// 429 or 5xx. It is safe for concurrent use.
type RetryBudget struct {
	size, ratio int64 // in thousandths of a retry

	mu   sync.Mutex
	left int64
}

// NewRetryBudget returns a budget of at most size retries, to which each answered request adds ratio: with 0.2 there can
// be one retry for five answers in the long run. Negative values count as 0.
func NewRetryBudget(size int, ratio float64) *RetryBudget {
	const most = math.MaxInt64 / 4000
	thousandths := min(most, int64(max(0, size))) * 1000
	return &RetryBudget{size: thousandths, ratio: int64(min(most, max(0, ratio)) * 1000), left: thousandths}
}

// withdraw takes a retry, or reports that there is none.
func (b *RetryBudget) withdraw() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left < 1000 {
		return false
	}
	b.left -= 1000
	return true
}

// settle adds to the budget if err, with which an attempt ended, is nil or a reply of an API that is up.
func (b *RetryBudget) settle(err error) {
	answer, refused := err.(*Error)
	isUp := err == nil || refused && answer.StatusCode < http.StatusInternalServerError && answer.StatusCode != http.StatusTooManyRequests
	if b == nil || !isUp {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.size, b.left+b.ratio)
}
