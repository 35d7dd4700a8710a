package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

// maxRow bounds the number of a row that is believed: memory is taken for every row up to it.
const maxRow = 1 << 31

// Past is what an earlier run had done.
type Past struct {
	Header Header
	Ending // of the run, where it ended in an orderly way

	rows    []mark           // by number, from 1
	reasons map[int64]string // of rows that were refused
	applied int
}

// mark is the record of one row, in 16 bytes of memory.
type mark struct {
	digest  uint64 // the start of it
	outcome byte   // the first letter; 0: there is no record
}

// Lookup returns what became of the row, and the reason where it was refused; the outcome is "" where it has to be sent.
// ok is false where the record is of a row with other content.
func (p *Past) Lookup(row int64, digest string) (outcome Outcome, reason string, ok bool) {
	if row >= int64(len(p.rows)) || p.rows[row].outcome == 0 {
		return "", "", true
	}
	if p.rows[row].digest != short(digest) {
		return "", "", false
	}
	switch p.rows[row].outcome {
	case Refused[0]:
		return Refused, p.reasons[row], true
	case Applied[0]:
		return Applied, "", true
	}
	return "", "", true
}

// Empty reports whether nothing was done.
func (p *Past) Empty() bool { return len(p.rows) == 0 }

// Done returns how many rows were applied and how many were refused.
func (p *Past) Done() (applied, refused int) { return p.applied, len(p.reasons) }

func (p *Past) add(r *Record) {
	for int64(len(p.rows)) <= r.Row {
		p.rows = append(p.rows, mark{})
	}
	m := &p.rows[r.Row]
	if m.outcome == Applied[0] {
		p.applied--
	}
	delete(p.reasons, r.Row)
	*m = mark{short(r.Digest), r.Outcome[0]}
	switch r.Outcome {
	case Applied:
		p.applied++
	case Refused:
		if p.reasons == nil {
			p.reasons = map[int64]string{}
		}
		p.reasons[r.Row] = r.Reason
	}
}

func short(digest string) uint64 {
	n, _ := strconv.ParseUint(digest[:min(16, len(digest))], 16, 64)
	return n
}

// differs returns ErrOther with what is not as in the header, or nil.
func (p *Past) differs(header Header) error {
	switch {
	case p.Header.Target != header.Target:
		return fmt.Errorf("%w: it is about %s, not %s", ErrOther, p.Header.Target, header.Target)
	case p.Header.Input != header.Input:
		return fmt.Errorf("%w: the input is a different one, or has changed since", ErrOther)
	}
	return nil
}

// Read returns what the journal at path says was done, without locking or changing it. It returns ErrDamaged or ErrOther as
// Open does.
func Read(path string, header Header) (*Past, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	past, _, err := read(file)
	if err == nil && past.Header.Journal != "" {
		err = past.differs(header)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return past, nil
}

// read reads a journal and returns where its last whole line ends. What is behind that was cut off by a crash. A line that
// cannot be read with good ones after it is damage.
func read(from io.Reader) (*Past, int64, error) {
	in := bufio.NewReaderSize(from, 64<<10)
	p := &Past{}
	var end, bad int64 // bytes up to the last good line, and since
	for number := 1; ; number++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			if number == 1 && !bytes.HasPrefix([]byte(headerStart), line[:min(len(line), len(headerStart))]) {
				return nil, 0, ErrDamaged
			}
			return p, end, nil // without a line feed at its end it was cut off
		} else if err != nil {
			return nil, 0, err
		}
		switch good := p.line(number, line); {
		case !good && number == 1:
			return nil, 0, ErrDamaged
		case !good:
			bad += int64(len(line))
		case bad > 0:
			return nil, 0, fmt.Errorf("%w: something before line %d is not a record", ErrDamaged, number)
		default:
			end += int64(len(line))
		}
	}
}

// maxLine bounds a line; reasons are far shorter.
const maxLine = 1 << 20

func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, ErrDamaged
		}
	}
}

// line takes one line; it reports whether that is what has to stand there.
func (p *Past) line(number int, line []byte) bool {
	if number == 1 {
		return json.Unmarshal(line, &p.Header) == nil && p.Header.Journal == version
	}
	var entry struct {
		Record
		End      *bool  `json:"end"`
		Rejected string `json:"rejected"`
	}
	switch err := json.Unmarshal(line, &entry); {
	case err != nil:
		return false
	case entry.End != nil:
		p.Ending = Ending{*entry.End, entry.Rejected}
		return true
	case entry.Row <= 0 || entry.Row >= maxRow || entry.Outcome == "":
		return false
	}
	p.Ended = false // another run went on
	p.add(&entry.Record)
	return true
}
