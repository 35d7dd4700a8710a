package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Retry describes an attempt that failed and is about to be repeated.
type Retry struct {
	Attempt int           // the attempt that failed, from 1
	Wait    time.Duration // until the next one
	Err     error         // *Error or *TransportError
}

// Limiter spaces requests. *rate.Limiter of golang.org/x/time/rate implements it.
type Limiter interface {
	// Wait blocks until a request may be sent, or returns an error when ctx ends before that.
	Wait(ctx context.Context) error
}

// Observer is implemented by a Limiter that adapts to replies. Observe is called after each attempt that passed Wait,
// before the client waits or returns.
type Observer interface {
	Observe(Attempt)
}

// Attempt is the outcome of one attempt.
type Attempt struct {
	Status     int           // 0: no reply
	RetryAfter time.Duration // how long the API asks to wait; 0: it does not
	Latency    time.Duration // from sending to the last byte of the reply
	Err        error         // nil, *Error or *TransportError
}

// tally collects the outcome of the attempts of one call. The caller of retrier.RoundTrip puts it into the context.
type tally struct {
	route     string // for the log
	attempts  int
	throttled bool   // an attempt was answered with 429
	token     string // of the last attempt
	failed    *Error // the last attempt, if its reply has no status of 2xx
}

type tallyKey struct{}

// retrier is a http.RoundTripper that repeats requests. It knows no operation, only that requests are idempotent, and
// reads each reply whole, so that one that breaks off is repeated too.
type retrier struct {
	*settings
	next http.RoundTripper
}

// reply is the whole answer to one request.
type reply struct {
	status int
	header http.Header
	body   []byte
	token  string // that the request was sent with
}

// response returns r as net/http has it. Its body is a wholeBody.
func (r *reply) response(req *http.Request) *http.Response {
	body := &wholeBody{data: r.body}
	body.Reset(r.body)
	return &http.Response{
		Status: strconv.Itoa(r.status) + " " + http.StatusText(r.status), StatusCode: r.status, Header: r.header,
		Body: body, ContentLength: int64(len(r.body)), Request: req,
	}
}

// wholeBody is the body of a reply that was read already.
type wholeBody struct {
	bytes.Reader
	data []byte
}

// Close implements io.Closer.
func (*wholeBody) Close() error { return nil }

// RoundTrip sends req until it is answered or fails for good. It returns a reply with any status, or a *TransportError, or
// an *Error for a reply that is too large or corrupt.
func (t *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	n, ok := req.Context().Value(tallyKey{}).(*tally)
	if !ok {
		n = new(tally)
	}
	r, err := t.send(req, n)
	if e, ok := err.(*Error); ok && e.Err == nil {
		n.failed, err = e, nil
	}
	if err != nil {
		return nil, err
	}
	return r.response(req), nil
}

// send sends req until it is answered with 2xx or fails for good. Beside an *Error it returns the reply.
func (t *retrier) send(req *http.Request, n *tally) (*reply, error) {
	ctx := req.Context()
	var last error
	for renewed := false; ; {
		token, err := t.admit(ctx, last)
		if err != nil {
			return nil, n.stamp(err)
		}
		n.attempts++
		n.token = token
		started := time.Now()
		r, err := t.attempt(req, token)
		last = n.stamp(err)
		t.observe(r, err, time.Since(started))
		if err == nil {
			t.logAttempt(req, n, started, r, nil, false, 0)
			return r, nil
		}
		var wait time.Duration
		var stop error
		if !renewed && n.attempts < t.maxAttempts && t.renew(ctx, token, err) {
			renewed = true
		} else {
			wait, stop = t.plan(ctx, n.attempts, err)
		}
		t.logAttempt(req, n, started, r, cmp.Or(stop, err), stop == nil, wait)
		if stop != nil {
			return r, n.stamp(stop)
		}
		if t.notify != nil {
			t.notify(Retry{Attempt: n.attempts, Wait: wait, Err: err})
		}
		if ended := sleep(ctx, wait); ended != nil {
			return nil, n.stamp(newTransportError(token, contextCauses(ctx, ended, err)...))
		}
	}
}

// admit waits for the limiter and returns the token for the next attempt, or a *TransportError. last is the error of the
// attempt before, or nil.
func (t *retrier) admit(ctx context.Context, last error) (token string, err error) {
	var causes []error
	if t.limiter != nil {
		if err = t.limiter.Wait(ctx); err != nil {
			causes = []error{ErrLimiter, err}
		}
	}
	if err == nil && ctx.Err() == nil {
		if t.source == nil {
			return t.token, nil
		}
		if token, err = t.source.get(ctx); err == nil {
			return token, nil
		}
		causes = []error{ErrNoToken, sourceError{err}}
	}
	if ended := ctx.Err(); ended != nil {
		causes = contextCauses(ctx, ended, err)
	}
	if last != nil {
		causes = append(causes, last)
	}
	return "", newTransportError(t.token, causes...)
}

// attempt sends req once. It returns a reply with 2xx, or an *Error with the reply, or a *TransportError.
func (t *retrier) attempt(req *http.Request, token string) (*reply, error) {
	ctx := req.Context()
	timeout := t.timeout
	if most := t.httpClient.Timeout; most > 0 && (timeout == 0 || most < timeout) {
		timeout = most
	}
	if timeout > 0 {
		bounded, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		ctx = bounded
	}
	out := req.WithContext(ctx)
	out.Header = req.Header.Clone()
	out.Header.Set("Authorization", "Bearer "+token)
	body := &sentBody{ReadCloser: http.NoBody}
	if req.GetBody != nil {
		fresh, err := req.GetBody()
		if err != nil {
			return nil, fmt.Errorf("client: copying the request: %w", err)
		}
		body.ReadCloser, out.Body = fresh, body
	}
	resp, err := t.next.RoundTrip(out)
	if err != nil {
		return nil, noReply(req.Context(), token, err, body.read.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	r := &reply{status: resp.StatusCode, header: redactHeader(resp.Header, token), token: token}
	r.body, err = readAll(resp, t.maxResponse)
	switch {
	case errors.Is(err, ErrResponseTooLarge), errors.Is(err, ErrBadResponse):
		return r, newError(r, err)
	case err != nil:
		return nil, noReply(req.Context(), token, networkError{fmt.Errorf("reading the reply: %w", err)}, true)
	case r.status/100 != 2:
		return r, newError(r, nil)
	}
	return r, nil
}

// sentBody is the body of a request that remembers whether a transport began to send it.
type sentBody struct {
	io.ReadCloser
	read atomic.Bool
}

func (b *sentBody) Read(p []byte) (int, error) {
	b.read.Store(true)
	return b.ReadCloser.Read(p)
}

func (t *retrier) observe(r *reply, err error, latency time.Duration) {
	t.budget.settle(err)
	observer, ok := t.limiter.(Observer)
	if !ok {
		return
	}
	a := Attempt{Latency: latency, Err: err}
	if r != nil {
		a.Status = r.status
		a.RetryAfter, _ = retryAfter(r.header, time.Now())
	}
	observer.Observe(a)
}

// renew drops a token that the API does not know, and reports whether the source has another one.
func (t *retrier) renew(ctx context.Context, token string, err error) bool {
	if t.source == nil || !errors.Is(err, ErrUnauthorized) {
		return false
	}
	t.source.drop(token)
	next, err := t.source.get(ctx)
	return err == nil && next != token
}

// plan returns how long to wait before the next attempt after err, or the error to return if there is none.
func (t *retrier) plan(ctx context.Context, attempts int, err error) (wait time.Duration, stop error) {
	if attempts >= t.maxAttempts || !mayPass(err) {
		return 0, err
	}
	wait = t.backoff.delay(attempts)
	if e, ok := err.(*Error); ok {
		switch {
		case e.RetryAfter > t.maxRetryAfter:
			return 0, giveUp(err, fmt.Errorf("not sent again: the API asks for a wait of %v, longer than %v", e.RetryAfter, t.maxRetryAfter))
		case e.RetryAfter > 0: // never too early, and not all calls at the same moment
			wait = e.RetryAfter + upTo(min(e.RetryAfter/10, math.MaxInt64-e.RetryAfter))
		case e.StatusCode == http.StatusTooManyRequests && !e.saysWhen:
			wait = t.backoff.floor(attempts)
		}
	}
	if outlasts(ctx, wait) {
		return 0, newTransportError(t.token, contextCauses(ctx, context.DeadlineExceeded, err)...)
	}
	if !t.budget.withdraw() {
		return 0, giveUp(err, ErrRetryBudget)
	}
	return wait, nil
}

// giveUp notes in err why the request is not sent again.
func giveUp(err, reason error) error {
	switch e := err.(type) {
	case *Error:
		e.GaveUp = reason
	case *TransportError:
		e.GaveUp = reason
	}
	return err
}

// mayPass reports whether the same request may end otherwise later.
func mayPass(err error) bool {
	switch e := err.(type) {
	case *TransportError:
		return e.passing
	case *Error:
		return e.Err == nil && statusMayPass(e.StatusCode)
	}
	return false
}

// statusMayPass reports whether a PUT is worth repeating after a status: 408, 429, and 5xx that do not name a lasting
// cause. 526 is Cloudflare's for an API whose certificate is not valid.
func statusMayPass(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusVariantAlsoNegotiates, http.StatusLoopDetected,
		http.StatusNotExtended, http.StatusNetworkAuthenticationRequired, 526:
		return false
	}
	return status >= 500
}

// passing reports whether err may pass, with which a transport failed. sent is whether it began to send the request.
func passing(err error, sent bool) bool {
	var (
		errno   syscall.Errno
		name    *net.DNSError
		op      *net.OpError
		network networkError
	)
	switch {
	case isTimeout(err):
		return !sent // the API may still be at work on it
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.As(err, &errno):
		return true
	case errors.As(err, &name):
		return !name.IsNotFound
	case errors.As(err, &op) && op.Op == "remote error": // a TLS alert
		return false
	}
	// Most faults of HTTP/2 have no type. Before a request is sent, what is left are faults of TLS and of proxies, which last.
	return sent && errors.As(err, &network)
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// backoff is exponential with full jitter, so that calls that failed together are not repeated together.
type backoff struct{ base, most time.Duration }

// delay returns the wait after so many attempts.
func (b backoff) delay(attempts int) time.Duration { return upTo(b.ceiling(b.base, attempts)) }

// floor returns the wait after a 429 that does not say how long to wait: at least 4 x base, doubled for each attempt.
func (b backoff) floor(attempts int) time.Duration {
	least := b.ceiling(min(b.base, b.most/4)*4, attempts)
	return least + upTo(least/10)
}

// ceiling doubles d for each attempt after the first, up to most.
func (b backoff) ceiling(d time.Duration, attempts int) time.Duration {
	for n := 1; n < attempts && d < b.most; n++ {
		d += min(d, b.most-d)
	}
	return min(d, b.most)
}

// upTo returns a random time between 0 and d.
func upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d)
}

// outlasts reports whether a wait would end after the deadline of ctx.
func outlasts(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) <= wait
}

// sleep waits, and returns the error of ctx as soon as ctx ends.
func sleep(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads the header of RFC 9110, section 10.2.3: seconds, with a fraction too, or a date. ok is false if there is
// none that can be read.
func retryAfter(header http.Header, now time.Time) (d time.Duration, ok bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value != "" && strings.Trim(value, "0123456789.") == "" {
		const most = time.Duration(math.MaxInt64)
		n, err := strconv.ParseFloat(value, 64)
		if n >= most.Seconds() {
			return most, true
		} else if err == nil {
			return time.Duration(math.Ceil(n * float64(time.Second))), true
		}
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	// The date is to be compared with the clock that it was made by.
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	return max(0, date.Sub(now)), true
}
