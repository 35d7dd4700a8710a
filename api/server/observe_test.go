package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/gen/model"
)

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBuffer) lines(t *testing.T) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, m)
	}
	return lines
}

func logged() (*logBuffer, server.Option) {
	l := &logBuffer{}
	return l, server.WithLogger(slog.New(slog.NewJSONHandler(l, nil)))
}

func TestRequestID(t *testing.T) {
	x := start(t, &fake{})
	for _, tc := range []struct {
		name  string
		given []string
		kept  bool
	}{
		{"none", nil, false},
		{"letters, digits, dots, dashes, underscores", []string{"aZ09._-"}, true},
		{"128 characters", []string{strings.Repeat("a", 128)}, true},
		{"129 characters", []string{strings.Repeat("a", 129)}, false},
		{"empty", []string{""}, false},
		{"a space", []string{"a b"}, false},
		{"not ASCII", []string{"é"}, false},
		{"two", []string{"a", "b"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := http.Header{}
			if tc.given != nil {
				h["X-Request-Id"] = tc.given
			}
			first, second := x.do(t, call{header: h, body: good}), x.do(t, call{header: h, body: good})
			got := first.header["X-Request-Id"]
			if len(got) != 1 || (got[0] == strings.Join(tc.given, "")) != tc.kept {
				t.Errorf("got %q for %q", got, tc.given)
			}
			if same := got[0] == second.header.Get("X-Request-Id"); same != tc.kept {
				t.Errorf("two requests have the ids %q and %q", got[0], second.header.Get("X-Request-Id"))
			}
		})
	}
}

func TestAccessLog(t *testing.T) {
	log, option := logged()
	x := start(t, &fake{}, option)
	a := x.do(t, call{path: "/api/v1/workspace_groups/7?include=hunter2", token: "hunter2", body: `{"workspace_group":{"name":"hunter2"}}`})
	x.do(t, call{path: "/hunter2"})
	x.do(t, call{token: "-", header: http.Header{"Authorization": {"hunter2"}}})
	x.do(t, call{body: inGroup(`"company":"hunter2"`)})
	if err := x.stop(); err != nil { // which also waits for the log
		t.Fatal(err)
	}
	line := log.lines(t)[0]
	for key, want := range map[string]any{
		"level": "INFO", "method": "PUT", "route": "/api/v1/workspace_groups/:id", "status": 200.0,
		"bytes": float64(len(a.body)), "request_id": a.header.Get("X-Request-Id"),
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	if d, ok := line["duration"].(float64); !ok || d <= 0 {
		t.Errorf("duration is %v", line["duration"])
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("the log has something of a request:\n%s", log)
	}
}

func TestCausesAreLogged(t *testing.T) {
	for name, tc := range map[string]struct {
		update func() error
		status float64
		want   string
	}{
		"500":              {func() error { return errors.New("the disk is on fire") }, 500, "the disk is on fire"},
		"503":              {func() error { return &group.Error{Code: group.Unavailable, Err: errors.New("the disk is full")} }, 503, "the disk is full"},
		"a runtime panic":  {func() error { var s []int; _ = s[len(os.Args)]; return nil }, 500, "index out of range"},
		"another panic":    {func() error { panic("hunter2") }, 500, "panic: string"},
		"an aborted reply": {func() error { panic(http.ErrAbortHandler) }, 500, "panic: *errors.errorString"},
	} {
		t.Run(name, func(t *testing.T) {
			log, option := logged()
			x := start(t, &fake{update: func(context.Context, group.Caller, int64, model.WorkspaceGroupUpdate, group.Includes) (group.Snapshot, error) {
				return group.Snapshot{}, tc.update()
			}}, option)
			a := x.do(t, call{body: good})
			x.do(t, call{method: "GET"}).refused(t, 405, "system", "", "") // it lives
			if err := x.stop(); err != nil {
				t.Fatal(err)
			}
			line := log.lines(t)[0]
			cause, _ := line["cause"].(string)
			if line["level"] != "ERROR" || line["status"] != tc.status || !strings.Contains(cause, tc.want) || line["request_id"] != a.header.Get("X-Request-Id") {
				t.Errorf("got %v", line)
			}
			_, stack := line["stack"]
			if panics := strings.Contains(name, "panic") || strings.Contains(name, "abort"); stack != panics {
				t.Errorf("stack: %v", stack)
			}
			if strings.Contains(log.String(), "hunter2") || strings.Contains(string(a.body), tc.want) {
				t.Errorf("too much is told: %s\n%s", a.body, log)
			}
		})
	}
}
