package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/server/logging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, out interface{ Write([]byte) (int, error) }, format string) *logging.Log {
	t.Helper()
	l, err := logging.New(out, format, slog.LevelInfo)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFormats(t *testing.T) {
	for format, want := range map[string]string{logging.JSON: `"msg":"hello","a":1`, logging.Text: `msg=hello a=1`} {
		var out bytes.Buffer
		l := open(t, &out, format)
		l.Info("hello", "a", 1)
		l.Close()
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: got %s", format, &out)
		}
	}
	if _, err := logging.New(&bytes.Buffer{}, "xml", slog.LevelInfo); err == nil || !strings.Contains(err.Error(), "xml") {
		t.Errorf("another format: %v", err)
	}
}

func TestLevelChangesAtRunTime(t *testing.T) {
	var out bytes.Buffer
	l := open(t, &out, logging.Text)
	l.Debug("one")
	l.Level.Set(slog.LevelDebug)
	l.Debug("two")
	l.Level.Set(slog.LevelError)
	l.Info("three")
	l.Close()
	if got := out.String(); strings.Contains(got, "one") || !strings.Contains(got, "two") || strings.Contains(got, "three") {
		t.Errorf("got %s", got)
	}
}

// stuck blocks in Write until it is released, like a pipe that nobody reads.
type stuck struct {
	entered, release chan struct{}
	once             sync.Once
	buf              bytes.Buffer
}

func (s *stuck) Write(p []byte) (int, error) {
	s.once.Do(func() { close(s.entered) })
	<-s.release
	return s.buf.Write(p)
}

// Nobody waits for a reader that takes nothing; what is lost is counted, and said once the reader is back.
func TestAReaderThatTakesNothing(t *testing.T) {
	out := &stuck{entered: make(chan struct{}), release: make(chan struct{})}
	l := open(t, out, logging.JSON)
	l.Info("first")
	<-out.entered
	line := strings.Repeat("x", 1000)
	for range 3000 { // which is more than the buffer holds
		l.Info(line)
	}
	dropped := l.Dropped()
	if dropped == 0 || dropped > 2999 {
		t.Fatalf("%d lines were dropped", dropped)
	}
	close(out.release)
	l.Close()
	kept, said := 0, uint64(0)
	for text := range strings.Lines(out.buf.String()) {
		var entry struct {
			Msg   string
			Lines uint64
		}
		if err := json.Unmarshal([]byte(text), &entry); err != nil {
			t.Fatalf("half a line: %v", err)
		}
		kept++
		if entry.Msg == "log lines were dropped" {
			said += entry.Lines
		}
	}
	if said != dropped {
		t.Errorf("%d lines are said to be dropped, want %d", said, dropped)
	}
	if want := 3001 - int(dropped) + 1; kept != want {
		t.Errorf("%d lines were written, want %d", kept, want)
	}
}

type broken struct{ fail bool }

func (b *broken) Write(p []byte) (int, error) {
	if b.fail {
		return 0, errors.New("broken pipe")
	}
	return len(p), nil
}

func TestAWriterThatFails(t *testing.T) {
	l := open(t, &broken{fail: true}, logging.Text)
	l.Info("lost")
	l.Close()
	if l.Dropped() != 1 {
		t.Errorf("%d lines were dropped, want 1", l.Dropped())
	}
	l.Info("after the end")
	if l.Dropped() != 2 {
		t.Error("a line after Close is not counted")
	}
}
