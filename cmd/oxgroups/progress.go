package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/bulk"
)

// How often progress is shown: in a line that changes on a terminal, and in lines of plain text elsewhere.
const (
	lineInterval = 200 * time.Millisecond
	textInterval = 10 * time.Second
)

// line is the last line of a terminal; where there is no terminal it shows nothing.
type line struct {
	sys      system
	terminal bool
	shown    bool
}

func newLine(sys system) *line {
	return &line{sys: sys, terminal: sys.screen(sys.stderr).terminal && sys.getenv("TERM") != "dumb"}
}

// show puts text into the line, as much as fits.
func (l *line) show(text string) {
	if !l.terminal {
		return
	}
	columns := l.sys.screen(l.sys.stderr).width // people change it
	_, _ = io.WriteString(l.sys.stderr, "\r"+width.Truncate(text, columns-1, more)+"\x1b[K")
	l.shown = true
}

// clear empties the line, for something else to be written there.
func (l *line) clear() {
	if l.shown {
		_, _ = io.WriteString(l.sys.stderr, "\r\x1b[K")
		l.shown = false
	}
}

// display shows the progress of a run until it ends.
type display struct {
	stop, done chan struct{}
}

// show begins to show progress; total is how many rows there are, 0 where that is not known. When stopping is closed it
// says so.
func show(sys system, progress *bulk.Progress, total int64, stopping <-chan struct{}) *display {
	d := &display{make(chan struct{}), make(chan struct{})}
	go d.run(sys, progress, total, stopping)
	return d
}

// end stops showing progress.
func (d *display) end() {
	close(d.stop)
	<-d.done
}

func (d *display) run(sys system, progress *bulk.Progress, total int64, stopping <-chan struct{}) {
	defer close(d.done)
	l := newLine(sys)
	defer l.clear()
	interval := textInterval
	if l.terminal {
		interval = lineInterval
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var speed speed
	for {
		select {
		case <-d.stop:
			return
		case <-stopping:
			stopping = nil
			l.clear()
			sys.say("interrupted: waiting for %d requests; interrupt again to stop at once", progress.Snapshot().InFlight)
			continue
		case <-tick.C:
		}
		s := progress.Snapshot()
		text := progressText(s, total, speed.add(s))
		if l.terminal {
			l.show(text)
		} else {
			sys.say("%s", text)
		}
	}
}

// progressText says how far a run is.
func progressText(s bulk.Snapshot, total int64, perSecond float64) string {
	done := thousands(s.Done())
	if total > 0 {
		done += " of " + thousands(total)
	}
	parts := []string{done + " rows done", thousands(s.Rejected()) + " rejected", thousands(int64(perSecond+0.5)) + " rows/s"}
	if left := float64(total-s.Done()) / perSecond; total > 0 && perSecond > 0 && left < 1e6 {
		parts = append(parts, (time.Duration(math.Ceil(left))*time.Second).String()+" left")
	}
	parts = append(parts, thousands(s.Retries)+" retries", "limit "+limitText(s.Limit))
	return strings.Join(parts, ", ")
}

func limitText(limit float64) string {
	switch {
	case math.IsInf(limit, 1):
		return "none"
	case limit < 10:
		return strconv.FormatFloat(limit, 'f', 1, 64) + "/s"
	}
	return thousands(int64(limit)) + "/s"
}

// summary says how a run went.
func summary(s bulk.Snapshot, total int64) string {
	parts := []string{thousands(s.Applied) + " applied"}
	add := func(n int64, what string) {
		if n > 0 {
			parts = append(parts, thousands(n)+" "+what)
		}
	}
	add(s.Before, "applied by an earlier run")
	add(s.Refused, "refused")
	add(s.Failed, "failed")
	add(total-s.Done(), "not sent")
	add(s.Retries, "retries")
	perSecond := 0.0
	if seconds := s.Elapsed.Seconds(); seconds > 0 {
		perSecond = float64(s.Applied+s.Rejected()) / seconds
	}
	return fmt.Sprintf("%s in %v (%s rows/s)", strings.Join(parts, ", "), s.Elapsed.Round(100*time.Millisecond), thousands(int64(perSecond+0.5)))
}

// speed is how many rows were sent a second, of late.
type speed struct {
	at   time.Duration
	rows int64
	mean float64
}

// add takes another look at the run. A look counts more the longer it is after the one before, with half of the weight on
// the last two seconds or so.
func (s *speed) add(now bulk.Snapshot) float64 {
	rows := now.Applied + now.Failed + now.Refused
	seconds := (now.Elapsed - s.at).Seconds()
	if seconds > 0 {
		current := float64(rows-s.rows) / seconds
		weight := 1 - math.Exp(-seconds/3)
		if s.at == 0 {
			weight = 1
		}
		s.mean += weight * (current - s.mean)
	}
	s.at, s.rows = now.Elapsed, rows
	return s.mean
}

// thousands writes a number with commas.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
