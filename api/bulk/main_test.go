package bulk_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"path"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// source gives rows for the groups in ids, named by their number.
type source struct {
	ids   []int64
	names []string // in place of the numbers
	n     int
	err   map[int]error // by number, in place of the row
	end   error
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
	if s.names != nil {
		row.Update.Name = s.names[s.n-1]
	}
	row.Digest[0], row.Digest[1] = byte(s.n), byte(s.n>>8)
	return s.err[s.n]
}

// api is a transport that answers updates. answer gets the number of the request from 1; nil is success.
type api struct {
	latency time.Duration
	answer  func(request int, id int64, row string) *reply
	dial    error // of every request, before anything is sent

	mu       sync.Mutex
	requests int
	flying   int
	most     int
	sent     map[int64][]string // the rows that were applied, by group
}

// reply is what the api answers beside success.
type reply struct {
	status int
	after  string // Retry-After
	body   string
	err    error // there is no reply
}

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.dial != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.requests++
		if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GetConn != nil {
			trace.GetConn(r.URL.Host)
		}
		return nil, a.dial
	}
	var body struct {
		Group struct{ Name string } `json:"workspace_group"`
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	_ = r.Body.Close()
	id, _ := strconv.ParseInt(path.Base(r.URL.Path), 10, 64)
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
	wait := func() error {
		select {
		case <-time.After(a.latency / 2):
			return nil
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
	if err := wait(); err != nil {
		return nil, err
	}
	var answer *reply
	if a.answer != nil {
		answer = a.answer(n, id, body.Group.Name)
	}
	if answer == nil {
		a.mu.Lock()
		if a.sent == nil {
			a.sent = map[int64][]string{}
		}
		a.sent[id] = append(a.sent[id], body.Group.Name)
		a.mu.Unlock()
		answer = &reply{status: 200, body: fmt.Sprintf(`{"count":1,"meta":{"count":1,"page_count":1,"page_number":1,"page_size":20},"results":[{"key":"workspace_groups","id":"%d"}],"workspace_groups":{"%d":{"id":"%d","name":"x","created_at":"2013-04-15T16:48:48Z","updated_at":"2013-04-15T16:48:48Z"}}}`, id, id, id)}
	}
	if err := wait(); err != nil {
		return nil, err
	}
	if answer.err != nil {
		return nil, answer.err
	}
	header := http.Header{"X-Request-Id": {fmt.Sprint("req-", n)}, "Content-Type": {"application/json"}}
	if answer.after != "" {
		header.Set("Retry-After", answer.after)
	}
	return &http.Response{StatusCode: answer.status, Header: header, Body: io.NopCloser(strings.NewReader(answer.body)), Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

// client returns a client of the api.
func (a *api) client() *client.Client {
	c, err := client.New(client.WithToken("secret"), client.WithHTTPClient(&http.Client{Transport: a}))
	if err != nil {
		panic(err)
	}
	return c
}

// status returns a reply with the API's words for a status.
func status(code int) *reply { return problem(code, http.StatusText(code)) }

func problem(code int, message string) *reply {
	if code == 404 {
		message = "Record not found"
	}
	return &reply{status: code, body: fmt.Sprintf(`{"errors":[{"type":"system","message":%q}]}`, message)}
}

// taken is the reply to a name that another group has.
func taken() *reply {
	return &reply{status: 422, body: `{"errors":[{"type":"validation","field":"name","message":"Name has already been taken"}]}`}
}

// later returns a reply that asks to wait.
func later(code int, seconds int) *reply {
	r := status(code)
	r.after = strconv.Itoa(seconds)
	return r
}

// connection is a server that is not there.
func connection() *reply {
	return &reply{err: &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}}
}
