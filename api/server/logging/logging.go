// Package logging sets up a server's log: log/slog as JSON or text on a writer that never makes a request wait.
package logging

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Formats of a line.
const (
	JSON = "json"
	Text = "text"
)

const (
	// maxBuffered bounds the bytes that wait for a slow reader, about 5,000 lines of requests.
	maxBuffered = 1 << 20

	// closeWait is how long Close waits for a reader that takes nothing.
	closeWait = time.Second
)

// Log is a logger, the level that it logs at, and the buffer between it and its output.
type Log struct {
	*slog.Logger
	Level slog.LevelVar // may be changed at any time

	out     io.Writer
	lost    *slog.Logger // writes to out, used by the goroutine of drain alone
	dropped atomic.Uint64

	mu      sync.Mutex
	waiting []byte // whole lines
	closed  bool
	wake    chan struct{} // has room for one
	done    chan struct{} // closed when drain ends
}

// New returns a log that writes lines of a format to out. A line that does not fit into the buffer is dropped and counted.
// A failed write drops what it was to write: the reader of a pipe may come back, a request must not wait for it.
func New(out io.Writer, format string, level slog.Level) (*Log, error) {
	l := &Log{out: out, wake: make(chan struct{}, 1), done: make(chan struct{})}
	l.Level.Set(level)
	handler := func(w io.Writer) (slog.Handler, error) {
		options := &slog.HandlerOptions{Level: &l.Level}
		switch format {
		case JSON:
			return slog.NewJSONHandler(w, options), nil
		case Text:
			return slog.NewTextHandler(w, options), nil
		}
		return nil, fmt.Errorf("the log format %q is neither %q nor %q", format, JSON, Text)
	}
	buffered, err := handler(writer{l})
	if err != nil {
		return nil, err
	}
	direct, _ := handler(out) // the format is known
	l.Logger, l.lost = slog.New(buffered), slog.New(direct)
	go l.drain()
	return l, nil
}

// Dropped returns how many lines were lost so far.
func (l *Log) Dropped() uint64 { return l.dropped.Load() }

// Close writes what is buffered, for at most a second, and ends the log: later lines are dropped.
func (l *Log) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.signal()
	select {
	case <-l.done:
	case <-time.After(closeWait): // the goroutine hangs in a write that only the end of the process ends
	}
}

// writer is the side of a Log that its handler writes to.
type writer struct{ l *Log }

// Write buffers one line. It never blocks and never fails.
func (w writer) Write(line []byte) (int, error) {
	l := w.l
	l.mu.Lock()
	fits := !l.closed && len(l.waiting)+len(line) <= maxBuffered
	if fits {
		l.waiting = append(l.waiting, line...)
	}
	l.mu.Unlock()
	if fits {
		l.signal()
	} else {
		l.dropped.Add(1)
	}
	return len(line), nil
}

func (l *Log) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// drain writes what is buffered until the log is closed.
func (l *Log) drain() {
	defer close(l.done)
	var lines []byte
	var said uint64
	for closed := false; !closed; {
		<-l.wake
		l.mu.Lock()
		lines, l.waiting = l.waiting, lines[:0]
		closed = l.closed
		l.mu.Unlock()
		if len(lines) > 0 {
			if _, err := l.out.Write(lines); err != nil {
				l.dropped.Add(countLines(lines))
			}
		}
		if n := l.dropped.Load(); n > said {
			l.lost.Warn("log lines were dropped", slog.Uint64("lines", n-said), slog.Uint64("total", n))
			said = n
		}
	}
}

func countLines(b []byte) (n uint64) {
	for _, c := range b {
		if c == '\n' {
			n++
		}
	}
	return n
}
