package journal_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/bulk/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var header = journal.Header{Input: "sha256:1", Target: "https://api.example/v1"}

func digest(row int64) string { return fmt.Sprintf("%016x00000000", row) }

func record(row int64, outcome journal.Outcome) journal.Record {
	return journal.Record{Row: row, ID: 7, Digest: digest(row), Outcome: outcome, Request: "req-1", Reason: "422 \"why\"\n"}
}

// open opens a journal and closes it at the end of the test, unless that was done.
func open(t *testing.T, path string, mode journal.Mode) *journal.Journal {
	t.Helper()
	j, err := journal.Open(path, mode, header)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func shut(t *testing.T, j *journal.Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

func appendAll(t *testing.T, j *journal.Journal, records ...journal.Record) {
	t.Helper()
	for _, r := range records {
		if err := j.Append(r); err != nil {
			t.Fatal(err)
		}
	}
}

// What was appended, in whatever order, is there when the journal is resumed; the last record of a row counts.
func TestResume(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path, journal.Begin)
	appendAll(t, j, record(5, journal.Applied), record(1, journal.Refused), record(3, journal.Failed), record(9, journal.Failed))
	shut(t, j)
	j = open(t, path, journal.Resume)
	appendAll(t, j, record(9, journal.Applied))
	shut(t, j)

	j = open(t, path, journal.Resume)
	defer shut(t, j)
	for row, want := range map[int64]journal.Outcome{1: journal.Refused, 2: "", 3: "", 5: journal.Applied, 9: journal.Applied, 10: "", 1 << 40: ""} {
		outcome, reason, ok := j.Past().Lookup(row, digest(row))
		if outcome != want || !ok || (outcome == journal.Refused) != (reason == "422 \"why\"\n") {
			t.Errorf("row %d: %q %q %v, want %q", row, outcome, reason, ok, want)
		}
	}
	if _, _, ok := j.Past().Lookup(5, digest(6)); ok {
		t.Error("another row in the place of row 5 was taken for it")
	}
	if applied, refused := j.Past().Done(); applied != 2 || refused != 1 {
		t.Errorf("%d applied, %d refused, want 2 and 1", applied, refused)
	}
}

// Whatever a crash leaves at the end of the file is cut off, and the next record stands in a line of its own.
func TestTorn(t *testing.T) {
	for _, tail := range []string{`{"row":2`, "\x00\x00\x00\x00", "{\"row\":2,\"id\n", "\x00\x00\n\x00\n\x00"} {
		path := filepath.Join(t.TempDir(), "journal")
		j := open(t, path, journal.Begin)
		appendAll(t, j, record(1, journal.Applied))
		shut(t, j)
		add(t, path, tail)
		j = open(t, path, journal.Resume)
		appendAll(t, j, record(3, journal.Applied))
		shut(t, j)
		past, err := journal.Read(path, header)
		if err != nil {
			t.Fatalf("%q: %v", tail, err)
		}
		if applied, _ := past.Done(); applied != 2 {
			t.Errorf("%q: %d rows are applied, want 2", tail, applied)
		}
	}
}

func add(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// A header that was cut off is that of a run that had not begun.
func TestTornHeader(t *testing.T) {
	for n := range 20 {
		path := filepath.Join(t.TempDir(), "journal")
		add(t, path, `{"journal":"oxgroups/1","input":"sha256:1"`[:n*2])
		j := open(t, path, journal.Resume)
		appendAll(t, j, record(1, journal.Applied))
		shut(t, j)
		if past, err := journal.Read(path, header); err != nil || past.Empty() {
			t.Errorf("after %d bytes: %v", n*2, err)
		}
	}
}

// A run can only go on where there is a journal, and looking for one leaves nothing behind.
func TestMissing(t *testing.T) {
	dir := t.TempDir()
	if _, err := journal.Open(filepath.Join(dir, "journal"), journal.Resume, header); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// What a run says at its end is there for the next one.
func TestEnding(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path, journal.Begin)
	appendAll(t, j, record(1, journal.Refused))
	if err := j.End(journal.Ending{Rejected: "sha256:9"}); err != nil {
		t.Fatal(err)
	}
	shut(t, j)
	past, err := journal.Read(path, header)
	if err != nil || past.Ended || past.Rejected != "sha256:9" {
		t.Errorf("%+v, %v", past, err)
	}
}

// What is not a journal, or a journal with something in the middle that is none, is refused and left as it is.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	j := open(t, whole, journal.Begin)
	appendAll(t, j, record(1, journal.Applied), record(2, journal.Applied))
	shut(t, j)
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"a CSV":                   "id,name\n7,Acme\n",
		"a line without an end":   "hello",
		"another JSON":            `{"name":"Acme"}` + "\n",
		"damage in the middle":    strings.Replace(string(text), `"row":1`, `"row":x`, 1),
		"a later version":         strings.Replace(string(text), "oxgroups/1", "oxgroups/2", 1),
		"a row that is too large": strings.Replace(string(text), `"row":1,`, `"row":99999999999,`, 1),
	} {
		path := filepath.Join(dir, name)
		add(t, path, content)
		for _, mode := range []journal.Mode{journal.Begin, journal.Resume, journal.Restart} {
			if _, err := journal.Open(path, mode, header); !errors.Is(err, journal.ErrDamaged) {
				t.Errorf("%s: error %v", name, err)
			}
		}
		if after, _ := os.ReadFile(path); string(after) != content {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

// When a journal that exists is begun anew, and when not.
func TestModes(t *testing.T) {
	other := journal.Header{Input: "sha256:2", Target: header.Target}
	elsewhere := journal.Header{Input: header.Input, Target: "https://other.example"}
	for _, tc := range []struct {
		name   string
		ended  bool
		empty  bool
		mode   journal.Mode
		header journal.Header
		want   error
		kept   bool
	}{
		{name: "begin where a run did not end", mode: journal.Begin, header: header, want: journal.ErrUnfinished, kept: true},
		{name: "begin where a run had done nothing", empty: true, mode: journal.Begin, header: header},
		{name: "begin where a run ended", ended: true, mode: journal.Begin, header: header},
		{name: "begin with another input where a run did not end", mode: journal.Begin, header: other, want: journal.ErrUnfinished, kept: true},
		{name: "begin with another input where a run ended", ended: true, mode: journal.Begin, header: other},
		{name: "restart", mode: journal.Restart, header: header},
		{name: "resume", mode: journal.Resume, header: header, kept: true},
		{name: "resume a run that ended", ended: true, mode: journal.Resume, header: header, kept: true},
		{name: "resume with another input", mode: journal.Resume, header: other, want: journal.ErrOther, kept: true},
		{name: "resume at another API", mode: journal.Resume, header: elsewhere, want: journal.ErrOther, kept: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal")
			j := open(t, path, journal.Begin)
			if !tc.empty {
				appendAll(t, j, record(1, journal.Applied))
			}
			if tc.ended {
				if err := j.End(journal.Ending{Ended: true, Rejected: "sha256:2"}); err != nil {
					t.Fatal(err)
				}
			}
			shut(t, j)
			before, _ := os.ReadFile(path)
			j, err := journal.Open(path, tc.mode, tc.header)
			if !errors.Is(err, tc.want) || (err == nil) != (tc.want == nil) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
			if err == nil {
				shut(t, j)
			}
			if after, _ := os.ReadFile(path); (string(after) == string(before)) != tc.kept && !tc.empty {
				t.Errorf("kept is %v, want %v", !tc.kept, tc.kept)
			}
		})
	}
}

// Two runs cannot use one journal.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path, journal.Begin)
	appendAll(t, j, record(1, journal.Applied))
	for _, mode := range []journal.Mode{journal.Begin, journal.Resume, journal.Restart} {
		if _, err := journal.Open(path, mode, header); !errors.Is(err, journal.ErrLocked) {
			t.Errorf("error %v", err)
		}
	}
	if past, err := journal.Read(path, header); err != nil || past.Empty() {
		t.Errorf("it cannot be read meanwhile: %v", err)
	}
	shut(t, j)
	shut(t, open(t, path, journal.Resume))
}

// Records of many goroutines do not mix.
func TestConcurrent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path, journal.Begin)
	var workers sync.WaitGroup
	for w := range int64(8) {
		workers.Go(func() {
			for i := range int64(500) {
				if err := j.Append(record(1+w+8*i, journal.Applied)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()
	shut(t, j)
	past, err := journal.Read(path, header)
	if err != nil {
		t.Fatal(err)
	}
	if applied, _ := past.Done(); applied != 4000 {
		t.Errorf("%d rows, want 4000", applied)
	}
}

// A file whose lines do not end is refused before it fills the memory.
func TestEndless(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("there is no /dev/zero here")
	}
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.Symlink("/dev/zero", path); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(path, journal.Begin, header); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("error %v", err)
	}
}
