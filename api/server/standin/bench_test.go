package standin_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/server/standin"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/api/store/sqlite"
)

func openDemo(b *testing.B, engine string) group.Store {
	b.Helper()
	var store group.Store = memory.Open()
	if engine == "sqlite" {
		opened, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "groups.db"))
		if err != nil {
			b.Fatal(err)
		}
		store = opened
	}
	b.Cleanup(func() { _ = store.Close() })
	if err := demo.LoadWithToken(b.Context(), store, token); err != nil {
		b.Fatal(err)
	}
	return store
}

// BenchmarkJournal is an update over HTTP on 16 connections, with and without the journal.
func BenchmarkJournal(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as oxgroupsd
	body := []byte(`{"workspace_group":{"name":"Acme","notes":"Prefers rockets","company":true,"email":"wile@acme.example"}}`)
	for _, engine := range []string{"memory", "sqlite"} {
		for _, mode := range []string{"off", "on"} {
			b.Run(engine+"/"+mode, func(b *testing.B) {
				store := openDemo(b, engine)
				var updater group.Updater = store
				options := []server.Option{server.WithLimits(server.NoLimits())}
				if mode == "on" {
					in, err := standin.New(context.Background(), store, standin.Options{})
					if err != nil {
						b.Fatal(err)
					}
					updater = in.Store()
					options = append(options, in.Option(), server.WithWrapper(in.Wrap))
				}
				srv, err := server.New(updater, options...)
				if err != nil {
					b.Fatal(err)
				}
				api := httptest.NewServer(srv.Handler())
				defer api.Close()
				transport := &http.Transport{MaxIdleConnsPerHost: 16}
				defer transport.CloseIdleConnections()
				client := &http.Client{Transport: transport}
				work := make(chan struct{})
				var workers sync.WaitGroup
				for range 16 {
					workers.Go(func() {
						for range work {
							r, _ := http.NewRequest(http.MethodPut, api.URL+server.BasePath+"/workspace_groups/7", bytes.NewReader(body))
							r.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
							resp, err := client.Do(r)
							if err != nil {
								b.Error(err)
								return
							}
							_, _ = io.Copy(io.Discard, resp.Body)
							resp.Body.Close()
						}
					})
				}
				for b.Loop() {
					work <- struct{}{}
				}
				close(work)
				workers.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB")
			})
		}
	}
}

// BenchmarkReset takes the demo data back to the seed.
func BenchmarkReset(b *testing.B) {
	for _, engine := range []string{"memory", "sqlite"} {
		b.Run(engine, func(b *testing.B) {
			in, err := standin.New(context.Background(), openDemo(b, engine), standin.Options{})
			if err != nil {
				b.Fatal(err)
			}
			handler := in.Handler()
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://localhost/reset", nil))
				if w.Code != http.StatusNoContent {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
