package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/client"
)

var acme = client.Update{Name: "Acme"}

func TestWhatIsRetried(t *testing.T) {
	problem := `{"errors":[{"type":"system","message":"no"}]}`
	tests := map[string]struct {
		step     step
		attempts int
		want     error
	}{
		"200":                  {respond(200, document), 1, nil},
		"200 that is not JSON": {respond(200, "<html>"), 1, client.ErrBadResponse},
		"200 too large":        {respond(200, document+strings.Repeat(" ", 9000)), 1, client.ErrResponseTooLarge},
		"503 too large":        {respond(503, strings.Repeat(" ", 9000)), 1, client.ErrResponseTooLarge},
		"204":                  {respond(204, ""), 1, client.ErrBadResponse},
		"302":                  {respond(302, "", "Location", "https://api.example/elsewhere"), 1, client.ErrRedirect},
		"400":                  {respond(400, problem), 1, client.ErrBadRequest},
		"401":                  {respond(401, problem), 1, client.ErrUnauthorized},
		"403":                  {respond(403, problem), 1, client.ErrForbidden},
		"404":                  {respond(404, problem), 1, client.ErrNotFound},
		"408":                  {respond(408, ""), 4, nil},
		"422":                  {respond(422, problem), 1, client.ErrRefused},
		"429":                  {respond(429, problem), 4, client.ErrTooManyRequests},
		"500":                  {respond(500, problem), 4, client.ErrInternal},
		"501":                  {respond(501, problem), 1, client.ErrInternal},
		"502":                  {respond(502, "<html>"), 4, client.ErrUnavailable},
		"503":                  {respond(503, problem), 4, client.ErrUnavailable},
		"504":                  {respond(504, ""), 4, client.ErrUnavailable},

		"connection refused":   {fail(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), 4, client.ErrConnection},
		"connection reset":     {fail(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), 4, client.ErrConnection},
		"closed at once":       {fail(io.EOF), 4, client.ErrConnection},
		"a fault without type": {fail(errors.New("http2: server sent GOAWAY")), 4, client.ErrConnection},
		"reply cut short":      {cutShort, 4, client.ErrConnection},
		"name server away":     {unsent(&net.DNSError{Err: "timeout", IsTimeout: true}), 4, client.ErrConnection},
		"no such host":         {unsent(&net.DNSError{Err: "no such host", IsNotFound: true}), 1, client.ErrConnection},
		"unknown authority":    {unsent(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), 1, client.ErrConnection},
		"another host's name":  {unsent(x509.HostnameError{Certificate: new(x509.Certificate), Host: "api.example"}), 1, client.ErrConnection},
		"a TLS alert":          {fail(&net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}), 1, client.ErrConnection},
		"no common TLS":        {unsent(errors.New("tls: server selected unsupported protocol version 301")), 1, client.ErrConnection},
		"a proxy's 407":        {unsent(errors.New("Proxy Authentication Required")), 1, client.ErrConnection},
		"sent, no time left":   {fail(context.DeadlineExceeded), 1, client.ErrTimeout},
		"no time to dial":      {unsent(&net.OpError{Op: "dial", Err: context.DeadlineExceeded}), 4, client.ErrConnection},
		"http on the port":     {unsent(http.ErrSchemeMismatch), 1, client.ErrConnection},
		"not TLS":              {unsent(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), 1, client.ErrConnection},
		"unsupported protocol": {unsent(errors.New(`unsupported protocol scheme "https"`)), 1, client.ErrConnection},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := newScripted(t, []step{tt.step}, client.WithMaxResponseBytes(8000))
				r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
				if tt.want != nil && !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
				if s.requests() != tt.attempts {
					t.Errorf("%d requests, want %d", s.requests(), tt.attempts)
				}
				if got := client.Attempts(err); err != nil && got != tt.attempts || err == nil && r.Attempts != tt.attempts {
					t.Errorf("the attempts are reported as %d", got)
				}
				for _, body := range s.bodies {
					if body != "" && body != `{"workspace_group":{"name":"Acme"}}` {
						t.Errorf("body: %s", body)
					}
				}
			})
		})
	}
}

// cutShort is a step whose reply ends before its end.
var cutShort = step{answer: func(r *http.Request) (*http.Response, error) {
	resp, _ := respond(200, "").answer(r)
	resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(document[:50]), failingReader{}))
	return resp, nil
}}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestRetriesSucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newScripted(t, []step{respond(429, ""), fail(io.EOF), respond(200, document)})
		r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
		if err != nil || r.Attempts != 3 || !r.Throttled || s.requests() != 3 {
			t.Fatalf("got %+v, %v after %d requests", r, err, s.requests())
		}
		r, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme)
		if err != nil || r.Attempts != 1 || r.Throttled {
			t.Errorf("the next call: got %+v, %v", r, err)
		}
	})
}

func TestBackoffIsExponentialWithFullJitter(t *testing.T) {
	const base, most, calls = 100 * time.Millisecond, 400 * time.Millisecond, 200
	synctest.Test(t, func(t *testing.T) {
		c, s := newScripted(t, []step{respond(503, "")}, client.WithMaxAttempts(6), client.WithBackoff(base, most), client.WithRetryBudget(nil))
		var longest, shortest [5]time.Duration
		for i := range shortest {
			shortest[i] = time.Hour
		}
		for range calls {
			s.times = nil
			if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); !errors.Is(err, client.ErrUnavailable) {
				t.Fatal(err)
			}
			for i, wait := range s.waits() {
				longest[i], shortest[i] = max(longest[i], wait), min(shortest[i], wait)
			}
		}
		for i, ceiling := range []time.Duration{base, 2 * base, 4 * base, most, most} {
			// That 200 waits all fall into one half has a chance of 2^-200.
			if longest[i] >= ceiling || longest[i] < ceiling/2 || shortest[i] > ceiling/2 {
				t.Errorf("wait %d: %v to %v, want 0 to %v", i+1, shortest[i], longest[i], ceiling)
			}
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	const early, late = "Sat, 01 Jan 2000 00:00:20 GMT", "Sat, 01 Jan 2000 00:01:30 GMT" // time begins at 00:00:00 here
	tests := map[string]struct {
		header      []string
		opts        []client.Option
		attempts    int
		least, most time.Duration
		reported    time.Duration
	}{
		"seconds":                 {[]string{"Retry-After", "7"}, nil, 2, 7 * time.Second, 7700 * time.Millisecond, 7 * time.Second},
		"a date":                  {[]string{"Retry-After", early}, nil, 2, 20 * time.Second, 22 * time.Second, 20 * time.Second},
		"a date of another clock": {[]string{"Retry-After", "Sun, 02 Jan 2000 12:00:05 GMT", "Date", "Sun, 02 Jan 2000 12:00:00 GMT"}, nil, 2, 5 * time.Second, 5500 * time.Millisecond, 5 * time.Second},
		"the bound itself":        {[]string{"Retry-After", "60"}, nil, 2, time.Minute, 66 * time.Second, time.Minute},
		"beyond the bound":        {[]string{"Retry-After", "61"}, nil, 1, 0, 0, 61 * time.Second},
		"a date beyond the bound": {[]string{"Retry-After", late}, nil, 1, 0, 0, 90 * time.Second},
		"484,289 hours":           {[]string{"Retry-After", strconv.Itoa(484289 * 3600)}, nil, 1, 0, 0, 484289 * time.Hour},
		"more than fits":          {[]string{"Retry-After", "99999999999999999999999"}, nil, 1, 0, 0, 1<<63 - 1},
		"a higher bound":          {[]string{"Retry-After", "61"}, []client.Option{client.WithMaxRetryAfter(time.Hour)}, 2, 61 * time.Second, 68 * time.Second, 61 * time.Second},
		"all the time there is":   {[]string{"Retry-After", "99999999999999999999999"}, []client.Option{client.WithMaxRetryAfter(1<<63 - 1)}, 2, time.Hour, 1<<63 - 1, 1<<63 - 1},
		"a bound of nothing":      {[]string{"Retry-After", "1"}, []client.Option{client.WithMaxRetryAfter(0)}, 1, 0, 0, time.Second},
		"a past date":             {[]string{"Retry-After", "Fri, 01 Jan 1999 00:00:00 GMT"}, nil, 2, 0, time.Second, 0},
		"zero":                    {[]string{"Retry-After", "0"}, nil, 2, 0, time.Second, 0},
		"a fraction":              {[]string{"Retry-After", "2.5"}, nil, 2, 2500 * time.Millisecond, 2750 * time.Millisecond, 2500 * time.Millisecond},
		"negative":                {[]string{"Retry-After", "-5"}, nil, 2, 0, 1100 * time.Millisecond, 0},
		"no such thing":           {[]string{"Retry-After", "soon"}, nil, 2, 0, 1100 * time.Millisecond, 0},
	}
	for name, tt := range tests {
		for _, status := range []int{429, 502, 503, 504} {
			t.Run(name+" "+strconv.Itoa(status), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c, s := newScripted(t, []step{respond(status, "", tt.header...)}, slices.Concat(tt.opts, []client.Option{client.WithMaxAttempts(2)})...)
					started := time.Now()
					_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
					took := time.Since(started)
					var answer *client.Error
					if !errors.As(err, &answer) || answer.StatusCode != status || answer.Attempts != tt.attempts || s.requests() != tt.attempts {
						t.Fatalf("got %v after %d requests, want %d", err, s.requests(), tt.attempts)
					}
					if took < tt.least || took > tt.most {
						t.Errorf("it took %v, want %v to %v", took, tt.least, tt.most)
					}
					// A date comes nearer while the call waits for it.
					if got := answer.RetryAfter; got != tt.reported && got != max(0, tt.reported-took) {
						t.Errorf("RetryAfter: got %v, want %v", got, tt.reported)
					}
				})
			})
		}
	}
}

func TestContextEndsTheWait(t *testing.T) {
	reason := errors.New("the reason")
	wait := []step{respond(503, "", "Retry-After", "30")}
	check := func(t *testing.T, err error, want error, s *script) {
		t.Helper()
		var answer *client.Error
		if !errors.Is(err, want) || !errors.As(err, &answer) || answer.StatusCode != 503 {
			t.Errorf("got %v, want %v and the 503", err, want)
		}
		if s.requests() != 1 || client.Attempts(err) != 1 {
			t.Errorf("%d requests, %d reported", s.requests(), client.Attempts(err))
		}
	}
	t.Run("cancelled", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, s := newScripted(t, wait)
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(10*time.Second, func() { cancel(reason) })
			started := time.Now()
			_, err := c.UpdateWorkspaceGroup(ctx, 7, acme)
			check(t, err, context.Canceled, s)
			if !errors.Is(err, reason) {
				t.Errorf("got %v, want the cause too", err)
			}
			if took := time.Since(started); took != 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	})
	t.Run("a deadline before the end of the wait", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, s := newScripted(t, wait)
			ctx, cancel := context.WithTimeout(t.Context(), 29*time.Second)
			defer cancel()
			started := time.Now()
			_, err := c.UpdateWorkspaceGroup(ctx, 7, acme)
			check(t, err, context.DeadlineExceeded, s)
			if took := time.Since(started); took != 0 {
				t.Errorf("it waited %v for nothing", took)
			}
		})
	})
	t.Run("ended before the call", func(t *testing.T) {
		c, s := newScripted(t, wait)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.UpdateWorkspaceGroup(ctx, 7, acme)
		if !errors.Is(err, context.Canceled) || s.requests() != 0 || client.Attempts(err) != 0 {
			t.Errorf("got %v after %d requests", err, s.requests())
		}
	})
}

// A request whose time ran out after it was sent may still be applied, so it is not sent again.
func TestTimeoutAfterSendingIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := step{answer: func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }}
		c, s := newScripted(t, []step{hang, respond(200, document)})
		started := time.Now()
		_, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
		if !errors.Is(err, client.ErrTimeout) || s.requests() != 1 || time.Since(started) != 180*time.Second {
			t.Errorf("got %v after %v and %d requests", err, time.Since(started), s.requests())
		}
	})
}

func TestBackoffOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newScripted(t, []step{respond(503, "")}, client.WithBackoff(0, time.Hour))
		started := time.Now()
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); client.Attempts(err) != 4 || time.Since(started) != 0 {
			t.Errorf("it took %v: %v", time.Since(started), err)
		}
	})
}

func TestRetryOptions(t *testing.T) {
	tests := map[string]struct {
		ofClient, ofCall []client.Option
		attempts         int
	}{
		"default":           {nil, nil, client.DefaultMaxAttempts},
		"of the client":     {[]client.Option{client.WithMaxAttempts(2)}, nil, 2},
		"none":              {[]client.Option{client.WithoutRetries()}, nil, 1},
		"a call wins":       {[]client.Option{client.WithoutRetries()}, []client.Option{client.WithMaxAttempts(3)}, 3},
		"none for one call": {nil, []client.Option{client.WithoutRetries()}, 1},
		"no wait":           {[]client.Option{client.WithBackoff(0, 0)}, nil, 4},
		"an endless wait":   {[]client.Option{client.WithBackoff(1<<62, 1<<63-1), client.WithMaxAttempts(3)}, nil, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := newScripted(t, []step{respond(503, "")}, tt.ofClient...)
				if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme, tt.ofCall...); client.Attempts(err) != tt.attempts || s.requests() != tt.attempts {
					t.Errorf("%d requests, want %d: %v", s.requests(), tt.attempts, err)
				}
			})
		})
	}
}

// A 429 that does not say how long to wait is repeated after one second, two, and four.
func TestThrottledRequestsWaitAtLeast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newScripted(t, []step{respond(429, "")})
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); !errors.Is(err, client.ErrTooManyRequests) {
			t.Fatal(err)
		}
		for i, least := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			if wait := s.waits()[i]; wait < least || wait > least*11/10 {
				t.Errorf("wait %d: %v, want %v", i+1, wait, least)
			}
		}
	})
}

func TestRetryNotify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []client.Retry
		c, s := newScripted(t, []step{respond(503, "", "Retry-After", "2"), fail(io.EOF), respond(200, document)},
			client.WithRetryNotify(func(r client.Retry) { got = append(got, r) }))
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || !errors.Is(got[0].Err, client.ErrUnavailable) || !errors.Is(got[1].Err, client.ErrConnection) {
			t.Fatalf("got %v", got)
		}
		for i, wait := range s.waits() {
			if got[i].Attempt != i+1 || got[i].Wait != wait {
				t.Errorf("notice %d: attempt %d, wait %v, want %v", i+1, got[i].Attempt, got[i].Wait, wait)
			}
		}
	})
}
