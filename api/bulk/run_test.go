package bulk_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
)

// What becomes of rows, and of the run, by what the API answers. The clock is not the real one.
func TestRun(t *testing.T) {
	type counts struct{ applied, refused, failed int64 }
	for _, tc := range []struct {
		name    string
		source  *source
		options bulk.Options
		answer  func(request int, id int64, row string) *reply
		dial    error
		want    counts
		err     error // that errors.Is finds
		reason  string
		sent    map[int64][]string
		atMost  time.Duration

		requests int // at most; 0: any number
	}{
		{name: "all applied", source: many(100), want: counts{100, 0, 0}},
		{name: "nothing to do", source: many(0)},
		{
			name: "one that the API refuses does not stop the others of its group", source: groups(7, 8, 7, 7), want: counts{3, 1, 0},
			answer: func(_ int, _ int64, row string) *reply {
				if row == "row 3" {
					return &reply{status: 422, body: `{"errors":[{"type":"validation","field":"email","message":"Email is not one"}]}`}
				}
				return nil
			},
			reason: "422 email: Email is not one",
			sent:   map[int64][]string{7: {"row 1", "row 4"}, 8: {"row 2"}},
		},
		{
			name: "one that is not valid", source: &source{ids: []int64{1, 2, 3}, err: map[int]error{2: &rows.Error{Problems: []rows.Problem{{Field: "name", Message: "is required", Rule: "required"}}}}},
			want: counts{2, 1, 0}, reason: "name: is required (rule: required)",
		},
		{
			name: "a source that breaks off", source: &source{ids: []int64{1, 2}, end: errors.ErrUnsupported},
			want: counts{2, 0, 0}, err: errors.ErrUnsupported,
		},
		{
			name: "faults that pass", source: many(50), want: counts{50, 0, 0},
			answer: func(request int, _ int64, _ string) *reply {
				switch request % 9 {
				case 0:
					return status(503)
				case 2:
					return connection()
				}
				return nil
			},
		},
		{
			name: "an outage of ten seconds", source: many(5000), want: counts{5000, 0, 0}, options: bulk.Options{Rate: 1000},
			answer: func() func(int, int64, string) *reply {
				var mu sync.Mutex
				var began time.Time
				return func(int, int64, string) *reply {
					mu.Lock()
					defer mu.Unlock()
					if began.IsZero() {
						began = time.Now()
					}
					if since := time.Since(began); since > time.Second && since < 11*time.Second {
						return connection()
					}
					return nil
				}
			}(),
			atMost: 25 * time.Second,
		},
		{
			name: "a row that the API fails at is given up, and those after it in its group with it", source: groups(7, 8, 9, 7, 8, 9),
			want: counts{4, 0, 2}, reason: "500 Internal Server Error",
			answer: func(_ int, id int64, row string) *reply {
				if row == "row 2" {
					return status(500)
				}
				return nil
			},
			sent: map[int64][]string{7: {"row 1", "row 4"}, 9: {"row 3", "row 6"}},
		},
		{name: "an API that was never there", source: many(100000), answer: func(int, int64, string) *reply { return connection() }, err: bulk.ErrUnavailable, atMost: 5 * time.Second},
		{name: "an API that was never there, one row", source: many(1), answer: func(int, int64, string) *reply { return connection() }, err: bulk.ErrUnavailable, atMost: 5 * time.Second},
		{name: "an API that answers 500 to everything", source: many(3), answer: func(int, int64, string) *reply { return status(500) }, err: bulk.ErrUnavailable, atMost: 5 * time.Second},
		{
			name: "an API that goes away", source: many(20000), err: bulk.ErrUnavailable, want: counts{100, 0, 0}, atMost: time.Minute,
			answer: func(request int, _ int64, _ string) *reply {
				if request > 100 {
					return status(503)
				}
				return nil
			},
		},
		{name: "a token that is not accepted", source: many(1000), answer: func(int, int64, string) *reply { return status(401) }, err: client.ErrUnauthorized, atMost: time.Second},
		{name: "a token that may not write", source: many(1000), answer: func(int, int64, string) *reply { return status(403) }, err: client.ErrForbidden, atMost: time.Second},
		{name: "a certificate that is not trusted", source: many(1000), dial: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, err: client.ErrConnection, atMost: time.Second, requests: 16},
		{name: "a host that is not known", source: many(1000), dial: &net.DNSError{IsNotFound: true}, err: client.ErrConnection, atMost: time.Second, requests: 16},
		{name: "a path that is not the API's", source: many(1000), answer: func(int, int64, string) *reply { return problem(405, "") }, err: client.ErrMethodNotAllowed, atMost: time.Second, requests: 16},
		{
			name: "the API says that there is no such path", source: many(1000), err: bulk.ErrNotTheAPI, atMost: time.Second, requests: 16,
			answer: func(int, int64, string) *reply {
				return &reply{status: 404, body: `{"errors":[{"type":"system","message":"No such path"}]}`}
			},
		},
		{
			name: "groups that are not there", source: many(5), want: counts{0, 5, 0},
			answer: func(int, int64, string) *reply { return status(404) },
		},
		{
			name: "a proxy that refuses one row", source: many(5), want: counts{4, 0, 1}, options: bulk.Options{Concurrency: 1},
			answer: func(_ int, id int64, _ string) *reply {
				if id == 3 {
					return &reply{status: 400, body: "<html>nginx"}
				}
				return nil
			},
			reason: "400 Bad Request",
		},
		{name: "as many rows as are allowed", source: many(100), options: bulk.Options{Limit: 10}, want: counts{10, 0, 0}, err: bulk.ErrLimit, requests: 10},
		{name: "exactly as many rows as there are", source: many(10), options: bulk.Options{Limit: 10}, want: counts{10, 0, 0}, requests: 10},
		{
			name: "too many failures", source: many(1000), options: bulk.Options{MaxFailures: 20, Concurrency: 1}, want: counts{0, 20, 0}, err: bulk.ErrFailures, requests: 20,
			answer: func(int, int64, string) *reply { return status(404) },
		},
		{
			name: "a URL that is not the API's", source: many(1000), err: client.ErrNotFound, atMost: time.Second,
			answer: func(int, int64, string) *reply { return &reply{status: 404, body: "<html>"} },
		},
		{name: "a redirect", source: many(1000), answer: func(int, int64, string) *reply { return &reply{status: 302} }, err: client.ErrRedirect, atMost: time.Second},
		{
			name: "200 from something else", source: many(1000), err: client.ErrBadResponse, atMost: 5 * time.Second,
			answer: func(int, int64, string) *reply { return &reply{status: 200, body: "<html>log in"} },
		},
		{name: "a wait of hours", source: many(1000), answer: func(int, int64, string) *reply { return later(429, 484289*3600) }, err: bulk.ErrWait, atMost: time.Second},
		{name: "429 to everything", source: many(1000), answer: func(int, int64, string) *reply { return later(429, 1) }, err: client.ErrTooManyRequests, atMost: 6 * time.Minute},
		{
			name: "429 to one group", source: groups(1, 2, 3), want: counts{2, 0, 0}, atMost: 6 * time.Minute,
			answer: func(_ int, id int64, _ string) *reply {
				if id == 2 {
					return status(429)
				}
				return nil
			},
			err: client.ErrTooManyRequests,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{latency: 5 * time.Millisecond, answer: tc.answer, dial: tc.dial}
				var progress bulk.Progress
				var reasons []string
				o := tc.options
				o.Client, o.Progress = a.client(), &progress
				o.Result = func(r bulk.Result) error {
					if r.Outcome != journal.Applied {
						reasons = append(reasons, r.Reason)
					}
					return nil
				}
				began := time.Now()
				err := bulk.Run(t.Context(), tc.source, o)
				took := time.Since(began)
				if !errors.Is(err, tc.err) || (err == nil) != (tc.err == nil) {
					t.Errorf("error %v, want %v", err, tc.err)
				}
				s := progress.Snapshot()
				if got := (counts{s.Applied, s.Refused, s.Failed}); got != tc.want {
					t.Errorf("counts %+v, want %+v", got, tc.want)
				}
				if tc.reason != "" && !slices.ContainsFunc(reasons, func(r string) bool { return strings.Contains(r, tc.reason) }) {
					t.Errorf("reasons %q, want %q", reasons, tc.reason)
				}
				for id, want := range tc.sent {
					if !slices.Equal(a.sent[id], want) {
						t.Errorf("group %d: applied %q, want %q", id, a.sent[id], want)
					}
				}
				if tc.atMost > 0 && took > tc.atMost {
					t.Errorf("took %v, want at most %v", took, tc.atMost)
				}
				if tc.requests > 0 && a.requests > tc.requests {
					t.Errorf("%d requests, want at most %d", a.requests, tc.requests)
				}
				if s.InFlight != 0 || a.flying != 0 {
					t.Error("requests are still in flight")
				}
			})
		})
	}
}

// Rows of one group are sent one after the other and in order, whatever fails and however many workers there are.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		for i := range 3000 {
			s.ids = append(s.ids, int64(i*i%37+1))
		}
		inFlight := map[int64]bool{}
		var mu sync.Mutex
		a := &api{latency: 3 * time.Millisecond}
		a.answer = func(request int, id int64, _ string) *reply {
			mu.Lock()
			if inFlight[id] {
				t.Errorf("two rows of group %d at a time", id)
			}
			inFlight[id] = true
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			inFlight[id] = false
			switch request % 7 {
			case 1:
				return status(503)
			case 3:
				return later(429, 1)
			case 5:
				return connection()
			}
			return nil
		}
		if err := bulk.Run(t.Context(), s, bulk.Options{Client: a.client(), Concurrency: 32}); err != nil {
			t.Fatal(err)
		}
		for id, sent := range a.sent {
			last := 0
			for _, name := range sent {
				var n int
				if _, err := fmt.Sscanf(name, "row %d", &n); err != nil || n <= last {
					t.Fatalf("group %d: %s after row %d", id, name, last)
				}
				last = n
			}
		}
		if a.most > 32 {
			t.Errorf("%d requests at a time, want at most 32", a.most)
		}
	})
}

// The rate is never exceeded, and nearly reached.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{latency: 20 * time.Millisecond}
		began := time.Now()
		if err := bulk.Run(t.Context(), many(2001), bulk.Options{Client: a.client(), Rate: 100}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 19900*time.Millisecond || took > 21*time.Second {
			t.Errorf("2001 rows at 100 a second took %v", took)
		}
	})
}

// A run that is stopped finishes what is in flight and nothing else; one whose context ends breaks it off.
func TestStop(t *testing.T) {
	for _, tc := range []struct {
		name    string
		now     bool
		applied int64
		want    error
	}{
		{name: "stop", applied: 20, want: bulk.ErrStopped},
		{name: "context", now: true, applied: 10, want: context.Canceled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				stop := make(chan struct{})
				time.AfterFunc(1500*time.Millisecond, func() {
					if tc.now {
						cancel()
					} else {
						close(stop)
					}
				})
				var progress bulk.Progress
				a := &api{latency: time.Second}
				err := bulk.Run(ctx, many(1000), bulk.Options{Client: a.client(), Concurrency: 10, Stop: stop, Progress: &progress})
				if !errors.Is(err, tc.want) || progress.Snapshot().Applied != tc.applied {
					t.Errorf("error %v, applied %d; want %v, %d", err, progress.Snapshot().Applied, tc.want, tc.applied)
				}
			})
		})
	}
}

// A resumed run sends what has no result and what failed, and tells what was refused before.
func TestResume(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	header := journal.Header{Input: "sha256:1", Target: "https://api.example"}
	run := func(mode journal.Mode, a *api, s bulk.Source) (bulk.Snapshot, []string, error) {
		t.Helper()
		j, err := journal.Open(path, mode, header)
		if err != nil {
			t.Fatal(err)
		}
		var progress bulk.Progress
		var reasons []string
		err = bulk.Run(t.Context(), s, bulk.Options{Client: a.client(), Journal: j, Progress: &progress, Concurrency: 4, Result: func(r bulk.Result) error {
			if r.Outcome != journal.Applied {
				reasons = append(reasons, fmt.Sprintf("%d %s %s", r.Row.Number, r.Outcome, r.Reason))
			}
			return nil
		}})
		if closeErr := j.Close(); closeErr != nil {
			t.Fatal(closeErr)
		}
		slices.Sort(reasons)
		return progress.Snapshot(), reasons, err
	}
	first := &api{answer: func(_ int, _ int64, row string) *reply {
		switch row {
		case "row 2":
			return status(422)
		case "row 3":
			return status(500)
		case "row 9":
			return status(401)
		}
		return nil
	}}
	if _, _, err := run(journal.Begin, first, groups(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)); !errors.Is(err, client.ErrUnauthorized) {
		t.Fatal(err)
	}
	second := &api{}
	snapshot, reasons, err := run(journal.Resume, second, groups(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
	if err != nil {
		t.Fatal(err)
	}
	if snapshot.Before+snapshot.Applied != 9 || snapshot.RefusedBefore != 1 || !slices.Equal(reasons, []string{"2 refused 422 Unprocessable Entity"}) {
		t.Errorf("%+v, %q", snapshot, reasons)
	}
	for id := range second.sent {
		if len(first.sent[id]) > 0 {
			t.Errorf("group %d was sent twice", id)
		}
	}
	third := &api{}
	if snapshot, _, err := run(journal.Resume, third, groups(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)); err != nil || third.requests != 0 || snapshot.Before != 9 {
		t.Errorf("a run that was finished: %v, %d requests, %+v", err, third.requests, snapshot)
	}
	other := groups(1, 2, 3)
	other.n = 0
	if _, _, err := run(journal.Resume, &api{}, &shifted{other}); !errors.Is(err, bulk.ErrOtherRow) {
		t.Errorf("another input: %v", err)
	}
}

// shifted gives rows with other content.
type shifted struct{ *source }

func (s *shifted) Next(row *rows.Row) error {
	err := s.source.Next(row)
	row.Digest[0] += 100
	return err
}

// names is an API that knows the name of each group, and refuses one that another group has.
type names struct {
	mu     sync.Mutex
	byID   map[int64]string
	visits map[int64]int
}

func (n *names) answer(_ int, id int64, name string) *reply {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.visits[id]++
	for other, has := range n.byID {
		if has == name && other != id {
			return taken()
		}
	}
	n.byID[id] = name
	return nil
}

// Renames that wait for one another are all applied, in whatever order they stand; a name that stays taken is tried once more.
func TestTakenNames(t *testing.T) {
	for _, tc := range []struct {
		name    string
		ids     []int64
		names   []string
		applied int64
		visits  int // of group 1, at most
	}{
		{"a chain", []int64{1, 2, 3, 4, 5}, []string{"B", "C", "D", "E", "F"}, 5, 5},
		{"a chain backwards", []int64{5, 4, 3, 2, 1}, []string{"F", "E", "D", "C", "B"}, 5, 5},
		{"a chain in no order", []int64{3, 1, 4, 5, 2}, []string{"D", "B", "E", "F", "C"}, 5, 5},
		{"a name that stays taken", []int64{1, 3}, []string{"E", "X"}, 1, 2},
		{"two that change names", []int64{1, 2, 3}, []string{"B", "A", "X"}, 1, 2},
		{"rows after one that waits", []int64{1, 1, 2}, []string{"B", "B", "X"}, 3, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &names{byID: map[int64]string{1: "A", 2: "B", 3: "C", 4: "D", 5: "E"}, visits: map[int64]int{}}
				var progress bulk.Progress
				a := &api{latency: 5 * time.Millisecond, answer: n.answer}
				err := bulk.Run(t.Context(), &source{ids: tc.ids, names: tc.names}, bulk.Options{Client: a.client(), Progress: &progress})
				s := progress.Snapshot()
				if err != nil || s.Applied != tc.applied || s.Done() != int64(len(tc.ids)) || n.visits[1] > tc.visits {
					t.Errorf("error %v, %+v, group 1 was sent %d times; want %d applied", err, s, n.visits[1], tc.applied)
				}
			})
		})
	}
}

// However many names are taken, the run ends, and memory is bounded.
func TestManyTakenNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{latency: 5 * time.Millisecond, answer: func(int, int64, string) *reply { return taken() }}
		s := many(6000)
		for i := range s.ids[3000:] {
			s.ids[3000+i] = 1 // all after the first row
		}
		var progress bulk.Progress
		if err := bulk.Run(t.Context(), s, bulk.Options{Client: a.client(), Progress: &progress}); err != nil {
			t.Fatal(err)
		}
		if s := progress.Snapshot(); s.Refused != 6000 || a.requests > 8000 {
			t.Errorf("%+v, %d requests", s, a.requests)
		}
	})
}

// Workers are kept busy, also where groups come again and again.
func TestBusy(t *testing.T) {
	for name, groups := range map[string]int{"each group once": 4000, "each group a hundred times": 40} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := many(4000)
				for i := range s.ids {
					s.ids[i] = int64(i%groups + 1)
				}
				began := time.Now()
				if err := bulk.Run(t.Context(), s, bulk.Options{Client: (&api{latency: 16 * time.Millisecond}).client()}); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > 4400*time.Millisecond {
					t.Errorf("took %v, 16 workers need 4 s", took)
				}
			})
		})
	}
}
