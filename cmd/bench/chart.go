package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

// charted are the cases that the chart shows. The others are in the table.
var charted = []string{"body", "request", "refused", "large", "encode", "cpu-32"}

// The chart's measures, in pixels. A bar is as long as its time: there is no other scale.
const (
	width    = 800
	margin   = 16
	labels   = 150 // of the stacks, left of the bars
	barSpace = 430
	line     = 20
	bar      = 13
	heading  = 34
)

// style has colours that can be read on light and on dark ground; the ground is that of the page.
const style = `text{font:12px system-ui,sans-serif;fill:#57606a}.case{font-weight:600;fill:#1f2328}.ours{fill:#1a7f37}.peer{fill:#8c959f}` +
	`@media(prefers-color-scheme:dark){text{fill:#9198a1}.case{fill:#f0f6fc}.ours{fill:#3fb950}.peer{fill:#656c76}}`

// writeChart draws a panel of bars for each charted case.
func writeChart(w io.Writer, results []result, title string) error {
	var b bytes.Buffer
	y := margin + line
	text(&b, "", margin, y, title+"; shorter is better")
	for _, name := range charted {
		i := slices.IndexFunc(results, func(r result) bool { return r.name == name })
		if i < 0 {
			return fmt.Errorf("draw the chart: nothing was measured of %q", name)
		}
		y = panel(&b, results[i], y+heading)
	}
	height := y + margin
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`+
		"\n<title>Time of each stack, by case</title>\n<style>%s</style>\n%s</svg>\n", width, height, width, height, style, b.Bytes())
	return err
}

// panel draws the bars of one case below y and returns where the last one is.
func panel(b *bytes.Buffer, r result, y int) int {
	text(b, "case", margin, y, r.name+": "+r.about)
	longest, ours := 0.0, r.cells[0].medianNS()
	for i := range r.cells {
		longest = max(longest, r.cells[i].medianNS())
	}
	for i := range r.cells {
		c := &r.cells[i]
		y += line
		class, figure := "peer", us(c.medianNS())+" µs"
		if c.stack == stack.Ours {
			class = "ours"
		} else {
			figure += fmt.Sprintf(" (%.1f times ours)", c.medianNS()/ours)
		}
		length := max(1, barSpace*c.medianNS()/longest)
		text(b, "", margin, y, c.stack)
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`+"\n", class, labels, y-bar+2, length, bar)
		text(b, "", labels+int(length)+6, y, figure)
	}
	return y
}

func text(b *bytes.Buffer, class string, x, y int, s string) {
	fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">`, class, x, y)
	_ = xml.EscapeText(b, []byte(s)) // a buffer takes everything
	b.WriteString("</text>\n")
}
