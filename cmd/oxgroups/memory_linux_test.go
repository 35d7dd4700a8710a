package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/oxgroups/api/client/clienttest"

	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

var memoryRows = flag.Int("rows", 5000, "how many rows TestMemory sends")

// maxMemory is what a run may take, however long its input is. The race detector's shadow memory is on top of it.
const maxMemory = 48 << 20

// The memory of a run does not grow with its input, from stdin too.
func TestMemory(t *testing.T) {
	t.Parallel()
	var child, peak atomic.Int64
	last := func(a clienttest.Arrival) bool { // while the last row is under way
		if a.N == *memoryRows {
			peak.Store(peakOf(t, child.Load()))
		}
		return false
	}
	srv := clienttest.New(t, clienttest.WithRequestsKept(1), clienttest.WithFault(last, clienttest.Latency(0)))
	dir := t.TempDir()
	c := newChild(t, srv, dir, "apply", "-", "--journal", "journal")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	child.Store(int64(c.Process.Pid))
	if err := writeRows(in, *memoryRows); err != nil {
		t.Error(err)
	}
	if code := c.exit(t); code != console.ExitDone {
		t.Fatalf("exit code %d: %s", code, &c.stderr)
	}
	if n := srv.Count(); n != *memoryRows {
		t.Errorf("%d requests, want %d", n, *memoryRows)
	}
	t.Logf("%d rows, at most %d MiB", *memoryRows, peak.Load()>>20)
	if limit := int64(maxMemory * memoryFactor); peak.Load() == 0 || peak.Load() > limit {
		t.Errorf("%d bytes, want at most %d", peak.Load(), limit)
	}
}

// peakOf returns the most memory that a process has had so far, in bytes. What getrusage says of a child begins with the
// memory of its parent.
func peakOf(t *testing.T, pid int64) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Error(err)
	}
	var kilobytes int64
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(line, &kilobytes); err != nil {
		t.Error(err)
	}
	return kilobytes << 10
}

func writeRows(in io.WriteCloser, count int) error {
	out := bufio.NewWriter(in)
	_, _ = out.WriteString("id,name,notes,company,email\n")
	for i := range count {
		_, _ = fmt.Fprintf(out, "%d,Group %d,\"note %d, with a comma\",%v,group%d@acme.example\n", i%20+1, i%20+1, i, i%2 == 0, i)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return in.Close()
}
