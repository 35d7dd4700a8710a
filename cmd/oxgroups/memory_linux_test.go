package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"syscall"
	"testing"

	"example.com/oxgroups/api/client/clienttest"
)

var memoryRows = flag.Int("rows", 5000, "how many rows TestMemory sends")

// maxMemory is what a run may take, however long its input is. The race detector's shadow memory is on top of it.
const maxMemory = 64 << 20

// The memory of a run does not grow with its input, from stdin too.
func TestMemory(t *testing.T) {
	srv := clienttest.New(t, clienttest.WithRequestsKept(1))
	dir := t.TempDir()
	c := newChild(t, srv, dir, "apply", "-", "--format", "csv", "--journal", "journal")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if err := writeRows(in, *memoryRows); err != nil {
		t.Error(err)
	}
	if code := c.exit(t); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &c.stderr)
	}
	if n := srv.Count(); n != *memoryRows {
		t.Errorf("%d requests, want %d", n, *memoryRows)
	}
	peak := c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	t.Logf("%d rows, at most %d MiB", *memoryRows, peak>>20)
	if limit := int64(maxMemory * memoryFactor); peak > limit {
		t.Errorf("%d MiB, want at most %d", peak>>20, limit>>20)
	}
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
