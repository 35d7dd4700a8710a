package server

import (
	"context"
	"errors"
	"testing"
	"time"
)

// The context of a request ends as any other does, whoever looks first and by whatever means.
func TestRequestContext(t *testing.T) {
	soon := func() time.Time { return time.Now().Add(time.Millisecond) }
	far := func() time.Time { return time.Now().Add(time.Hour) }
	for _, tc := range []struct {
		name     string
		deadline time.Time
		end      func(cancelOuter context.CancelFunc, c *requestContext)
		want     error
	}{
		{"its time is over", soon(), func(context.CancelFunc, *requestContext) {}, context.DeadlineExceeded},
		{"the connection ends", far(), func(cancel context.CancelFunc, _ *requestContext) { cancel() }, context.Canceled},
		{"the request ends", far(), func(_ context.CancelFunc, c *requestContext) { c.end() }, context.Canceled},
	} {
		for name, waited := range map[string]bool{"": false, ", waited for before": true} {
			t.Run(tc.name+name, func(t *testing.T) {
				outer, cancel := context.WithCancel(t.Context())
				defer cancel()
				c := &requestContext{Context: outer, deadline: tc.deadline}
				if waited {
					c.Done()
				}
				child, cancelChild := context.WithCancel(c)
				defer cancelChild()
				tc.end(cancel, c)
				<-c.Done()
				<-child.Done()
				if !errors.Is(c.Err(), tc.want) || !errors.Is(child.Err(), tc.want) {
					t.Errorf("got %v and %v, want %v", c.Err(), child.Err(), tc.want)
				}
				c.end()
			})
		}
	}
}
