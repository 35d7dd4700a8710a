package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
)

// sink takes the results of rows: rejected ones into a file, and all of them to stdout where that was asked for.
type sink struct {
	rejected *rejectedFile
	results  io.Writer // nil: not asked for
}

func (a *applyCommand) newSink(in *rows.Input, reader rows.Reader) (*sink, error) {
	s := &sink{rejected: &rejectedFile{path: a.rejectedPath(in), reader: reader}}
	if a.results {
		s.results = a.sys.stdout
	}
	before, err := os.Stat(s.rejected.path)
	if err != nil {
		return s, nil // it is made when there is a row for it
	}
	if input, err := os.Stat(a.name); a.name != "-" && err == nil && os.SameFile(before, input) {
		return nil, usagef("--rejected is the input")
	}
	return s, nil
}

// result is called with one result after the other.
func (s *sink) result(r bulk.Result) error {
	if r.Outcome != journal.Applied {
		if err := s.rejected.write(r.Row, r.Reason); err != nil {
			return fmt.Errorf("write the rejected rows: %w", err)
		}
	}
	if s.results == nil {
		return nil
	}
	err := json.NewEncoder(s.results).Encode(struct {
		Row     int64           `json:"row"`
		Line    int64           `json:"line,omitempty"`
		ID      int64           `json:"id,omitempty"`
		Outcome journal.Outcome `json:"outcome"`
		Before  bool            `json:"before,omitempty"`
		Request string          `json:"request_id,omitempty"`
		Reason  string          `json:"reason,omitempty"`
	}{r.Row.Number, r.Row.Line, r.Row.ID, r.Outcome, r.Before, r.Request, r.Reason})
	if errors.Is(err, syscall.EPIPE) {
		s.results = nil // whoever read them has enough; the rows are applied all the same
		return nil
	}
	return err
}

func (s *sink) close() error { return s.rejected.close() }

// rejectedFile is made with the first row.
type rejectedFile struct {
	path   string
	reader rows.Reader
	file   *os.File
	out    *bufio.Writer
	rows   *rows.Rejected
}

func (f *rejectedFile) write(row *rows.Row, reason string) error {
	if f.file == nil {
		file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		f.file, f.out = file, bufio.NewWriter(file)
		f.rows = rows.NewRejected(f.out, f.reader)
	}
	return f.rows.Write(row, reason)
}

// written returns the name of the file if there is something in it.
func (f *rejectedFile) written() string {
	if f.file == nil {
		return ""
	}
	return f.path
}

func (f *rejectedFile) close() error {
	if f.file == nil {
		return nil
	}
	if err := errors.Join(f.out.Flush(), f.file.Close()); err != nil {
		return fmt.Errorf("write the rejected rows: %w", err)
	}
	return nil
}
