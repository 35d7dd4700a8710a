package apply

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// rejectedFile takes rows that were not applied. It is written beside its place and put there at the end, so that what an
// earlier run wrote is there until then.
type rejectedFile struct {
	path     string
	reader   rows.Reader
	before   string // digest of the file that an earlier run has left at path; "": there is none
	replaces bool   // nobody changed that
	file     *os.File
	out      *bufio.Writer
	sum      hash.Hash
	rows     rows.Rejected
}

// newRejected decides where rejected rows go, and refuses to destroy what is not a file of rejected rows.
func (o *Options) newRejected(in *rows.Input) (*rejectedFile, error) {
	f := &rejectedFile{path: o.rejectedPath(in)}
	if sameFile(f.path, o.File) {
		return nil, console.Usagef("--rejected is the input")
	}
	if path := o.journalPath(in); path != "" && (filepath.Clean(path) == filepath.Clean(f.path) || sameFile(path, f.path)) {
		return nil, console.Usagef("--rejected is the journal")
	}
	digest, ours, err := inspect(f.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return f, nil
	case err == nil && !ours:
		err = console.Usagef("%s exists, and has no rejected rows; --rejected names another file", f.path)
	}
	f.before = digest
	return f, err
}

// open decides whether what an earlier run has left may be replaced. reader has the rows.
func (f *rejectedFile) open(restart bool, j *journal.Journal, reader rows.Reader) error {
	f.reader = reader
	f.replaces = f.before != "" && (restart || j != nil && j.Past().Rejected == f.before)
	if f.before != "" && !f.replaces {
		return console.Usagef("%s has rejected rows of an earlier run, and may have been mended; apply it, move it away, or replace it with --restart", f.path)
	}
	return nil
}

// rejectedPath returns where rejected rows go: beside the input, or beside the journal for rows from stdin.
func (o *Options) rejectedPath(in *rows.Input) string {
	switch {
	case o.Rejected != "":
		return o.Rejected
	case in.Regular:
		name := strings.TrimSuffix(o.File, ".gz")
		return strings.TrimSuffix(name, filepath.Ext(name)) + ".rejected" + in.Format.Extension()
	case o.Journal != "":
		return o.Journal + ".rejected" + in.Format.Extension()
	}
	return "stdin.rejected" + in.Format.Extension()
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// inspect returns the digest of a file, and whether its first line is one of rejected rows.
func inspect(path string) (digest string, ours bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", false, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return "", false, err
	}
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(file, sum), 64<<10)
	start, _ := in.Peek(64 << 10)
	line, _, _ := strings.Cut(string(start), "\n")
	if _, err := io.Copy(io.Discard, in); err != nil {
		return "", false, err
	}
	return sumText(sum), strings.Contains(line, rows.ReasonName), nil
}

func sumText(sum hash.Hash) string { return "sha256:" + hex.EncodeToString(sum.Sum(nil)) }

func (f *rejectedFile) write(row *rows.Row, reason string) error {
	if f.file == nil {
		file, err := os.CreateTemp(filepath.Dir(f.path), ".oxgroups-*") // of mode 0600
		if err != nil {
			return fmt.Errorf("write the rejected rows: %w", err)
		}
		f.file, f.sum = file, sha256.New()
		f.out = bufio.NewWriter(io.MultiWriter(file, f.sum))
		f.rows = f.reader.Rejected(f.out)
	}
	if err := f.rows.Write(row, reason); err != nil {
		return fmt.Errorf("write the rejected rows: %w", err)
	}
	return nil
}

// written returns the name of the file if there is something in it.
func (f *rejectedFile) written() string {
	if f.file == nil {
		return ""
	}
	return f.path
}

// close puts the file in its place and returns its digest. Where not all rows of an earlier run have been told again, the
// file of that run stays.
func (f *rejectedFile) close(whole bool) (digest string, err error) {
	if f.file == nil {
		if f.replaces && whole {
			return "", os.Remove(f.path)
		}
		return "", nil
	}
	err = errors.Join(f.out.Flush(), f.file.Sync(), f.file.Close())
	if err == nil && (whole || !f.replaces) {
		err = os.Rename(f.file.Name(), f.path)
	} else {
		err = errors.Join(err, os.Remove(f.file.Name()))
		if err == nil {
			digest, _, err = inspect(f.path)
			return digest, err
		}
	}
	if err != nil {
		return "", fmt.Errorf("write the rejected rows: %w", err)
	}
	return sumText(f.sum), nil
}
