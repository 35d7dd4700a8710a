package bulk_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// source gives rows for the groups in ids, named by their number.
type source struct {
	ids []int64
	n   int
	err map[int]error // by number, in place of the row
	end error
}

func groups(ids ...int64) *source { return &source{ids: ids} }

// many gives n rows, each for a group of its own.
func many(n int) *source {
	s := &source{}
	for i := range n {
		s.ids = append(s.ids, int64(i+1))
	}
	return s
}

func (s *source) Next(row *rows.Row) error {
	if s.n == len(s.ids) {
		if s.end != nil {
			return s.end
		}
		return io.EOF
	}
	s.n++
	*row = rows.Row{Number: int64(s.n), ID: s.ids[s.n-1]}
	row.Update.Name = fmt.Sprint("row ", s.n)
	row.Digest[0] = byte(s.n)
	return s.err[s.n]
}

// api answers updates; answer gets the number of the request from 1, and returns nil for success.
type api struct {
	latency time.Duration
	answer  func(request int, id int64, row string) error

	mu       sync.Mutex
	requests int
	flying   int
	most     int
	sent     map[int64][]string // the rows that were applied, by group
}

func (a *api) UpdateWorkspaceGroup(ctx context.Context, id int64, update client.Update, _ ...client.Option) (*client.Result, error) {
	a.mu.Lock()
	a.requests++
	n := a.requests
	a.flying++
	a.most = max(a.most, a.flying)
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.flying--
		a.mu.Unlock()
	}()
	if a.latency > 0 {
		select {
		case <-time.After(a.latency):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if a.answer != nil {
		if err := a.answer(n, id, update.Name); err != nil {
			return nil, err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sent == nil {
		a.sent = map[int64][]string{}
	}
	a.sent[id] = append(a.sent[id], update.Name)
	return &client.Result{StatusCode: http.StatusOK, RequestID: fmt.Sprint("req-", n)}, nil
}

// status returns the error for a reply.
func status(code int) *client.Error {
	return &client.Error{StatusCode: code, Errors: []client.Problem{{Type: "system", Message: http.StatusText(code)}}, Header: http.Header{}}
}

// later returns the error for a reply that asks to wait.
func later(code int, seconds int) *client.Error {
	e := status(code)
	e.RetryAfter = time.Duration(seconds) * time.Second
	e.Header.Set("Retry-After", fmt.Sprint(seconds))
	return e
}
