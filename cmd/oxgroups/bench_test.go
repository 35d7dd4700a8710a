package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/gen/model"

	"example.com/oxgroups/cmd/oxgroups/internal/cli"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// BenchmarkApply sends the same rows to a server on SQLite by `oxgroups apply` and by a bare loop with as many goroutines,
// which has the bodies ready and reads the replies without looking at them. "of-bare" is the rate of the one divided by
// that of the other.
func BenchmarkApply(b *testing.B) {
	const count = 100000
	url := benchServer(b)
	file := filepath.Join(b.TempDir(), "groups.csv")
	if err := os.WriteFile(file, benchRows(count), 0o600); err != nil {
		b.Fatal(err)
	}
	requests := benchRequests(b, file)
	var bare, apply time.Duration
	for b.Loop() {
		began := time.Now()
		bareLoop(b, url, requests)
		bare += time.Since(began)
		began = time.Now()
		benchApply(b, url, file)
		apply += time.Since(began)
	}
	b.ReportMetric(float64(b.N)*count/bare.Seconds(), "bare-rows/s")
	b.ReportMetric(float64(b.N)*count/apply.Seconds(), "rows/s")
	b.ReportMetric(bare.Seconds()/apply.Seconds(), "of-bare")
}

func benchServer(b *testing.B) string {
	b.Helper()
	file, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "groups.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = file.Close() })
	if err := demo.Load(b.Context(), file); err != nil {
		b.Fatal(err)
	}
	contents, err := store.NewContents(benchGroups())
	if err == nil {
		err = file.Import(b.Context(), 1, contents)
	}
	if err != nil {
		b.Fatal(err)
	}
	s, err := server.New(file, server.WithLimits(server.NoLimits()))
	if err != nil {
		b.Fatal(err)
	}
	ts := httptest.NewServer(s.Handler())
	b.Cleanup(ts.Close)
	return ts.URL + server.BasePath
}

const (
	firstGroup = 1000
	groupCount = 2000
)

// benchGroups returns a document with groups.
func benchGroups() *model.WorkspaceGroupDocument {
	doc := store.NewDocument(groupCount, group.Includes{})
	for i := range groupCount {
		id := strconv.Itoa(firstGroup + i)
		at := time.Date(2013, 4, 15, 16, 48, 48, 0, time.UTC)
		doc.WorkspaceGroups[id] = model.WorkspaceGroup{ID: id, Name: "Group " + id, CreatedAt: at, UpdatedAt: at}
	}
	return &doc
}

// benchRows returns a CSV with count updates of those groups.
func benchRows(count int) []byte {
	var out bytes.Buffer
	out.WriteString("id,name,notes,company,email\n")
	for i := range count {
		id := firstGroup + i%groupCount
		fmt.Fprintf(&out, "%d,Group %d,\"note %d, with a comma\",%v,group%d@acme.example\n", id, id, i, i%2 == 0, i)
	}
	return out.Bytes()
}

type benchRequest struct {
	id   string
	body []byte
}

// benchRequests returns the requests that the rows of the file become.
func benchRequests(b *testing.B, file string) []benchRequest {
	b.Helper()
	in, err := rows.Open(file, nil, rows.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	reader, err := in.Rows()
	if err != nil {
		b.Fatal(err)
	}
	c, err := client.New(client.WithBaseURL(client.DefaultBaseURL))
	if err != nil {
		b.Fatal(err)
	}
	var out []benchRequest
	for {
		var row rows.Row
		if err := reader.Next(&row); err == io.EOF {
			return out
		} else if err != nil {
			b.Fatal(err)
		}
		r, err := c.Request(context.Background(), row.ID, row.Update)
		if err != nil {
			b.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		out = append(out, benchRequest{strconv.FormatInt(row.ID, 10), body})
	}
}

func bareLoop(b *testing.B, url string, requests []benchRequest) {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: bulk.DefaultConcurrency}
	defer transport.CloseIdleConnections()
	hc := &http.Client{Transport: transport}
	work := make(chan benchRequest)
	var workers sync.WaitGroup
	for range bulk.DefaultConcurrency {
		workers.Go(func() {
			for r := range work {
				if err := bareRequest(hc, url, r); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, r := range requests {
		work <- r
	}
	close(work)
	workers.Wait()
}

func bareRequest(hc *http.Client, url string, r benchRequest) error {
	req, err := http.NewRequest(http.MethodPut, url+"/workspace_groups/"+r.id, bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+demo.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err = io.Copy(io.Discard, resp.Body); err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	return err
}

func benchApply(b *testing.B, url, file string) {
	b.Helper()
	var stdout, stderr bytes.Buffer
	env := map[string]string{client.EnvURL: url, client.EnvToken: demo.Token}
	sys := console.IO{In: nil, Out: &stdout, Err: &stderr, Getenv: func(name string) string { return env[name] }}
	if code := cli.Run(b.Context(), []string{"apply", file}, sys); code != console.ExitDone {
		b.Fatalf("exit code %d: %s", code, &stderr)
	}
}
