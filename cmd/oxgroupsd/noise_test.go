package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

var noiseTime = flag.Duration("noise", 0, "how long TestNoise measures each kind of noise; 0 measures none")

// noises are what a client may do to the others, each with its number of connections.
var noises = []struct {
	name        string
	connections int
	token       string
	path, body  string
}{
	{"many ids", 4, "other", "/api/v1/workspace_groups/11", `{"workspace_group":{"name":"G11","add_workspace_ids":[` + strings.TrimSuffix(strings.Repeat("999999,", 149_000), ",") + `]}}`},
	{"as many ids as may be", 4, "other", "/api/v1/workspace_groups/11", `{"workspace_group":{"name":"G11","add_workspace_ids":[` + manyIDs(9_999) + `]}}`},
	{"many keys", 4, "other", "/api/v1/workspace_groups/11", `{"workspace_group":{"name":"G11"` + manyKeys(80_000) + `}}`},
	{"wrong tokens", 64, "wrong", "/api/v1/workspace_groups/11", update},
	{"no path", 64, "other", "/nowhere", ""},
	{"bad requests", 64, "other", "/api/v1/workspace_groups/11", `{"workspace_group":{}}`},
	{"one group", 32, "other", "/api/v1/workspace_groups/11", `{"workspace_group":{"name":"G11"}}`},
	{"no good updates", 64, "other", "/api/v1/workspace_groups/11", `{"workspace_group":{"name":"G11","add_workspace_ids":[999999]}}`},
	{"large notes", 4, "other", "/api/v1/workspace_groups/%d", `{"workspace_group":{"name":"Noise %d","notes":"` + strings.Repeat("n", 1_000_000) + `"}}`},
	{"escaped notes", 4, "other", "/api/v1/workspace_groups/%d", `{"workspace_group":{"name":"Noise %d","notes":"` + strings.Repeat(`\u00e9`, 160_000) + `"}}`},
	{"everything included", 32, "other", "/api/v1/workspace_groups/%d?include=workspaces,external_references,rate_card_sets", `{"workspace_group":{"name":"Noise %d"}}`},
	{"good requests", 64, "other", "/api/v1/workspace_groups/%d", `{"workspace_group":{"name":"Noise %d"}}`},
}

func manyIDs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d,", 1_000_000+i)
	}
	return strings.TrimSuffix(b.String(), ",")
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":1`, i)
	}
	return b.String()
}

// load sends requests on some connections until ctx ends, or until each has had enough answers, and counts the answers
// with 200.
func load(ctx context.Context, url string, connections, enough int, token, path, body string, groups func(i int) int) *atomic.Int64 {
	var done atomic.Int64
	var all sync.WaitGroup
	for i := range connections {
		all.Go(func() {
			transport := &http.Transport{MaxIdleConnsPerHost: 1}
			defer transport.CloseIdleConnections()
			p, b := path, body
			if strings.Contains(p, "%d") {
				p, b = fmt.Sprintf(p, groups(i)), fmt.Sprintf(b, groups(i))
			}
			for had := 0; ctx.Err() == nil && had < enough; {
				r, err := http.NewRequestWithContext(ctx, http.MethodPut, url+p, bytes.NewReader([]byte(b)))
				if err != nil {
					return
				}
				r.Header.Set("Authorization", "Bearer "+token)
				r.Header.Set("Content-Type", "application/json")
				resp, err := transport.RoundTrip(r)
				if err != nil {
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					had++
					done.Add(1)
				}
			}
		})
	}
	all.Wait()
	return &done
}

// TestNoise shows that good clients are served beside each kind of noise. With -noise it prints what eight of them keep of
// their rate.
func TestNoise(t *testing.T) {
	store := newStore(t)
	oxgroupsd(t, demoDocument(), "import", "-", "--store", store).done(t)
	token := func(user string) string {
		return strings.TrimSpace(oxgroupsd(t, "", "token", "create", "--store", store, "--account", "1", "--user", user).done(t).out)
	}
	tokens := map[string]string{"good": token("1"), "other": token("2"), "wrong": "wrong"}
	p := startProcess(t, "--store", store, "--log-level", "error")
	good := func(ctx context.Context, enough int) int64 {
		return load(ctx, p.url, 8, enough, tokens["good"], "/api/v1/workspace_groups/%d", `{"workspace_group":{"name":"Good %d"}}`,
			func(i int) int { return i + 1 }).Load()
	}
	rate := func() float64 {
		ctx, cancel := context.WithTimeout(t.Context(), *noiseTime)
		defer cancel()
		return float64(good(ctx, math.MaxInt)) / noiseTime.Seconds()
	}
	for _, n := range noises {
		alone := rate()
		ctx, cancel := context.WithCancel(t.Context())
		var noise sync.WaitGroup
		noise.Go(func() {
			load(ctx, p.url, n.connections, math.MaxInt, tokens[n.token], n.path, n.body, func(i int) int { return 9 + i%12 })
		})
		if *noiseTime == 0 {
			if served := good(t.Context(), 5); served != 40 {
				t.Errorf("%s: %d good requests were served, want 40", n.name, served)
			}
		} else {
			rate() // until the noise has used up what it has for nothing
			beside := rate()
			t.Logf("%-22s alone %5.0f a second, beside it %5.0f: %.2f", n.name, alone, beside, beside/alone)
		}
		cancel()
		noise.Wait()
	}
	p.stop(t, syscall.SIGTERM)
}
