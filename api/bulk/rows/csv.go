package rows

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/validator"
)

// csvReader reads a CSV whose first line names the columns.
type csvReader struct {
	name    string
	scan    scanner
	columns *columns
	number  int64
	ended   error
}

var _ Reader = (*csvReader)(nil)

// newCSV reads the header. It returns an *Error where that is wrong.
func newCSV(name string, in *bufio.Reader) (*csvReader, error) {
	r := &csvReader{name: name, scan: scanner{in: in}}
	err := r.scan.next()
	if errors.Is(err, io.EOF) {
		return nil, &Error{Input: name, Line: 1, Fatal: true, Problems: []Problem{{Rule: "required", Message: "there is no header; the first line names the columns"}}}
	}
	if err != nil {
		return nil, r.fatal(err)
	}
	header := make([]string, r.scan.count())
	for i := range header {
		header[i] = strings.TrimSpace(string(r.scan.cell(i)))
	}
	columns, problems := newColumns(header)
	if len(problems) > 0 {
		return nil, &Error{Input: name, Line: r.scan.lines[0], Fatal: true, Problems: problems}
	}
	r.columns = columns
	return r, nil
}

// Next reads the next row.
func (r *csvReader) Next(row *Row) error {
	if r.ended != nil {
		return r.ended
	}
	row.reset()
	if err := r.record(); err != nil {
		r.ended = err
		return err
	}
	r.number++
	row.Number, row.Line = r.number, r.scan.lines[0]
	row.text = r.appendText(row.text)
	if problem := r.shape(); problem != nil {
		return r.invalid(row, *problem)
	}
	id, problem := parseID(string(r.scan.cell(r.columns.id)))
	if problem != nil {
		r.place(problem)
		return r.invalid(row, append([]Problem{*problem}, r.decode(row)...)...)
	}
	row.ID = id
	if problems := r.decode(row); len(problems) > 0 {
		return r.invalid(row, problems...)
	}
	row.seal()
	return nil
}

// record reads the next record that has something in it: spreadsheets leave lines of commas behind.
func (r *csvReader) record() error {
	for {
		if err := r.scan.next(); err != nil {
			return r.fatal(err)
		}
		if len(r.scan.cells) > 0 {
			return nil
		}
	}
}

// shape returns what is wrong with the record before its cells are looked at.
func (r *csvReader) shape() *Problem {
	n, want := r.scan.count(), len(r.columns.names)
	if withoutReason := r.columns.reason == want-1 && n == want-1; n != want && !withoutReason {
		return &Problem{Rule: "columns", Message: fmt.Sprintf("the row has %d cells and the header %d", n, want)}
	}
	if column := r.columns.notUTF8(&r.scan); column > 0 {
		return &Problem{
			Column: column, Field: r.columns.names[column-1], Line: r.scan.lines[column-1],
			Rule: "syntax", Message: "must be UTF-8; save the file in that encoding",
		}
	}
	return nil
}

// decode reads the update out of the cells, by way of its JSON, and returns what breaks a rule.
func (r *csvReader) decode(row *Row) []Problem {
	row.body = r.columns.appendBody(row.body[:0], &r.scan)
	err := validator.DecodeWorkspaceGroupUpdate(row.body, &row.Update)
	if err == nil {
		return nil
	}
	var bad *validate.SyntaxError
	if errors.As(err, &bad) {
		problem := Problem{Rule: "syntax", Message: "has " + bad.Message, Column: r.columns.at(bad.Offset)}
		if problem.Column > 0 {
			problem.Field = r.columns.names[problem.Column-1]
		}
		r.place(&problem)
		return []Problem{problem}
	}
	var problems []Problem
	known := func(name string) bool { return r.columns.find(name) > 0 }
	for _, v := range violations(err) {
		name, message := element(v.Field(), v.Message, known)
		problem := Problem{Field: name, Rule: v.Rule, Message: message}
		r.place(&problem)
		problems = append(problems, problem)
	}
	return problems
}

// place adds the column and the line to a problem with a field.
func (r *csvReader) place(p *Problem) {
	p.Column = r.columns.find(p.Field)
	if p.Column > 0 {
		p.Line = r.scan.lines[p.Column-1]
	}
}

func (r *csvReader) invalid(row *Row, problems ...Problem) error {
	return &Error{Input: r.name, Row: row.Number, Line: row.Line, ID: row.ID, Problems: problems}
}

// fatal puts an error of the scanner into words.
func (r *csvReader) fatal(err error) error {
	var bad *malformed
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &bad):
		return &Error{Input: r.name, Line: bad.line, Fatal: true, Problems: []Problem{{Column: bad.column, Rule: "syntax", Message: bad.message}}}
	case errors.Is(err, errTooLarge):
		return &Error{Input: r.name, Line: r.scan.line + 1, Fatal: true, Problems: []Problem{{Rule: "syntax", Message: err.Error()}}}
	}
	return fmt.Errorf("%s: %w", r.name, err)
}

// appendText appends the record as it stands in the file, without the column for the reason.
func (r *csvReader) appendText(dst []byte) []byte {
	if r.columns.reason < 0 && r.scan.count() >= len(r.columns.names) {
		return append(dst, r.scan.raw...)
	}
	var cells []string
	for i := range max(r.scan.count(), len(r.columns.names)) {
		switch {
		case i == r.columns.reason:
		case i < r.scan.count():
			cells = append(cells, string(r.scan.cell(i)))
		default:
			cells = append(cells, "")
		}
	}
	return appendRecord(dst, cells)
}

// header returns the names of the columns without that of the reason.
func (r *csvReader) header() []string {
	var out []string
	for i, name := range r.columns.names {
		if i != r.columns.reason {
			out = append(out, name)
		}
	}
	return out
}

// appendRecord appends a line of CSV without its line feed.
func appendRecord(dst []byte, cells []string) []byte {
	var line strings.Builder
	w := csv.NewWriter(&line)
	_ = w.Write(cells) // a strings.Builder takes everything
	w.Flush()
	return append(dst, strings.TrimSuffix(line.String(), "\n")...)
}
