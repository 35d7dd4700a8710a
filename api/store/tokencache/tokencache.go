// Package tokencache remembers who tokens belong to, so that engines need not ask their database for each request. It
// holds hashes of tokens, never tokens. It reads no database itself.
package tokencache

import (
	"crypto/sha256"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
)

const (
	// MaxAge is how long a token that another process revokes still works. One that is revoked through the store that
	// owns the cache ends at once.
	MaxAge = 5 * time.Second

	// maxEntries bounds the memory of a cache, to about a megabyte.
	maxEntries = 4096
)

// Cache is bounded and safe for concurrent use. Unknown tokens are not remembered: a new one works at once.
type Cache struct {
	now func() time.Time

	mu         sync.Mutex
	entries    map[[sha256.Size]byte]entry
	generation Generation
}

// Generation counts the times that a cache was cleared.
type Generation uint64

type entry struct {
	caller group.Caller
	read   time.Time
}

// New returns an empty cache whose entries age by now.
func New(now func() time.Time) *Cache {
	return &Cache{now: now, entries: map[[sha256.Size]byte]entry{}}
}

// Get returns the caller of a token, if it is known, and the generation that Put wants of one that is not.
func (c *Cache) Get(hash [sha256.Size]byte) (caller group.Caller, generation Generation, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[hash]
	if ok {
		age := c.now().Sub(e.read)
		ok = 0 <= age && age < MaxAge
	}
	return e.caller, c.generation, ok
}

// Put remembers what was read from the database since Get; read is when reading began. It is dropped if a token was
// revoked in between, for it may have been this one.
func (c *Cache) Put(hash [sha256.Size]byte, caller group.Caller, generation Generation, read time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	if len(c.entries) >= maxEntries {
		clear(c.entries)
	}
	c.entries[hash] = entry{caller, read}
}

// Clear forgets all tokens and everything that is being read at this moment.
func (c *Cache) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.entries)
}
