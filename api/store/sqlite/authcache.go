package sqlite

import (
	"crypto/sha256"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
)

const (
	// maxAuthAge is how long a token that another process revokes still works here. One that is revoked through this
	// Store ends at once.
	maxAuthAge = 5 * time.Second

	// maxAuthEntries bounds the memory of the cache, to about a megabyte.
	maxAuthEntries = 4096
)

// authCache remembers who tokens belong to. Unknown tokens are not remembered: a new one works at once.
type authCache struct {
	now func() time.Time

	mu         sync.Mutex
	entries    map[[sha256.Size]byte]authEntry
	generation uint64 // counts clears
}

type authEntry struct {
	caller group.Caller
	read   time.Time
}

func newAuthCache(now func() time.Time) *authCache {
	return &authCache{now: now, entries: map[[sha256.Size]byte]authEntry{}}
}

// get returns the caller of a token, if it is known, and the generation that put wants of one that is not.
func (a *authCache) get(hash [sha256.Size]byte) (caller group.Caller, generation uint64, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.entries[hash]
	if ok {
		age := a.now().Sub(e.read)
		ok = 0 <= age && age < maxAuthAge
	}
	return e.caller, a.generation, ok
}

// put remembers what was read from the database since get. It is dropped if a token was revoked in between, for it may
// have been this one.
func (a *authCache) put(hash [sha256.Size]byte, caller group.Caller, generation uint64, read time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.generation != generation {
		return
	}
	if len(a.entries) >= maxAuthEntries {
		clear(a.entries)
	}
	a.entries[hash] = authEntry{caller, read}
}

func (a *authCache) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation++
	clear(a.entries)
}
