// Package store is what all engines share: an update as a pure function of what is stored, the check and the order of an
// import, the form of an export, tokens and their cache, and the models made of stored rows. An engine adds its SQL and
// implements Engine; it returns a *Store.
//
// An engine keeps the fields of the spec as one JSON document for each object, and only what it joins on or orders by in
// columns of its own. No field of the spec is named here but those columns: a new field is stored and returned as it is.
//
// Start with Store.Update in store.go, then Change.Apply in update.go.
package store

import (
	"context"

	"example.com/oxgroups/api/group"
)

// Mode says what a transaction is for.
type Mode uint8

// The modes. The bulk modes may take as long as their context allows.
const (
	Read      Mode = iota // a few rows
	Write                 // a few rows
	BulkRead              // sees one moment of the database
	BulkWrite             // an import
)

// Engine runs transactions on a database. It is safe for concurrent use.
type Engine interface {
	// Transact runs do in a transaction of its own, and commits it if do returns nil. It runs do again from the start
	// where the first attempt is known to have changed nothing. Errors of do are returned as they are; those of storage
	// are a group.Error with Unavailable.
	Transact(ctx context.Context, mode Mode, do func(Tx) error) error

	// Ready returns why updates cannot be served now, or nil.
	Ready(ctx context.Context) error

	// Close waits for the transactions that run. Those that follow are Unavailable.
	Close() error
}

// Tx is one transaction of an engine. It is used by one goroutine at a time.
type Tx interface {
	// State reads what Change.Apply needs and keeps others from changing it until the transaction ends.
	State(c *Change) (State, error)
	// Store makes the changes of d to the group of c. It returns a group.Error with Refused where the name was taken meanwhile.
	Store(c *Change, d *Diff) error
	// Load reads the associations of group id that are in in, as by may see them, with what Store changed.
	Load(id int64, by group.Caller, in group.Includes) (group.Contents, error)

	// Lock keeps others from changing what an import of c reads and writes.
	Lock(c *group.Contents) error
	// Owners returns the accounts of those ids of a kind that are stored.
	Owners(kind group.Kind, ids []int64) (map[int64]int64, error)
	// NameHolders returns the ids of the groups of an account that have one of the folded names, by that name.
	NameHolders(account int64, folded []string) (map[string]int64, error)
	// ReferencesOf returns the references of groups: ID, GroupID and Key are set.
	ReferencesOf(groups []int64) ([]group.Row, error)
	// Put stores checked contents.
	Put(account int64, c *group.Contents) error

	// Each hands over the rows of a kind in ascending order of id.
	Each(kind group.Kind, account int64, row func(*group.Row) error) error
	Accounts() ([]int64, error)
	Orphans() ([]group.Orphan, error)

	// Token returns the token with a hash, or nil.
	Token(hash []byte) (*group.Token, error)
	// AddToken stores a token and sets its id. It returns a group.Error with Refused where the hash was used meanwhile.
	AddToken(t *group.Token, workspaces []int64, hash []byte) error
	Tokens() ([]group.Token, error)
	// RevokeToken sets the time unless the token has one, and reports whether there is such a token.
	RevokeToken(id int64, at string) (found bool, err error)
	// UseTokens sets when tokens were last used, by id. It never sets an earlier time.
	UseTokens(at map[int64]string) error
}

// MaxGenerated bounds the imported ids that new references are numbered behind: one near the end of the numbers would leave
// none for them. An id is never given to a second reference, even where the first was removed.
const MaxGenerated = 1 << 62
