package client

import (
	"cmp"
	"context"
	"errors"
	"net/http"
)

// tally is what a call remembers of its attempts.
type tally struct {
	attempts  int
	throttled bool
}

// Attempts returns how often the request of the call that ended with err was sent: 0 for one that ended before
// that, such as with a *ValidationError, and for errors that are not of this package.
func Attempts(err error) int {
	if e := (*CallError)(nil); errors.As(err, &e) {
		return e.Attempts // before *Error, which it may wrap
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Attempts
	}
	if e := (*TokenError)(nil); errors.As(err, &e) {
		return e.Attempts
	}
	return 0
}

// call sends the request until it is answered, or fails for good.
func (s *settings) call(ctx context.Context, id int64, body []byte) (*reply, error) {
	var (
		t    tally
		last error
	)
	for {
		token, err := s.admit(ctx, last)
		if err != nil {
			return nil, t.stamp(err)
		}
		t.attempts++
		started := s.log.start(ctx)
		r, err := s.attempt(ctx, token, id, body)
		s.budget.settle(err)
		if err == nil {
			r.tally = t
			s.log.done(ctx, started, r)
			return r, nil
		}
		last = t.stamp(err)
		s.refused(token, err)
		wait, again := s.retryDelay(t.attempts, err)
		s.log.failed(ctx, started, err, wait, again)
		if !again {
			return nil, err
		}
		if ended := sleep(ctx, wait); ended != nil {
			return nil, t.stamp(newCallError(token, causes(ctx, ended, err)...))
		}
	}
}

// admit waits for the limiter and returns the token for the next attempt, or a *CallError or *TokenError. last is how the
// attempt before ended, or nil.
func (s *settings) admit(ctx context.Context, last error) (token Token, err error) {
	if s.limiter != nil {
		err = s.limiter.Wait(ctx)
	}
	if err == nil && ctx.Err() == nil {
		if s.source == nil {
			return s.token, nil
		}
		if token, err = s.source.get(ctx); err == nil {
			return token, nil
		}
	}
	var why []error
	switch ended := ctx.Err(); {
	case ended != nil:
		why = causes(ctx, ended, cmp.Or(err, ended))
	case errors.As(err, new(*TokenError)):
		return Token{}, err
	default:
		why = []error{ErrLimiter, err}
	}
	if last != nil {
		why = append(why, last)
	}
	return Token{}, newCallError(s.token, why...)
}

// refused makes the next call ask the source for another token when the API does not know this one.
func (s *settings) refused(token Token, err error) {
	if s.source != nil && errors.Is(err, ErrUnauthorized) {
		s.source.drop(token)
	}
}

// stamp writes the tally into err.
func (t *tally) stamp(err error) error {
	switch e := err.(type) {
	case *Error:
		t.throttled = t.throttled || e.StatusCode == http.StatusTooManyRequests
		e.Attempts, e.Throttled = t.attempts, t.throttled
	case *CallError:
		e.Attempts, e.Throttled = t.attempts, t.throttled
	case *TokenError:
		e.Attempts = t.attempts
	}
	return err
}
