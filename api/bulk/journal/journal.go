// Package journal remembers on disk what became of each row of a bulk run, so that a run that ended in the middle can go
// on. Workers finish out of order, so what is done is no prefix of the input: each row has a record of its own.
//
// A journal is a file of JSON lines: a header that says which input and which API it is about, a record for each row, and,
// when the run came to its end, a last line that says so. Records are only ever appended, each with one write, so that the
// death of the process loses none that was written; they reach the disk in groups (see SyncInterval), so that the loss of
// power loses the last ones at most. A row whose record was lost is sent again, which changes nothing more.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// SyncInterval is how long a record may be written and not be on the disk yet.
const SyncInterval = time.Second

// Errors of Open.
var (
	// ErrOther says that the journal is about another input or another API.
	ErrOther = errors.New("the journal is of another run")
	// ErrUnfinished says that the journal is of a run of this input that has not come to its end, and nobody asked to
	// resume it.
	ErrUnfinished = errors.New("an earlier run has not come to its end")
	// ErrLocked says that another process uses the journal.
	ErrLocked = errors.New("another run uses the journal")
	// ErrDamaged says that the file is no journal, or was changed by something else.
	ErrDamaged = errors.New("the file is not a journal, or it is damaged")
)

// Header says what a journal is about.
type Header struct {
	Journal string `json:"journal"`         // always "oxgroups/1"
	Input   string `json:"input,omitempty"` // digest of the input; "" where it was not known before
	Target  string `json:"target"`          // base URL of the API
}

const (
	version     = "oxgroups/1"
	headerStart = `{"journal":"` + version + `"`
)

// Mode says what Open does with a journal that exists.
type Mode int

// The modes.
const (
	Begin   Mode = iota // take the place of one whose run came to its end, or was about something else
	Resume              // go on with it
	Restart             // take its place in any case
)

// Journal is open for one run. Append is safe for concurrent use.
type Journal struct {
	path  string
	file  *os.File
	lock  *flock.Flock
	past  Past
	mu    sync.Mutex
	buf   []byte
	dirty bool
	err   error
	stop  chan struct{}
	done  chan struct{}
}

// Open opens or makes the journal at path and locks it until Close. It returns ErrLocked, ErrDamaged, ErrOther (resuming),
// ErrUnfinished (beginning), or an error of the file system.
func Open(path string, mode Mode, header Header) (*Journal, error) {
	header.Journal = version
	j := &Journal{path: path, lock: flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))}
	switch locked, err := j.lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the journal: %w", err)
	case !locked:
		return nil, fmt.Errorf("%s: %w", path, errors.Join(ErrLocked, j.lock.Close()))
	}
	if err := j.open(mode, header); err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, j.release()))
	}
	j.stop, j.done = make(chan struct{}), make(chan struct{})
	go j.syncing()
	return j, nil
}

func (j *Journal) open(mode Mode, header Header) (err error) {
	if j.file, err = os.OpenFile(j.path, os.O_RDWR|os.O_APPEND, 0o600); err != nil {
		return err
	}
	before, end, err := read(j.file)
	if err != nil {
		return err
	}
	switch about := before.about(header); {
	case before.Header.Journal == "", mode == Restart:
	case mode == Resume && !about:
		return before.other(header)
	case mode == Resume:
		j.past = *before
		return j.file.Truncate(end) // a record that was cut off
	case about && !before.Ended && before.count() > 0:
		return fmt.Errorf("%w: %d of its rows are done", ErrUnfinished, before.count())
	}
	return j.begin(header)
}

// begin empties the file and writes the header, to the disk.
func (j *Journal) begin(header Header) error {
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	line, err := json.Marshal(header)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return errors.Join(j.file.Sync(), syncFolder(filepath.Dir(j.path)))
}

// syncFolder makes the name of a new file last.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return nil // not every system can
	}
	_ = folder.Sync()
	return folder.Close()
}

// Past returns what the run before had done; it is empty unless the journal was resumed.
func (j *Journal) Past() *Past { return &j.past }

// Append writes a record. When it returns, the record outlives the process. After an error every call returns it.
func (j *Journal) Append(r Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.buf = r.appendLine(j.buf[:0])
		j.write(j.buf)
	}
	return j.err
}

// End writes that the run came to its end.
func (j *Journal) End() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.write([]byte(endLine + "\n"))
	}
	return j.err
}

func (j *Journal) write(line []byte) {
	if _, err := j.file.Write(line); err != nil {
		j.err = fmt.Errorf("write the journal: %w", err)
	}
	j.dirty = true
}

// syncing brings the records to the disk, in groups.
func (j *Journal) syncing() {
	defer close(j.done)
	tick := time.NewTicker(SyncInterval)
	defer tick.Stop()
	for {
		select {
		case <-j.stop:
			return
		case <-tick.C:
			j.sync()
		}
	}
}

func (j *Journal) sync() {
	j.mu.Lock()
	dirty := j.dirty
	j.dirty = false
	j.mu.Unlock()
	if !dirty {
		return
	}
	if err := j.file.Sync(); err != nil { // workers go on meanwhile
		j.mu.Lock()
		j.err = errors.Join(j.err, fmt.Errorf("write the journal to the disk: %w", err))
		j.mu.Unlock()
	}
}

// Close brings everything to the disk and unlocks the journal. It returns the first error of any write.
func (j *Journal) Close() error {
	close(j.stop)
	<-j.done
	j.sync()
	return errors.Join(j.err, j.release())
}

func (j *Journal) release() error {
	var err error
	if j.file != nil {
		err = j.file.Close()
	}
	return errors.Join(err, j.lock.Close())
}

// Read returns what the journal at path says was done, without locking or changing it. Where there is none it returns an
// empty Past. It returns ErrDamaged or ErrOther as Open does.
func Read(path string, header Header) (*Past, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return &Past{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	past, _, err := read(file)
	if err == nil && past.Header.Journal != "" && !past.about(header) {
		err = past.other(header)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return past, nil
}

var _ io.Closer = (*Journal)(nil)
