package pace_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/bulk/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func acquire(t *testing.T, l *pace.Limiter) pace.Ticket {
	t.Helper()
	ticket, err := l.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

// Without a rate nothing waits; with one, tickets are that far apart, and time that passed is not saved up.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(0)
		began := time.Now()
		for range 1000 {
			l.Report(acquire(t, l), pace.Answered, 0)
		}
		if took := time.Since(began); took != 0 || !math.IsInf(l.Limit(), 1) {
			t.Errorf("took %v, limit %v", took, l.Limit())
		}
		l = pace.New(10)
		acquire(t, l)
		time.Sleep(time.Hour)
		began = time.Now()
		for range 11 {
			acquire(t, l)
		}
		if took := time.Since(began); took < 950*time.Millisecond || took > time.Second {
			t.Errorf("eleven at ten a second took %v", took)
		}
	})
}

// A wait ends with its context.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(0.1)
		acquire(t, l)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := l.Acquire(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
	})
}

// While the API answers nothing it is asked now and then, and no sooner than it says; when it is back, all go on.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(0)
		var streak pace.Streak
		for range 8 {
			streak = l.Report(acquire(t, l), pace.Unavailable, 0)
		}
		if streak.Replies != 8 || streak.Answered {
			t.Errorf("%+v", streak)
		}
		began := time.Now()
		asked := 0
		for time.Since(began) < time.Minute {
			streak = l.Report(acquire(t, l), pace.Unavailable, 0)
			asked++
		}
		if asked < 10 || asked > 20 {
			t.Errorf("asked %d times in a minute", asked)
		}
		if streak.For < time.Minute {
			t.Errorf("the outage lasted %v", streak.For)
		}
		ticket := acquire(t, l)
		l.Report(ticket, pace.Unavailable, 42*time.Second)
		began = time.Now()
		ticket = acquire(t, l)
		if took := time.Since(began); took < 42*time.Second {
			t.Errorf("asked again after %v, 42 s were asked for", took)
		}
		if streak := l.Report(ticket, pace.Answered, 0); streak.Replies != 0 || !streak.Answered {
			t.Errorf("%+v", streak)
		}
		began = time.Now()
		for range 100 {
			acquire(t, l)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("still slow when the API was back: %v", took)
		}
	})
}

// An API that takes 50 a second is soon asked no more than that, and the limit rises again when it takes more.
func TestAdapts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(200)
		taken, second := 0, time.Now()
		run := func(d time.Duration, perSecond int) {
			for began := time.Now(); time.Since(began) < d; {
				ticket := acquire(t, l)
				if time.Since(second) >= time.Second/5 {
					taken, second = 0, time.Now()
				}
				reply := pace.Throttled
				if taken++; taken <= perSecond/5 {
					reply = pace.Answered
				}
				l.Report(ticket, reply, 0)
			}
		}
		run(20*time.Second, 50)
		if limit := l.Limit(); limit < 35 || limit > 75 {
			t.Errorf("limit %.0f, the API takes 50", limit)
		}
		run(2*time.Minute, 1000)
		if limit := l.Limit(); limit != 200 {
			t.Errorf("limit %.0f, want 200 again and no more", limit)
		}
	})
}
