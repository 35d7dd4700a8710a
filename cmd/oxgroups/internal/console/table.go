package console

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

const (
	maxCell  = 40  // of a table, in columns of a terminal
	minValue = 20  // so narrow a value is not made by breaking its lines
	More     = "…" // what was cut off; --json has it
)

// Width measures text as a terminal shows it, the same in every locale.
var Width = &runewidth.Condition{StrictEmojiNeutral: true}

// draw writes the sheet for a terminal: an object in two columns, and below it a table for each association.
func (s sheet) draw(out *strings.Builder, to Screen) {
	for _, o := range s.objects {
		drawObject(out, to, o)
	}
	for _, t := range s.tables {
		out.WriteString("\n" + to.Bold(Printable(t.name)) + "\n")
		drawTable(out, to, t.rows)
	}
}

// drawObject writes an object in two columns. A value that is wider than what is left of the line is broken.
func drawObject(out *strings.Builder, to Screen, o object) {
	left := 0
	for _, m := range o {
		left = max(left, Width.StringWidth(Printable(m.name)))
	}
	for _, m := range o {
		text := cell(m.value, ", ")
		if room := to.Width - left - 2; room >= minValue {
			text = Width.Wrap(text, room)
		}
		text = strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", left+2))
		name := Printable(m.name)
		out.WriteString(to.Bold(name) + strings.Repeat(" ", left-Width.StringWidth(name)+2) + text + "\n")
	}
}

// drawTable writes objects as a table with as many columns as find room. Columns without any value are left out.
func drawTable(out *strings.Builder, to Screen, rows []row) {
	if len(rows) == 0 {
		out.WriteString("none\n")
		return
	}
	lines := make([]string, len(rows)+1)
	used, cut := 0, false
	for _, name := range columnNames(rows) {
		cells, wide := column(name, rows, min(maxCell, to.Width))
		if wide == 0 {
			continue
		}
		if cut = used > 0 && used+wide > to.Width-3; cut { // room for the mark
			break
		}
		for i, text := range cells {
			if used > 0 {
				lines[i] += "  "
			}
			lines[i] += Width.FillRight(text, wide)
		}
		used += wide + 2
	}
	for i, line := range lines {
		line = strings.TrimRight(line, " ")
		switch {
		case i > 0:
		case cut:
			line = to.Bold(lines[0]) + "  " + More
		default:
			line = to.Bold(line)
		}
		out.WriteString(line + "\n")
	}
}

// column returns the heading and the cells of a column and its width, which is 0 where no row has a value.
func column(name string, rows []row, most int) (cells []string, wide int) {
	fit := func(text string) string {
		text = Width.Truncate(strings.ReplaceAll(text, "\n", " "), most, More)
		wide = max(wide, Width.StringWidth(text))
		return text
	}
	cells = append(cells, fit(Printable(name)))
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
