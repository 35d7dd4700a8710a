package front_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/front"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stand is a front of a handler that answers 200.
type stand struct {
	*front.Front
	faults front.Faults

	mu   sync.Mutex
	seen []*front.Exchange
}

func newStand(rules string) (*stand, error) {
	s := &stand{}
	s.Front = &front.Front{
		API:    http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "all is well") }),
		Faults: &s.faults, Keep: 1 << 20,
		TokenID: func(_ context.Context, token string) int64 { return int64(len(token)) },
		Record: func(_ context.Context, x *front.Exchange) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.seen = append(s.seen, x)
		},
	}
	parsed, err := front.ParseRules([]byte(rules))
	s.faults.SetRules(parsed)
	return s, err
}

// send sends a request and returns what came back; code 0 is no reply.
func (s *stand) send(method, path string, header http.Header) (w *httptest.ResponseRecorder) {
	w = httptest.NewRecorder()
	defer func() {
		if v := recover(); v == http.ErrAbortHandler {
			w.Code = 0
		} else if v != nil {
			panic(v)
		}
	}()
	r := httptest.NewRequest(method, path, strings.NewReader("body"))
	r.Header = header
	s.ServeHTTP(w, r)
	return w
}

const groupPath = "/api/v1/workspace_groups/7"

// Which of ten requests a rule hits. Every other one is a GET, every third is for another group.
func TestWhich(t *testing.T) {
	for _, tc := range []struct {
		rule string
		want []int
	}{
		{`{}`, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{`{"on":false}`, nil},
		{`{"when":{"nth":3}}`, []int{2}},
		{`{"when":{"every":4}}`, []int{3, 7}},
		{`{"when":{"rate":1}}`, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{`{"match":{"method":"GET"}}`, []int{1, 3, 5, 7, 9}},
		{`{"match":{"method":"GET"},"when":{"nth":2}}`, []int{3}},
		{`{"match":{"group":8}}`, []int{0, 3, 6, 9}},
		{`{"match":{"path":"/api/*/workspace_groups/8"}}`, []int{0, 3, 6, 9}},
		{`{"match":{"path":"/api/*"}}`, nil},
		{`{"match":{"token":4}}`, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{`{"match":{"token":5}}`, nil},
	} {
		s, err := newStand(`{"rules":[` + strings.TrimSuffix(tc.rule, "}") + strings.Repeat(",", min(1, len(tc.rule)-2)) + `"status":503}]}`)
		if err != nil {
			t.Fatalf("%s: %v", tc.rule, err)
		}
		var got []int
		for i := range 10 {
			method, path := "PUT", groupPath
			if i%2 == 1 {
				method = "GET"
			}
			if i%3 == 0 {
				path = "/api/v1/workspace_groups/8"
			}
			if s.send(method, path, http.Header{"Authorization": {"Bearer four"}}).Code == 503 {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s hits %v, want %v", tc.rule, got, tc.want)
		}
	}
}

// What a rule does to the reply.
func TestWhat(t *testing.T) {
	for _, tc := range []struct {
		rule   string
		status int
		body   string
		header string // Key: value
		fault  string
	}{
		{`{"status":503}`, 503, "Service unavailable", "Content-Type: application/json", "status 503"},
		{`{"name":"slow down","status":429,"retry_after":"seconds"}`, 429, "Too many requests", "Retry-After: 1", "slow down"},
		{`{"expire_token":true}`, 401, "Invalid OAuth 2 Request", `Www-Authenticate: Bearer error="invalid_token"`, "token expired"},
		{`{"status":502,"body":"<html>","content_type":"text/html"}`, 502, "<html>", "Content-Type: text/html", "status 502"},
		{`{"content_type":"text/plain"}`, 200, "all is well", "Content-Type: text/plain", "headers or body"},
		{`{"headers":{"x-more":["a"]}}`, 200, "all is well", "X-More: a", "headers or body"},
		{`{"reset":true}`, 0, "", "", "reset"},
		{`{"cut_after":3}`, 0, "all", "Content-Length: 11", "cut off after 3"},
	} {
		s, err := newStand(`{"rules":[` + tc.rule + `,{"status":500}]}`)
		if err != nil {
			t.Fatalf("%s: %v", tc.rule, err)
		}
		w := s.send("PUT", groupPath, nil)
		key, value, _ := strings.Cut(tc.header, ": ")
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.body) || w.Header().Get(key) != value {
			t.Errorf("%s: %d %s %v", tc.rule, w.Code, w.Body, w.Header())
		}
		if s.seen[0].Fault != tc.fault || string(s.seen[0].Body) != "body" {
			t.Errorf("%s: recorded are the fault %q and the body %q", tc.rule, s.seen[0].Fault, s.seen[0].Body)
		}
	}
}

// Retry-After has the three forms of RFC 9110, and one of them is a time that is over.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for form, want := range map[string]string{
			"seconds": "1", "date": time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat), "past": time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat),
		} {
			s, err := newStand(`{"rules":[{"status":429,"retry_after":"` + form + `"}]}`)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.send("PUT", groupPath, nil).Header().Get("Retry-After"); got != want {
				t.Errorf("%s: %q, want %q", form, got, want)
			}
		}
	})
}

// Latencies have the distribution that the rule says, and a reply waits for them.
func TestLatency(t *testing.T) {
	for _, tc := range []struct {
		latency            string
		least, median, p99 time.Duration // of 2,000
	}{
		{`"200ms"`, 200 * time.Millisecond, 200 * time.Millisecond, 200 * time.Millisecond},
		{`{"fixed":"200ms"}`, 200 * time.Millisecond, 200 * time.Millisecond, 200 * time.Millisecond},
		{`{"min":"10ms","max":"110ms"}`, 10 * time.Millisecond, 60 * time.Millisecond, 109 * time.Millisecond},
		{`{"mean":"100ms","p99":"400ms"}`, 1, 80 * time.Millisecond, 400 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, err := newStand(`{"seed":3,"rules":[{"latency":` + tc.latency + `}]}`)
			if err != nil {
				t.Fatal(err)
			}
			var took []time.Duration
			for range 2000 {
				begun := time.Now()
				s.send("PUT", groupPath, nil)
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			near := func(got, want time.Duration) bool { return got > want*8/10 && got < want*12/10 }
			if took[0] < tc.least || !near(took[1000], tc.median) || !near(took[1980], tc.p99) {
				t.Errorf("%s: least %v, median %v, p99 %v", tc.latency, took[0], took[1000], took[1980])
			}
		})
	}
}

// The same seed gives the same faults, another one gives others, and what one rule draws does not change with another rule.
func TestSeed(t *testing.T) {
	run := func(rules string) string {
		var faults []string
		synctest.Test(t, func(t *testing.T) {
			s, err := newStand(rules)
			if err != nil {
				t.Fatal(err)
			}
			for range 200 {
				s.send("PUT", groupPath, nil)
			}
			for _, x := range s.seen {
				faults = append(faults, x.Fault)
			}
		})
		return strings.Join(faults, ",")
	}
	const rules = `{"seed":%d,"rules":[{"when":{"rate":0.3},"status":503},{"when":{"rate":0.5},"latency":{"min":"1ms","max":"1s"}}]}`
	first := run(fmt.Sprintf(rules, 7))
	if again := run(fmt.Sprintf(rules, 7)); again != first {
		t.Errorf("the second run has\n%s\nthe first\n%s", again, first)
	}
	if other := run(fmt.Sprintf(rules, 8)); other == first {
		t.Error("another seed gives the same faults")
	}
	if n := strings.Count(first, "503"); n < 40 || n > 80 {
		t.Errorf("a rate of 0.3 hits %d of 200", n)
	}
}

func TestBrokenRules(t *testing.T) {
	for rules, want := range map[string]string{
		`{`:                                                "not a document",
		`{"rules":[{"stats":1}]}`:                          `"stats"`,
		`{"rules":[{},{"status":99}]}`:                     "rules[1].status: must be from 200 to 599",
		`{"rules":[{"retry_after":"soon"}]}`:               "seconds, date or past",
		`{"rules":[{"match":{"path":"["}}]}`:               "match.path",
		`{"rules":[{"when":{"rate":2}}]}`:                  "when",
		`{"rules":[{"latency":{"fixed":"fast"}}]}`:         "fast",
		`{"rules":[{"latency":{"fix":"1s"}}]}`:             `"fix"`,
		`{"rules":[{"latency":200}]}`:                      "latency must not be number",
		`{"rules":[{"status":"503"}]}`:                     "status must not be string",
		`[]`:                                               "it must not be array",
		`{"rules":[{"latency":{"fixed":"20h"}}]}`:          "latency",
		`{"rules":[{"latency":{"mean":"1s"}}]}`:            "latency.p99",
		`{"rules":[{"reset":true,"status":503}]}`:          "reset",
		`{"rules":[{"cut_after":-1}]}`:                     "cut_after",
		`{"rules":[{"latency":{"min":"1s","max":"1ms"}}]}`: "latency.max",
		`{"rules":[]} {}`:                                  "after",
	} {
		if _, err := front.ParseRules([]byte(rules)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want something with %s", rules, err, want)
		}
	}
}

// A request asks for its own fault where that is allowed, and rules that are set do not count then.
func TestRuleHeader(t *testing.T) {
	s, err := newStand(`{"rules":[{"status":500}]}`)
	if err != nil {
		t.Fatal(err)
	}
	asked := http.Header{"X-Fault": {`{"status":503,"when":{"nth":9}}`}}
	if got := s.send("PUT", groupPath, asked).Code; got != 500 {
		t.Errorf("not allowed: %d", got)
	}
	s.RuleHeader = "X-Fault"
	if got := s.send("PUT", groupPath, asked).Code; got != 503 {
		t.Errorf("allowed: %d", got)
	}
	if w := s.send("PUT", groupPath, http.Header{"X-Fault": {"503"}}); w.Code != 400 || !strings.Contains(w.Body.String(), "not a document of faults") {
		t.Errorf("broken: %d %s", w.Code, w.Body)
	}
}

// Places are those of the bytes as they were sent, whatever stands before them.
func TestLineColumn(t *testing.T) {
	body := []byte("é\n{\n  \"ü\": x")
	for offset, want := range map[int]string{0: "1:1", 2: "1:2", 3: "2:1", 7: "3:3", 13: "3:8", 99: "3:9"} {
		line, column := front.LineColumn(body, offset)
		if got := fmt.Sprintf("%d:%d", line, column); got != want {
			t.Errorf("byte %d is at %s, want %s", offset, got, want)
		}
	}
}
