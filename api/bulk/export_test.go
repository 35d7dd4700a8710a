package bulk

import (
	"context"

	"example.com/oxgroups/api/client"
)

// Limiter is what all requests of a run wait for.
type Limiter interface {
	client.Limiter
	client.Observer
}

// NewLimiter returns the limiter of a run that is never halted before ctx ends.
func NewLimiter(ctx context.Context) Limiter {
	return newLimiter(ctx, 0, func(client.Attempt, pressure) {})
}
