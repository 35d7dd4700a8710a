package main

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

const (
	maxCell  = 40  // of a table, in columns of a terminal
	minValue = 20  // so narrow a value is not made by breaking its lines
	more     = "…" // what was cut off; --json has it
)

// width measures text as a terminal shows it, the same in every locale.
var width = &runewidth.Condition{StrictEmojiNeutral: true}

// draw writes the sheet for a terminal: an object in two columns, and below it a table for each association.
func (s sheet) draw(out *strings.Builder, to screen) {
	for _, o := range s.objects {
		drawObject(out, to, o)
	}
	for _, t := range s.tables {
		out.WriteString("\n" + to.bold(printable(t.name)) + "\n")
		drawTable(out, to, t.rows)
	}
}

// drawObject writes an object in two columns. A value that is wider than what is left of the line is broken.
func drawObject(out *strings.Builder, to screen, o object) {
	left := 0
	for _, m := range o {
		left = max(left, width.StringWidth(printable(m.name)))
	}
	for _, m := range o {
		text := cell(m.value, ", ")
		if room := to.width - left - 2; room >= minValue {
			text = width.Wrap(text, room)
		}
		text = strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", left+2))
		name := printable(m.name)
		out.WriteString(to.bold(name) + strings.Repeat(" ", left-width.StringWidth(name)+2) + text + "\n")
	}
}

// drawTable writes objects as a table with as many columns as find room. Columns without any value are left out.
func drawTable(out *strings.Builder, to screen, rows []row) {
	if len(rows) == 0 {
		out.WriteString("none\n")
		return
	}
	lines := make([]string, len(rows)+1)
	used, cut := 0, false
	for _, name := range columnNames(rows) {
		cells, wide := column(name, rows, min(maxCell, to.width))
		if wide == 0 {
			continue
		}
		if cut = used > 0 && used+wide > to.width-3; cut { // room for the mark
			break
		}
		for i, text := range cells {
			if used > 0 {
				lines[i] += "  "
			}
			lines[i] += width.FillRight(text, wide)
		}
		used += wide + 2
	}
	for i, line := range lines {
		line = strings.TrimRight(line, " ")
		switch {
		case i > 0:
		case cut:
			line = to.bold(lines[0]) + "  " + more
		default:
			line = to.bold(line)
		}
		out.WriteString(line + "\n")
	}
}

// column returns the heading and the cells of a column and its width, which is 0 where no row has a value.
func column(name string, rows []row, most int) (cells []string, wide int) {
	fit := func(text string) string {
		text = width.Truncate(strings.ReplaceAll(text, "\n", " "), most, more)
		wide = max(wide, width.StringWidth(text))
		return text
	}
	cells = append(cells, fit(printable(name)))
	empty := true
	for _, row := range rows {
		value := row.get(name)
		empty = empty && isNothing(value)
		cells = append(cells, fit(cell(value, ", ")))
	}
	if empty {
		return nil, 0
	}
	return cells, wide
}

func columnNames(rows []row) []string {
	var names []string
	seen := map[string]bool{}
	for _, row := range rows {
		for _, m := range row.object {
			if !seen[m.name] {
				seen[m.name] = true
				names = append(names, m.name)
			}
		}
	}
	return names
}
