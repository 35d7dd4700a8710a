package server

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
)

// exchange is one request and its reply: the writer of the reply, which every reply goes through, and what is known of
// the request. It is one allocation for all that a request needs beside its body.
type exchange struct {
	http.ResponseWriter
	start    time.Time
	id       string // of the request
	route    string // "" where no route was found
	form     bool   // the body is a form
	read     bool   // the body was read to its end
	status   int    // 0 before the reply
	size     int64  // of the body of the reply
	err      error  // that was answered
	ctx      requestContext
	in       group.Includes // what was asked for
	snapshot group.Snapshot // what is answered
	entry    *Entry         // of the journal; nil where none is kept
	fields   [3][1]string   // the values of header fields, so that they need no slices of their own
}

// Unwrap lets http.ResponseController find the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// WriteHeader adds the fields that every reply has.
func (x *exchange) WriteHeader(status int) {
	x.status = status
	h := x.Header()
	x.fields[0][0], x.fields[1][0] = x.id, seconds(time.Since(x.start))
	h["X-Request-Id"], h["X-Runtime"] = x.fields[0][:], x.fields[1][:]
	x.ResponseWriter.WriteHeader(status)
}

// Write counts what is written.
func (x *exchange) Write(p []byte) (int, error) {
	n, err := x.ResponseWriter.Write(p)
	x.size += int64(n)
	return n, err
}

// jsonField is the value of Content-Type in every reply.
var jsonField = []string{contentJSON}

// reply writes a status and a JSON body.
func (x *exchange) reply(status int, body []byte, send bool) error {
	h := x.Header()
	x.fields[2][0] = strconv.Itoa(len(body))
	h["Content-Type"], h["Content-Length"] = jsonField, x.fields[2][:]
	x.WriteHeader(status)
	if !send {
		return nil
	}
	_, err := x.Write(body)
	return err
}

// requestContext is the context of a request. It ends with the caller's connection and after Timeouts.Work. The timer is set only where something waits for it: most requests are done before they have to.
type requestContext struct {
	context.Context // of the connection
	exchange        *exchange
	deadline        time.Time
	by              group.Caller // who asks; authenticate finds it out

	mu     sync.Mutex
	timed  context.Context // set by the first Done
	cancel context.CancelFunc
}

var _ context.Context = (*requestContext)(nil)

type exchangeKey struct{}

// exchangeFrom returns the exchange whose context, or a child of it, ctx is.
func exchangeFrom(ctx context.Context) *exchange { return ctx.Value(exchangeKey{}).(*exchange) }

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

func (c *requestContext) Value(key any) any {
	if key == (exchangeKey{}) {
		return c.exchange
	}
	return c.Context.Value(key)
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
		c.timed, c.cancel = canceled, func() {}
	}
	c.cancel()
}

// canceled is the context of requests that ended before anything waited for them.
var canceled = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()
