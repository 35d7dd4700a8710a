package client_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/time/rate"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/client/clienttest"
)

// strike is a row of the matrix: a fault, and what a call comes to that it hits each time.
type strike struct {
	name    string
	fault   clienttest.Fault
	want    error         // nil: the call succeeds
	retried bool          // as often as the call may
	takes   time.Duration // how long the API takes to answer
	waits   time.Duration // how long the client waits at least before it repeats the request
	asks    bool          // Retry-After asks for that wait
	refused bool          // the call fails with a status that has no error of its own
}

func strikes() []strike {
	const page = "<!doctype html><title>Gateway</title>"
	all := []strike{
		{name: "none", fault: clienttest.Latency(0)},
		{name: "408", fault: clienttest.Status(408), want: nil, retried: true, refused: true},
		{name: "429", fault: clienttest.Status(429), want: client.ErrTooManyRequests, retried: true, waits: time.Second},
		{name: "500", fault: clienttest.Status(500), want: client.ErrInternal, retried: true},
		{name: "502", fault: clienttest.Status(502), want: client.ErrUnavailable, retried: true},
		{name: "503", fault: clienttest.Status(503), want: client.ErrUnavailable, retried: true},
		{name: "503 that was applied", fault: clienttest.Status(503).Applied(), want: client.ErrUnavailable, retried: true},
		{name: "504", fault: clienttest.Status(504), want: client.ErrUnavailable, retried: true},
		{name: "507", fault: clienttest.Status(507), want: client.ErrInternal, retried: true},
		{name: "520", fault: clienttest.Status(520), want: client.ErrUnavailable, retried: true},
		{name: "525", fault: clienttest.Status(525), want: client.ErrUnavailable, retried: true},
		{name: "526", fault: clienttest.Status(526), want: client.ErrInternal},
		{name: "530", fault: clienttest.Status(530), want: client.ErrUnavailable, retried: true},
		{name: "502 as a page", fault: clienttest.Status(502).Body(page), want: client.ErrUnavailable, retried: true},
		{name: "429, wait 2 s", fault: clienttest.Status(429).Header("Retry-After", "2"), want: client.ErrTooManyRequests, retried: true, waits: 2 * time.Second, asks: true},
		{name: "503, wait 484,289 hours", fault: clienttest.Status(503).Header("Retry-After", "1743440400"), want: client.ErrUnavailable},
		{name: "503, wait for ever", fault: clienttest.Status(503).Header("Retry-After", "99999999999999999999"), want: client.ErrUnavailable},
		{name: "503, wait until 2100", fault: clienttest.Status(503).Header("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT"), want: client.ErrUnavailable},
		{name: "503, wait soon", fault: clienttest.Status(503).Header("Retry-After", "soon"), want: client.ErrUnavailable, retried: true},
		{name: "400", fault: clienttest.Status(400), want: client.ErrSyntax},
		{name: "401", fault: clienttest.Status(401), want: client.ErrUnauthorized},
		{name: "403", fault: clienttest.Status(403), want: client.ErrForbidden},
		{name: "404", fault: clienttest.Status(404), want: client.ErrNotFound},
		{name: "422", fault: clienttest.Status(422), want: client.ErrRefused},
		{name: "501", fault: clienttest.Status(501), want: client.ErrInternal},
		{name: "reset", fault: clienttest.Reset(), want: client.ErrConnection, retried: true},
		{name: "reset after it was applied", fault: clienttest.Reset().Applied(), want: client.ErrConnection, retried: true},
		{name: "cut short at once", fault: clienttest.CutOff(0), want: client.ErrConnection, retried: true},
		{name: "cut short", fault: clienttest.CutOff(100), want: client.ErrConnection, retried: true},
		{name: "empty", fault: clienttest.Status(200), want: client.ErrBadResponse},
		{name: "no content", fault: clienttest.Status(204), want: client.ErrBadResponse},
		{name: "200 as a page", fault: clienttest.Status(200).Body(page), want: client.ErrBadResponse},
		{name: "no JSON", fault: clienttest.Status(200).Body(`{"count": 1, `), want: client.ErrBadResponse},
		{name: "other JSON", fault: clienttest.Status(200).Body(`{"count":"one","workspace_groups":[]}`), want: client.ErrBadResponse},
		{name: "200 with errors", fault: clienttest.Status(200).Body(`{"errors":[{"type":"system","message":"no"}]}`), want: client.ErrRefused},
		{name: "too large", fault: clienttest.Status(200).Body(strings.Repeat(" ", 1<<20+1)), want: client.ErrResponseTooLarge},
		{name: "late", fault: clienttest.Latency(10 * time.Second), takes: 10 * time.Second},
		{name: "503, late", fault: clienttest.Status(503).After(10 * time.Second), want: client.ErrUnavailable, retried: true, takes: 10 * time.Second},
		{name: "no answer", fault: clienttest.Hang(), want: client.ErrTimeout, takes: client.DefaultTimeout},
	}
	for _, code := range []int{301, 302, 303, 307, 308} {
		all = append(all, strike{name: http.StatusText(code), fault: clienttest.Status(code).Header("Location", "http://localhost/elsewhere"), want: client.ErrRedirect})
	}
	return all
}

// circumstance is a column: options and a context, and what they make of a row.
type circumstance struct {
	name    string
	opts    func(*clienttest.Server) []client.Option // made again for each row
	context func(context.Context) (context.Context, context.CancelFunc)
	first   int // the fault hits so many requests only; 0: all
	// outcome returns the number of requests and the error; nil is those of the row with the default of attempts.
	outcome func(strike) (int, error)
}

// attempts returns the outcome of a row when a request is sent n times at most.
func attempts(n int) func(strike) (int, error) {
	return func(s strike) (int, error) {
		if s.retried {
			return n, s.want
		}
		return 1, s.want
	}
}

func options(opts ...client.Option) func(*clienttest.Server) []client.Option {
	return func(*clienttest.Server) []client.Option { return opts }
}

func circumstances() []circumstance {
	pass := func(next http.RoundTripper) http.RoundTripper { return roundTrip(next.RoundTrip) }
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: canary})
	return []circumstance{
		{name: "default"},
		{name: "no retries", opts: options(client.WithoutRetries()), outcome: attempts(1)},
		{name: "six attempts", opts: options(client.WithMaxAttempts(6)), outcome: attempts(6)},
		{name: "a budget of one", opts: func(*clienttest.Server) []client.Option {
			return []client.Option{client.WithRetryBudget(client.NewRetryBudget(1, 0))}
		}, outcome: attempts(2)},
		{name: "no budget", opts: options(client.WithRetryBudget(nil))},
		{name: "the fault passes", first: 2, outcome: func(s strike) (int, error) {
			if s.retried {
				return 3, nil
			}
			return 1, s.want
		}},
		{name: "no Retry-After honoured", opts: options(client.WithMaxRetryAfter(0)), outcome: func(s strike) (int, error) {
			if s.asks {
				return 1, s.want
			}
			return attempts(client.DefaultMaxAttempts)(s)
		}},
		{name: "a http.Client of the caller", opts: func(srv *clienttest.Server) []client.Option {
			return []client.Option{client.WithHTTPClient(&http.Client{
				Transport:     pass(srv.HTTPClient().Transport),
				CheckRedirect: func(*http.Request, []*http.Request) error { return nil },
			})}
		}},
		{name: "a token source", opts: func(*clienttest.Server) []client.Option {
			return []client.Option{client.WithTokenSource(source)}
		}},
		{name: "middleware", opts: options(client.WithMiddleware(pass, pass))},
		{name: "a limiter", opts: func(*clienttest.Server) []client.Option {
			return []client.Option{client.WithRateLimiter(rate.NewLimiter(rate.Every(time.Second), 1))}
		}},
		{name: "no validation", opts: options(client.WithoutValidation())},
		{name: "no timeout but the context's", opts: options(client.WithTimeout(0)), context: timeout(time.Hour), outcome: func(s strike) (int, error) {
			if s.takes == client.DefaultTimeout { // it never ends by itself
				return 1, context.DeadlineExceeded
			}
			return attempts(client.DefaultMaxAttempts)(s)
		}},
		{name: "a short timeout", opts: options(client.WithTimeout(time.Second)), outcome: func(s strike) (int, error) {
			if s.takes > 0 {
				return 1, client.ErrTimeout
			}
			return attempts(client.DefaultMaxAttempts)(s)
		}},
		{name: "cancelled before", context: cancelled, outcome: func(strike) (int, error) { return 0, context.Canceled }},
		{name: "cancelled in between", opts: options(client.WithTimeout(0)), context: cancelledAfter(time.Second), outcome: func(s strike) (int, error) {
			if s.takes > 0 || s.waits > 0 {
				return 1, context.Canceled
			}
			return sometimes, s.want
		}},
		{name: "a deadline", context: timeout(time.Second), outcome: func(s strike) (int, error) {
			if s.takes > 0 || s.waits > 0 {
				return 1, context.DeadlineExceeded
			}
			return sometimes, s.want
		}},
	}
}

// sometimes is a number of requests that depends on the jitter. The error is the row's, alone or with the context's.
const sometimes = -1

func timeout(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
}

func cancelled(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx, cancel
}

func cancelledAfter(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(d, cancel)
		return ctx, cancel
	}
}

// TestFaultMatrix brings every fault together with every option that matters. The bubble of a cell fails where a goroutine
// stays behind, and makes waiting take no time.
func TestFaultMatrix(t *testing.T) {
	for _, c := range circumstances() {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range strikes() {
				t.Run(s.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { cell(t, s, c) })
				})
			}
		})
	}
}

func cell(t *testing.T, s strike, c circumstance) {
	var log bytes.Buffer
	srv := clienttest.New(t, clienttest.WithoutPort(), clienttest.WithToken(clienttest.Token{Secret: canary}))
	when := clienttest.Always()
	if c.first > 0 {
		when = clienttest.First(c.first)
	}
	srv.Inject(when, s.fault)
	opts := []client.Option{
		client.WithMaxResponseBytes(1 << 20),
		client.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
	if c.opts != nil {
		opts = slices.Concat(opts, c.opts(srv))
	}
	ctx, cancel := t.Context(), context.CancelFunc(func() {})
	if c.context != nil {
		ctx, cancel = c.context(ctx)
	}
	defer cancel()
	r, err := srv.Client.UpdateWorkspaceGroup(ctx, 7, client.Update{Name: private}, opts...)

	if c.outcome == nil {
		c.outcome = attempts(client.DefaultMaxAttempts)
	}
	sent, want := c.outcome(s)
	if sent == sometimes {
		sent = srv.Count()
	}
	if answer := (*client.Error)(nil); s.refused && want == nil && errors.As(err, &answer) {
		want = answer
	}
	checkOutcome(t, r, err, want, sent)
	if srv.Count() != sent {
		t.Errorf("%d requests, want %d", srv.Count(), sent)
	}
	for _, got := range srv.Requests() {
		if got.Token != canary || got.Update == nil || got.Update.Name != private {
			t.Errorf("request %d is not what the first was: %v", got.N, got)
		}
	}
	if err != nil {
		checkHidden(t, err, canary, private)
	}
	checkText(t, log.String(), canary, private)
}

func checkOutcome(t *testing.T, r *client.Result, err, want error, sent int) {
	t.Helper()
	if want == nil {
		if err != nil || r.Group.Name != private || r.Attempts != sent {
			t.Errorf("got %v, %v", r, err)
		}
		return
	}
	if !errors.Is(err, want) || client.Attempts(err) != sent {
		t.Errorf("got %v after %d attempts, want %v after %d", err, client.Attempts(err), want, sent)
	}
	var answer *client.Error
	if errors.As(err, &answer) && answer.RequestID == "" {
		t.Error("the request id is lost")
	}
}
