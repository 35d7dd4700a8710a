package client

import (
	"context"
	"errors"
)

// ErrLimiter says that the limiter of WithRateLimiter let a request not pass. It was not sent.
var ErrLimiter = errors.New("client: the rate limiter lets no request pass")

// Limiter spaces requests. A *rate.Limiter of golang.org/x/time/rate is one.
type Limiter interface {
	// Wait blocks until a request may be sent, or returns an error when ctx ends before that.
	Wait(ctx context.Context) error
}

// WithRateLimiter makes each attempt wait for l first, those that are repeated too. l is shared by all calls that are given
// it, and must be safe for concurrent use. Nil is no limit, which is the default.
func WithRateLimiter(l Limiter) Option {
	return func(s *settings) error {
		s.limiter = l
		return nil
	}
}
