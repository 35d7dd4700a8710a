package server

import (
	"context"
	"sync"
	"time"
)

// requestContext is the context of a request. It ends with the caller's connection and after Timeouts.Work. The timer is
// set only where something waits for it: most requests are done before they have to.
type requestContext struct {
	context.Context // of the connection
	deadline        time.Time

	mu     sync.Mutex
	timed  context.Context // set by the first Done
	cancel context.CancelFunc
}

var _ context.Context = (*requestContext)(nil)

func (c *requestContext) Deadline() (time.Time, bool) {
	if outer, ok := c.Context.Deadline(); ok && outer.Before(c.deadline) {
		return outer, true
	}
	return c.deadline, true
}

func (c *requestContext) Done() <-chan struct{} { return c.withTimer().Done() }

func (c *requestContext) Err() error {
	if err := c.Context.Err(); err != nil {
		return err
	}
	return c.withTimer().Err()
}

func (c *requestContext) withTimer() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timed == nil {
		c.timed, c.cancel = context.WithDeadline(c.Context, c.deadline)
	}
	return c.timed
}

// end releases the timer.
func (c *requestContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timed == nil {
		c.timed = canceled
		return
	}
	if c.cancel != nil {
		c.cancel()
	}
}

// canceled is the context of requests that ended before anything waited for them.
var canceled = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()
