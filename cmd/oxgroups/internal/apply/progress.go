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

// newBar begins a bar in the last line of a terminal; elsewhere it shows nothing. total is -1 where it is not known.
func newBar(out console.IO, total int64, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(out.Err), progressbar.OptionSetVisibility(hasBar(out)), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("rows"), progressbar.OptionThrottle(cmp.Or(out.LineInterval, lineInterval)),
		progressbar.OptionClearOnFinish(), progressbar.OptionUseANSICodes(true), progressbar.OptionSetWidth(20), progressbar.OptionSetSpinnerChangeInterval(0))
}

func hasBar(out console.IO) bool { return out.Screen(out.Err).Terminal && out.Getenv("TERM") != "dumb" }

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
	bar := newBar(out, total, "")
	defer func() { _ = bar.Clear() }()
	interval := cmp.Or(out.TextInterval, textInterval)
	if hasBar(out) {
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
			_ = bar.Clear()
			out.Say("interrupted: waiting for %d requests; interrupt again to stop at once", progress.Snapshot().InFlight)
			continue
		case <-tick.C:
		}
		s := progress.Snapshot()
		bar.Describe(details(s))
		_ = bar.Set64(s.Done())
		if !hasBar(out) {
			out.Say("%s", progressText(s, total))
		}
	}
}

// progressText says how far a run is.
func progressText(s bulk.Snapshot, total int64) string {
	done := fmt.Sprintf("%s of %s rows done (%d%%)", thousands(s.Done()), thousands(total), 100*s.Done()/max(total, 1))
	parts := []string{done, rate(s)}
	if left := float64(total-s.Done()) / perSecond(s); left < 1e6 {
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
	return fmt.Sprintf("%s in %v (%s)", strings.Join(parts, ", "), s.Elapsed.Round(100*time.Millisecond), rate(s))
}

// perSecond returns how many rows had a result in a second of this run.
func perSecond(s bulk.Snapshot) float64 {
	return float64(s.Applied+s.Refused+s.Failed) / max(s.Elapsed.Seconds(), 1e-9)
}

func rate(s bulk.Snapshot) string { return thousands(int64(perSecond(s)+0.5)) + " rows/s" }

// thousands writes a number with commas.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
