package rows

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/oxgroups/gen/validator"
)

// endOfCopy is the line after the rows that COPY of PostgreSQL writes.
const endOfCopy = `\.`

// delimiters can stand between the cells of a CSV; the first wins where the header does not tell.
var delimiters = []rune{',', ';', '\t', '|'}

// csvReader reads a CSV (RFC 4180) whose first line names the columns.
type csvReader struct {
	in      *Input
	bound   *bounded
	csv     *csv.Reader
	columns *columns
	skipped int64 // lines before those that csv reads
	number  int64
	lines   []int64 // where each cell of the record begins
	ended   error
}

var _ Reader = (*csvReader)(nil)

// newCSV reads the header. It returns an *Error where that is wrong.
func newCSV(in *Input) (*csvReader, error) {
	r := &csvReader{in: in}
	delimiter, skip, err := r.delimiter()
	if err != nil {
		return nil, err
	}
	r.open(delimiter, skip)
	header, err := r.record()
	if errors.Is(err, io.EOF) {
		return nil, fatal(in.Name, 1, Problem{Rule: "required", Message: "there is no header; the first line names the columns"})
	} else if err != nil {
		return nil, err
	}
	columns, problems := newColumns(slices.Clone(header), in.options)
	if len(problems) > 0 {
		if len(header) == 1 {
			problems = append(problems, Problem{Message: "the line is one cell; cells are separated by a comma, a semicolon, a tab or |, --delimiter names another character, and no line is in quotes as a whole"})
		}
		return nil, fatal(in.Name, r.lines[0], problems...)
	}
	r.columns = columns
	return r, nil
}

func (r *csvReader) open(delimiter rune, skip int64) {
	r.bound = &bounded{from: r.in.from(skip)}
	r.csv = csv.NewReader(r.bound)
	r.csv.Comma = delimiter
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true
	r.skipped = min(skip, 1)
}

// preamble is a line above the header: "sep=;", which Excel reads and writes, or the one that PowerShell writes.
var preamble = regexp.MustCompile(`^(?:(?i:"?sep=([^"\r\n])"?)|"?#TYPE [^\r\n]*)\r?\n`)

// delimiter returns what stands between cells, and how many bytes there are above the header. Where nothing says what it
// is, it is the one that gives the most names that are known, or the most cells.
func (r *csvReader) delimiter() (found rune, skip int64, err error) {
	start, err := bufio.NewReader(r.in.from(0)).Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, fmt.Errorf("read %s: %w", r.in.Name, err)
	}
	if line := preamble.FindSubmatch(start); line != nil {
		found, _ = utf8.DecodeRune(line[1])
		skip = int64(len(line[0]))
	}
	switch said := r.in.options.Delimiter; {
	case said != 0:
		return said, skip, nil
	case found != 0 && found != utf8.RuneError:
		return found, skip, nil
	}
	best := -1
	for _, delimiter := range delimiters {
		r.open(delimiter, skip)
		header, err := r.record()
		if err != nil && !errors.As(err, new(*Error)) && !errors.Is(err, io.EOF) {
			return 0, 0, err
		}
		score := len(header)
		for _, title := range header {
			name := trimBlanks(title)
			if _, renamed := r.in.options.Columns[name]; renamed || name == idName || Find(Fields(), name) != nil {
				score += MaxSize // more than a header can have cells
			}
		}
		if score > best {
			found, best = delimiter, score
		}
	}
	return found, skip, nil
}

// Next reads the next row.
func (r *csvReader) Next(row *Row) error {
	row.reset()
	if r.ended != nil {
		return r.ended
	}
	cells, err := r.record()
	if err != nil {
		r.ended = err
		return err
	}
	r.number++
	row.Number, row.Line = r.number, r.lines[0]
	row.cells = append(row.cells, cells...)
	problems := r.read(row)
	if len(problems) == 0 {
		row.seal()
		return nil
	}
	for i, p := range problems {
		if p.Column == 0 {
			p.Column = 1 + slices.IndexFunc(r.columns.list, func(c column) bool { return p.Field != "" && c.name == p.Field })
		}
		if i := p.Column - 1; i >= 0 {
			p.Line = r.lines[i]
			if p.Rule == "type" {
				p.Message += r.columns.hint(i, row.cells[i])
			}
		}
		problems[i] = p
	}
	return &Error{Input: r.in.Name, Row: row.Number, Line: row.Line, ID: row.ID, Problems: problems}
}

// record reads the next record that has something in it: spreadsheets leave lines of commas behind.
func (r *csvReader) record() ([]string, error) {
	for {
		r.bound.left = MaxSize + bufferSize
		cells, err := r.csv.Read()
		if err != nil {
			return nil, r.failed(err)
		}
		r.lines = r.lines[:0]
		for i := range cells {
			line, _ := r.csv.FieldPos(i)
			r.lines = append(r.lines, int64(line)+r.skipped)
		}
		if len(cells) == 1 && cells[0] == endOfCopy {
			return nil, io.EOF
		}
		last := &cells[len(cells)-1]
		*last = strings.TrimSuffix(*last, "\r") // of a line that ends with CR CR LF
		if slices.ContainsFunc(cells, func(cell string) bool { return trimBlanks(cell) != "" }) {
			return cells, nil
		}
	}
}

// failed puts an error of encoding/csv into words.
func (r *csvReader) failed(err error) error {
	var bad *csv.ParseError
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if errors.Is(err, errTooLarge) {
		return fatal(r.in.Name, r.nextLine(), Problem{Rule: "syntax", Message: errTooLarge.Error()})
	}
	if !errors.As(err, &bad) {
		return fmt.Errorf("read %s: %w", r.in.Name, err)
	}
	line, message := int64(bad.Line), "a cell with a quote in it must be quoted as a whole, without a blank before it, and the quote doubled"
	if errors.Is(bad.Err, csv.ErrQuote) {
		message = "there is text after a closing quote, or a quote is not closed; a quote within a cell is doubled"
		line = int64(bad.StartLine)
	}
	return fatal(r.in.Name, line+r.skipped, Problem{Rule: "syntax", Message: message})
}

// nextLine returns about where the record begins that could not be read.
func (r *csvReader) nextLine() int64 {
	if len(r.lines) == 0 {
		return 1 + r.skipped
	}
	return slices.Max(r.lines) + 1
}

// read reads the update out of the cells, by way of its JSON, and returns what breaks a rule.
func (r *csvReader) read(row *Row) []Problem {
	want := len(r.columns.list)
	for len(row.cells) > want && trimBlanks(row.cells[len(row.cells)-1]) == "" {
		row.cells = row.cells[:len(row.cells)-1]
	}
	for n := len(row.cells); n < want && r.columns.list[n].path == nil && n != r.columns.id; n++ {
		row.cells = append(row.cells, "")
		r.lines = append(r.lines, r.lines[0])
	}
	if n := len(row.cells); n != want {
		return []Problem{{Rule: "columns", Message: fmt.Sprintf("the row has %d cells and the header %d; a cell with %q in it is put in double quotes, and a line that is not a row, such as a total, is taken out",
			n, want, r.csv.Comma)}}
	}
	if problems := r.columns.read(row.cells); len(problems) > 0 {
		return problems
	}
	var problems []Problem
	id, problem := ParseID(trimBlanks(row.cells[r.columns.id]))
	if problem != nil {
		problems = append(problems, *problem)
	}
	row.ID = id
	row.body = r.columns.object.Append(row.body)
	if err := validator.DecodeWorkspaceGroupUpdate(row.body, &row.Update); err != nil {
		problems = append(problems, problemsOf(err, Fields())...)
	}
	return problems
}

// Warnings returns what looks wrong in the rows that were read.
func (r *csvReader) Warnings() []string { return r.columns.warnings() }

// Rejected returns a writer of a CSV with the same columns and, behind them, the reason.
func (r *csvReader) Rejected(out io.Writer) Rejected {
	w := &rejectedCSV{out: out, csv: csv.NewWriter(out), columns: r.columns}
	w.csv.Comma = r.csv.Comma
	if r.in.start > 0 {
		w.bom = bom
	}
	return w
}

// rejectedCSV writes a CSV. A spreadsheet that needed a byte order mark in the input gets one here too.
type rejectedCSV struct {
	out     io.Writer
	csv     *csv.Writer
	columns *columns
	bom     string
	begun   bool
}

// Write writes a row, and the header before the first one.
func (w *rejectedCSV) Write(row *Row, reason string) error {
	if !w.begun {
		w.begun = true
		if _, err := io.WriteString(w.out, w.bom); err != nil {
			return err
		}
		if err := w.line(w.columns.header, ReasonName); err != nil {
			return err
		}
	}
	return w.line(row.cells, reason)
}

// line writes cells without those of an old reason, and the new one after them.
func (w *rejectedCSV) line(cells []string, reason string) error {
	line := make([]string, 0, len(cells)+1)
	for i, cell := range cells {
		if i >= len(w.columns.list) || !w.columns.list[i].reason {
			line = append(line, cell)
		}
	}
	if err := w.csv.Write(append(line, reason)); err != nil {
		return err
	}
	w.csv.Flush()
	return w.csv.Error()
}
