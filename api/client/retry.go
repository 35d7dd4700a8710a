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
	"net/http/httptrace"
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

// Limiter spaces requests: Wait blocks until one may be sent, or returns an error when ctx ends before that. *rate.Limiter
// of golang.org/x/time/rate implements it.
type Limiter interface {
	Wait(ctx context.Context) error
}

// Observer is implemented by a Limiter that adapts to replies. Observe is called after each attempt, before the client
// waits or returns.
type Observer interface{ Observe(Attempt) }

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
	body      []byte // of its reply
	last      error  // of the last attempt
	failed    *Error // the last attempt, if it ended the call with a status other than 2xx

	waiting   atomic.Bool // the transport of the last attempt waits for a connection
	connected atomic.Bool // it has one
}

type tallyKey struct{}

// trace returns ctx with hooks that note how far an attempt gets.
func (n *tally) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { n.waiting.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { n.connected.Store(true) },
	})
}

// sent reports whether the request of the last attempt may have been sent. A transport without hooks may have sent it.
func (n *tally) sent() bool { return n.connected.Load() || !n.waiting.Load() }

// retrier is a http.RoundTripper that repeats requests. It knows no operation, only that requests are idempotent, and
// reads each reply whole, so that one that breaks off is repeated too.
type retrier struct {
	*settings
	next http.RoundTripper
}

// RoundTrip sends req until it is answered with 2xx or fails for good. It returns a reply with any status, or a
// *TransportError, or an *Error for a reply that is too large or corrupt.
func (t *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	n, ok := ctx.Value(tallyKey{}).(*tally)
	if !ok {
		n = new(tally)
		req = req.WithContext(context.WithValue(ctx, tallyKey{}, n))
	}
	for renewed := false; ; {
		if err := t.admit(ctx, n); err != nil {
			return nil, n.stamp(err)
		}
		n.attempts++
		started := time.Now()
		resp, err := t.attempt(req, n)
		n.last = n.stamp(err)
		t.observe(resp, err, time.Since(started))
		var wait time.Duration
		stop := err
		if !renewed && n.attempts < t.maxAttempts && t.renew(ctx, n.token, err) {
			renewed, stop = true, nil
		} else if err != nil {
			wait, stop = t.plan(ctx, n, err)
		}
		again := err != nil && stop == nil
		t.logAttempt(req, n, resp, cmp.Or(stop, err), time.Since(started), wait, again)
		if answer, ok := stop.(*Error); ok && answer.Err == nil {
			n.failed, stop = answer, nil
		}
		if stop != nil {
			return nil, n.stamp(stop)
		}
		if !again {
			return resp, nil
		}
		if t.notify != nil {
			t.notify(Retry{Attempt: n.attempts, Wait: wait, Err: err})
		}
		if ended := sleep(ctx, wait); ended != nil {
			return nil, n.stamp(newTransportError(n.token, contextCauses(ctx, ended, err)...))
		}
	}
}

// admit waits for the limiter and puts the token for the next attempt into n, or returns a *TransportError.
func (t *retrier) admit(ctx context.Context, n *tally) (err error) {
	sentinel := ErrLimiter
	if t.limiter != nil {
		err = t.limiter.Wait(ctx)
	}
	if err == nil && ctx.Err() == nil {
		if n.token = t.token; t.source == nil {
			return nil
		}
		if n.token, err = t.source.get(ctx); err == nil {
			return nil
		}
		sentinel, err = ErrNoToken, sourceError{err}
	}
	causes := []error{sentinel, err}
	if ended := ctx.Err(); ended != nil {
		causes = contextCauses(ctx, ended, err)
	}
	if n.last != nil {
		causes = append(causes, n.last)
	}
	return newTransportError(n.token, causes...)
}

// attempt sends req once. It returns a reply with 2xx, or another one with an *Error, or a *TransportError.
func (t *retrier) attempt(req *http.Request, n *tally) (*http.Response, error) {
	ctx, timeout := req.Context(), t.timeout
	if most := t.httpClient.Timeout; most > 0 && (timeout == 0 || most < timeout) {
		timeout = most
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	out := req.WithContext(ctx)
	out.Header = req.Header.Clone()
	out.Header.Set("Authorization", "Bearer "+n.token)
	if req.GetBody != nil {
		var err error
		if out.Body, err = req.GetBody(); err != nil {
			return nil, fmt.Errorf("client: copying the request: %w", err)
		}
	}
	n.waiting.Store(false)
	n.connected.Store(false)
	resp, err := t.next.RoundTrip(out)
	if err != nil {
		return nil, noReply(req.Context(), n.token, err, n.sent())
	}
	defer func(body io.Closer) { _ = body.Close() }(resp.Body)
	redactHeader(resp.Header, n.token)
	data, err := readAll(resp, t.maxResponse)
	resp.Body, n.body = io.NopCloser(bytes.NewReader(data)), data
	switch {
	case errors.Is(err, ErrResponseTooLarge), errors.Is(err, ErrBadResponse), err == nil && resp.StatusCode/100 != 2:
		return resp, newError(resp, data, n.token, err)
	case err != nil:
		return nil, noReply(req.Context(), n.token, networkError{fmt.Errorf("reading the reply: %w", err)}, true)
	}
	return resp, nil
}

// observe tells the retry budget and the limiter of an attempt.
func (t *retrier) observe(resp *http.Response, err error, latency time.Duration) {
	t.budget.settle(err)
	if observer, ok := t.limiter.(Observer); ok {
		a := Attempt{Latency: latency, Err: err}
		if resp != nil {
			a.Status = resp.StatusCode
			a.RetryAfter, _ = retryAfter(resp.Header, time.Now())
		}
		observer.Observe(a)
	}
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
func (t *retrier) plan(ctx context.Context, n *tally, err error) (wait time.Duration, stop error) {
	if n.attempts >= t.maxAttempts || !mayPass(err) {
		return 0, err
	}
	wait = t.backoff.delay(n.attempts)
	if e, ok := err.(*Error); ok {
		switch {
		case e.RetryAfter > t.maxRetryAfter:
			return 0, giveUp(err, fmt.Errorf("not sent again: the API asks for a wait of %v, longer than %v", e.RetryAfter, t.maxRetryAfter))
		case e.RetryAfter > 0: // never too early, and not all calls at the same moment
			wait = e.RetryAfter + upTo(min(e.RetryAfter/10, math.MaxInt64-e.RetryAfter))
		case e.StatusCode == http.StatusTooManyRequests:
			if _, says := retryAfter(e.Header, time.Now()); !says {
				wait = t.backoff.floor(n.attempts)
			}
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return 0, newTransportError(n.token, contextCauses(ctx, context.DeadlineExceeded, err)...)
	}
	if !t.budget.withdraw() {
		return 0, giveUp(err, ErrRetryBudget)
	}
	return wait, nil
}

// giveUp notes in err why the request is not sent again.
func giveUp(err, reason error) error {
	triesOf(err).GaveUp = reason
	return err
}

// mayPass reports whether the same request may end otherwise later: after a status that a PUT may be repeated after, or a
// fault of the connection.
func mayPass(err error) bool {
	answer, ok := err.(*Error)
	if !ok {
		failed, ok := err.(*TransportError)
		return ok && failed.passing
	}
	switch answer.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return answer.Err == nil
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusVariantAlsoNegotiates, http.StatusLoopDetected,
		http.StatusNotExtended, http.StatusNetworkAuthenticationRequired, 526: // Cloudflare: the API's certificate is not valid
		return false
	}
	return answer.StatusCode >= 500 && answer.Err == nil
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
		return !sent && errors.As(err, &network) // otherwise the API may still be at work on it
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
	var timed interface{ Timeout() bool }
	return errors.As(err, &timed) && timed.Timeout()
}

// backoff is exponential with full jitter, so that calls that failed together are not repeated together.
type backoff struct{ base, most time.Duration }

// delay returns the wait after so many attempts.
func (b backoff) delay(attempts int) time.Duration { return upTo(double(b.base, attempts-1, b.most)) }

// floor returns the wait after a 429 that does not say how long to wait: at least 4 x base, doubled for each attempt.
func (b backoff) floor(attempts int) time.Duration {
	least := double(b.base, attempts+1, b.most)
	return least + upTo(least/10)
}

// double doubles d so many times, up to most.
func double(d time.Duration, times int, most time.Duration) time.Duration {
	for ; times > 0 && d < most; times-- {
		d += min(d, most-d)
	}
	return d
}

// upTo returns a random time between 0 and d.
func upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d)
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
