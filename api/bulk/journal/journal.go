// Package journal remembers on disk what became of each row of a bulk run, so that a run that ended in the middle can go
// on. Workers finish out of order, so what is done is not a prefix of the input: each row has a record of its own.
//
// A journal is a file of JSON lines: a header that says which input and which API it is about, a record for each row, and
// a last line when the run ended in an orderly way. Records are only ever appended, each with one write, so that the death
// of the process loses none that was written; they reach the disk in groups (see SyncInterval), so that the loss of power
// loses the last ones at most. A row whose record was lost is sent again, which changes nothing more.
//
// While a run uses a journal it holds a lock on a file beside it, which stays there: PATH.lock.
//
// Start with journal.go.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
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
	// ErrOther says that the journal to be resumed is about another input or another API.
	ErrOther = errors.New("the journal belongs to another run")
	// ErrUnfinished says that the journal belongs to a run that has not finished, and nobody asked to resume it.
	ErrUnfinished = errors.New("the journal belongs to a run that has not finished")
	// ErrLocked says that another process uses the journal.
	ErrLocked = errors.New("another run uses the journal")
	// ErrDamaged says that the file is not a journal, or was changed by something else.
	ErrDamaged = errors.New("the file is not a journal, or it is damaged")
)

// Header says what a journal is about.
type Header struct {
	Journal string `json:"journal"` // always "oxgroups/1"
	Input   string `json:"input"`   // digest of the input
	Target  string `json:"target"`  // base URL of the API
}

const (
	version     = "oxgroups/1"
	headerStart = `{"journal":"` + version + `"`
)

// Outcome is what became of a row.
type Outcome string

// The outcomes.
const (
	Applied Outcome = "applied"
	Refused Outcome = "refused" // it cannot be applied as it is: the API said no, or it breaks a rule
	Failed  Outcome = "failed"  // it was given up; a resumed run tries it again
)

// Record is what became of one row.
type Record struct {
	Row     int64   `json:"row"` // from 1
	ID      int64   `json:"id"`  // of the group
	Digest  string  `json:"digest"`
	Outcome Outcome `json:"outcome"`
	Request string  `json:"request,omitempty"` // X-Request-Id of the last reply
	Reason  string  `json:"reason,omitempty"`  // why it was not applied
}

// Ending is the last line.
type Ending struct {
	Ended    bool   `json:"end"`                // every row has a result
	Rejected string `json:"rejected,omitempty"` // digest of the file with the rejected rows
}

// Mode says what Open does with a journal that exists.
type Mode int

// The modes.
const (
	Begin   Mode = iota // take the place of one whose run came to its end
	Resume              // go on with it
	Restart             // take its place in any case
)

// Journal is open for one run. Append is safe for concurrent use.
type Journal struct {
	file  *os.File
	lock  *flock.Flock
	past  Past
	mu    sync.Mutex
	dirty bool
	err   error
	stop  chan struct{}
	done  chan struct{}
}

// Open opens the journal at path, or makes it, and locks it until Close. It returns ErrLocked, ErrDamaged, ErrOther
// (resuming), ErrUnfinished (beginning), or an error of the file system: os.ErrNotExist where there is none to resume.
func Open(path string, mode Mode, header Header) (*Journal, error) {
	header.Journal = version
	j := &Journal{lock: flock.New(path+".lock", flock.SetPermissions(0o600)), stop: make(chan struct{}), done: make(chan struct{})}
	if mode == Resume {
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
	}
	switch locked, err := j.lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the journal: %w", err)
	case !locked:
		return nil, fmt.Errorf("%s: %w", path, errors.Join(ErrLocked, j.lock.Close()))
	}
	if err := j.open(path, mode, header); err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, j.release()))
	}
	go j.syncing()
	return j, nil
}

func (j *Journal) open(path string, mode Mode, header Header) (err error) {
	if j.file, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600); err != nil {
		return err
	}
	before, end, err := read(j.file)
	if err != nil {
		return err
	}
	switch {
	case mode == Resume && before.Header.Journal != "":
		if err := before.differs(header); err != nil {
			return err
		}
		j.past = *before
		return j.file.Truncate(end) // a record that was cut off
	case mode == Begin && !before.Ended && !before.Empty():
		return fmt.Errorf("%w: %d of its rows are done", ErrUnfinished, before.applied+len(before.reasons))
	}
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	if err := j.write(header); err != nil {
		return err
	}
	return errors.Join(j.file.Sync(), syncFolder(filepath.Dir(path)))
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
	return j.write(r)
}

// End writes how the run ended.
func (j *Journal) End(e Ending) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.write(e)
}

func (j *Journal) write(line any) error {
	if j.err != nil {
		return j.err
	}
	text, err := json.Marshal(line)
	if err == nil {
		_, err = j.file.Write(append(text, '\n'))
	}
	if err != nil {
		j.err = fmt.Errorf("write the journal: %w", err)
	}
	j.dirty = true
	return j.err
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
