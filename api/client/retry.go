package client

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How a client repeats requests where no option says otherwise.
const (
	DefaultMaxAttempts   = 4
	DefaultBackoff       = 250 * time.Millisecond
	DefaultMaxBackoff    = 8 * time.Second
	DefaultMaxRetryAfter = time.Minute
)

// WithMaxAttempts sets how often a request is sent at most, the first time included; 1 is never again. The default is
// DefaultMaxAttempts.
func WithMaxAttempts(n int) Option {
	return func(s *settings) error {
		if n < 1 {
			return errors.New("there must be at least one attempt")
		}
		s.maxAttempts = n
		return nil
	}
}

// WithoutRetries sends a request once. It is for programs that repeat calls themselves: retries of retries multiply.
func WithoutRetries() Option { return WithMaxAttempts(1) }

// WithBackoff sets how long to wait before another attempt: a random time between 0 and base before the second, between 0
// and twice as much before the third, and so on, up to most. A base of 0 is not to wait.
// The defaults are DefaultBackoff and DefaultMaxBackoff.
func WithBackoff(base, most time.Duration) Option {
	return func(s *settings) error {
		if base < 0 || most < base {
			return errors.New("the backoff is negative, or its bound is less than where it starts")
		}
		s.backoff = backoff{base, most}
		return nil
	}
}

// WithMaxRetryAfter sets how long a wait that the API asks for with Retry-After may be. When it asks for more, the *Error
// comes back at once, and its RetryAfter says how long the wait would have been. The default is DefaultMaxRetryAfter.
func WithMaxRetryAfter(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return errors.New("the bound of Retry-After is negative")
		}
		s.maxRetryAfter = d
		return nil
	}
}

// backoff is exponential with full jitter: callers that failed together do not come back together.
type backoff struct{ base, most time.Duration }

// delay returns how long to wait after so many attempts.
func (b backoff) delay(attempts int) time.Duration {
	ceiling := b.base
	for n := 1; n < attempts && ceiling < b.most; n++ {
		ceiling += min(ceiling, b.most-ceiling) // doubled, without an overflow
	}
	return upTo(ceiling)
}

// upTo returns a random time between 0 and d.
func upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d)
}

// retryDelay returns how long to wait before the next attempt after err, and whether there is one.
func (s *settings) retryDelay(attempts int, err error) (wait time.Duration, again bool) {
	if attempts >= s.maxAttempts {
		return 0, false
	}
	wait = s.backoff.delay(attempts)
	if answer := (*Error)(nil); errors.As(err, &answer) {
		if !mayPass(answer) || answer.RetryAfter > s.maxRetryAfter {
			return 0, false
		}
		if asked := answer.RetryAfter; asked > 0 {
			wait = asked + upTo(min(asked/10, math.MaxInt64-asked)) // never too early, and not all at the same moment
		}
	} else if !isFault(err) {
		return 0, false
	}
	return wait, s.budget.withdraw()
}

// mayPass reports whether the same request may be answered otherwise later.
func mayPass(answer *Error) bool {
	if answer.Err != nil {
		return false // the reply was too large, or cannot be read
	}
	switch answer.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// sleep waits, and returns an error as soon as ctx has ended, or at once where ctx would end before the wait.
func sleep(ctx context.Context, wait time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		if err := ctx.Err(); err != nil {
			return err
		}
		return context.DeadlineExceeded
	}
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

// retryAfter reads the header of RFC 9110, section 10.2.3: seconds or a date. What it cannot read is 0.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if value != "" && strings.Trim(value, "0123456789") == "" {
		return seconds(value)
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	// The clock of the one who named the date is the one to compare it with.
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	return max(0, date.Sub(now))
}

// seconds returns what digits say, or the longest Duration where they say more than that.
func seconds(digits string) time.Duration {
	const most = time.Duration(1<<63 - 1)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > int64(most/time.Second) {
		return most
	}
	return time.Duration(n) * time.Second
}
