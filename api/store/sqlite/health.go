package sqlite

import (
	"log/slog"
	"sync/atomic"
	"time"
)

// health is why something fails now. A change is logged.
type health struct {
	log     *slog.Logger
	now     func() time.Time
	file    string
	fails   string // what is logged when it begins to fail
	works   string // and when it works again
	failure atomic.Pointer[failure]
}

type failure struct {
	err error
	at  time.Time
}

// note keeps why it failed, or nil.
func (h *health) note(err error) {
	before := h.err()
	switch {
	case err == nil && before == nil:
		return
	case before == nil:
		h.log.Error(h.fails, "file", h.file, "error", err)
	case err == nil:
		h.log.Info(h.works, "file", h.file)
		h.failure.Store(nil)
		return
	}
	h.failure.Store(&failure{err, h.now()})
}

func (h *health) err() error {
	if f := h.failure.Load(); f != nil {
		return f.err
	}
	return nil
}

// recent returns why it failed in the last d.
func (h *health) recent(d time.Duration) error {
	if f := h.failure.Load(); f != nil && h.now().Sub(f.at) < d {
		return f.err
	}
	return nil
}
