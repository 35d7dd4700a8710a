package rows

import (
	"bytes"
	"io"
)

// Rejected writes rows that were not applied, with the reason behind each, in a form that can be mended and applied again
// as it is: a CSV for a CSV, and JSONL for everything else.
type Rejected struct {
	out    io.Writer
	csv    bool
	header []string // still to be written
	buf    []byte
}

// Extension returns the end of the name of a file with rejected rows.
func (f Format) Extension() string {
	if f == CSV {
		return ".csv"
	}
	return ".jsonl"
}

// NewRejected returns a writer for rows that came from r.
func NewRejected(out io.Writer, r Reader) *Rejected {
	w := &Rejected{out: out}
	if from, ok := r.(*csvReader); ok {
		w.csv, w.header = true, append(from.header(), reasonName)
	}
	return w
}

// Write writes a row.
func (w *Rejected) Write(row *Row, reason string) error {
	w.buf = w.buf[:0]
	if w.header != nil {
		w.buf = append(appendRecord(w.buf, w.header), '\n')
		w.header = nil
	}
	if w.csv {
		w.buf = append(append(w.buf, row.text...), ',')
		w.buf = appendRecord(w.buf, []string{reason})
	} else {
		w.buf = appendWithReason(w.buf, row.text, reason)
	}
	w.buf = append(w.buf, '\n')
	_, err := w.out.Write(w.buf)
	return err
}

// appendWithReason appends a line of JSONL with the reason as its last member, in place of one that it has. A line that is
// no object is left as it is: it has to be mended first.
func appendWithReason(dst, line []byte, reason string) []byte {
	start := len(dst)
	err := rawMembers(line, func(key string, value []byte) {
		if key != reasonName {
			dst = appendMember(dst, key, value)
		}
	})
	if err != nil || len(dst) == start && !bytes.HasPrefix(line, []byte("{")) {
		return append(dst[:start], bytes.ReplaceAll(line, []byte("\n"), []byte(" "))...)
	}
	dst = appendMember(dst, reasonName, quoteJSON(nil, reason))
	dst[start] = '{'
	return append(dst, '}')
}
