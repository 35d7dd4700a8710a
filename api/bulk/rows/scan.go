package rows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// scanner splits a CSV (RFC 4180) into records. encoding/csv would do but for two things: it drops the carriage return of
// a line break inside quotes, and it reads to the end of the file, into memory, where a quote is not closed.
type scanner struct {
	in    *bufio.Reader
	line  int64 // lines read so far
	raw   []byte
	cells []byte // all cells of the record, one after the other
	ends  []int  // of each cell in cells
	lines []int64
}

// malformed is an error in the text of a CSV.
type malformed struct {
	line    int64
	column  int
	message string
}

// Error returns the message.
func (m *malformed) Error() string { return m.message }

// count returns how many cells the record has.
func (s *scanner) count() int { return len(s.ends) }

// cell returns a cell of the record; it holds until the next one is read.
func (s *scanner) cell(i int) []byte {
	start := 0
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.cells[start:s.ends[i]]
}

// next reads the next record and skips lines that are empty. It returns io.EOF, a *malformed, or an error of the input.
func (s *scanner) next() error {
	s.raw, s.cells, s.ends, s.lines = s.raw[:0], s.cells[:0], s.ends[:0], s.lines[:0]
	rest, err := s.more()
	for err == nil && len(rest) == 0 {
		s.raw = s.raw[:0]
		rest, err = s.more()
	}
	for err == nil {
		s.lines = append(s.lines, s.line)
		var last bool
		if len(rest) > 0 && rest[0] == '"' {
			rest, last, err = s.quoted(rest[1:])
		} else {
			rest, last, err = s.plain(rest)
		}
		s.ends = append(s.ends, len(s.cells))
		if last {
			s.raw = trimBreak(s.raw)
			return err
		}
	}
	return err
}

// plain reads a cell without quotes.
func (s *scanner) plain(text []byte) (rest []byte, last bool, err error) {
	end := bytes.IndexByte(text, ',')
	last = end < 0
	if last {
		end = len(text)
	}
	if bytes.IndexByte(text[:end], '"') >= 0 {
		return nil, true, s.fail(s.line, "a cell with a quote in it must be quoted as a whole, and the quote doubled")
	}
	s.cells = append(s.cells, text[:end]...)
	if last {
		return nil, true, nil
	}
	return text[end+1:], false, nil
}

// quoted reads a cell whose opening quote has been read; it may go on over several lines.
func (s *scanner) quoted(text []byte) (rest []byte, last bool, err error) {
	began := s.line
	for {
		end := bytes.IndexByte(text, '"')
		if end < 0 {
			s.cells = append(s.cells, text...)
			s.cells = append(s.cells, s.raw[len(trimBreak(s.raw)):]...) // the line break belongs to the cell
			text, err = s.more()
			switch {
			case errors.Is(err, io.EOF):
				return nil, true, s.fail(began, "the quote that begins the cell is not closed")
			case errors.Is(err, errTooLarge):
				return nil, true, s.fail(began, errTooLarge.Error())
			case err != nil:
				return nil, true, err
			}
			continue
		}
		s.cells = append(s.cells, text[:end]...)
		text = text[end+1:]
		switch {
		case len(text) == 0:
			return nil, true, nil
		case text[0] == ',':
			return text[1:], false, nil
		case text[0] != '"':
			return nil, true, s.fail(s.line, "there is text behind the closing quote; a quote within a cell must be doubled")
		}
		s.cells = append(s.cells, '"')
		text = text[1:]
	}
}

func (s *scanner) fail(line int64, message string) error {
	return &malformed{line: line, column: len(s.ends) + 1, message: message}
}

// more reads the next line, appends it to raw and returns it without its line break.
func (s *scanner) more() ([]byte, error) {
	start := len(s.raw)
	var err error
	s.raw, err = appendLine(s.raw, s.in)
	if err != nil {
		return nil, err
	}
	s.line++
	return trimBreak(s.raw[start:]), nil
}

// appendLine appends the next line with its line break. It returns io.EOF where there is none, and errTooLarge where dst
// gets larger than a row may be.
func appendLine(dst []byte, in *bufio.Reader) ([]byte, error) {
	for start := len(dst); ; {
		part, err := in.ReadSlice('\n')
		dst = append(dst, part...)
		switch {
		case len(dst) > MaxSize:
			return dst, errTooLarge
		case err == nil:
			return dst, nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(dst) > start:
			return dst, nil
		case errors.Is(err, io.EOF):
			return dst, io.EOF
		default:
			return dst, fmt.Errorf("read the input: %w", err)
		}
	}
}

// trimBreak returns text without the line break at its end.
func trimBreak(text []byte) []byte {
	if n := len(text); n > 0 && text[n-1] == '\n' {
		text = text[:n-1]
	}
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	return text
}
