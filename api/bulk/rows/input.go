package rows

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// Options say how an input is read. The zero value is right for a CSV with our names in the header, and for JSON.
type Options struct {
	Delimiter     rune              // between the cells of a CSV; 0: found from the header
	Columns       map[string]string // the names of fields by those in the header of a CSV
	IgnoreUnknown bool              // columns and keys that are not fields are passed over
	Null          string            // a cell of a CSV that clears its field, beside \N; "" is none
}

// Format is how an input is written.
type Format string

// The formats. An input says itself which it is.
const (
	CSV  Format = "csv"
	JSON Format = "json"
)

// Extension returns the end of the name of a file with rejected rows.
func (f Format) Extension() string {
	if f == JSON {
		return ".jsonl"
	}
	return ".csv"
}

// Input is an input that can be read more than once: a regular file, or a temporary one with what came from a stream or out
// of gzip. It is for one goroutine.
type Input struct {
	Name    string // for messages
	Format  Format
	Digest  string // SHA-256 of the rows, uncompressed
	Regular bool   // the input is a regular file itself

	options Options
	file    *os.File
	size    int64
	start   int64  // after a byte order mark
	array   bool   // JSON in one array
	remove  string // the name of the temporary file, where the system does not let it go while it is open
}

// bufferSize is how far an input is looked at to tell what it is.
const bufferSize = 64 << 10

// Open opens the file called name, or takes stdin where name is "-". Gzip is known by its first bytes. An input that is
// neither CSV nor JSON is an *Error that says what it is and what to do.
func Open(name string, stdin io.Reader, options Options) (*Input, error) {
	in := &Input{Name: name, options: options}
	if name == "-" {
		in.Name = "stdin"
	}
	if err := in.open(name, stdin); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

func (in *Input) open(name string, stdin io.Reader) error {
	if name == "-" {
		if err := in.keep(stdin); err != nil {
			return err
		}
	} else if err := in.openFile(name); err != nil {
		return err
	}
	if err := in.unzip(); err != nil {
		return err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, io.NewSectionReader(in.file, 0, 1<<62))
	if err != nil {
		return fmt.Errorf("read %s: %w", in.Name, err)
	}
	in.size, in.Digest = size, "sha256:"+hex.EncodeToString(sum.Sum(nil))
	head, err := in.head()
	if err != nil {
		return err
	}
	if what := identify(head, in.file, in.size); what != "" {
		return fatal(in.Name, 0, Problem{Message: what})
	}
	if bytes.HasPrefix(head, []byte(bom)) {
		in.start = int64(len(bom))
		head = head[len(bom):]
	}
	if err := in.trim(); err != nil {
		return err
	}
	in.Format = CSV
	if start := bytes.TrimSpace(head); start[0] == '{' || start[0] == '[' {
		in.Format, in.array = JSON, start[0] == '['
		if isDocument(start) {
			return fatal(in.Name, 0, Problem{Message: documentRemedy})
		}
	}
	return nil
}

func (in *Input) openFile(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	switch {
	case err == nil && info.Mode().IsRegular():
		in.file, in.Regular = file, true
		return nil
	case err == nil && info.IsDir():
		err = fmt.Errorf("%s is a folder", name)
	case err == nil:
		err = in.keep(file)
	}
	return errors.Join(err, file.Close())
}

// keep makes from a temporary file. Where the system allows it the name goes at once, so that nothing is left behind
// however the program ends.
func (in *Input) keep(from io.Reader) error {
	file, err := os.CreateTemp("", "oxgroups-*") // mode 0600
	if err != nil {
		return fmt.Errorf("keep %s in a temporary file: %w", in.Name, err)
	}
	in.file = file
	if os.Remove(file.Name()) != nil {
		in.remove = file.Name()
	}
	if _, err := io.Copy(file, from); err != nil {
		return fmt.Errorf("read %s: %w", in.Name, err)
	}
	return nil
}

var gzipMagic = []byte{0x1f, 0x8b}

// unzip puts what is in gzip into a temporary file.
func (in *Input) unzip() error {
	head, err := in.head()
	if err != nil || !bytes.HasPrefix(head, gzipMagic) {
		return err
	}
	zipped := in.file
	defer func() { _ = zipped.Close() }()
	unzipped, err := gzip.NewReader(io.NewSectionReader(zipped, 0, 1<<62))
	if err == nil {
		err = in.keep(unzipped)
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return fatal(in.Name, 0, Problem{Message: "the compressed data is damaged: it ends in the middle, or there is data after it; copy the file again, or unpack it with gunzip and apply the result"})
	case err != nil:
		return fmt.Errorf("unpack %s: %w", in.Name, err)
	}
	return nil
}

// head returns the start of the file.
func (in *Input) head() ([]byte, error) {
	head := make([]byte, bufferSize)
	n, err := in.file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", in.Name, err)
	}
	return head[:n], nil
}

// trim leaves out the Ctrl-Z that programs of old systems write at the end of a text.
func (in *Input) trim() error {
	end := make([]byte, min(in.size, 16))
	if _, err := in.file.ReadAt(end, in.size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", in.Name, err)
	}
	if text := bytes.TrimRight(end, "\x1a\r\n"); bytes.IndexByte(end[len(text):], '\x1a') >= 0 {
		in.size -= int64(len(end) - len(text))
	}
	return nil
}

// from returns what is after the first skip bytes, without a byte order mark.
func (in *Input) from(skip int64) *io.SectionReader {
	at := in.start + skip
	return io.NewSectionReader(in.file, at, in.size-at)
}

// Rows starts a pass over the rows. The header of a CSV that is not valid is an *Error.
func (in *Input) Rows() (Reader, error) {
	if in.Format == CSV {
		return newCSV(in)
	}
	if len(in.options.Columns) > 0 {
		return nil, fatal(in.Name, 0, Problem{Message: "is JSON, and has no columns to be renamed"})
	}
	return newJSON(in), nil
}

// Close releases what the input holds; a temporary file is gone.
func (in *Input) Close() error {
	if in.file == nil {
		return nil
	}
	err := in.file.Close()
	if in.remove != "" {
		err = errors.Join(err, os.Remove(in.remove))
	}
	in.file = nil
	return err
}
