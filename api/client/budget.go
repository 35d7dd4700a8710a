package client

import (
	"errors"
	"math"
	"net/http"
	"sync/atomic"
)

// The retry budget of a client where no option says otherwise.
const (
	DefaultRetryBudget = 20
	DefaultRetryRatio  = 0.2
)

// RetryBudget bounds retries across calls, so that many callers do not multiply the load on an API that is down: what
// WithMaxAttempts allows for one call would be four times the load when all calls fail.
//
// It is a bucket of tokens. It begins full; each retry takes one, each request that the API answers puts a part of one back,
// unless the answer is 429 or 5xx. When it has less than one, calls fail after their first attempt until others are
// answered. It is safe for concurrent use.
type RetryBudget struct {
	milli   atomic.Int64 // thousandths of a token
	most    int64
	deposit int64
}

// NewRetryBudget returns a budget that holds size retries and gains ratio of a retry with each request that is answered.
// With a ratio of 0.2 there may be a retry for every five of them in the long run. Negative values count as 0.
func NewRetryBudget(size int, ratio float64) *RetryBudget {
	const most = math.MaxInt64 / 2000
	b := &RetryBudget{
		most:    min(most, int64(max(0, size))) * 1000,
		deposit: int64(min(most, max(0, ratio)) * 1000),
	}
	b.milli.Store(b.most)
	return b
}

// WithRetryBudget makes calls share b: those of several clients for the same API, for example. Nil is no budget. By default
// each client has one of DefaultRetryBudget and DefaultRetryRatio.
func WithRetryBudget(b *RetryBudget) Option {
	return func(s *settings) error {
		if b != nil && b.most == 0 && b.deposit == 0 {
			return errors.New("the retry budget never has a retry; use WithoutRetries")
		}
		s.budget = b
		return nil
	}
}

// withdraw takes a token, or reports that there is none.
func (b *RetryBudget) withdraw() bool {
	if b == nil {
		return true
	}
	for {
		have := b.milli.Load()
		if have < 1000 {
			return false
		}
		if b.milli.CompareAndSwap(have, have-1000) {
			return true
		}
	}
}

// settle puts a part of a token back when err, with which an attempt ended, shows that the API works.
func (b *RetryBudget) settle(err error) {
	if b == nil || err != nil && !isAnswer(err) {
		return
	}
	for {
		have := b.milli.Load()
		if have >= b.most || b.milli.CompareAndSwap(have, min(b.most, have+b.deposit)) {
			return
		}
	}
}

// isAnswer reports whether err is an answer of an API that is up.
func isAnswer(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.StatusCode < http.StatusInternalServerError &&
		answer.StatusCode != http.StatusTooManyRequests
}
