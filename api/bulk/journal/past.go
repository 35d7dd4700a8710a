package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxRow bounds the number of a row that is believed: memory is taken for every row up to it.
const maxRow = 1 << 31

// Past is what an earlier run had done.
type Past struct {
	Header Header
	Ended  bool // the run came to its end

	rows    []mark           // by number, from 1
	reasons map[int64]string // of rows that were refused
	applied int
}

// mark is the record of one row, in 16 bytes of memory.
type mark struct {
	digest  uint64 // the start of it
	outcome byte
}

const (
	unknown byte = iota
	applied
	refused
)

// Lookup returns what became of the row, and the reason where it was refused; the outcome is "" where it has to be sent.
// ok is false where the record is of a row with other content.
func (p *Past) Lookup(row int64, digest string) (outcome Outcome, reason string, ok bool) {
	if row >= int64(len(p.rows)) || p.rows[row].outcome == unknown {
		return "", "", true
	}
	if p.rows[row].digest != short(digest) {
		return "", "", false
	}
	if p.rows[row].outcome == refused {
		return Refused, p.reasons[row], true
	}
	return Applied, "", true
}

// Empty reports whether nothing was done.
func (p *Past) Empty() bool { return len(p.rows) == 0 }

// count returns how many rows need not be sent again.
func (p *Past) count() int { return p.applied + len(p.reasons) }

// Done returns how many rows were applied and how many were refused.
func (p *Past) Done() (applied, refused int) { return p.applied, len(p.reasons) }

func (p *Past) add(r *Record) {
	for int64(len(p.rows)) <= r.Row {
		p.rows = append(p.rows, mark{})
	}
	m := &p.rows[r.Row]
	if m.outcome == applied {
		p.applied--
	}
	delete(p.reasons, r.Row)
	*m = mark{digest: short(r.Digest)}
	switch r.Outcome {
	case Applied:
		m.outcome = applied
		p.applied++
	case Refused:
		m.outcome = refused
		if p.reasons == nil {
			p.reasons = map[int64]string{}
		}
		p.reasons[r.Row] = strings.Clone(r.Reason)
	}
}

func short(digest string) uint64 {
	n, _ := strconv.ParseUint(digest[:min(16, len(digest))], 16, 64)
	return n
}

// about reports whether the journal is of the run that header describes.
func (p *Past) about(header Header) bool { return p.other(header) == nil }

// other returns ErrOther with what differs, or nil.
func (p *Past) other(header Header) error {
	switch before := p.Header; {
	case before.Target != header.Target:
		return fmt.Errorf("%w: it is about %s, not %s", ErrOther, before.Target, header.Target)
	case before.Input != "" && header.Input != "" && before.Input != header.Input:
		return fmt.Errorf("%w: the input is another one, or it was changed since", ErrOther)
	}
	return nil
}

// read reads a journal and returns where its last whole line ends. What is behind that was cut off by a crash. A line that
// cannot be read with good ones behind it is damage.
func read(from io.Reader) (*Past, int64, error) {
	in := bufio.NewReaderSize(from, 64<<10)
	p := &Past{}
	var (
		line   []byte
		record Record
		end    int64
		bad    int64 // bytes since the last good line
	)
	for number := 1; ; number++ {
		var err error
		if line, err = readLine(line[:0], in); errors.Is(err, io.EOF) {
			if number == 1 && !bytes.HasPrefix([]byte(headerStart), line[:min(len(line), len(headerStart))]) {
				return nil, 0, ErrDamaged
			}
			return p, end, nil // without a line feed at its end it was cut off
		} else if err != nil {
			return nil, 0, err
		}
		size := int64(len(line))
		switch good := p.line(number, line, &record); {
		case !good && number == 1:
			return nil, 0, ErrDamaged
		case !good:
			bad += size
		case bad > 0:
			return nil, 0, fmt.Errorf("%w: something before line %d is not a record", ErrDamaged, number)
		default:
			end += size
		}
	}
}

// line takes one line; it reports whether that is what has to stand there.
func (p *Past) line(number int, line []byte, record *Record) bool {
	switch {
	case number == 1:
		return json.Unmarshal(line, &p.Header) == nil && p.Header.Journal == version
	case string(bytes.TrimSpace(line)) == endLine:
		p.Ended = true
		return true
	case !record.parse(line) || record.Row >= maxRow:
		return false
	}
	p.Ended = false // another run went on
	p.add(record)
	return true
}

func readLine(dst []byte, in *bufio.Reader) ([]byte, error) {
	for {
		part, err := in.ReadSlice('\n')
		dst = append(dst, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return dst, err
		}
		if len(dst) > 1<<20 {
			return dst, ErrDamaged
		}
	}
}
