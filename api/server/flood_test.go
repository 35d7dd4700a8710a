package server_test

import (
	"bufio"
	"flag"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

var floodRequests = flag.Int("flood", 2000, "requests of TestFlood")

// marker is in the values of the requests of TestFlood that no reply may repeat.
const marker = "Marker4711"

// badBodies are refused, each for another reason.
var badBodies = []string{
	"", "null", "[]", `{"workspace_group":`, `{"workspace_group":{}}`, `{"workspace_group":{"name":"` + marker + `","email":"` + marker + `"}}`,
	`{"workspace_group":{"name":"x","` + marker + `":1,"company":"` + marker + `"}}`, `{"workspace_group":{"name":"` + marker + `\ud800"}}`,
	`{"workspace_group":{"name":"` + marker + "\x00" + `"}}`, `{"workspace_group":{"name":"x","add_workspace_ids":["` + marker + `",-1,1.5]}}`,
	strings.Repeat("[", 5000), `{"workspace_group":{"name":"x","add_workspace_ids":[` + strings.Repeat("1,", 12_000) + `1]}}`,
	`{"workspace_group":{"name":"x","website":"` + marker + `","website":"` + marker + `"}} ` + marker,
}

// A flood of hostile requests leaves no memory behind, gets only documented replies, and none that repeats what was sent.
func TestFlood(t *testing.T) {
	x := start(t, demoStore(t))
	bad := make([]string, 0, len(hostile)+len(badBodies))
	for _, h := range hostile {
		if h.status < 500 && len(h.bytes) < 100<<10 { // net/http answers the others by itself
			bad = append(bad, h.bytes)
		}
	}
	for _, body := range badBodies {
		bad = append(bad, request("", body), strings.Replace(request("", body), "application/json", "application/x-www-form-urlencoded", 1),
			strings.Replace(request("", body), "demo", marker, 1))
	}
	documented := map[int]bool{200: true, 400: true, 401: true, 403: true, 404: true, 405: true, 408: true, 413: true, 415: true,
		417: true, 422: true, 429: true, 431: true, 503: true, 505: true}
	flood := func(n int) {
		var all sync.WaitGroup
		for worker := range 384 { // more than the refusals that wait
			random := rand.New(rand.NewPCG(uint64(worker), 1))
			all.Go(func() {
				for range n / 384 {
					floodOne(t, x.addr, bad[random.IntN(len(bad))], documented)
				}
			})
		}
		all.Wait()
	}
	flood(max(*floodRequests/20, 384))
	before := memoryInUse()
	flood(*floodRequests)
	grown := int64(memoryInUse()-before) >> 20
	t.Logf("%d requests, memory grew by %d MB", *floodRequests, grown)
	if grown > 64 {
		t.Errorf("memory grew by %d MB", grown)
	}
	x.do(t, call{body: good}).group(t)
}

func memoryInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

// floodOne sends a request on a connection of its own and reads what comes back.
func floodOne(t *testing.T, addr, request string, documented map[int]bool) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	_ = c.(*net.TCPConn).SetLinger(0) // the port is free again at once
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	_, _ = io.WriteString(c, request) // the server need not read all of it
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return // a request without an end has its time, and a refused body its reset
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if !documented[resp.StatusCode] {
		t.Errorf("%d for %.200q", resp.StatusCode, request)
	}
	if resp.StatusCode != http.StatusOK && strings.Contains(string(body), marker) { // what is stored is returned
		t.Errorf("the reply %.200q repeats a part of %.200q", body, request)
	}
}
