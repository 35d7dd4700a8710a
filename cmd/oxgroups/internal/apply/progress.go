package apply

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// How often progress is shown where the streams do not say.
const (
	lineInterval = 200 * time.Millisecond
	textInterval = 10 * time.Second
)

// line is the last line of a terminal; where there is no terminal it shows nothing.
type line struct{ bar *progressbar.ProgressBar }

// newLine begins a line; total is how many rows there are, -1 where that is not known.
func newLine(out console.IO, total int64, what string) *line {
	if !out.Screen(out.Err).Terminal || out.Getenv("TERM") == "dumb" {
		return &line{}
	}
	return &line{progressbar.NewOptions64(total, progressbar.OptionSetWriter(out.Err), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("rows"), progressbar.OptionThrottle(cmp.Or(out.LineInterval, lineInterval)),
		progressbar.OptionClearOnFinish(), progressbar.OptionUseANSICodes(true), progressbar.OptionSetWidth(20), progressbar.OptionSetSpinnerChangeInterval(0))}
}

func (l *line) set(n int64) {
	if l.bar != nil {
		_ = l.bar.Set64(n)
	}
}

func (l *line) end() {
	if l.bar != nil {
		_ = l.bar.Clear()
	}
}

// display shows the progress of a run until it ends.
type display struct{ stop, done chan struct{} }

// show begins to show progress. When stopping is closed it says so.
func show(out console.IO, progress *bulk.Progress, total int64, stopping <-chan struct{}) *display {
	d := &display{make(chan struct{}), make(chan struct{})}
	go d.run(out, progress, total, stopping)
	return d
}

// end stops showing progress.
func (d *display) end() {
	close(d.stop)
	<-d.done
}

func (d *display) run(out console.IO, progress *bulk.Progress, total int64, stopping <-chan struct{}) {
	defer close(d.done)
	l := newLine(out, total, "")
	defer l.end()
	interval := cmp.Or(out.TextInterval, textInterval)
	if l.bar != nil {
		interval = cmp.Or(out.LineInterval, lineInterval)
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-stopping:
			stopping = nil
			l.end()
			out.Say("interrupted: waiting for %d requests; interrupt again to stop at once", progress.Snapshot().InFlight)
			continue
		case <-tick.C:
		}
		s := progress.Snapshot()
		if l.bar != nil {
			l.bar.Describe(details(s))
			l.set(s.Done())
		} else {
			out.Say("%s", progressText(s, total))
		}
	}
}

// progressText says how far a run is.
func progressText(s bulk.Snapshot, total int64) string {
	done := fmt.Sprintf("%s of %s rows done (%d%%)", thousands(s.Done()), thousands(total), 100*s.Done()/max(total, 1))
	perSecond := 0.0
	if seconds := s.Elapsed.Seconds(); seconds > 0 {
		perSecond = float64(s.Applied+s.Failed+s.Refused) / seconds
	}
	parts := []string{done, thousands(int64(perSecond+0.5)) + " rows/s"}
	if left := float64(total-s.Done()) / perSecond; perSecond > 0 && left < 1e6 {
		parts = append(parts, (time.Duration(math.Ceil(left))*time.Second).String()+" left")
	}
	return strings.Join(append(parts, details(s)), ", ")
}

// details says what a bar does not show.
func details(s bulk.Snapshot) string {
	return fmt.Sprintf("%s rejected, %s sent again, limit %s", thousands(s.Rejected()), thousands(s.Retries), limitText(s.Limit))
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
	add(s.Refused+s.RefusedBefore, "refused")
	add(s.Failed, "failed")
	add(total-s.Done(), "not sent")
	add(s.Retries, "sent again")
	perSecond := 0.0
	if seconds := s.Elapsed.Seconds(); seconds > 0 {
		perSecond = float64(s.Applied+s.Refused+s.Failed) / seconds
	}
	return fmt.Sprintf("%s in %v (%s rows/s)", strings.Join(parts, ", "), s.Elapsed.Round(100*time.Millisecond), thousands(int64(perSecond+0.5)))
}

// thousands writes a number with commas.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
