package ops_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/ops"
	"example.com/oxgroups/api/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func do(t *testing.T, h http.Handler, method, path, body string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestReadiness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r ops.Readiness
		if r.Err(t.Context()) == nil {
			t.Error("ready before the start")
		}
		asked := 0
		var answer error
		r.Start(func(context.Context) error { asked++; return answer })
		for range 10 {
			if err := r.Err(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if asked != 1 {
			t.Errorf("the store was asked %d times within a second", asked)
		}
		answer = errors.New("the file is gone")
		time.Sleep(time.Second)
		if err := r.Err(t.Context()); !errors.Is(err, answer) {
			t.Errorf("got %v, want what the store says", err)
		}
		answer = nil
		time.Sleep(time.Second)
		if err := r.Err(t.Context()); err != nil {
			t.Errorf("after the store is back: %v", err)
		}
		r.Stop()
		if r.Err(t.Context()) == nil {
			t.Error("ready after the stop")
		}
	})
}

func TestHandler(t *testing.T) {
	var log strings.Builder
	var level slog.LevelVar
	var ready ops.Readiness
	metrics := ops.NewMetrics()
	h := ops.Handler(&ready, metrics, &level, slog.New(slog.NewTextHandler(&log, nil)), nil)

	if status, _ := do(t, h, "GET", "/livez", ""); status != 200 {
		t.Errorf("livez: %d", status)
	}
	ready.Start(func(context.Context) error { return errors.New("no disk") })
	if status, body := do(t, h, "GET", "/readyz", ""); status != 503 || strings.Contains(body, "disk") || !strings.Contains(log.String(), "no disk") {
		t.Errorf("readyz: %d %s, log %s", status, body, &log)
	}
	ready.Start(func(context.Context) error { return nil })
	if status, _ := do(t, h, "GET", "/readyz", ""); status != 200 {
		t.Errorf("readyz: %d", status)
	}
	if status, body := do(t, h, "PUT", "/log-level", "debug"); status != 200 || level.Level() != slog.LevelDebug {
		t.Errorf("log-level: %d %s", status, body)
	}
	if status, _ := do(t, h, "PUT", "/log-level", "loud"); status != 400 || level.Level() != slog.LevelDebug {
		t.Errorf("log-level loud: %d", status)
	}
	if _, body := do(t, h, "GET", "/log-level", ""); body != "DEBUG" {
		t.Errorf("log-level: %s", body)
	}
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/heap"} {
		if status, _ := do(t, h, "GET", path, ""); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := do(t, h, "GET", "/", ""); status != 404 {
		t.Errorf("/: %d", status)
	}
}

type pooled struct{}

func (pooled) Pool() store.Pool {
	return store.Pool{Max: 16, InUse: 3, Idle: 2, Waits: 7, Waited: 2 * time.Second}
}

func TestMetrics(t *testing.T) {
	m := ops.NewMetrics()
	m.AddPool(pooled{})
	m.ObserveCommit(12, 3*time.Millisecond)
	m.Gauge("a_gauge", "A gauge.", func() float64 { return 5 })
	m.Observe(server.Observation{Method: "PUT", Route: "/x", Status: 200, Duration: 3 * time.Millisecond})
	m.Observe(server.Observation{Method: "PUT", Route: "/x", Status: 429, Limit: "per_token"})
	m.Observe(server.Observation{Method: "PUT", Route: "/x", Status: 400, Rules: []string{"type", "type", "required"}})
	_, body := do(t, ops.Handler(new(ops.Readiness), m, new(slog.LevelVar), slog.New(slog.DiscardHandler), nil), "GET", "/metrics", "")
	for _, want := range []string{
		`oxgroups_requests_total{method="PUT",route="/x",status="200"} 1`,
		`oxgroups_request_duration_seconds_bucket{route="/x",le="0.005"} 3`,
		`oxgroups_limit_refusals_total{limit="per_token"} 1`,
		`oxgroups_violations_total{rule="type"} 2`,
		"oxgroups_store_pool_waits_total 7", "oxgroups_store_pool_in_use_connections 3", "a_gauge 5",
		`oxgroups_store_commit_updates_bucket{le="16"} 1`, "oxgroups_store_commit_seconds_sum 0.003", "oxgroups_store_pool_waited_seconds_total 2", "go_goroutines ", "process_open_fds ",
		"# TYPE oxgroups_store_pool_waits_total counter", "# TYPE oxgroups_store_pool_idle_connections gauge",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("there is no %s", want)
		}
	}
}

func TestServe(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- ops.Serve(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "here") }))
	}()
	resp, err := http.Get("http://" + ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if string(body) != "here" || err != nil {
		t.Errorf("got %q, %v", body, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	ln.Close()
	if err := ops.Serve(t.Context(), ln, http.NotFoundHandler()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed listener: %v", err)
	}
}
