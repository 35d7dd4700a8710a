package rows

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// Input is a file or stream of rows, which can be read more than once. It is for one goroutine.
type Input struct {
	Name   string // for messages
	Format Format

	regular bool
	file    *os.File // a regular file; else nil
	gzipped bool     // file is compressed
	size    int64

	stream *bufio.Reader // not compressed; what is left to read of an input that is no regular file
	close  []func() error
	spool  *os.File // what was read of stream
	keep   bool     // stream is kept in spool

	sum    hash.Hash // of the first pass
	digest string
	whole  io.Reader // the first pass, while it is not at its end
}

// Options say how an input is read.
type Options struct {
	Format Format // Auto: by the name, or by how the input begins
	// Once says that the rows are read once only, so that a stream of CSV or JSONL need not be kept in a temporary file.
	Once bool
}

// bufferSize is what is read at a time, and how far the detection of formats looks.
const bufferSize = 64 << 10

// Open opens the file called name, or takes stdin where name is "-". An input that is compressed with gzip is known by its
// first bytes. One that is no regular file is kept in a temporary file while it is read, so that it can be read again.
func Open(name string, stdin io.Reader, options Options) (*Input, error) {
	in := &Input{Name: name, Format: options.Format}
	if name == "-" {
		in.Name = "stdin"
	}
	if err := in.open(name, stdin); err != nil {
		return nil, err
	}
	if err := in.detect(name); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	in.keep = !options.Once || in.Format == Document
	return in, nil
}

func (in *Input) open(name string, stdin io.Reader) error {
	if name == "-" {
		return in.openStream(stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", name)
	}
	if err == nil && !info.Mode().IsRegular() {
		in.close = append(in.close, file.Close)
		err = in.openStream(file)
	} else if err == nil {
		in.regular, in.file, in.size = true, file, info.Size()
		head := make([]byte, len(gzipMagic))
		n, readErr := file.ReadAt(head, 0)
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			err = readErr
		}
		in.gzipped = isGzip(head[:n])
	}
	if err != nil {
		return errors.Join(err, in.Close())
	}
	return nil
}

var gzipMagic = []byte{0x1f, 0x8b}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, gzipMagic) }

func (in *Input) openStream(from io.Reader) error {
	in.stream = bufio.NewReaderSize(from, bufferSize)
	head, err := in.stream.Peek(len(gzipMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	if !isGzip(head) {
		return nil
	}
	unzipped, err := gzip.NewReader(in.stream)
	if err != nil {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	in.stream = bufio.NewReaderSize(unzipped, bufferSize)
	return nil
}

// Rows starts a pass over the rows. A pass that is under way ends.
func (in *Input) Rows() (Reader, error) {
	if in.Format == Document {
		return in.documentRows()
	}
	from, err := in.pass()
	if err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(from, bufferSize)
	if err := skipBOM(text, in.Name); err != nil {
		return nil, err
	}
	if in.Format == JSONL {
		return &jsonlReader{name: in.Name, in: text}, nil
	}
	return newCSV(in.Name, text)
}

// pass returns the bytes of the input from the start. The first pass also computes the digest, and keeps what a stream
// gives.
func (in *Input) pass() (io.Reader, error) {
	if in.digest == "" && in.whole != nil { // the first pass was not read to its end
		if _, err := io.Copy(io.Discard, in.whole); err != nil {
			return nil, fmt.Errorf("%s: %w", in.Name, err)
		}
	}
	from, err := in.bytes()
	if err != nil || in.digest != "" {
		return from, err
	}
	in.sum = sha256.New()
	in.whole = &digesting{in: in, from: from}
	return in.whole, nil
}

func (in *Input) bytes() (io.Reader, error) {
	switch {
	case in.file != nil && in.gzipped:
		unzipped, err := gzip.NewReader(bufio.NewReaderSize(io.NewSectionReader(in.file, 0, in.size), bufferSize))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", in.Name, err)
		}
		return unzipped, nil
	case in.file != nil:
		return io.NewSectionReader(in.file, 0, in.size), nil
	case in.stream != nil && !in.keep:
		from := in.stream
		in.stream = nil
		return from, nil
	case in.stream != nil:
		if err := in.newSpool(); err != nil {
			return nil, err
		}
		from := io.TeeReader(in.stream, in.spool)
		in.stream = nil
		return from, nil
	case in.spool != nil:
		return io.NewSectionReader(in.spool, 0, 1<<62), nil
	}
	return nil, fmt.Errorf("%s can be read only once", in.Name)
}

// newSpool makes the temporary file. Where the system allows it the name goes at once, so that nothing is left behind
// however the program ends.
func (in *Input) newSpool() error {
	spool, err := os.CreateTemp("", "oxgroups-*") // mode 0600
	if err != nil {
		return fmt.Errorf("keep %s in a temporary file: %w", in.Name, err)
	}
	in.spool = spool
	if os.Remove(spool.Name()) != nil {
		in.close = append(in.close, func() error { return os.Remove(spool.Name()) })
	}
	return nil
}

// documentRows reads documents, which need access at any place.
func (in *Input) documentRows() (Reader, error) {
	if in.digest == "" {
		if in.gzipped && in.stream == nil { // unpack it once
			from, err := in.bytes()
			if err != nil {
				return nil, err
			}
			in.stream, in.file, in.close = bufio.NewReaderSize(from, bufferSize), nil, append(in.close, in.file.Close)
		}
		from, err := in.pass()
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(io.Discard, from); err != nil {
			return nil, fmt.Errorf("%s: %w", in.Name, err)
		}
	}
	at, size := in.file, in.size
	if at == nil {
		at = in.spool
		info, err := at.Stat()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", in.Name, err)
		}
		size = info.Size()
	}
	head := make([]byte, len(bom))
	if n, _ := at.ReadAt(head, 0); string(head[:n]) == bom {
		return newDocument(in.Name, io.NewSectionReader(at, int64(len(bom)), size-int64(len(bom))), size-int64(len(bom))), nil
	}
	return newDocument(in.Name, at, size), nil
}

// Regular reports whether the input is a regular file.
func (in *Input) Regular() bool { return in.regular }

// Digest returns the SHA-256 of the input, uncompressed, once a pass has come to its end, and "" before.
func (in *Input) Digest() string { return in.digest }

// ReadDigest reads an input that is a regular file for its digest alone; of a stream that is read once it returns "".
func (in *Input) ReadDigest() (string, error) {
	if in.digest != "" || in.file == nil {
		return in.digest, nil
	}
	from, err := in.pass()
	if err != nil {
		return "", err
	}
	if _, err := io.Copy(io.Discard, from); err != nil {
		return "", fmt.Errorf("%s: %w", in.Name, err)
	}
	return in.digest, nil
}

// Close releases what the input holds; a temporary file is gone.
func (in *Input) Close() error {
	var errs []error
	for _, f := range []*os.File{in.file, in.spool} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	for _, f := range in.close {
		errs = append(errs, f())
	}
	in.file, in.spool, in.close = nil, nil, nil
	return errors.Join(errs...)
}

// digesting is the first pass.
type digesting struct {
	in   *Input
	from io.Reader
}

// Read reads on, and sets the digest at the end.
func (d *digesting) Read(p []byte) (int, error) {
	n, err := d.from.Read(p)
	_, _ = d.in.sum.Write(p[:n])
	if errors.Is(err, io.EOF) {
		d.in.digest = "sha256:" + hex.EncodeToString(d.in.sum.Sum(nil))
	}
	return n, err
}
