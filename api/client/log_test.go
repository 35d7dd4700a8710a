package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/client"
)

func TestLogIsAnAllowList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c, _ := newScripted(t, []step{respond(503, "", "Retry-After", "2"), fail(io.EOF), respond(200, document)}, client.WithLogger(log))
		if _, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		want := []string{
			"attempt=1 duration level=DEBUG method=PUT msg request_id=req-1 retry_in route=/workspace_groups/{id} status=503 time",
			"attempt=2 duration error=connection level=DEBUG method=PUT msg retry_in route=/workspace_groups/{id} time",
			"attempt=3 duration level=DEBUG method=PUT msg request_id=req-1 route=/workspace_groups/{id} status=200 time",
		}
		for i, line := range lines {
			if got := summary(t, line); i >= len(want) || got != want[i] {
				t.Errorf("line %d: %s", i+1, got)
			}
		}
		if len(lines) != len(want) {
			t.Errorf("%d lines, want %d", len(lines), len(want))
		}
	})
}

// summary lists the keys of a line, with those of the values that are the same in each run.
func summary(t *testing.T, line string) string {
	var attrs map[string]any
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&attrs); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(attrs)) {
		switch value := attrs[key].(type) {
		case json.Number:
			if key == "attempt" || key == "status" {
				key += "=" + value.String()
			}
		case string:
			if key != "time" && key != "msg" {
				key += "=" + value
			}
		}
		out = append(out, key)
	}
	return strings.Join(out, " ")
}

func TestLogAboveDebugIsSilent(t *testing.T) {
	var out bytes.Buffer
	c, _ := newScripted(t, []step{respond(500, "")}, client.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
	_, _ = c.UpdateWorkspaceGroup(t.Context(), 7, acme)
	if out.Len() != 0 {
		t.Errorf("got %s", out.String())
	}
}

func TestLogNamesTheKind(t *testing.T) {
	timeout := fail(context.DeadlineExceeded)
	tests := map[string]struct {
		step step
		kind string
	}{
		"timeout":    {timeout, "timeout"},
		"connection": {fail(io.EOF), "connection"},
		"too large":  {respond(200, strings.Repeat(" ", 9000)), "response too large"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
				c, _ := newScripted(t, []step{tt.step}, client.WithLogger(log), client.WithMaxResponseBytes(8000), client.WithoutRetries(),
					client.WithTimeout(time.Second))
				_, _ = c.UpdateWorkspaceGroup(t.Context(), 7, acme)
				if !strings.Contains(out.String(), tt.kind) {
					t.Errorf("got %s, want %q", out.String(), tt.kind)
				}
			})
		})
	}
}
